"""erased guardians: who they were goes, that they had agreed stays

Revision ID: 0061
Revises: 0060

"""
import sqlalchemy as sa
from alembic import op

revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None

COLUMNS = ('subject', 'phone', 'name')


def upgrade():
    for column in COLUMNS:
        op.alter_column('guardianship', column, existing_type=sa.Text(), nullable=True)


def downgrade():
    op.execute("DELETE FROM guardianship WHERE subject IS NULL OR phone IS NULL OR name IS NULL")
    for column in COLUMNS:
        op.alter_column('guardianship', column, existing_type=sa.Text(), nullable=False)
