"""erasure: who has been erased, and the records that stand in their place

Revision ID: 0053
Revises: 0052

"""
import sqlalchemy as sa
from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'volunteer', sa.Column('is_tombstone', sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        'erasure',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('keep_certificates', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_erasure')),
    )
    op.create_index('ix_erasure_at', 'erasure', ['at'])


def downgrade():
    op.drop_table('erasure')
    op.drop_column('volunteer', 'is_tombstone')
