"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import Erased, Person, PersonalTable

TABLES = (
    # Whoever holds its code is told that it is revoked, or, where its person wanted that, its hours and their
    # initials.
    PersonalTable("certificate", {"volunteer_id": Person(Erased.TOMBSTONE, words=("name",))}),
)
