"""helpers who were named for the later dates of a series, too

Revision ID: 0065
Revises: 0064

"""
import sqlalchemy as sa
from alembic import op

revision = '0065'
down_revision = '0064'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'event_helper', sa.Column('and_later', sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade():
    op.drop_column('event_helper', 'and_later')
