"""sessions of the pages

Revision ID: 0032
Revises: 0031

"""
from alembic import op
import sqlalchemy as sa

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'page_session',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('former_hash', sa.LargeBinary(), nullable=True),
        sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('elevated_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('roles', sa.Text(), nullable=False),
        sa.Column('browser', sa.Text(), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_page_session_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_page_session')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_page_session_token_hash')),
        sa.UniqueConstraint('former_hash', name=op.f('uq_page_session_former_hash')),
    )
    op.create_index(op.f('ix_page_session_volunteer_id'), 'page_session', ['volunteer_id'])
    op.create_index(op.f('ix_page_session_signed_in_at'), 'page_session', ['signed_in_at'])


def downgrade():
    op.drop_table('page_session')
