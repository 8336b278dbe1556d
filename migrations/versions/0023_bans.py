"""bans, by person and by keyed hashes of account and number

Revision ID: 0023
Revises: 0022

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'ban',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('marks', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('banned_by', sa.Uuid(), nullable=False),
        sa.Column('banned_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('answer_id', sa.Uuid(), nullable=True),
        sa.Column('answer', sa.Text(), nullable=True),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ban')),
    )
    op.create_index(
        'uq_ban_in_force', 'ban', ['volunteer_id'], unique=True, postgresql_where=sa.text('lifted_at IS NULL')
    )
    op.create_index('ix_ban_marks', 'ban', ['marks'], postgresql_using='gin')


def downgrade():
    op.drop_table('ban')
