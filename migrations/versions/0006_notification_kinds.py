"""notification kinds: settings, reports, what is owed by the clock

Revision ID: 0006
Revises: 0005

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('notification_settings',
    sa.Column('volunteer_id', sa.Uuid(), nullable=False),
    sa.Column('changes', sa.Boolean(), nullable=False),
    sa.Column('reminders', sa.Boolean(), nullable=False),
    sa.Column('announcements', sa.Boolean(), nullable=False),
    sa.Column('nearby', sa.Boolean(), nullable=False),
    sa.Column('recognition', sa.Boolean(), nullable=False),
    sa.Column('quiet_from', sa.Time(), nullable=False),
    sa.Column('quiet_to', sa.Time(), nullable=False),
    sa.Column('daily_cap', sa.Integer(), nullable=False),
    sa.CheckConstraint('daily_cap >= 0', name=op.f('ck_notification_settings_daily_cap')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_notification_settings_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_notification_settings'))
    )
    op.create_table('event_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('volunteer_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.Column('resolution', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['closed_by'], ['volunteer.id'], name=op.f('fk_event_report_closed_by_volunteer')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_report_event_id_event')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_event_report_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_report')),
    sa.UniqueConstraint('event_id', 'volunteer_id', name=op.f('uq_event_report_event_id_volunteer_id'))
    )
    op.create_index('ix_event_report_open', 'event_report', ['id'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))

    op.add_column('outbox', sa.Column('expanded_to', sa.Uuid(), nullable=True))
    op.add_column('outbox', sa.Column('dedupe_key', sa.Text(), nullable=True))
    op.add_column('outbox', sa.Column('next_due_at', sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f('uq_outbox_dedupe_key'), 'outbox', ['dedupe_key'])
    op.create_index('ix_outbox_unexpanded', 'outbox', ['created_at'], unique=False, postgresql_where=sa.text('expanded_at IS NULL'))
    op.create_index('ix_outbox_next_due_at', 'outbox', ['next_due_at'], unique=False, postgresql_where=sa.text('next_due_at IS NOT NULL'))

    op.add_column('inbox_item', sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('inbox_item', sa.Column('once_key', sa.Text(), nullable=True))
    op.drop_index('ix_inbox_item_volunteer_id_id', 'inbox_item')
    op.create_index('ix_inbox_item_volunteer_id_id', 'inbox_item', ['volunteer_id', 'id'], unique=False, postgresql_include=['read_at'])
    op.create_index('uq_inbox_item_once_key', 'inbox_item', ['volunteer_id', 'once_key'], unique=True, postgresql_where=sa.text('once_key IS NOT NULL'))

    op.create_index('ix_delivery_sent', 'delivery', ['volunteer_id', 'finished_at'], unique=False, postgresql_where=sa.text("status = 'sent'"))
    op.create_index('ix_volunteer_home_cell', 'volunteer', ['home_cell'], unique=False)

    # An installation that several people have used belongs to the last of them.
    op.execute("""
        DELETE FROM device d USING device newer
        WHERE newer.installation_id = d.installation_id AND newer.volunteer_id <> d.volunteer_id
          AND (newer.seen_at, newer.volunteer_id) > (d.seen_at, d.volunteer_id)
    """)
    op.create_unique_constraint(op.f('uq_device_installation_id'), 'device', ['installation_id'])


def downgrade():
    op.drop_constraint(op.f('uq_device_installation_id'), 'device', type_='unique')
    op.drop_index('ix_volunteer_home_cell', 'volunteer')
    op.drop_index('ix_delivery_sent', 'delivery')
    op.drop_index('uq_inbox_item_once_key', 'inbox_item')
    op.drop_index('ix_inbox_item_volunteer_id_id', 'inbox_item')
    op.create_index('ix_inbox_item_volunteer_id_id', 'inbox_item', ['volunteer_id', 'id'], unique=False)
    op.drop_column('inbox_item', 'once_key')
    op.drop_column('inbox_item', 'facts')
    op.drop_index('ix_outbox_next_due_at', 'outbox')
    op.drop_index('ix_outbox_unexpanded', 'outbox')
    op.drop_constraint(op.f('uq_outbox_dedupe_key'), 'outbox', type_='unique')
    op.drop_column('outbox', 'next_due_at')
    op.drop_column('outbox', 'dedupe_key')
    op.drop_column('outbox', 'expanded_to')
    op.drop_table('event_report')
    op.drop_table('notification_settings')
