"""events that are not over are read from their index alone

Revision ID: 0044
Revises: 0043

"""
import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None

NAME, WHERE = 'ix_event_not_over', sa.text("status = 'published'")


def upgrade():
    op.drop_index(NAME, 'event')
    op.create_index(
        NAME, 'event', ['ends_at'], postgresql_where=WHERE,
        postgresql_include=['id', 'day', 'region_code', 'district_code'],
    )


def downgrade():
    op.drop_index(NAME, 'event')
    op.create_index(NAME, 'event', ['ends_at'], postgresql_where=WHERE)
