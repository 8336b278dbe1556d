"""second factors: which session's page began an enrolment, and shows it again

Revision ID: 0064
Revises: 0063

"""
import sqlalchemy as sa
from alembic import op

revision = '0064'
down_revision = '0063'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('second_factor', sa.Column('pending_here', sa.Uuid(), nullable=True))


def downgrade():
    op.drop_column('second_factor', 'pending_here')
