"""region reports: what was sent upward, as it was sent

Revision ID: 0037
Revises: 0036

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'region_report',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('region_code', sa.Text(), nullable=False),
        sa.Column('period', sa.Text(), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('action', sa.Text(), nullable=False),
        sa.Column('notes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('sent_by', sa.Uuid(), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('content_hash', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['sent_by'], ['volunteer.id'], name=op.f('fk_region_report_sent_by_volunteer')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_region_report')),
        sa.UniqueConstraint(
            'region_code', 'period', 'version', name=op.f('uq_region_report_region_code_period_version')
        ),
    )


def downgrade():
    op.drop_table('region_report')
