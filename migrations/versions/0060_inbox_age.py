"""inboxes by their age: what has lived its time is found without reading all of them

Revision ID: 0060
Revises: 0059

"""
from alembic import op

revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None


def upgrade():
    # In the order of time already: blocks of rows, a few bytes each, and next to nothing at each insert.
    op.create_index('ix_inbox_item_created_at', 'inbox_item', ['created_at'], postgresql_using='brin')


def downgrade():
    op.drop_index('ix_inbox_item_created_at', 'inbox_item')
