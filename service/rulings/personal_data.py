"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import LASTING, OWN, STAFF, PersonalTable

TABLES = (
    # These two name the person through the attendance.
    PersonalTable("attendance_decision", {"attendance_id": LASTING, "decided_by": STAFF}),
    PersonalTable("appeal", {"attendance_id": OWN}),
    PersonalTable("refusal_appeal", {"volunteer_id": OWN, "decided_by": STAFF}),
)
