"""disabled accounts: whom the identity provider does not let in any more, and when it was asked

Revision ID: 0025
Revises: 0024

"""
from alembic import op
import sqlalchemy as sa

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('volunteer', sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        'account_check',
        sa.Column('whose', sa.Text(), nullable=False),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('trouble', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('whose', name=op.f('pk_account_check')),
    )


def downgrade():
    op.drop_table('account_check')
    op.drop_column('volunteer', 'disabled_at')
