"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import LASTING, OWN, STAFF, Erased, Person, PersonalTable

TABLES = (
    # These two name the person through the attendance.
    PersonalTable("attendance_decision", {"attendance_id": LASTING, "decided_by": STAFF}),
    PersonalTable("list_tick", {"volunteer_id": LASTING, "typed_person_id": LASTING, "ticked_by": STAFF}),
    # What was typed of them is emptied after 14 days by a job of typed_people.py, whoever they are.
    PersonalTable("typed_person", {"volunteer_id": Person(Erased.EMPTIED)}),
    PersonalTable("appeal", {"attendance_id": OWN}),
    PersonalTable("refusal_appeal", {"volunteer_id": OWN, "decided_by": STAFF}),
)
