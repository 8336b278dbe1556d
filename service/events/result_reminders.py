"""A coordinator's message to the organizers of events of which nobody has said what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor, Permission, may, require_coordinator
from service.events import events, plans
from service.models import AuditAction, Event, EventResult, Outbox
from service.models.base import COUNTRY_ZONE
from service.platform import outbox

KIND = "result_missing"


class Reminded(StrEnum):
    """What came of it for one event."""

    REMINDED = "reminded"
    ALREADY_REMINDED = "already-reminded"
    """By a coordinator, today."""

    NOT_DUE = "not-due"
    """It has a result, is not over, or never began."""

    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class ReminderResult:
    event_id: UUID
    outcome: Reminded


def remind(session: Session, actor: Actor, event_ids: Sequence[UUID], now: datetime) -> list[ReminderResult]:
    """Owe the organizers of these events one message, once a day an event; of other regions nothing is told.

    Raises:
        Forbidden, SecondFactorRequired: coordinates nothing.
    """
    require_coordinator(actor)
    found = {one.id: one for one in session.scalars(sa.select(Event).where(Event.id.in_(event_ids)))}
    said = set(session.scalars(sa.select(EventResult.event_id).where(EventResult.event_id.in_(event_ids))))
    keys = {id_: key_of(id_, now) for id_ in event_ids}
    owed = set(
        session.scalars(sa.select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(list(keys.values()))))
    )
    results = []
    # In the order of the ids, so that two coordinators with the same page wait for each other at worst.
    for id_ in sorted(keys):
        event = found.get(id_)
        if event is None or not may(actor, Permission.REMIND_RESULT, events.target_of(event)):
            outcome = Reminded.NOT_FOUND
        elif id_ in said or event.is_secret or event.never_began or now < event.presence_ends_at:
            outcome = Reminded.NOT_DUE
        elif keys[id_] in owed:
            outcome = Reminded.ALREADY_REMINDED
        else:
            outbox.enqueue_once(session, KIND, keys[id_], now, plans.facts_of(event), event_id=id_)
            events.record(session, actor, AuditAction.RESULTS_REMINDED, event, now)
            outcome = Reminded.REMINDED
        results.append(ReminderResult(id_, outcome))
    return results


def key_of(event_id: UUID, now: datetime) -> str:
    """Of the country's day."""
    return f"{KIND}:{event_id}:asked:{now.astimezone(COUNTRY_ZONE).date()}"
