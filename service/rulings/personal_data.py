"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import LASTING, OWN, STAFF, PersonalTable

# Both name the person through the attendance.
TABLES = (
    PersonalTable("attendance_decision", {"attendance_id": LASTING, "decided_by": STAFF}),
    PersonalTable("appeal", {"attendance_id": OWN}),
)
