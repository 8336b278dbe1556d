"""photographs of events, and reports of them

Revision ID: 0048
Revises: 0047

"""
from alembic import op
import sqlalchemy as sa

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

WAITING = sa.text("decided_at IS NULL OR reported_at IS NOT NULL")


def upgrade():
    op.create_table(
        'event_photo',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('taken', sa.Text(), nullable=False),
        sa.Column('digest', sa.Text(), nullable=False),
        sa.Column('stored_as', sa.Uuid(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('uploaded_by', sa.Uuid(), nullable=False),
        sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('shown', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("taken IN ('before', 'after')", name=op.f('ck_event_photo_taken')),
        sa.CheckConstraint("NOT shown OR decided_at IS NOT NULL", name=op.f('ck_event_photo_shown')),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_photo_event_id_event')),
        sa.ForeignKeyConstraint(
            ['uploaded_by'], ['volunteer.id'], name=op.f('fk_event_photo_uploaded_by_volunteer')
        ),
        sa.ForeignKeyConstraint(
            ['decided_by'], ['volunteer.id'], name=op.f('fk_event_photo_decided_by_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_event_photo')),
        sa.UniqueConstraint('event_id', 'taken', 'digest', name=op.f('uq_event_photo_event_id_taken_digest')),
        sa.UniqueConstraint('stored_as', name=op.f('uq_event_photo_stored_as')),
    )
    op.create_index('ix_event_photo_waiting', 'event_photo', ['id'], postgresql_where=WAITING)
    op.create_table(
        'photo_report',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('photo_id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['photo_id'],
            ['event_photo.id'],
            name=op.f('fk_photo_report_photo_id_event_photo'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_photo_report_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_photo_report')),
    )
    op.create_index('ix_photo_report_photo_id', 'photo_report', ['photo_id'])


def downgrade():
    op.drop_table('photo_report')
    op.drop_table('event_photo')
