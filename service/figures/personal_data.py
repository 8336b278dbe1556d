"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import STAFF, PersonalTable

TABLES = (
    # What was sent upward stays sent; by whom is a tombstone's id.
    PersonalTable("region_report", {"sent_by": STAFF}),
)
