"""The kinds of notifications: their words, how long they are worth sending, how urgent they are. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifications.words import localized, moment, translate

Facts = Mapping[str, Any]
LONGEST_BODY = 1_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `life`: until when a push of it is worth sending, given its facts and when it was owed."""

    name: str
    channel: str
    life: Callable[[Facts, datetime], datetime]
    urgent: bool = False


def _until_start(facts: Facts, _owed_at: datetime) -> datetime:
    return datetime.fromisoformat(facts["starts_at"])


def _for(days: int) -> Callable[[Facts, datetime], datetime]:
    return lambda _facts, owed_at: owed_at + timedelta(days=days)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("announcement", "announcements", _for(days=1)),
        Kind("event_changed", "changes", _until_start, urgent=True),
        Kind("event_cancelled", "changes", _until_start, urgent=True),
        Kind("waitlist_moved_up", "changes", _until_start, urgent=True),
        Kind("invitation", "organizations", _for(days=7)),
        Kind("organization_decided", "organizations", _for(days=7)),
        Kind("review_decided", "recognition", _for(days=7)),
    )
}


def words(kind: str, facts: Facts, locale: str) -> tuple[str, str]:
    """Title and body in a language."""
    data = _data(facts, locale)
    return (
        translate(f"push.{kind}.title", locale, data),
        translate(_body_key(kind, facts), locale, data)[:LONGEST_BODY],
    )


def _body_key(kind: str, facts: Facts) -> str:
    if kind in ("organization_decided", "review_decided"):
        return f"push.{kind}.{facts['status']}"
    return f"push.{kind}.body"


def _data(facts: Facts, locale: str) -> dict[str, Any]:
    """What the texts may name, in the reader's language."""
    data: dict[str, Any] = {
        "text": facts.get("text") or "",
        "reason": facts.get("reason") or "",
        "address": facts.get("address") or "",
    }
    for name in ("title", "organization"):
        data[name] = localized(facts.get(name) or {}, locale)
    if "starts_at" in facts:
        data["starts_at"] = moment(datetime.fromisoformat(facts["starts_at"]), facts["zone"], locale)
    if "role" in facts:
        data["role"] = translate(f"role.{facts['role']}", locale)
    return data
