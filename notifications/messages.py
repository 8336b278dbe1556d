"""The kinds of notifications, each a small entry, and their words in three languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from notifications.audience import AUDIENCES, Audience
from notifications.words import day, duration, has, moment, reason_in, translate, translate_plural
from service.models.base import COUNTRY_ZONE, localized
from service.rulings.waiting import Waiting

Facts = Mapping[str, Any]
SettingsGroup = Literal["changes", "reminders", "announcements", "nearby", "recognition"]
Life = Callable[[Facts, datetime], datetime]


class Quiet(StrEnum):
    """What a person's quiet hours mean for a kind."""

    # It waits until they are over.
    RESPECTED = "respected"
    # It waits, unless the event starts within 12 hours.
    IGNORED_NEAR_START = "ignored-near-start"
    # It is due before they begin; when that was missed it waits.
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """One kind of notification.

    `channel`: Android's channel. `group`: the switch in a person's settings, None where nobody may switch it
    off. `life`: until when a push is worth sending, given its facts and when it was owed. `urgent`: with high
    priority, and exempt from the daily cap. `level`: how much iOS may interrupt. `path`: the page of the web
    app, ids to be filled in. `once_a_day`: a person gets one of the kind a local day. `replaces`: among what
    ("changes", "reminders") of one event a phone that was off needs the newest alone. `is_decision`: about a
    person or an organization, so that a lock screen says no more than what was decided. `button`: what a
    phone lets one do on the spot, "confirm"; its words are `push.button.<button>`.
    """

    name: str
    channel: str
    group: SettingsGroup | None
    quiet: Quiet
    life: Life
    path: str = "/inbox"
    level: Literal["passive", "active", "time-sensitive"] = "active"
    urgent: bool = False
    once_a_day: bool = False
    replaces: str | None = None
    is_decision: bool = False
    button: str | None = None

    def collapse_key(self, notification_id: UUID, event_id: UUID | None) -> str:
        """Of the pushes with one key a phone that was off gets the newest: mostly each has its own."""
        return f"{self.replaces}:{event_id}" if self.replaces else str(notification_id)

    @property
    def audience(self) -> Audience:
        """Whom it is for, at the moment of asking."""
        return AUDIENCES[self.name]


class UnknownWordsError(LookupError):
    """This release has no such words: a newer one, which runs beside it, owes what they would say."""


LEAST_LIFE = timedelta(hours=1)


def _until_start(facts: Facts, _owed_at: datetime) -> datetime:
    return datetime.fromisoformat(facts["starts_at"])


def _until_start_or_an_hour(facts: Facts, owed_at: datetime) -> datetime:
    """What is decided while an event is running is still news."""
    starts_at = _until_start(facts, owed_at)
    return starts_at if starts_at > owed_at else owed_at + LEAST_LIFE


def _until_offer_ends(facts: Facts, _owed_at: datetime) -> datetime:
    return datetime.fromisoformat(facts["confirm_by"])


def _until_end(facts: Facts, _owed_at: datetime) -> datetime:
    return datetime.fromisoformat(facts["ends_at"])


def _for(days: int) -> Life:
    return lambda _facts, owed_at: owed_at + timedelta(days=days)


EVENT = "/events/{event_id}"
ORGANIZATION = "/organizations/{organization_id}"

# Short names, so that the table stays one.
_R, _N, _B = Quiet.RESPECTED, Quiet.IGNORED_NEAR_START, Quiet.BEFORE
_NOW: dict[str, Any] = {"urgent": True, "level": "time-sensitive"}
_CHANGE: dict[str, Any] = {"replaces": "changes"}

