"""worker seen: when a worker has last done a job

Revision ID: 0021
Revises: 0020

"""
from alembic import op
import sqlalchemy as sa

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'worker_seen',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_worker_seen_single_row')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_worker_seen')),
    )


def downgrade():
    op.drop_table('worker_seen')
