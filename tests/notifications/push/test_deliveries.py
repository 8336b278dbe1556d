"""From what is owed to what is sent: nobody forgotten, nobody told who has left."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out, inbox
from notifications.models import Delivery
from notifications.push import deliveries
from notifications.push.encoding import to_json
from notifications.push.fcm_schema import problems
from notifications.push.gateway import Push, PushOutcome, PushResult
from service.models import Device, Event, Outbox
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer


def owe(session: Session, event: Event, kind: str = "announcement") -> UUID:
    facts = {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "zone": event.zone,
        "address": "Ақтөбе",
        "text": "Қолғап алыңыз",
        "reason": "дауыл",
    }
    entry = Outbox(id=new_id(), kind=kind, event_id=event.id, facts=facts, created_at=NOW)
    session.add(entry)
    if kind == "event_cancelled":
        event.status = "cancelled"
    session.flush()
    return entry.id


def send(session: Session, outcomes: Sequence[PushResult], at: timedelta = timedelta(0)) -> list[Push]:
    """One round of a worker whose gateway answers so."""
    claims = deliveries.claim(session, NOW + at, lease_s=60)
    live = [claim for claim in claims if claim.push is not None]
    deliveries.settle(session, live, list(outcomes)[: len(live)], NOW + at)
    return [claim.push for claim in live if claim.push is not None]


def statuses(session: Session) -> list[str]:
    session.expire_all()
    return sorted(session.scalars(sa.select(Delivery.status)))


def test_everyone_going_is_told_once_in_their_language(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    going, cancelled = make_volunteer(session, locale="ru"), make_volunteer(session)
    make_signup(session, event, going)
    make_signup(session, event, cancelled, status="cancelled")
    for person in (going, cancelled):
        make_device(session, person)
    outbox_id = owe(session, event)
    fan_out.expand(session, outbox_id, NOW)
    fan_out.expand(session, outbox_id, NOW)
    pushes = send(session, [PushResult(PushOutcome.SENT)])
    assert [(push.title, push.body) for push in pushes] == [("Уборка берега Илека", "Қолғап алыңыз")]
    assert problems(to_json(pushes[0])) == []
    assert statuses(session) == ["sent"]
    assert len(inbox.page(session, going.id, "ru", None, 10)) == 1
    assert inbox.page(session, cancelled.id, "kk", None, 10) == []


def test_one_bad_device_amid_many(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    for _ in range(5):
        person = make_volunteer(session)
        make_signup(session, event, person)
        make_device(session, person)
    fan_out.expand(session, owe(session, event), NOW)
    results = [PushResult(PushOutcome.SENT)] * 5
    results[2] = PushResult(PushOutcome.GONE, "UnregisteredError")
    send(session, results)
    assert statuses(session) == ["gone"] + ["sent"] * 4
    assert session.scalar(sa.select(sa.func.count()).where(Device.off_since.is_not(None))) == 1


def test_a_dead_senders_delivery_is_taken_again_with_the_same_id(session: Session) -> None:
    event, person = make_event(session, starts_at=NOW + timedelta(days=1)), make_volunteer(session)
    make_signup(session, event, person)
    make_device(session, person)
    fan_out.expand(session, owe(session, event), NOW)
    (first,) = deliveries.claim(session, NOW, lease_s=60)
    assert deliveries.claim(session, NOW, lease_s=60) == []
    session.execute(sa.update(Delivery).values(lease_until=NOW - timedelta(days=999)))
    assert deliveries.retract(session) == 1
    (second,) = deliveries.claim(session, NOW, lease_s=60)
    assert first.push is not None
    assert second.push is not None
    assert first.push.notification_id == second.push.notification_id


def test_a_retry_waits_as_long_as_the_server_asked(session: Session) -> None:
    event, person = make_event(session, starts_at=NOW + timedelta(days=1)), make_volunteer(session)
    make_signup(session, event, person)
    make_device(session, person)
    fan_out.expand(session, owe(session, event), NOW)
    send(session, [PushResult(PushOutcome.RETRY, "QuotaExceededError", 60)])
    assert statuses(session) == ["due"]
    assert deliveries.claim(session, NOW + timedelta(seconds=59), lease_s=60) == []
    assert len(send(session, [PushResult(PushOutcome.SENT)], timedelta(seconds=91))) == 1


def test_a_push_that_would_come_too_late_expires(session: Session) -> None:
    event, person = make_event(session, starts_at=NOW + timedelta(hours=1)), make_volunteer(session)
    make_signup(session, event, person)
    make_device(session, person)
    fan_out.expand(session, owe(session, event, "event_cancelled"), NOW)
    assert send(session, [PushResult(PushOutcome.SENT)], timedelta(hours=1)) == []
    assert statuses(session) == ["expired"]


def test_a_device_that_moved_to_another_person_gets_nothing(session: Session) -> None:
    event, person = make_event(session, starts_at=NOW + timedelta(days=1)), make_volunteer(session)
    make_signup(session, event, person)
    device = make_device(session, person)
    fan_out.expand(session, owe(session, event), NOW)
    session.delete(device)
    session.flush()
    (claim,) = deliveries.claim(session, NOW, lease_s=60)
    assert claim.push is None


@pytest.mark.parametrize("kind", ["announcement", "event_changed", "event_cancelled", "waitlist_moved_up"])
@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize("platform", ["android", "ios", "web"])
def test_each_kind_passes_googles_schema(session: Session, kind: str, locale: str, platform: str) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = make_volunteer(session, locale=locale)
    make_signup(session, event, person)
    make_device(session, person, platform=platform, kind="token")
    outbox_id = owe(session, event, kind)
    session.get_one(Outbox, outbox_id).volunteer_id = person.id
    fan_out.expand(session, outbox_id, NOW)
    (claim,) = deliveries.claim(session, NOW, lease_s=60)
    assert claim.push is not None
    message = to_json(claim.push)
    assert problems(message) == []
    message["message"]["colour"] = "red"
    assert problems(message) == ["request.message.colour: unknown field"]
