"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import LASTING, OWN, STAFF, Erased, Person, PersonalTable

# That something is wrong waits for a coordinator all the same; their words about it go.
_SAID = Person(Erased.TOMBSTONE, words=("reason", "resolution"))

TABLES = (
    PersonalTable("event", {"created_by": LASTING}),
    PersonalTable("signup", {"volunteer_id": LASTING}),
    PersonalTable("calendar_feed", {"volunteer_id": OWN}),
    PersonalTable("announcement", {"created_by": STAFF}),
    PersonalTable("event_helper", {"volunteer_id": OWN, "named_by": STAFF}),
    PersonalTable("event_report", {"volunteer_id": _SAID, "closed_by": STAFF}),
    PersonalTable("event_result", {"created_by": STAFF, "updated_by": STAFF}),
    # A photograph stays with its event: whoever is seen on it has it taken away by a report.
    PersonalTable("event_photo", {"uploaded_by": LASTING, "decided_by": STAFF}),
    PersonalTable("photo_report", {"volunteer_id": Person(Erased.EMPTIED, words=("reason",))}),
)
