"""push leases: who sends, what is paused, what is left of the quota

Revision ID: 0007
Revises: 0006

"""
from alembic import op
import sqlalchemy as sa

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('delivery', sa.Column('lease_owner', sa.Text(), nullable=True))
    op.create_index('ix_delivery_due', 'delivery', ['next_attempt_at'], postgresql_where=sa.text("status = 'due'"))
    op.create_index(
        'ix_delivery_leased', 'delivery', ['lease_until'], postgresql_where=sa.text("status = 'sending'")
    )
    op.drop_index('ix_delivery_open', table_name='delivery')
    op.create_table(
        'push_pause',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('probe_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('scope', name=op.f('pk_push_pause')),
    )
    op.create_table(
        'push_quota',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('used_until', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_push_quota_single_row')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_push_quota')),
    )


def downgrade():
    op.drop_table('push_quota')
    op.drop_table('push_pause')
    op.create_index(
        'ix_delivery_open',
        'delivery',
        ['next_attempt_at'],
        postgresql_where=sa.text("status IN ('due', 'sending')"),
    )
    op.drop_index('ix_delivery_leased', table_name='delivery')
    op.drop_index('ix_delivery_due', table_name='delivery')
    op.drop_column('delivery', 'lease_owner')
