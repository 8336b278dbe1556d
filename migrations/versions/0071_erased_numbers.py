"""erased numbers: marks that outlive an erasure for days, and records that were begun anew by them

Revision ID: 0071
Revises: 0070

"""
import sqlalchemy as sa
from alembic import op

revision = '0071'
down_revision = '0070'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'erased_number',
        sa.Column('mark', sa.Text(), nullable=False),
        sa.Column('younger_than', sa.SmallInteger(), nullable=True),
        sa.Column('younger_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('counted_until', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('mark', name=op.f('pk_erased_number')),
    )
    op.add_column('volunteer', sa.Column('anew_at', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column('volunteer', 'anew_at')
    op.drop_table('erased_number')
