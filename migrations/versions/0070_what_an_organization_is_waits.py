"""organizations: a new number or kind of one that was vouched for, which waits as a new name does

Revision ID: 0070
Revises: 0069

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0070'
down_revision = '0069'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('organization', sa.Column('pending_data', JSONB(), nullable=True))


def downgrade():
    op.drop_column('organization', 'pending_data')
