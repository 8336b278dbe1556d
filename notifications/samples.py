"""Each kind with facts as they might be, to print and check all that people can be told."""

from collections.abc import Iterator
from typing import Any

from notifications.messages import KINDS, words
from notifications.words import LOCALES
from service.models import ConsentName

EVENT: dict[str, Any] = {
    "title": {"kk": "Елек жағалауын тазалау", "ru": "Уборка берега Илека", "en": "Ilek bank clean-up"},
    "starts_at": "2026-05-17T04:00:00+00:00",
    "ends_at": "2026-05-17T07:00:00+00:00",
    "zone": "Asia/Almaty",
    "address": "Ақтөбе, Елек жағалауы, жаяу жүргіншілер көпірі",
    "address_names": {
        "kk": "Ақтөбе, Елек жағалауы, жаяу жүргіншілер көпірі",
        "ru": "Актобе, берег Илека, пешеходный мост",
        "en": "Aktobe, bank of the Ilek, footbridge",
    },
}
UNADDRESSED = EVENT | {"address": "", "address_names": {}}
ORGANIZATION: dict[str, Any] = {
    "organization": {"kk": "Таза Ақтөбе", "ru": "Чистый Актобе", "en": "Clean Aktobe"}
}
REASON = {"reason": "суретте көрінбейсіз"}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "announcement": [EVENT | {"text": "Қолғап пен су ала келіңіздер"}],
    "event_changed": [
        facts | {"changed": changed}
        for changed in (["time"], ["place"], ["time", "place"])
        for facts in (EVENT, UNADDRESSED)
    ],
    "event_cancelled": [EVENT | {"reason": "дауылды ескерту"}, EVENT],
    "event_restored": [EVENT, UNADDRESSED],
    "event_hidden": [EVENT],
    "event_shown": [EVENT],
    "waitlist_moved_up": [EVENT],
    "place_offered": [EVENT | {"confirm_by": "2026-05-17T03:00:00+00:00"}],
    "offer_expired": [EVENT],
    "removed": [EVENT | {"why": why, "min_age": 18} for why in ("min_age", "hazard")]
    + [EVENT | {"why": "organizer"} | REASON],
    "reminder_24h": [EVENT, UNADDRESSED],
    "reminder_2h": [EVENT, UNADDRESSED],
    "check_in_open": [EVENT],
    "nearby_event": [EVENT, UNADDRESSED],
    "thanks": [EVENT | {"minutes": minutes} for minutes in (1, 2, 5, 150, 0)]
    + [EVENT | {"minutes": 130, "year_minutes": 2_490}],
    "certificate_changed": [{"status": "replaced"}, {"status": "revoked"}],
    "milestone": [{"what": "events", "number": 25}, {"what": "hours", "number": 100}],
    "result_missing": [EVENT],
    "event_planned": [EVENT],
    "listed": [EVENT],
    "attendance_denied": [EVENT],
    "review_decided": [
        EVENT | {"status": status} | why for status in ("counted", "rejected") for why in (REASON, {})
    ]
    + [EVENT | {"status": "rejected", "is_final": True} | why for why in (REASON, {})],
    "organization_decided": [
        ORGANIZATION | {"status": status} | why
        for status in ("verified", "rejected", "suspended", "asked")
        for why in (REASON, {})
    ],
    "organization_answered": [
        {"region": {"kk": "Ақтөбе облысы", "ru": "Актюбинская область", "en": "Aktobe Region"}}
    ],
    "invitation": [ORGANIZATION | {"role": role} for role in ("owner", "organizer", "helper")],
    "contact_asked": [{"public": True}, {"public": False}],
    "role_given": [
        ORGANIZATION | {"role": "owner"},
        ORGANIZATION | {"role": "organizer"},
        ORGANIZATION | {"role": "helper"},
        {"role": "event_helper", "title": EVENT["title"]},
        {
            "role": "coordinator",
            "region": {"kk": "Ақтөбе облысы", "ru": "Актюбинская область", "en": "Aktobe Region"},
        },
        {"role": "national_coordinator"},
    ],
    "number_lost": [{}],
    "staff_number_lost": [{}],
    "second_factor_reset": [{}],
    "staff_second_factor_reset": [{}],
    "record_detached": [{}],
    "birth_date_set": [{}],
    "consent_changed": [
        {"consent": name, "version": "2027-01", "required_from": "2027-01-31T19:00:00+00:00"}
        for name in ConsentName
    ],
    "guardian_needed": [{}],
    "guardian_asked": [{}],
    "guardian_accepted": [{}],
    "guardian_withdrew": [{}],
    "guardian_ended": [{}],
    "minor_withdrawn": [EVENT],
    "waiting_digest": [
        {"organizations": 1, "reviews": 2, "appeals": 1, "reports": 5, "photos": 1},
        {"organizations": 21, "reviews": 0, "appeals": 3, "reports": 1, "photos": 4},
    ],
}


def all_words() -> Iterator[tuple[str, str, str, str]]:
    """(kind, locale, title, body) of every kind in every language, one for each variant."""
    for kind in KINDS:
        for locale in LOCALES:
            for facts in SAMPLES[kind]:
                yield kind, locale, *words(kind, facts, locale)
