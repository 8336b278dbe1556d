"""a draft that was called off stays what only its staff know of

Revision ID: 0024
Revises: 0023

"""
import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'event', sa.Column('never_published', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    # Publishing is counted: what was called off without a count had never been published.
    op.execute("""
        UPDATE event SET never_published = true
        WHERE status = 'cancelled'
            AND NOT EXISTS (SELECT FROM count_total WHERE count_total.event_id = event.id)
            AND NOT EXISTS (SELECT FROM count_pending WHERE count_pending.event_id = event.id)
    """)


def downgrade():
    op.drop_column('event', 'never_published')
