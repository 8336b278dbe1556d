"""the queue of reviews is read in its order from an index, not sorted whole for each page

Revision ID: 0066
Revises: 0065

"""
import sqlalchemy as sa
from alembic import op

revision = '0066'
down_revision = '0065'
branch_labels = None
depends_on = None


def upgrade():
    # Reading goes on while it is built (1.8 s at ten million); attendance is written again after.
    op.create_index(
        'ix_attendance_queue', 'attendance', ['checked_in_at', 'id'],
        postgresql_where=sa.text("status = 'review'"),
    )


def downgrade():
    op.drop_index('ix_attendance_queue', 'attendance')