KINDS: Mapping[str, NotificationKind] = {
    kind.name: kind
    for kind in (
        NotificationKind("announcement", "announcements", "announcements", _R, _for(days=1), EVENT),
        NotificationKind(
            "event_changed", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_NOW, **_CHANGE
        ),
        NotificationKind(
            "event_cancelled", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_NOW, **_CHANGE
        ),
        NotificationKind(
            "event_restored", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_NOW, **_CHANGE
        ),
        NotificationKind("event_hidden", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_CHANGE),
        NotificationKind("event_shown", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_CHANGE),
        NotificationKind(
            "waitlist_moved_up", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_NOW
        ),
        NotificationKind(
            "place_offered", "changes", "changes", _N, _until_offer_ends, EVENT, **_NOW, button="confirm"
        ),
        NotificationKind("offer_expired", "changes", "changes", _N, _until_start_or_an_hour, EVENT),
        NotificationKind(
            "removed", "changes", "changes", _N, _until_start_or_an_hour, EVENT, **_NOW, is_decision=True
        ),
        NotificationKind(
            "reminder_24h", "reminders", "reminders", _B, _until_start, EVENT, replaces="reminders"
        ),
        NotificationKind(
            "reminder_2h", "reminders", "reminders", _B, _until_start, EVENT, replaces="reminders"
        ),
        NotificationKind("check_in_open", "reminders", "reminders", _R, _until_end, EVENT),
        NotificationKind(
            "nearby_event", "nearby", "nearby", _R, _until_start, EVENT, "passive", once_a_day=True
        ),
        NotificationKind("thanks", "recognition", "recognition", _R, _for(days=7), EVENT, "passive"),
        NotificationKind("milestone", "recognition", "recognition", _R, _for(days=7), level="passive"),
        NotificationKind("certificate_changed", "recognition", "recognition", _R, _for(days=7)),
        NotificationKind("event_planned", "organizations", None, _R, _until_start, EVENT),
        NotificationKind("result_missing", "organizations", None, _R, _for(days=3), EVENT),
        NotificationKind("listed", "decisions", None, _R, _for(days=7), EVENT),
        NotificationKind("attendance_denied", "coordination", None, _R, _for(days=7), EVENT),
        NotificationKind("review_decided", "decisions", None, _R, _for(days=7), EVENT, is_decision=True),
        NotificationKind(
            "organization_decided", "organizations", None, _R, _for(days=7), ORGANIZATION, is_decision=True
        ),
        NotificationKind("organization_answered", "coordination", None, _R, _for(days=7), "/coordination"),
        NotificationKind("invitation", "organizations", None, _R, _for(days=7)),
        NotificationKind("contact_asked", "organizations", None, _R, _for(days=7)),
        NotificationKind("role_given", "organizations", None, _R, _for(days=7)),
        NotificationKind("number_lost", "organizations", None, _R, _for(days=7)),
        NotificationKind("staff_number_lost", "coordination", None, _R, _for(days=7)),
        NotificationKind("record_detached", "coordination", None, _R, _for(days=7)),
        NotificationKind("second_factor_reset", "organizations", None, _R, _for(days=7)),
        NotificationKind("staff_second_factor_reset", "coordination", None, _R, _for(days=7)),
        NotificationKind("birth_date_set", "decisions", None, _R, _for(days=7)),
        NotificationKind("consent_changed", "decisions", None, _R, _for(days=7)),
        NotificationKind("guardian_needed", "decisions", None, _R, _for(days=7)),
        NotificationKind("guardian_asked", "decisions", None, _R, _for(days=7)),
        NotificationKind("guardian_accepted", "decisions", None, _R, _for(days=7)),
        NotificationKind("guardian_withdrew", "decisions", None, _R, _for(days=7)),
        NotificationKind("guardian_ended", "decisions", None, _R, _for(days=7)),
        NotificationKind("minor_withdrawn", "organizations", None, _R, _until_start_or_an_hour, EVENT),
        NotificationKind(
            "waiting_digest", "coordination", None, _R, _for(days=1), "/coordination", "passive"
        ),
    )
}


def words(kind: str, facts: Facts, locale: str) -> tuple[str, str]:
    """Title and body in a language; `facts` are the entry's and, over them, the person's own.

    Raises:
        UnknownWordsError: a newer release's.
    """
    data = _data(kind, facts, locale)
    return _said(_title_key(kind, facts), locale, data), _body(kind, facts, locale, data)


def _said(key: str, locale: str, data: Facts | None = None) -> str:
    """The text of a key that may be a newer release's. Raises UnknownWordsError."""
    if not has(key, locale):
        raise UnknownWordsError(key)
    return translate(key, locale, data)


LONGEST_TITLE = 40
"""Characters of a push's title that a phone shows on one line."""


def button_words(kind: str, locale: str) -> str | None:
    """What stands on the button of a kind, if it has one."""
    button = KINDS[kind].button
    return None if button is None else translate(f"push.button.{button}", locale)


