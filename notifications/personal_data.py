"""What becomes of the tables with people that are about what they are told."""

from datetime import timedelta

from notifications.retention import FORGET_TASK, INBOX_KEPT
from service.platform.personal_data import OWN, STAFF, Erased, Person, PersonalTable

TABLES = (
    PersonalTable(
        "outbox",
        {
            "volunteer_id": OWN,
            "created_by": STAFF,
            # How far an audience has been told: a mark on the way, nobody's own.
            "expanded_to": Person(Erased.KEPT, exported=False),
        },
    ),
    PersonalTable("inbox_item", {"volunteer_id": OWN}, kept=INBOX_KEPT, job=FORGET_TASK),
    PersonalTable(
        "delivery", {"volunteer_id": Person(Erased.FOLLOWS, exported=False)}, kept=INBOX_KEPT, job=FORGET_TASK
    ),
    PersonalTable("local_message", {"recipient": OWN}, kept=timedelta(days=2), aged="created_at"),
)
