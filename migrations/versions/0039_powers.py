"""powers: as what an event was called off, and why a coordinator changed a head count

Revision ID: 0039
Revises: 0038

"""
import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('event', sa.Column('cancelled_by', sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f('ck_event_cancelled_by'), 'event', "cancelled_by IN ('organizer', 'coordinator')"
    )
    op.add_column('headcount', sa.Column('change_reason', sa.Text(), nullable=True))


def downgrade():
    op.drop_column('headcount', 'change_reason')
    op.drop_constraint(op.f('ck_event_cancelled_by'), 'event')
    op.drop_column('event', 'cancelled_by')
