"""The organizer's list (R10): tick by tick, as it was kept on a phone without signal, each by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.attendance.evidence import Status
from service.attendance.presence_store import RaceLostError
from service.events import events, signups, unusual
from service.models import AuditAction, Event, ListTick, TypedPerson
from service.people import consents
from service.platform import installed, phones
from service.platform.idempotency import content_hash
from service.platform.thresholds import Thresholds
from service.rulings import corrections, decisions, ticks, typed_people
from service.rulings.ticks import Meeting


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody by phone and name, as they were typed."""

    phone: str
    display_name: str


@dataclass(frozen=True, slots=True)
class TypedBefore:
    """Somebody who stands on the list as typed, by the id of that row."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Tick:
    """One word of a list: whether `who` is there, a volunteer by id, or somebody typed now or before.

    `captured_at`: by the phone's clock. `minutes`, `companions`: None where nothing is said of them.
    """

    id: UUID
    who: UUID | Typed | TypedBefore
    present: bool
    captured_at: datetime
    minutes: int | None = None
    companions: int | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """What became of a tick that was stored.

    `attendance`: as it is now, of a volunteer by id alone: of somebody typed nothing is told. `repeated`:
    this very tick had been stored before. `meeting`: where another organizer said otherwise.
    """

    attendance: Mapping[str, Any] | None
    zone: str
    repeated: bool
    meeting: Meeting | None


TickOutcome = Ticked | errors.ServiceError


@dataclass(frozen=True, slots=True)
class Sending:
    """One call: by whom, of which event, when; `clock_ahead`: how far the phone's clock is ahead."""

    actor: Actor
    event_id: UUID
    reason: str
    now: datetime
    clock_ahead: timedelta
    thresholds: Thresholds
    phone_regions: Sequence[str]

    def captured_at(self, tick: Tick) -> datetime:
        """By the service's clock, and never later than now.

        Raises:
            Invalid: it lies in the future of the phone that sent it.
        """
        moment = tick.captured_at - self.clock_ahead
        if moment - self.now > timedelta(seconds=self.thresholds.future_s):
            raise errors.Invalid("captured_at", "captured-in-the-future")
        return min(moment, self.now)


