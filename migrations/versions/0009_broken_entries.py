"""broken entries: an entry of the outbox that fails is tried again, then set aside

Revision ID: 0009
Revises: 0008

"""
from alembic import op
import sqlalchemy as sa

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('outbox', sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
    op.add_column('outbox', sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('outbox', sa.Column('set_aside_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('outbox', sa.Column('last_error', sa.Text(), nullable=True))
    op.create_index(
        'ix_outbox_set_aside', 'outbox', ['set_aside_at'], postgresql_where=sa.text('set_aside_at IS NOT NULL')
    )


def downgrade():
    op.drop_index('ix_outbox_set_aside', table_name='outbox')
    for name in ('last_error', 'set_aside_at', 'next_attempt_at', 'attempts'):
        op.drop_column('outbox', name)
