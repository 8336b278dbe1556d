"""What becomes of the tables of this room that name people."""

from datetime import timedelta

from service.models.bans import BANS_KEPT
from service.models.erasures import ERASURES_KEPT, NUMBERS_KEPT
from service.platform.personal_data import OWN, STAFF, Erased, Person, PersonalTable

# A hash by which nobody is found, and the id of a record that is gone: a ban outlives the person's erasure.
_BANNED = Person(Erased.KEPT, words=("answer",))

# That somebody has agreed stays with the child.
_GUARDIAN = Person(Erased.EMPTIED, words=("name",))

TABLES = (
    PersonalTable(
        "volunteer", {"id": OWN, "subject": OWN, "phone": OWN, "guardian_name": OWN, "guardian_phone": OWN}
    ),
    PersonalTable("coordinator", {"volunteer_id": OWN}),
    PersonalTable("device", {"volunteer_id": OWN}),
    PersonalTable(
        "second_factor", {"volunteer_id": Person(Erased.DELETED, exported=False), "reset_asked_by": STAFF}
    ),
    PersonalTable("enrolment_secret", {"volunteer_id": Person(Erased.DELETED, exported=False)}),
    PersonalTable(
        "web_sign_in",
        {"volunteer_id": Person(Erased.DELETED, exported=False)},
        kept=timedelta(minutes=30),
        job="people.remove_web_sign_ins",
    ),
    PersonalTable(
        "page_session", {"volunteer_id": OWN}, kept=timedelta(days=31), job="people.remove_old_sessions"
    ),
    PersonalTable(
        "page_guest", {"subject": OWN, "phone": OWN}, kept=timedelta(days=31), job="people.remove_old_guests"
    ),
    PersonalTable("guardian_link", {"child_id": OWN, "phone": OWN}, kept=timedelta(days=30), aged="made_at"),
    PersonalTable(
        "guardianship",
        {"child_id": OWN, "subject": _GUARDIAN, "phone": Person(Erased.EMPTIED, exported=False)},
    ),
    PersonalTable("consent", {"volunteer_id": OWN}),
    PersonalTable("notification_settings", {"volunteer_id": OWN}),
    PersonalTable(
        "ban",
        {
            "volunteer_id": _BANNED,
            "marks": Person(Erased.KEPT, exported=False),
            "banned_by": STAFF,
        },
        kept=BANS_KEPT,
        job="people.forget_bans",
    ),
    # What a database that is put back from a copy is to be rid of again.
    PersonalTable(
        "erasure", {"volunteer_id": Person(Erased.KEPT, exported=False)}, kept=ERASURES_KEPT, aged="at"
    ),
    PersonalTable(
        "guardian_erasure",
        {"guardianship_id": Person(Erased.KEPT, exported=False)},
        kept=ERASURES_KEPT,
        aged="at",
    ),
    PersonalTable(
        "erased_number",
        {"mark": Person(Erased.KEPT, exported=False)},
        kept=NUMBERS_KEPT,
        job="people.forget_erased_numbers",
    ),
    PersonalTable("local_identity", {"phone": OWN, "subject": OWN}),
    PersonalTable(
        "sign_in_code",
        {"phone": Person(Erased.DELETED, exported=False)},
        kept=timedelta(days=1),
        aged="expires_at",
    ),
    # A mark of a number, an address or an id: how often in an hour.
    PersonalTable(
        "secret_use", {"subject": Person(Erased.KEPT, exported=False)}, kept=timedelta(days=2), aged="hour"
    ),
)
