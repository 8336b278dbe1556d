"""What is decided at the moment of sending: who is left out, who is left to sleep, who has had enough."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import Delivery, InboxItem
from notifications.policy import Action, PushDecision, decide
from service.models import Event, Outbox, Signup, Volunteer
from service.models.base import new_id
from service.people import notification_settings
from tests.conftest import NOW
from tests.makers import make_attendance, make_device, make_event, make_signup, make_volunteer

EVENING = datetime(2026, 5, 16, 18, 30, tzinfo=UTC)
"""23:30 in Almaty: in the default quiet hours, before midnight."""

NIGHT = datetime(2026, 5, 16, 21, 0, tzinfo=UTC)
"""02:00 in Almaty, after midnight."""

EIGHT = datetime(2026, 5, 17, 3, 0, tzinfo=UTC)
"""08:00 in Almaty: the default quiet hours are over."""


def facts_of(event: Event, **more: Any) -> dict[str, Any]:
    return {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "zone": event.zone,
        **more,
    }


def owe(session: Session, event: Event, kind: str = "announcement", at: datetime = NOW, **more: Any) -> UUID:
    """An expanded entry; returns the id of the newest delivery."""
    entry = Outbox(
        id=new_id(), kind=kind, event_id=event.id, facts=facts_of(event, text="…"), created_at=at, **more
    )
    session.add(entry)
    if kind == "event_cancelled":
        event.status = "cancelled"
    session.flush()
    while fan_out.expand(session, entry.id, at):
        pass
    return session.scalars(sa.select(Delivery.id).order_by(Delivery.id.desc()).limit(1)).one()


def going(session: Session, event: Event, **overrides: Any) -> Volunteer:
    person = make_volunteer(session, **overrides)
    make_signup(session, event, person)
    make_device(session, person)
    return person


def decided(session: Session, delivery: UUID, at: datetime = NOW) -> PushDecision:
    session.flush()
    return decide(session, [delivery], at)[delivery]


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, starts_at=NOW + timedelta(days=3))


def test_nobody_is_told_who_cancelled_after_the_push_was_made(session: Session, event: Event) -> None:
    person = going(session, event)
    for kind in ("announcement", "check_in_open", "event_changed"):
        delivery = owe(session, event, kind)
        assert decided(session, delivery).action == Action.SEND
        session.get_one(Signup, (event.id, person.id)).status = "cancelled"
        assert decided(session, delivery).action == Action.DROP
        session.get_one(Signup, (event.id, person.id)).status = "going"


@pytest.mark.parametrize("kind", ["reminder_2h", "reminder_24h", "check_in_open", "event_changed"])
def test_nothing_is_said_of_a_start_that_is_no_more(session: Session, event: Event, kind: str) -> None:
    going(session, event)
    delivery = owe(session, event, kind)
    event.starts_at += timedelta(hours=1)
    assert decided(session, delivery).action == Action.DROP
    event.starts_at -= timedelta(hours=1)
    assert decided(session, delivery).action == Action.SEND
    event.status = "cancelled"
    assert decided(session, delivery).action == Action.DROP


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (EVENING, EIGHT),
        (NIGHT, EIGHT),
        (EIGHT - timedelta(seconds=1), EIGHT),
        (EIGHT, None),
        (datetime(2026, 5, 16, 16, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 5, 16, 17, 0, tzinfo=UTC), EIGHT),
    ],
)
def test_quiet_hours_across_midnight(
    session: Session, event: Event, at: datetime, until: datetime | None
) -> None:
    going(session, event)
    delivery = owe(session, event, at=NOW + timedelta(hours=9))
    decision = decided(session, delivery, at)
    assert decision == (
        PushDecision(Action.WAIT, "quiet hours", until) if until else PushDecision(Action.SEND)
    )


def test_quiet_hours_of_ones_own(session: Session, event: Event) -> None:
    person = going(session, event)
    delivery = owe(session, event, at=EVENING)
    notification_settings.put(session, person.id, {"quiet_from": time(13), "quiet_to": time(15)})
    assert decided(session, delivery, EVENING).action == Action.SEND
    siesta = datetime(2026, 5, 17, 9, 0, tzinfo=UTC)
    assert decided(session, delivery, siesta).until == siesta + timedelta(hours=1)
    notification_settings.put(session, person.id, {"quiet_from": time(0), "quiet_to": time(0)})
    assert decided(session, delivery, siesta).action == Action.SEND


def test_a_change_wakes_only_who_has_to_get_up_for_it(session: Session) -> None:
    soon = make_event(session, starts_at=EVENING + timedelta(hours=11))
    going(session, soon)
    assert decided(session, owe(session, soon, "event_cancelled", EVENING), EVENING).action == Action.SEND
    later = make_event(session, starts_at=EVENING + timedelta(hours=13))
    going(session, later)
    assert decided(session, owe(session, later, "event_cancelled", EVENING), EVENING).action == Action.WAIT


def test_what_would_be_too_late_after_the_night_is_dropped(session: Session) -> None:
    early = make_event(session, starts_at=EIGHT - timedelta(minutes=30))
    going(session, early)
    decision = decided(session, owe(session, early, "reminder_2h", EVENING), EVENING)
    assert decision == PushDecision(Action.DROP, "of no use after the quiet hours")


def test_groups_that_are_switched_off(session: Session, event: Event) -> None:
    person = going(session, event)
    announcement, changed = owe(session, event), owe(session, event, "event_changed")
    notification_settings.put(session, person.id, {"announcements": False})
    assert decided(session, announcement) == PushDecision(Action.DROP, "switched off by the person")
    assert decided(session, changed).action == Action.SEND
    assert session.scalar(sa.select(sa.func.count()).select_from(InboxItem)) == 2


def test_what_was_read_on_one_phone_is_not_pushed_to_the_other(session: Session, event: Event) -> None:
    going(session, event)
    delivery = owe(session, event)
    session.scalars(sa.select(InboxItem)).one().read_at = NOW
    assert decided(session, delivery).reason == "read already"


def test_the_daily_cap_counts_the_local_day_and_spares_the_urgent(session: Session, event: Event) -> None:
    person = going(session, event)
    make_device(session, person)
    notification_settings.put(session, person.id, {"daily_cap": 2})
    for _ in range(3):
        owe(session, event)
    other = make_event(session, starts_at=NOW + timedelta(days=3))
    make_signup(session, other, person)
    urgent = owe(session, other, "event_cancelled")
    ids = session.scalars(sa.select(Delivery.id).where(Delivery.id != urgent)).all()
    decisions = decide(session, ids, NOW)
    sent = [key for key, decision in decisions.items() if decision.action == Action.SEND]
    # Two announcements and the cancellation's other push; each goes to both phones.
    assert len(sent) == 2 * 2 + 1
    session.execute(sa.update(Delivery).where(Delivery.id.in_(sent)).values(status="sent", finished_at=NOW))
    rest = [key for key in ids if key not in sent]
    assert {decision.reason for decision in decide(session, rest, NOW).values()} == {"enough pushes today"}
    assert decided(session, urgent).action == Action.SEND
    tomorrow = datetime(2026, 5, 17, 4, 0, tzinfo=UTC)
    assert {decision.action for decision in decide(session, rest, tomorrow).values()} == {Action.SEND}


def test_a_check_in_is_not_asked_of_who_has_checked_in(session: Session, event: Event) -> None:
    person = going(session, event)
    delivery = owe(session, event, "check_in_open")
    make_attendance(session, event, person)
    assert decided(session, delivery).action == Action.DROP


def test_one_query_a_kind_however_many_entries(session: Session, event: Event) -> None:
    going(session, event)
    for _ in range(20):
        owe(session, event)
        owe(session, event, "event_changed")
    ids = session.scalars(sa.select(Delivery.id)).all()
    statements: list[str] = []
    engine = session.connection()
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    decide(session, ids, NOW)
    assert len(statements) <= 5


def test_without_consent_to_the_transfer_abroad_there_is_the_inbox_alone(
    session: Session, event: Event
) -> None:
    """Nothing of theirs goes through Google's servers; what they are told waits in the inbox (fault 7)."""
    person = going(session, event, consents={"personal_data": "2026-01"})
    delivery = owe(session, event)
    assert decided(session, delivery).action == Action.DROP
    assert session.scalars(sa.select(InboxItem.volunteer_id)).all() == [person.id]


def test_consent_to_a_text_that_is_none_moves_no_push(session: Session, event: Event) -> None:
    going(session, event, consents={"personal_data": "2026-01", "cross_border": "2019-01"})
    assert decided(session, owe(session, event)).action == Action.DROP
