"""milestones: what somebody has reached, told once

Revision ID: 0059
Revises: 0058

"""
import sqlalchemy as sa
from alembic import op

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'milestone',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('what', sa.Text(), nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('reached_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('entry_id', sa.Uuid(), nullable=True),
        sa.CheckConstraint("what IN ('events', 'hours')", name=op.f('ck_milestone_what')),
        sa.CheckConstraint('number > 0', name=op.f('ck_milestone_number')),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_milestone_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('volunteer_id', 'what', 'number', name=op.f('pk_milestone')),
    )
    op.create_index(
        'ix_milestone_entry_id', 'milestone', ['entry_id'],
        postgresql_where=sa.text('entry_id IS NOT NULL'),
    )


def downgrade():
    op.drop_table('milestone')
