"""The evening after an event its organizers are asked what came of it, until somebody has said so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import policy
from notifications.models import Delivery, InboxItem
from notifications.policy import Action
from service.models import Event, EventResult, Organization, Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_member, make_volunteer
from tests.notifications.conftest import Run
from tests.notifications.test_reminders import told

START = datetime(2026, 5, 16, 5, 0, tzinfo=UTC)
"""Saturday, 10:00 in Almaty; it ends at 13:00."""

EVENING = datetime(2026, 5, 16, 14, 0, tzinfo=UTC)


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, starts_at=START)


def said(session: Session, event: Event, by: Volunteer) -> None:
    values: dict[str, Any] = {"version": 1, "created_by": by.id, "updated_by": by.id}
    session.add(EventResult(event_id=event.id, created_at=NOW, updated_at=NOW, trees=5, **values))
    session.flush()


def test_they_are_asked_once_in_the_evening(
    session: Session, run: Run, owner: Volunteer, organization: Organization, event: Event
) -> None:
    organizer, stranger = make_volunteer(session), make_volunteer(session)
    make_member(session, organization, organizer)
    run(EVENING - timedelta(minutes=1))
    assert told(session, owner) == []
    for minutes in (0, 1, 60, 24 * 60):
        run(EVENING + timedelta(minutes=minutes))
    for person in (owner, organizer):
        assert told(session, person).count("result_missing") == 1
    assert told(session, stranger) == []


def test_who_has_said_it_is_not_asked(session: Session, run: Run, owner: Volunteer, event: Event) -> None:
    said(session, event, owner)
    run(EVENING)
    assert told(session, owner) == []


def test_an_event_of_the_evening_waits_for_the_next(
    session: Session, run: Run, owner: Volunteer, organization: Organization
) -> None:
    make_event(session, organization, starts_at=EVENING - timedelta(hours=5))  # it ended at 17:00
    run(EVENING + timedelta(hours=4))
    assert told(session, owner) == []
    run(EVENING + timedelta(days=1))
    assert told(session, owner) == ["result_missing"]


def test_a_worker_that_was_down_asks_for_three_days(
    session: Session, run: Run, owner: Volunteer, event: Event
) -> None:
    run(START + timedelta(days=3, hours=3, minutes=1))
    assert told(session, owner) == []
    run(START + timedelta(days=3))
    assert told(session, owner) == ["result_missing"]


@pytest.mark.parametrize(
    "values",
    [
        {"status": "draft"},
        {"status": "cancelled", "cancelled_at": START - timedelta(hours=1), "cancel_reason": "дауыл"},
    ],
)
def test_of_what_did_not_take_place_nobody_is_asked(
    session: Session, run: Run, owner: Volunteer, organization: Organization, values: dict[str, Any]
) -> None:
    make_event(session, organization, starts_at=START, **values)
    run(EVENING)
    assert told(session, owner) == []


def test_a_suspended_organization_is_not_asked(
    session: Session, run: Run, owner: Volunteer, organization: Organization, event: Event
) -> None:
    organization.status = "suspended"
    run(EVENING)
    assert told(session, owner) == []


def test_the_push_respects_the_night_and_is_not_sent_once_it_was_said(
    session: Session, run: Run, owner: Volunteer, event: Event
) -> None:
    make_device(session, owner)
    run(EVENING)
    (delivery,) = session.scalars(sa.select(Delivery))
    assert delivery.expires_at == EVENING + timedelta(days=3)
    night = datetime(2026, 5, 16, 18, 0, tzinfo=UTC)
    (decision,) = policy.decide(session, [delivery.id], night).values()
    assert decision.action is Action.WAIT
    (decision,) = policy.decide(session, [delivery.id], EVENING).values()
    assert decision.action is Action.SEND
    said(session, event, owner)
    (decision,) = policy.decide(session, [delivery.id], EVENING).values()
    assert decision.action is not Action.SEND
    query = sa.select(Outbox.kind).join(InboxItem, InboxItem.outbox_id == Outbox.id)
    assert list(session.scalars(query)) == ["result_missing"]
