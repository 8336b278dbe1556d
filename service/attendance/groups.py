"""Head counts of classes and companies without accounts, as organizers say; counted apart everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require
from service.attendance.derivation import event_minutes
from service.events import events, frozen, unusual
from service.ledger import ledger
from service.models import AuditAction, Event, Headcount, HeadcountCategory

OPEN_AFTER_END = timedelta(days=14)
"""So long organizers give head counts and take them back: as long as a phone's kept records are taken."""


MAX_GROUPS = 200
"""Of one event: as many collectives as a large square holds, and a page shows."""


USUAL_PEOPLE, USUAL_TIMES_EXPECTED = 300, 2
"""More than so many people, or so many times those announced, are asked about before they are taken."""


def is_unusual(people: int, expected: int | None) -> bool:
    """Whether a number is worth a question: a digit too many is the commonest slip of a thumb."""
    return people > USUAL_PEOPLE or (expected is not None and people > USUAL_TIMES_EXPECTED * expected)


@dataclass(frozen=True, slots=True)
class Group:
    """What an organizer says of a group; None: nothing is said, and what was said before stays.

    `people`: how many came, which confirms the group; `minutes`: how long each worked; `expected`: how many
    were announced.
    """

    name: str
    people: int | None = None
    minutes: int | None = None
    category: HeadcountCategory | None = None
    expected: int | None = None

    def columns(self) -> dict[str, Any]:
        """Those of a head count that something is said of."""
        said = {
            "group_name": self.name,
            "people": self.people,
            "minutes": self.minutes,
            "category": self.category,
            "expected": self.expected,
        }
        return {name: value for name, value in said.items() if value is not None}


def give(
    session: Session,
    actor: Actor,
    event_id: UUID,
    headcount_id: UUID,
    group: Group,
    now: datetime,
    reason: str | None = None,
) -> tuple[Headcount, bool]:
    """Announce a group or confirm it, or say it anew; the counts move by the difference.

    A group is announced from the draft on, and counts once its people were seen there. A coordinator has 90
    days, and gives a `reason`.

    Returns:
        The head count, and whether it is new.

    Raises:
        NotFound, Forbidden. NotPublished, Cancelled, NotStarted, HeadcountsClosed.
        Invalid: more minutes than the event has; neither how many came nor how many are expected;
            a coordinator, without a reason. TooManyGroups.
    """
    event = _locked_event(session, actor, event_id)
    open_for = _open_for(actor, event, reason)
    _check_open(event, now, open_for, is_announced=group.people is None)
    _check_minutes(event, group)
    stored = session.get(Headcount, (event_id, headcount_id), populate_existing=True)
    if group.people is None and group.expected is None and (stored is None or stored.taken_back):
        raise errors.Invalid("people", "headcount-people")
    if stored is None or stored.taken_back:
        _check_not_too_many(session, event_id)
    if stored is None:
        made = Headcount(
            event_id=event_id,
            id=headcount_id,
            created_by=actor.volunteer_id,
            created_at=now,
            taken_back=True,
        )
        session.add(made)
        made.change_reason = reason
        _change(session, actor, event, made, group, now)
        return made, True
    is_other = any(getattr(stored, name) != value for name, value in group.columns().items())
    if stored.taken_back or is_other:
        stored.change_reason = reason
        _change(session, actor, event, stored, group, now)
    return stored, False


def _open_for(actor: Actor, event: Event, reason: str | None) -> timedelta:
    """How long after the end this caller counts. Raises Invalid: a coordinator, without a reason."""
    if not may(actor, Permission.COUNT_AS_COORDINATOR, events.target_of(event)):
        return OPEN_AFTER_END
    if reason is None:
        raise errors.Invalid("reason", "required")
    return frozen.COORDINATORS_OPEN_AFTER_END


def _change(
    session: Session, actor: Actor, event: Event, headcount: Headcount, group: Group, now: datetime
) -> None:
    before = _figures(headcount)
    if headcount.taken_back:
        # What was taken back is forgotten, and the group begins anew.
        headcount.people = headcount.minutes = headcount.category = headcount.expected = None
    for name, value in group.columns().items():
        setattr(headcount, name, value)
    headcount.taken_back = False
    _note_change(session, actor, event, headcount, before, now)
    detail = {"headcount": str(headcount.id), "people": headcount.people, "before": before["headcount"]}
    events.record(session, actor, AuditAction.HEADCOUNT_GIVEN, event, now, detail=detail)


