"""urgent pushes: those that may not wait behind a backlog

Revision ID: 0015
Revises: 0014

"""
from alembic import op
import sqlalchemy as sa

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('delivery', sa.Column('urgent', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        'ix_delivery_due_urgent',
        'delivery',
        ['next_attempt_at'],
        postgresql_where=sa.text("status = 'due' AND urgent"),
    )


def downgrade():
    op.drop_index('ix_delivery_due_urgent', table_name='delivery')
    op.drop_column('delivery', 'urgent')
