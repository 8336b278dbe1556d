"""second factors: where something of its owner's was proven, so that a stranger's wrong codes count apart

Revision ID: 0069
Revises: 0068

"""
import sqlalchemy as sa
from alembic import op

revision = '0069'
down_revision = '0068'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'second_factor', sa.Column('places', sa.ARRAY(sa.Text()), server_default='{}', nullable=False)
    )


def downgrade():
    op.drop_column('second_factor', 'places')
