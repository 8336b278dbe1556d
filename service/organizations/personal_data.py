"""What becomes of the tables of this room that name people."""

from datetime import timedelta

from service.platform.personal_data import LASTING, OWN, STAFF, PersonalTable

TABLES = (
    PersonalTable("organization", {"created_by": LASTING}),
    PersonalTable("membership", {"volunteer_id": OWN}),
    # The number may be nobody's here, or of somebody who has another one by now.
    PersonalTable(
        "invitation",
        {"phone": OWN, "invited_by": STAFF},
        kept=timedelta(days=30),
        aged="expires_at",
    ),
    PersonalTable("contact", {"volunteer_id": OWN, "asked_by": STAFF}),
)
