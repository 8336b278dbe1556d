"""announcements: what organizers have told, for who was meant and for who joins later

Revision ID: 0052
Revises: 0051

"""
import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'announcement',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('sent_to', sa.Text(), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "sent_to IN ('going', 'not_here', 'waitlisted')", name=op.f('ck_announcement_sent_to')
        ),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_announcement_event_id_event')),
        sa.ForeignKeyConstraint(
            ['created_by'], ['volunteer.id'], name=op.f('fk_announcement_created_by_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement')),
    )
    op.create_index('ix_announcement_event_id_created_at', 'announcement', ['event_id', 'created_at'])
    # What has been told before is read as well as what will be: its words stand in the outbox.
    op.execute(
        "INSERT INTO announcement (id, event_id, text, sent_to, created_by, created_at) "
        "SELECT id, event_id, facts ->> 'text', 'going', created_by, created_at FROM outbox "
        "WHERE kind = 'announcement' AND event_id IS NOT NULL AND created_by IS NOT NULL "
        "AND facts ->> 'text' IS NOT NULL"
    )


def downgrade():
    op.drop_table('announcement')
