"""an event's address in each language, beside the one text

Revision ID: 0027
Revises: 0026

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('event', sa.Column('address_names', postgresql.JSONB(), nullable=False, server_default='{}'))


def downgrade():
    op.drop_column('event', 'address_names')