def retract(
    session: Session,
    actor: Actor,
    event_id: UUID,
    headcount_id: UUID,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Take a head count back; repeated, it changes nothing. A coordinator as in `give`.

    Raises:
        NotFound, Forbidden. HeadcountsClosed. Invalid: a coordinator, without a reason.
    """
    event = _locked_event(session, actor, event_id)
    open_for = _open_for(actor, event, reason)
    stored = session.get(Headcount, (event_id, headcount_id), populate_existing=True)
    if stored is None:
        raise errors.NotFound(errors.Thing.HEADCOUNT)
    if stored.taken_back:
        return
    _check_not_closed(event, now, open_for)
    before, stored.taken_back, stored.change_reason = _figures(stored), True, reason
    _note_change(session, actor, event, stored, before, now)
    detail = {"headcount": str(stored.id), "before": before["headcount"]}
    events.record(session, actor, AuditAction.HEADCOUNT_TAKEN_BACK, event, now, detail=detail)


def _note_change(
    session: Session,
    actor: Actor,
    event: Event,
    headcount: Headcount,
    before: Mapping[str, int],
    now: datetime,
) -> None:
    """Note whose change it was; the counts move by what is another than `before`."""
    headcount.changed_by, headcount.changed_at = actor.volunteer_id, now
    deltas = {name: value - before[name] for name, value in _figures(headcount).items()}
    if any(deltas.values()):
        ledger.add(session, event, **deltas)
    session.flush()
    if deltas["headcount"]:
        unusual.look(session, actor, event, [unusual.DECLARED], now)


def _figures(headcount: Headcount) -> dict[str, int]:
    """What a group adds to the counts."""
    return {"headcount": headcount.counted, "collectives": int(headcount.is_confirmed)}


def _locked_event(session: Session, actor: Actor, event_id: UUID) -> Event:
    """The event for its staff, locked so that changes of its head counts, place and day come one by one.

    The lock lets check-ins pass: they only look at the event's key. Raises NotFound, Forbidden.
    """
    event = events.lock_places(session, event_id)
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    require(actor, Permission.GIVE_HEADCOUNTS, events.target_of(event))
    return event


def _check_open(event: Event, now: datetime, open_for: timedelta, *, is_announced: bool) -> None:
    """Announced is a group from the draft on, confirmed from the start of what takes place."""
    if event.never_began:
        raise events.cancelled(event)
    if not is_announced:
        if event.is_secret:
            raise errors.NotPublished()
        if now < event.starts_at:
            raise errors.NotStarted(starts_at=event.local(event.starts_at))
    _check_not_closed(event, now, open_for)


def _check_minutes(event: Event, group: Group) -> None:
    length = event_minutes(event.starts_at, event.presence_ends_at)
    if group.minutes is not None and group.minutes > length:
        raise errors.Invalid("minutes", "headcount-minutes", limit=length)


def _check_not_too_many(session: Session, event_id: UUID) -> None:
    """Of an event that is locked: its page shows all of them."""
    stand = sa.select(sa.func.count()).where(Headcount.event_id == event_id, ~Headcount.taken_back)
    if (session.scalar(stand) or 0) >= MAX_GROUPS:
        raise errors.TooManyGroups(limit=MAX_GROUPS)


def _check_not_closed(event: Event, now: datetime, open_for: timedelta) -> None:
    closes = event.ends_at + open_for
    if now > closes:
        raise errors.HeadcountsClosed(closed_at=event.local(closes))


def of_event(
    session: Session, actor: Actor, event_id: UUID, after: UUID | None, limit: int
) -> Sequence[Headcount]:
    """The groups of an event, announced and confirmed, by id, for its organizers and coordinators.

    Raises:
        NotFound, Forbidden.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SEE_HEADCOUNTS, events.target_of(event))
    return session.scalars(_OF_EVENT, {"event_id": event_id, "after": after, "limit": limit}).all()


_AFTER = sa.bindparam("after", type_=sa.Uuid)
_OF_EVENT = (
    sa.select(Headcount)
    .where(
        Headcount.event_id == sa.bindparam("event_id"),
        Headcount.taken_back.is_(False),
        sa.or_(_AFTER.is_(None), Headcount.id > _AFTER),
    )
    .order_by(Headcount.id)
    .limit(sa.bindparam("limit"))
)


def expected(session: Session, event_id: UUID) -> Sequence[Headcount]:
    """The groups that were announced for an event, those that have come by now among them, by id."""
    query = (
        sa.select(Headcount)
        .where(
            Headcount.event_id == event_id, Headcount.taken_back.is_(False), Headcount.expected.is_not(None)
        )
        .order_by(Headcount.id)
    )
    return session.scalars(query).all()
