"""the functions that stored presence before 0010 go: no release calls them any more

Revision ID: 0045
Revises: 0044

"""
from alembic import context

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade():
    context.script.get_revision('0008').module.downgrade()


def downgrade():
    context.script.get_revision('0008').module.upgrade()
