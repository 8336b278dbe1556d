"""What becomes of the tables of this room that name people."""

from service.platform.personal_data import LASTING, OWN, STAFF, PersonalTable

TABLES = (
    PersonalTable("organization", {"created_by": LASTING}),
    PersonalTable("membership", {"volunteer_id": OWN}),
    PersonalTable("invitation", {"phone": OWN, "invited_by": STAFF}),
    PersonalTable("contact", {"volunteer_id": OWN, "asked_by": STAFF}),
)
