"""doubts: how often Google has doubted a device's value since it registered

Revision ID: 0020
Revises: 0019

"""
from alembic import op
import sqlalchemy as sa

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('device', sa.Column('doubts', sa.Integer(), server_default='0', nullable=False))


def downgrade():
    op.drop_column('device', 'doubts')
