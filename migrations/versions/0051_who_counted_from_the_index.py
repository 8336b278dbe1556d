"""who counted at an event is read from the index that keeps them unique, alone

Revision ID: 0051
Revises: 0050

"""
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None

NAME, MADE, COLUMNS = 'uq_attendance_event_id_volunteer_id', 'attendance_made_unique', ['event_id', 'volunteer_id']


def swap(**options):
    """Reading goes on while the new one is built; attendance is written again once it is there."""
    op.create_index(MADE, 'attendance', COLUMNS, unique=True, **options)
    op.execute(
        f'ALTER TABLE attendance DROP CONSTRAINT {NAME}, ADD CONSTRAINT {NAME} UNIQUE USING INDEX {MADE}'
    )


def upgrade():
    swap(postgresql_include=['status'])


def downgrade():
    swap()
