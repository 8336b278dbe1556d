"""What a lock screen shows: no reason of a decision, nothing without consent, the event's own name."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out, inbox, messages, samples
from notifications.push import deliveries
from notifications.words import LOCALES
from service.models import Consent, Outbox, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer

REASON = "суретте көрінбейсіз"
READ = {"kk": "Қолданбадан оқыңыз", "ru": "Подробнее в приложении", "en": "Read more in the app"}
CASES = [(kind, facts) for kind, variants in samples.SAMPLES.items() for facts in variants]


def of_push(kind: str, facts: dict[str, Any], locale: str) -> tuple[str, str]:
    """Title and body of the push of a kind."""
    found: tuple[str, str] = getattr(messages, "push_words", messages.words)(kind, facts, locale)
    return found


def told(session: Session, kind: str, person: Volunteer, **facts: Any) -> list[str]:
    """The title and the body of the push that really goes to a person, if one does."""
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    make_signup(session, event, person)
    values = {"title": event.title, "zone": event.zone, "starts_at": event.starts_at.isoformat()}
    entry = Outbox(
        id=new_id(),
        kind=kind,
        event_id=event.id,
        volunteer_id=person.id,
        facts=values | facts,
        created_at=NOW,
    )
    session.add(entry)
    session.flush()
    fan_out.expand(session, entry.id, NOW)
    claims = deliveries.claim(session, NOW, lease_s=60)
    return [f"{claim.push.title}\n{claim.push.body}" for claim in claims if claim.push is not None]


def reader(session: Session, locale: str = "kk") -> Volunteer:
    person = make_volunteer(session, locale=locale)
    make_device(session, person)
    return person


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("status", ["counted", "rejected"])
def test_why_a_ruling_fell_is_read_in_the_app(session: Session, locale: str, status: str) -> None:
    person = reader(session, locale)
    (shown,) = told(session, "review_decided", person, status=status, reason=REASON)
    assert REASON not in shown
    assert READ[locale] in shown
    (item,) = inbox.page(session, person.id, locale, None, 10)
    assert REASON in item.body


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", ["review_decided", "removed", "organization_decided"])
def test_a_decision_about_somebody_is_one_sentence_on_the_lock_screen(kind: str, locale: str) -> None:
    for facts in samples.SAMPLES[kind]:
        body = of_push(kind, facts, locale)[1]
        assert READ[locale] in body
        assert str(facts.get("min_age", "nothing")) not in body
        assert len(body.removesuffix(".").split(". ")) == 2


@pytest.mark.parametrize("locale", LOCALES)
def test_no_push_says_a_name_or_a_reason_of_its_samples(locale: str) -> None:
    people = {"display_name": "Айгүл Серікқызы", "name": "Нұрлан", "phone": "+77010000001"}
    for kind, facts in CASES:
        # Why an event is called off or moved is no secret: its page says it.
        is_open = kind in ("event_cancelled", "event_changed")
        reasoned = facts | people | ({} if is_open else {"reason": REASON})
        shown = " ".join(of_push(kind, reasoned, locale))
        assert not any(secret in shown for secret in (*people.values(), REASON)), kind


@pytest.mark.parametrize("locale", LOCALES)
def test_titles_leave_room_for_the_events_name(locale: str) -> None:
    """At least 24 of 40 characters; a longer name is cut by whole words, and whole in the inbox."""
    long = "Есентай өзенінің жағасын тазалау сенбілігі"
    for kind, facts in CASES:
        fixed = messages.words(kind, facts | {"title": {}}, locale)[0].strip()
        title, _ = of_push(kind, facts | {"title": dict.fromkeys(LOCALES, long)}, locale)
        if title.startswith(fixed) and title != fixed:
            assert len(fixed) <= 16, (kind, fixed)
            assert len(title) <= 40, (kind, title)
            assert title.endswith("…")
            name = title.removesuffix("…").removeprefix(fixed).strip()
            assert long.startswith(name + " ")
            assert long in messages.words(kind, facts | {"title": dict.fromkeys(LOCALES, long)}, locale)[0]


@pytest.mark.parametrize(
    ("locale", "durations"),
    [
        ("kk", {150: "2 сағ 30 мин", 60: "1 сағ", 5: "5 мин"}),
        ("ru", {150: "2 ч 30 мин", 60: "1 ч", 5: "5 мин"}),
        ("en", {150: "2 h 30 min", 60: "1 h", 5: "5 min"}),
    ],
)
def test_thanks_speak_of_hours(locale: str, durations: dict[int, str]) -> None:
    for minutes, text in durations.items():
        body = messages.words("thanks", samples.EVENT | {"minutes": minutes}, locale)[1]
        assert text in body
        assert str(minutes) not in body or minutes < 60


def test_who_has_not_agreed_to_the_transfer_abroad_gets_no_push(session: Session) -> None:
    """Google lies abroad; the inbox has it all the same."""
    person, other = reader(session), reader(session)
    session.execute(
        sa.delete(Consent).where(Consent.volunteer_id == person.id, Consent.name == "cross_border")
    )
    assert told(session, "announcement", person, text="Қолғап") == []
    assert len(inbox.page(session, person.id, "kk", None, 10)) == 1
    assert len(told(session, "announcement", other, text="Қолғап")) == 1


def test_who_withdraws_between_expansion_and_sending_gets_none(session: Session) -> None:
    person = reader(session)
    assert len(told(session, "announcement", person, text="Қолғап")) == 1
    session.execute(
        sa.update(Consent)
        .where(Consent.volunteer_id == person.id, Consent.name == "cross_border")
        .values(withdrawn_at=NOW - timedelta(minutes=1))
    )
    assert told(session, "announcement", person, text="Қолғап") == []
