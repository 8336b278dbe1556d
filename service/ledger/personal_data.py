"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import Erased, Person, PersonalTable

DERIVED = Person(Erased.FOLLOWS, exported=False)
"""Follows from their attendances, which are exported: `ledger.move_person`, and the fold after it."""

TABLES = (
    PersonalTable("count_pending", {"volunteer_id": DERIVED}),
    PersonalTable("sighting", {"volunteer_id": DERIVED}),
)
