"""calendars: private feeds, and since when an event or a sign-up is what it is

Revision ID: 0057
Revises: 0056

"""
import sqlalchemy as sa
from alembic import op

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('event', sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    # The release still running leaves both alone: then a sign-up is as old as it was made.
    op.add_column(
        'signup', sa.Column('version', sa.Integer(), server_default=sa.text('0'), nullable=False)
    )
    op.add_column('signup', sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        'calendar_feed',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('mark', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_calendar_feed_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_calendar_feed')),
        sa.UniqueConstraint('mark', name=op.f('uq_calendar_feed_mark')),
    )


def downgrade():
    op.drop_table('calendar_feed')
    op.drop_column('signup', 'changed_at')
    op.drop_column('signup', 'version')
    op.drop_column('event', 'changed_at')
