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
    # Attendance is written again after (1.8 s at ten million); it is read meanwhile, unless 0063 came with it.
    op.create_index(
        'ix_attendance_queue', 'attendance', ['checked_in_at', 'id'],
        postgresql_where=sa.text("status = 'review'"),
    )


def downgrade():
    op.drop_index('ix_attendance_queue', 'attendance')
