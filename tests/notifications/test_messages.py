"""The words: each kind for each platform is what Google takes, and speaks one language at a time."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifications import samples
from notifications.audience import AUDIENCES
from notifications.messages import KINDS, Quiet, words
from notifications.push.encoding import shortened, to_json
from notifications.push.fcm_schema import problems
from notifications.push.gateway import Push
from notifications.words import LOCALES
from tests.conftest import NOW

PUSH = Push(
    notification_id="019a2b43-da95-76d9-b7ca-338e67a4b6e6",
    kind="announcement",
    target_kind="fid",
    target="f1",
    platform="android",
    title="",
    body="",
    data={"event_id": "019a2b43-da95-76d9-b7ca-338e67a4b6e6", "organization_id": "o"},
    collapse_key="announcement:e1",
    ttl_s=3600,
    urgent=False,
    channel="announcements",
)
CASES = [(kind, facts) for kind, variants in samples.SAMPLES.items() for facts in variants]


def push(kind: str, facts: dict[str, Any], locale: str, **changes: Any) -> Push:
    title, body = words(kind, facts, locale)
    of = KINDS[kind]
    values = {"kind": kind, "title": title, "body": body, "urgent": of.urgent, "channel": of.channel}
    return replace(PUSH, **values | changes)


def test_every_kind_has_an_audience_and_samples() -> None:
    assert set(KINDS) == set(AUDIENCES) == set(samples.SAMPLES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("platform", ["android", "ios", "web"])
@pytest.mark.parametrize(("target_kind", "link"), [("fid", None), ("token", "https://app.example.kz")])
def test_every_message_is_what_google_takes(
    locale: str, platform: str, target_kind: str, link: str | None
) -> None:
    for kind, facts in CASES:
        sent = push(kind, facts, locale, platform=platform, target_kind=target_kind)
        message = to_json(sent, link)
        assert problems(message) == [], kind
        assert sent.title
        assert sent.body, kind
        assert "{" not in sent.title + sent.body


def test_the_options_of_a_change_and_of_thanks() -> None:
    message = to_json(push("event_changed", samples.EVENT, "kk"), "https://app.example.kz")["message"]
    assert message["android"]["priority"] == "high"
    assert message["android"]["notification"]["channel_id"] == "changes"
    assert message["apns"]["payload"]["aps"]["interruption-level"] == "time-sensitive"
    assert message["apns"]["headers"]["apns-push-type"] == "alert"
    assert message["webpush"]["fcm_options"]["link"] == (
        "https://app.example.kz/events/019a2b43-da95-76d9-b7ca-338e67a4b6e6"
    )
    quiet = to_json(push("thanks", samples.EVENT | {"minutes": 3}, "kk"))["message"]
    assert quiet["android"]["priority"] == "normal"
    assert quiet["apns"]["payload"]["aps"]["interruption-level"] == "passive"


def test_an_event_months_away_keeps_within_googles_28_days() -> None:
    message = to_json(replace(PUSH, title="x", ttl_s=90 * 24 * 3600))
    assert problems(message) == []
    assert message["message"]["android"]["ttl"] == "2419200s"


def test_a_long_text_is_shortened_to_what_fits() -> None:
    text = "Таза өзен — таза болашақ. " * 300
    message = to_json(replace(PUSH, title=text, body=text))
    assert problems(message) == []
    body = message["message"]["notification"]["body"]
    assert body.endswith("…")
    assert text.startswith(body[:-1])
    assert len(body.encode()) <= 1_600


@pytest.mark.parametrize("text", ["қысқа", "ұ" * 100, "бір екі үш " * 9, "👩‍🌾" * 30, ""])
def test_shortening_never_cuts_a_letter_or_goes_over(text: str) -> None:
    short = shortened(text, 40)
    assert len(short.encode()) <= 40
    assert text.startswith(short.rstrip("…"))
    assert (short == text) == (len(text.encode()) <= 40)


def test_a_payload_that_is_still_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        to_json(replace(PUSH, title="x", data={"event_id": "e" * 4_096}))


KAZAKH_ONLY = re.compile("[әғқңөұүһі]", re.IGNORECASE)
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def test_no_message_speaks_two_languages() -> None:
    """The organizer's own words aside, a text is of one language throughout."""
    told_by_people = ("address", "reason", "text")
    for kind, facts in CASES:
        own = {name: value for name, value in facts.items() if name not in told_by_people}
        assert not KAZAKH_ONLY.search("".join(words(kind, own, "ru"))), kind
        assert not CYRILLIC.search("".join(words(kind, own, "en"))), kind
        if kind != "announcement":
            assert KAZAKH_ONLY.search("".join(words(kind, own, "kk"))), kind


def test_kinds_say_how_long_they_live() -> None:
    start, facts = (
        NOW + timedelta(hours=5),
        samples.EVENT | {"starts_at": (NOW + timedelta(hours=5)).isoformat()},
    )
    assert KINDS["reminder_2h"].life(facts, NOW) == start
    assert KINDS["announcement"].life(facts, NOW) == NOW + timedelta(days=1)
    assert KINDS["event_cancelled"].life(facts, start + timedelta(hours=1)) == start + timedelta(hours=2)
    assert {name for name, kind in KINDS.items() if kind.quiet == Quiet.BEFORE} == {
        "reminder_24h",
        "reminder_2h",
    }
