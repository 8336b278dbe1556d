"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import OWN, STAFF, Erased, Person, PersonalTable

_WORDS = Person(Erased.TOMBSTONE, words=("reason",))
# The hash is of what was sent, a number and a name among it: whoever tries all numbers would find it.
_TICKED = Person(Erased.TOMBSTONE, words=("reason", "content_hash"))

TABLES = (
    # Whom it is about, it names through the attendance; as an appeal does.
    PersonalTable("attendance_decision", {"attendance_id": _WORDS, "decided_by": STAFF}),
    PersonalTable("list_tick", {"volunteer_id": _TICKED, "typed_person_id": _TICKED, "ticked_by": STAFF}),
    # They go on to count as verified. What was typed is emptied after 14 days, whoever they are.
    PersonalTable(
        "typed_person",
        {"volunteer_id": Person(Erased.TOMBSTONE, words=("mark", "digits", "display_name", "name_key"))},
    ),
    PersonalTable("appeal", {"attendance_id": OWN}),
    PersonalTable("refusal_appeal", {"volunteer_id": OWN, "decided_by": STAFF}),
)
