"""helpers whom an older release named for the later dates of a series, too: they come along as others do

One act is one moment: who was named at several dates of a series at the same one was named for the later ones.

Revision ID: 0068
Revises: 0067

"""
from alembic import op

revision = '0068'
down_revision = '0067'
branch_labels = None
depends_on = None


def upgrade():
    op.execute(
        "UPDATE event_helper SET and_later = true FROM event "
        "WHERE event.id = event_helper.event_id AND NOT event_helper.and_later AND EXISTS ("
        "SELECT FROM event_helper AS other JOIN event AS date ON date.id = other.event_id "
        "WHERE other.volunteer_id = event_helper.volunteer_id AND other.named_at = event_helper.named_at "
        "AND date.series_id = event.series_id AND date.id <> event.id)"
    )


def downgrade():
    # What was meant is no less true for a release that does not know it.
    pass
