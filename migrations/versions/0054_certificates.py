"""certificates: of volunteers' hours, each as it was issued

Revision ID: 0054
Revises: 0053

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'certificate',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=True),
        sa.Column('initials', sa.Text(), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('language', sa.Text(), nullable=False),
        sa.Column('events', sa.Integer(), nullable=False),
        sa.Column('proven_minutes', sa.Integer(), nullable=False),
        sa.Column('assumed_minutes', sa.Integer(), nullable=False),
        sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('presence_hash', sa.Text(), nullable=False),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('status', sa.Text(), server_default='valid', nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('valid', 'replaced', 'revoked')", name=op.f('ck_certificate_status')),
        sa.CheckConstraint('first_day <= last_day', name=op.f('ck_certificate_period')),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_certificate_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
        sa.UniqueConstraint('code', name=op.f('uq_certificate_code')),
    )
    op.create_index(
        'ix_certificate_valid',
        'certificate',
        ['volunteer_id', 'first_day', 'last_day', 'language'],
        unique=True,
        postgresql_where=sa.text("status = 'valid'"),
    )
    op.create_index('ix_certificate_volunteer_id_issued_at', 'certificate', ['volunteer_id', 'issued_at'])


def downgrade():
    op.drop_table('certificate')
