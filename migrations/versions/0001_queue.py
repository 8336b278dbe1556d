"""The queue's own tables: procrastinate's schema of 3.10, kept here so that every database gets the same.

Revision ID: 0001
Revises:
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).parent.parent / "sql" / "procrastinate_3_10.sql"


def upgrade() -> None:
    # Straight to the driver: the script has many statements, and percent signs that are no parameters.
    op.get_bind().connection.driver_connection.execute(SCHEMA.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("The queue's tables stay: an older release runs on them as they are.")
