"""What becomes of the tables of this room that name people."""

from datetime import timedelta

from service.platform.personal_data import LASTING, OWN, STAFF, PersonalTable

TABLES = (
    PersonalTable("presence_record", {"sender_id": OWN}),
    PersonalTable(
        "refused_record", {"sender_id": OWN}, kept=timedelta(days=90), job="retention.forget_coordinates"
    ),
    PersonalTable("attendance", {"volunteer_id": LASTING}),
    PersonalTable("headcount", {"created_by": STAFF, "changed_by": STAFF}),
)
