"""What becomes of the tables of this room that name people."""

from service.models.audit import AUDIT_KEPT
from service.platform.personal_data import Erased, Person, PersonalTable

TABLES = (
    # Entries are never written again: after an erasure the id in them leads to nobody.
    PersonalTable(
        "audit_entry",
        {"actor_id": Person(Erased.KEPT, exported=False), "subject_id": Person(Erased.KEPT)},
        kept=AUDIT_KEPT,
        job="audit.forget",
    ),
)