def push_words(kind: str, facts: Facts, locale: str) -> tuple[str, str]:
    """Title and body for a lock screen, which others read, too.

    Why something was decided about a person or an organization is read in the app. An event's name is cut to
    whole words.

    Raises:
        UnknownWordsError: a newer release's.
    """
    data = _data(kind, facts, locale)
    key = _title_key(kind, facts)
    room = LONGEST_TITLE - len(_said(key, locale, data | {"title": ""}))
    title = translate(key, locale, data | {"title": _cut(data["title"], room)})
    if not KINDS[kind].is_decision:
        return title, _body(kind, facts, locale, data)
    first = _body(kind, {**facts, "reason": None}, locale, data).split("\n")[0].split(". ")[0].rstrip(".")
    return title, f"{first}. {translate('push.read_in_app', locale)}"


def _cut(text: str, room: int) -> str:
    """The text, or as many whole words of it as there is room for, with an ellipsis."""
    if len(text) <= room:
        return text
    kept = text[:room]
    words_kept = kept.rpartition(" ")[0] or kept[:-1]
    return words_kept.rstrip(" ,.;:–—-") + "…"


def _title_key(kind: str, facts: Facts) -> str:
    return f"push.{kind}.title" + (f"_{facts['status']}" if kind == "review_decided" else "")


def _body(kind: str, facts: Facts, locale: str, data: dict[str, Any]) -> str:
    if kind == "thanks" and facts.get("minutes"):
        data = data | {"duration": duration(int(facts["minutes"]), locale)}
        year = int(facts.get("year_minutes") or 0)
        # Of the first event of a year it is the same.
        total = duration(year, locale) if year > int(facts["minutes"]) else ""
        said = translate("push.thanks.body", locale, data)
        return said + (f"\n{translate('push.thanks.year', locale, {'duration': total})}" if total else "")
    if kind == "waiting_digest":
        lines = [(name, int(facts.get(name) or 0)) for name in Waiting]
        return "\n".join(
            translate_plural(f"push.waiting_digest.{name}", number, locale)
            for name, number in lines
            if number
        )
    body = _said(_body_key(kind, facts), locale, data)
    if kind == "event_changed" and facts.get("reason"):
        body += "\n" + translate("push.event_changed.reason", locale, data)
    if facts.get("series"):
        body += "\n" + _said(f"push.series.{kind.removeprefix('event_')}", locale)
    if kind == "organization_decided" and facts.get("contact"):
        body += "\n" + translate("push.organization_decided.questions", locale, facts)
    return body


VARIANTS: Mapping[str, str] = {
    "certificate_changed": "status",
    "milestone": "what",
    "organization_decided": "status",
    "removed": "why",
    "review_decided": "status",
    "role_given": "role",
}
"""The fact by which the words of a kind vary."""


def _body_key(kind: str, facts: Facts) -> str:
    """The variant that fits the facts: what was decided or changed, with or without a reason, an address."""
    variant = facts[VARIANTS[kind]] if kind in VARIANTS else "body"
    if kind == "review_decided" and variant == "rejected" and facts.get("is_final"):
        variant = "rejected_finally"
    elif kind == "event_changed":
        variant = "_".join(facts.get("changed") or ("time", "place"))
    elif kind == "thanks":
        variant = "came"
    elif kind == "contact_asked" and facts.get("public"):
        variant = "public"
    key = f"push.{kind}.{variant}"
    for fact, suffix in (("reason", "unexplained"), ("address", "unaddressed")):
        if not facts.get(fact) and has(f"{key}_{suffix}"):
            return f"{key}_{suffix}"
    return key


def _data(kind: str, facts: Facts, locale: str) -> dict[str, Any]:
    """What the texts may name, in the reader's language. Raises UnknownWordsError."""
    data: dict[str, Any] = {
        "text": facts.get("text") or "",
        "reason": reason_in(facts.get("reason") or "", locale),
        "address": localized(facts.get("address_names") or {}, locale) or facts.get("address") or "",
        "min_age": facts.get("min_age") or "",
        "number": facts.get("number") or "",
    }
    for name in ("title", "organization", "region"):
        data[name] = localized(facts.get(name) or {}, locale)
    for name in ("starts_at", "confirm_by"):
        if name in facts:
            data[name] = moment(datetime.fromisoformat(facts[name]), facts["zone"], locale)
    if "required_from" in facts:
        data["consent"] = translate(f"consent.{facts['consent']}", locale)
        data["day"] = day(datetime.fromisoformat(facts["required_from"]), str(COUNTRY_ZONE), locale)
    if kind == "invitation" and "role" in facts:
        data["role"] = _said(f"role.{facts['role']}", locale)
    return data
