"""refusals: refused check-ins are kept apart, and can be appealed

Revision ID: 0028
Revises: 0027

"""
from alembic import op
import sqlalchemy as sa

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'refused_record',
        sa.Column('sender_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('captured_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('refused_as', sa.Text(), nullable=False),
        sa.Column('distance_m', sa.Integer(), nullable=True),
        sa.Column('accuracy_m', sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_refused_record_event_id_event')),
        sa.ForeignKeyConstraint(
            ['sender_id'], ['volunteer.id'], name=op.f('fk_refused_record_sender_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('sender_id', 'id', name=op.f('pk_refused_record')),
    )
    op.create_index('ix_refused_record_event_id_sender_id', 'refused_record', ['event_id', 'sender_id'])
    op.create_index('ix_refused_record_received_at', 'refused_record', ['received_at'])
    op.create_table(
        'refusal_appeal',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('attendance_id', sa.Uuid(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('captured_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('refused_as', sa.Text(), nullable=False),
        sa.Column('distance_m', sa.Integer(), nullable=True),
        sa.Column('accuracy_m', sa.Float(), nullable=True),
        sa.Column('decision', sa.Text(), nullable=True),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('counted', 'rejected')", name=op.f('ck_refusal_appeal_decision')),
        sa.CheckConstraint(
            '(decided_at IS NULL) = (decision IS NULL)', name=op.f('ck_refusal_appeal_decided')
        ),
        sa.ForeignKeyConstraint(
            ['decided_by'], ['volunteer.id'], name=op.f('fk_refusal_appeal_decided_by_volunteer')
        ),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_refusal_appeal_event_id_event')),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_refusal_appeal_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('event_id', 'volunteer_id', name=op.f('pk_refusal_appeal')),
        sa.UniqueConstraint('attendance_id', name=op.f('uq_refusal_appeal_attendance_id')),
    )
    op.create_index(
        'ix_refusal_appeal_open', 'refusal_appeal', ['event_id'],
        postgresql_where=sa.text('decided_at IS NULL'),
    )
    op.create_index('ix_refusal_appeal_volunteer_id', 'refusal_appeal', ['volunteer_id', 'created_at'])


def downgrade():
    op.drop_table('refusal_appeal')
    op.drop_table('refused_record')
