"""codes by which a phone signs a browser in

Revision ID: 0040
Revises: 0039

"""
from alembic import op
import sqlalchemy as sa

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'web_sign_in',
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('browser_hash', sa.LargeBinary(), nullable=False),
        sa.Column('browser', sa.Text(), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_web_sign_in_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_web_sign_in')),
        sa.UniqueConstraint('browser_hash', name=op.f('uq_web_sign_in_browser_hash')),
    )
    op.create_index(op.f('ix_web_sign_in_expires_at'), 'web_sign_in', ['expires_at'])
    op.create_index(op.f('ix_web_sign_in_volunteer_id'), 'web_sign_in', ['volunteer_id'])


def downgrade():
    op.drop_table('web_sign_in')
