"""Who takes part in an event, as its organizers and coordinators see them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require
from service.events import events, offers
from service.geography import places
from service.models import (
    Attendance,
    AuditAction,
    ConsentName,
    Event,
    ListTick,
    PresenceRecord,
    Signup,
    SignupStatus,
    TypedPerson,
    Volunteer,
)
from service.models.volunteers import ADULT_AGE, age_on
from service.people import consents
from service.platform.written import Written

AT_ONCE = 1_000
"""So many are read in one piece where all are."""


class Being(StrEnum):
    """Who of them is asked for."""

    PRESENT = "present"
    """Was there, though it may be doubted."""

    ABSENT = "absent"
    """Goes, and has not come, or does not count."""

    GOING = "going"

    WAITLISTED = "waitlisted"
    """In the order of the line."""

    OFFERED = "offered"
    """Has a place until it is confirmed, or somebody else's turn."""

    REMOVED = "removed"
    """Taken off by an organizer."""


class Named(Protocol):
    """Somebody on a list, by which they are found."""

    @property
    def display_name(self) -> str: ...

    @property
    def digits(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list is asked for: whose name has words that begin so, or whose number ends so."""

    text: str = ""
    being: Being | None = None

    def fits(self, person: "Named") -> bool:
        """Whether the words of a name, or the last digits that the reader may see, are those asked for."""
        wanted = places.fold(self.text).split()
        if person.digits is not None and person.digits == self.text.strip():
            return True
        words = places.fold(person.display_name).split()
        return all(any(word.startswith(one) for word in words) for one in wanted)

    @property
    def is_line(self) -> bool:
        """Whether it is read in the order of the line, and not by the people's ids."""
        return self.being is Being.WAITLISTED

    def place(self, person: "Participant") -> tuple[Any]:
        """Where in the list a person stands: by what the next page begins after."""
        return (person.queue_number if self.is_line else person.volunteer_id,)

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What the database looks at, `now`."""
        is_there = Attendance.status.in_(("counted", "review"))
        if self.being is Being.PRESENT:
            return [is_there]
        if self.being is Being.ABSENT:
            return [Signup.status == SignupStatus.GOING, sa.func.coalesce(is_there, False).is_(False)]
        if self.being is Being.OFFERED:
            return [offers.holds(NOW)]
        if self.being is Being.REMOVED:
            return [Signup.removed_at.is_not(None)]
        return [] if self.being is None else [Signup.status == self.being.value]


EVERYBODY = Wanted()

NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
EVENT_ID = sa.bindparam("event_id", type_=sa.Uuid)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who goes, waits or was there.

    `phone`, and `digits`, its last four, only for organizers, never a minor's, nor of who has withdrawn the
    consent to personal data. `age`: of minors alone, in years. `position`: in the line, from 1, which is
    ordered by `queue_number`; `confirm_by`: until when an offer holds, in the event's zone.
    """

    volunteer_id: UUID
    display_name: str
    signup: str | None
    companions: int
    attendance: str | None
    phone: str | None
    age: int | None = None
    position: int | None = None
    confirm_by: datetime | None = None
    queue_number: int | None = None

    @property
    def digits(self) -> str | None:
        """By which somebody is told from others of the same name."""
        return None if self.phone is None else self.phone[-4:]


def in_event(
    session: Session,
    actor: Actor,
    event_id: UUID,
    now: datetime,
    after: UUID | int | None,
    limit: int,
    wanted: Wanted = EVERYBODY,
) -> list[Participant]:
    """Who goes, waits or was there, by id, and the line in its order; that it was read is recorded.

    `after`: the last id that is known, of the line the last `queue_number`.

    Raises:
        NotFound. Forbidden: neither its organizer or helper, nor a coordinator of its region.
    """
    event, shown = _shown_to(session, actor, event_id, now, Permission.SEE_LIST)
    read = AuditAction.PHONES_READ if shown.phones else AuditAction.PARTICIPANTS_READ
    events.record_read(session, actor, read, event, now)
    asked = (shown.hides_typed, wanted.being, after is not None)
    values = {"event_id": event_id, "now": now, "after": after, "limit": None if wanted.text else limit}
    if not wanted.text:
        return shown.of(session, _page(*asked).rows(session, values))
    found = session.execute(_in_order(*asked), values, execution_options={"yield_per": AT_ONCE})
    people = (person for rows in found.partitions() for person in shown.of(session, rows))
    return list(islice(filter(wanted.fits, people), limit))


def stream(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Iterator[Participant]:
    """All of them, read as they are taken, some hundred at a time; whoever exports records it.

    Raises:
        NotFound, Forbidden.
    """
    _, shown = _shown_to(session, actor, event_id, now)
    found = session.execute(
        _query(shown.hides_typed),
        {"event_id": event_id, "now": now},
        execution_options={"yield_per": AT_ONCE},
    )
    for rows in found.partitions():
        yield from shown.of(session, rows)


def one(session: Session, actor: Actor, event_id: UUID, volunteer_id: UUID, now: datetime) -> Participant:
    """One of them; whoever shows it records it.

    Raises:
        NotFound: also of who neither goes, waits nor was there. Forbidden.
    """
    _, shown = _shown_to(session, actor, event_id, now)
    query = _query(shown.hides_typed).where(Volunteer.id == volunteer_id)
    found = shown.of(session, session.execute(query, {"event_id": event_id, "now": now}).all())
    if not found:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return found[0]


def number(session: Session, event_id: UUID, now: datetime) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).select_from(_people())
    return session.scalar(query, {"event_id": event_id, "now": now}) or 0


def removed(session: Session, event_id: UUID) -> int:
    """How many sign-ups organizers have taken off the list."""
    taken_off = sa.select(sa.func.count()).where(Signup.event_id == event_id, Signup.removed_at.is_not(None))
    return session.scalar(taken_off) or 0


def is_listed(event_id: Any, volunteer_id: Any) -> sa.ColumnElement[bool]:
    """Whether a volunteer is on an event's list by a sign-up or by their own phone; columns of the query."""
    signed_up = sa.exists().where(
        Signup.event_id == event_id,
        Signup.volunteer_id == volunteer_id,
        Signup.status != SignupStatus.CANCELLED,
    )
    came = sa.exists().where(PresenceRecord.event_id == event_id, PresenceRecord.sender_id == volunteer_id)
    ticked = sa.exists().where(
        ListTick.event_id == event_id,
        ListTick.volunteer_id == volunteer_id,
        ListTick.typed_person_id.is_(None),
    )
    return sa.or_(signed_up, came, ticked)


def _people(*, hides_typed: bool = False, removed: bool = False) -> sa.Subquery:
    """Of EVENT_ID, at NOW.

    `hides_typed`: not whom an organizer has typed by number and name: whether they are registered is none of
    the organizer's business (typed_people.py). `removed`: whom an organizer took off, and nobody else.
    """
    if removed:
        return (
            sa.select(Signup.volunteer_id)
            .where(Signup.event_id == EVENT_ID, Signup.removed_at.is_not(None))
            .subquery()
        )
    there = sa.select(Attendance.volunteer_id).where(Attendance.event_id == EVENT_ID)
    if hides_typed:
        typed = sa.exists().where(
            TypedPerson.event_id == EVENT_ID, TypedPerson.volunteer_id == Attendance.volunteer_id
        )
        there = there.where(sa.or_(~typed, is_listed(Attendance.event_id, Attendance.volunteer_id)))
    comes = sa.and_(Signup.status != SignupStatus.CANCELLED, ~offers.has_expired(NOW))
    return sa.select(Signup.volunteer_id).where(Signup.event_id == EVENT_ID, comes).union(there).subquery()


@cache
def _page(hides_typed: bool, being: Being | None, is_after: bool) -> Written:  # noqa: FBT001 - of a few, kept
    return Written(_in_order(hides_typed, being, is_after))


@cache
def _in_order(hides_typed: bool, being: Being | None, is_after: bool) -> Any:  # noqa: FBT001 - the same
    """Those who are asked for, `limit` of them, from `after` on where that is said."""
    wanted = Wanted(being=being)
    people = _people(hides_typed=hides_typed, removed=being is Being.REMOVED)
    if being is None:
        # By their ids alone, before anything of them is read: so PostgreSQL plans once for any `limit`.
        return _shown_of(_some(sa.select(people), people.c.volunteer_id, is_after=is_after).subquery())
    query = _shown_of(people).where(*wanted.conditions()).order_by(None)
    return _some(query, Signup.queue_number if wanted.is_line else Volunteer.id, is_after=is_after)


def _some(query: Any, order: Any, *, is_after: bool) -> Any:
    behind = [order > sa.bindparam("after", type_=order.type)] if is_after else []
    return query.where(*behind).order_by(order).limit(sa.bindparam("limit", type_=sa.Integer))


@cache
def _query(hides_typed: bool) -> Any:  # noqa: FBT001 - the same
    return _shown_of(_people(hides_typed=hides_typed))


def _shown_of(people: sa.Subquery) -> Any:
    """What is shown of people, by their ids; built once, which costs more than asking."""
    line = (
        sa.select(
            Signup.volunteer_id, sa.func.row_number().over(order_by=Signup.queue_number).label("position")
        )
        .where(Signup.event_id == EVENT_ID, Signup.status == SignupStatus.WAITLISTED)
        .subquery()
    )
    # By the clock: whoever has let an offer expire has no place any more.
    status = sa.case(
        (offers.has_expired(NOW), sa.literal(SignupStatus.CANCELLED, sa.Text)), else_=Signup.status
    )
    return (
        sa.select(
            Volunteer.id,
            Volunteer.display_name,
            Volunteer.phone,
            Volunteer.birth_date,
            status.label("signup"),
            Signup.companions,
            Signup.queue_number,
            line.c.position,
            sa.case((offers.holds(NOW), Signup.confirm_by)).label("confirm_by"),
            Attendance.status.label("attendance"),
        )
        .join(people, people.c.volunteer_id == Volunteer.id)
        .outerjoin(Signup, sa.and_(Signup.volunteer_id == Volunteer.id, Signup.event_id == EVENT_ID))
        .outerjoin(line, line.c.volunteer_id == Volunteer.id)
        .outerjoin(
            Attendance, sa.and_(Attendance.volunteer_id == Volunteer.id, Attendance.event_id == EVENT_ID)
        )
        .order_by(Volunteer.id)
    )


def _shown_to(
    session: Session,
    actor: Actor,
    event_id: UUID,
    now: datetime,
    permission: Permission = Permission.SEE_PARTICIPANTS,
) -> tuple[Event, "_Shown"]:
    event = events.get_visible(session, actor, event_id)
    require(actor, permission, events.target_of(event))
    shows_phones, sees_people = (
        may(actor, one, events.target_of(event)) for one in (Permission.SEE_PHONES, Permission.SEE_PERSON)
    )
    return event, _Shown(shows_phones, ZoneInfo(event.zone), now, hides_typed=not sees_people)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of people may be shown, at a moment in the event's zone."""

    phones: bool
    zone: ZoneInfo
    now: datetime
    hides_typed: bool

    def of(self, session: Session, rows: Sequence[Any]) -> list[Participant]:
        held = consents.of_people(session, [row.id for row in rows], self.now)
        return [
            Participant(
                volunteer_id=row.id,
                display_name=consents.shown_name(row.display_name, held[row.id]),
                signup=row.signup,
                companions=row.companions or 0,
                attendance=row.attendance,
                phone=row.phone if self.phones and self._has_phone(row, held[row.id]) else None,
                age=self._age_of_minor(row),
                position=row.position,
                confirm_by=row.confirm_by and row.confirm_by.astimezone(self.zone),
                queue_number=row.queue_number,
            )
            for row in rows
        ]

    def _has_phone(self, row: Any, held: Collection[ConsentName]) -> bool:
        return ConsentName.PERSONAL_DATA in held and self._age_of_minor(row) is None

    def _age_of_minor(self, row: Any) -> int | None:
        age = age_on(row.birth_date, self.now.astimezone(self.zone).date())
        return age if age < ADULT_AGE else None
