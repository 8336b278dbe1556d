"""guardian erasures: whose consents a database that is put back is to be rid of again

Revision ID: 0062
Revises: 0061

"""
import sqlalchemy as sa
from alembic import op

revision = '0062'
down_revision = '0061'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'guardian_erasure',
        sa.Column('guardianship_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('guardianship_id', name=op.f('pk_guardian_erasure')),
    )
    op.create_index('ix_guardian_erasure_at', 'guardian_erasure', ['at'])


def downgrade():
    op.drop_table('guardian_erasure')
