"""the next events are read off an index of their own

Revision ID: 0022
Revises: 0021

"""
import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        'ix_event_coming', 'event', ['starts_at', 'id'],
        postgresql_where=sa.text("status = 'published' AND hidden_by IS NULL"),
    )


def downgrade():
    op.drop_index('ix_event_coming', 'event')
