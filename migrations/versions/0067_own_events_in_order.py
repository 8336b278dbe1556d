"""an organization's past is read backwards from an index, its drafts from one of their own

Revision ID: 0067
Revises: 0066

"""
import sqlalchemy as sa
from alembic import op

revision = '0067'
down_revision = '0066'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ix_event_organization_id_starts_at', 'event', ['organization_id', 'starts_at', 'id'])
    op.create_index(
        'ix_event_unpublished', 'event', ['organization_id'],
        postgresql_where=sa.text("status = 'draft' OR never_published"),
    )


def downgrade():
    op.drop_index('ix_event_unpublished', 'event')
    op.drop_index('ix_event_organization_id_starts_at', 'event')
