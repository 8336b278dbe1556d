"""guests: who has proven a number to the pages and has no record

Revision ID: 0055
Revises: 0054

"""
import sqlalchemy as sa
from alembic import op

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'page_guest',
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('phone', sa.Text(), nullable=False),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_page_guest')),
    )
    op.create_index(op.f('ix_page_guest_subject'), 'page_guest', ['subject'])
    op.create_index(op.f('ix_page_guest_phone'), 'page_guest', ['phone'])
    op.create_index(op.f('ix_page_guest_signed_in_at'), 'page_guest', ['signed_in_at'])


def downgrade():
    op.drop_table('page_guest')
