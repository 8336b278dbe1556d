"""helpers: a role in an organization, and people named for one event

Revision ID: 0046
Revises: 0045

"""
import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade():
    for table in ('membership', 'invitation'):
        op.drop_constraint(op.f(f'ck_{table}_role'), table)
        op.create_check_constraint(op.f(f'ck_{table}_role'), table, "role IN ('owner', 'organizer', 'helper')")
    op.create_table(
        'event_helper',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('named_by', sa.Uuid(), nullable=False),
        sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_helper_event_id_event')),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_event_helper_volunteer_id_volunteer')
        ),
        sa.ForeignKeyConstraint(
            ['named_by'], ['volunteer.id'], name=op.f('fk_event_helper_named_by_volunteer')
        ),
        sa.PrimaryKeyConstraint('event_id', 'volunteer_id', name=op.f('pk_event_helper')),
    )
    op.create_index(op.f('ix_event_helper_volunteer_id'), 'event_helper', ['volunteer_id'])


def downgrade():
    op.drop_table('event_helper')
    for table in ('membership', 'invitation'):
        op.execute(f"DELETE FROM {table} WHERE role = 'helper'")
        op.drop_constraint(op.f(f'ck_{table}_role'), table)
        op.create_check_constraint(op.f(f'ck_{table}_role'), table, "role IN ('owner', 'organizer')")