def tick(
    session: Session,
    actor: Actor,
    event_id: UUID,
    list_of_ticks: Sequence[Tick],
    reason: str,
    sent_at: datetime,
    now: datetime,
    thresholds: Thresholds,
    phone_regions: Sequence[str],
) -> list[TickOutcome]:
    """Take an organizer's or helper's ticks, in the order sent, each in a transaction of its own.

    What holds in the end is the word that was said last, in whatever order they come. The same id with the
    same content gives what is stored. `reason`: empty, by the list. `sent_at`: by the phone's clock.

    Raises:
        NotFound: no such event. Forbidden, NotVerified: not theirs to tick.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.TICK_LIST, events.target_of(event))
    sending = Sending(actor, event_id, reason, now, sent_at - now, thresholds, phone_regions)
    outcomes = [_outcome(session, sending, one) for one in list_of_ticks]
    if any(_is_typed_anew(one, outcome) for one, outcome in zip(list_of_ticks, outcomes, strict=True)):
        unusual.look(session, actor, event, [unusual.DECLARED], now)
        session.commit()
    return outcomes


def _is_typed_anew(one: Tick, outcome: TickOutcome) -> bool:
    return isinstance(outcome, Ticked) and not outcome.repeated and not isinstance(one.who, UUID)


def _outcome(session: Session, sending: Sending, one: Tick) -> TickOutcome:
    try:
        taken = decisions.retrying(session, lambda: _take(session, sending, one))
        session.commit()
    except errors.ServiceError as refusal:
        session.rollback()
        return refusal
    return taken


def _take(session: Session, sending: Sending, one: Tick) -> Ticked:
    """Raises what refuses a tick, and RaceLostError: to be retried."""
    phone = _phone_of(one, sending)
    digest = _digest(one, sending, phone)
    stored = session.get(ListTick, (sending.actor.volunteer_id, one.id), populate_existing=True)
    if stored is not None:
        if stored.content_hash != digest:
            raise errors.IdReused()
        return _repeated(session, stored)
    captured_at = sending.captured_at(one)
    event = events.get(session, sending.event_id)
    status = Status.COUNTED if one.present else Status.REJECTED
    opens_at = event.starts_at - timedelta(minutes=sending.thresholds.open_before_min)
    open_for = timedelta(days=sending.thresholds.review_sync_days)
    corrections.check_open(event, status, opens_at, open_for, said_at=captured_at, now=sending.now)
    corrections.check_minutes(event, status, one.minutes)
    made = ListTick(
        ticked_by=sending.actor.volunteer_id,
        id=one.id,
        content_hash=digest,
        event_id=sending.event_id,
        present=one.present,
        minutes=one.minutes,
        companions=one.companions,
        reason=sending.reason,
        captured_at=captured_at,
        received_at=sending.now,
    )
    if isinstance(one.who, Typed):
        assert phone is not None  # noqa: S101 - for the types: it was typed
        typed = typed_people.hold(session, event.id, phone, one.who.display_name, sending.now)
        return _take_typed(session, sending, made, event, typed)
    if isinstance(one.who, TypedBefore):
        return _take_typed(session, sending, made, event, typed_people.held(session, event.id, one.who.id))
    return _take_known(session, sending, made, event, one.who)


def _take_known(
    session: Session, sending: Sending, made: ListTick, event: Event, volunteer_id: UUID
) -> Ticked:
    if made.present:
        signups.confirm_seen(session, event.id, volunteer_id, sending.now)
    file = decisions.lock_and_read(session, event.id, volunteer_id)
    made.volunteer_id = volunteer_id
    ruling = ticks.ruling_of(session, made)
    corrections.check_consent(session, file, ruling, (made.captured_at, sending.now))
    bound = file.binding
    if bound is not None and made.captured_at >= bound.decided_at:
        # What was said before it is taken, and holds no more.
        corrections.check_unbound(file, ruling)
    stored = _store(session, made)
    shown = ticks.say_of(session, file, stored, sending.now, sending.thresholds)
    _record(session, sending, event, volunteer_id, {"status": ruling.status, "tick": str(made.id)})
    return Ticked(shown, event.zone, repeated=False, meeting=ticks.meeting(session, stored))


def _take_typed(
    session: Session, sending: Sending, made: ListTick, event: Event, typed: TypedPerson
) -> Ticked:
    made.typed_person_id, made.volunteer_id = typed.id, typed.volunteer_id
    stored = _store(session, made)
    typed_people.follow_words(session, typed)
    if typed.volunteer_id is not None and _may_be_said(session, made, sending):
        ticks.say(session, stored, sending.now, sending.thresholds)
    _record(session, sending, event, None, {"present": made.present, "tick": str(made.id)})
    return Ticked(None, event.zone, repeated=False, meeting=ticks.meeting(session, stored))


def _may_be_said(session: Session, made: ListTick, sending: Sending) -> bool:
    """Whether a word about somebody typed who is known reaches them: whoever types learns nothing of it."""
    about, moments = made.volunteer_id, (made.captured_at, sending.now)
    return not made.present or (about is not None and consents.may_be_recorded(session, about, moments))


def _repeated(session: Session, stored: ListTick) -> Ticked:
    event = events.get(session, stored.event_id)
    shown = None
    if stored.typed_person_id is None and stored.volunteer_id is not None:
        shown = decisions.shown(decisions.lock_and_read(session, event.id, stored.volunteer_id))
    return Ticked(shown, event.zone, repeated=True, meeting=ticks.meeting(session, stored))


def _store(session: Session, made: ListTick) -> ListTick:
    """The tick, stored once. Raises RaceLostError: the same id came in at the same moment."""
    columns = {column.key: getattr(made, column.key) for column in sa.inspect(ListTick).columns}
    is_new = session.scalar(insert(ListTick).values(columns).on_conflict_do_nothing().returning(ListTick.id))
    if is_new is None:
        raise RaceLostError
    return session.get_one(ListTick, (made.ticked_by, made.id))


def _phone_of(one: Tick, sending: Sending) -> str | None:
    """The number that was typed, in E.164. Raises Invalid."""
    return phones.parse(one.who.phone, sending.phone_regions) if isinstance(one.who, Typed) else None


def _digest(one: Tick, sending: Sending, phone: str | None) -> str:
    """Of the content but the moments; a number goes in by its mark, so that none can be had back from it."""
    who = (
        {"mark": installed.mark_of(phone), "name": typed_people.name_key(one.who.display_name)}
        if phone is not None and isinstance(one.who, Typed)
        else {"typed": one.who.id}
        if isinstance(one.who, TypedBefore)
        else {"volunteer": one.who}
    )
    said = {"present": one.present, "minutes": one.minutes, "companions": one.companions}
    return content_hash({"event": sending.event_id, **who, **said})


def _record(
    session: Session, sending: Sending, event: Event, about: UUID | None, detail: dict[str, Any]
) -> None:
    events.record(session, sending.actor, AuditAction.ATTENDANCE_LISTED, event, sending.now, about, detail)
