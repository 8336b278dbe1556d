"""districts: their outlines, the imports, and by which import an event got its own

Revision ID: 0031
Revises: 0030

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'district',
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('region_code', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('names', postgresql.JSONB(), nullable=False),
        sa.Column('outline', postgresql.JSONB(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{9}$'", name=op.f('ck_district_code')),
        sa.CheckConstraint("kind IN ('district', 'city')", name=op.f('ck_district_kind')),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_district')),
    )
    op.create_index('ix_district_region_code', 'district', ['region_code'])
    op.create_table(
        'district_import',
        sa.Column('version', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('added', sa.Integer(), nullable=False),
        sa.Column('changed', sa.Integer(), nullable=False),
        sa.Column('refused', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('version', name=op.f('pk_district_import')),
    )
    op.add_column(
        'event', sa.Column('district_by_hand', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        'event', sa.Column('districts_version', sa.BigInteger(), nullable=False, server_default='0')
    )
    op.create_index('ix_event_districts_version_id', 'event', ['districts_version', 'id'])


def downgrade():
    op.drop_index('ix_event_districts_version_id', 'event')
    op.drop_column('event', 'districts_version')
    op.drop_column('event', 'district_by_hand')
    op.drop_table('district_import')
    op.drop_table('district')
