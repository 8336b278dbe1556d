"""figures for everybody: months as they were published

Revision ID: 0038
Revises: 0037

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'public_month',
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('month', name=op.f('pk_public_month')),
    )
    op.create_table(
        'public_cell',
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('published_by', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('figures', postgresql.JSONB(), nullable=False),
        sa.Column('withheld', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "published_by IN ('total', 'region', 'kind')", name=op.f('ck_public_cell_published_by')
        ),
        sa.ForeignKeyConstraint(
            ['month'], ['public_month.month'], name=op.f('fk_public_cell_month_public_month')
        ),
        sa.PrimaryKeyConstraint('month', 'published_by', 'key', name=op.f('pk_public_cell')),
    )


def downgrade():
    op.drop_table('public_cell')
    op.drop_table('public_month')
