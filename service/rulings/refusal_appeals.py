"""The appeal of a refused check-in: one an event, after its end; no presence until it is accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor
from service.attendance import check_in, refusals
from service.attendance.check_in import Attended
from service.attendance.derivation import Decision, event_minutes
from service.attendance.evidence import Evidence, RecordKind, Status
from service.events import events
from service.geography import asked_regions
from service.geography.asked_regions import Among
from service.models import (
    Attendance,
    Event,
    Organization,
    RefusalAppeal,
    RefusedRecord,
    Volunteer,
)
from service.models.base import new_id
from service.platform import written
from service.platform.thresholds import Thresholds
from service.platform.written import Written, columns
from service.rulings import decisions
from service.rulings.decisions import Ruling
from service.rulings.history import Asked, Evidenced, Grounds, RecordFacts
from service.rulings.queue_shapes import AROUND, About, Named, Person, around

OPEN_AT_MOST = 2
A_MONTH = timedelta(days=30)
MONTHLY_AT_MOST = 5
FARTHEST_M = 10**9
"""Where those without a position stand in the order by distance."""


def appeal(
    session: Session,
    actor: Actor,
    event_id: UUID,
    text: str,
    now: datetime,
    appeal_id: UUID | None,
    thresholds: Thresholds,
) -> tuple[RefusalAppeal, Event, bool]:
    """Ask for a second look at a refusal; True when this very appeal had been stored before.

    Raises:
        NotFound: no such event. NothingToAppeal: not refused there, or an attendance is there after all.
        AppealTooEarly, AppealTooLate. AlreadyAppealed. TooManyAppeals: open ones, or in a month.
    """
    told = refusals.told(session, event_id, actor.volunteer_id)
    # Who was refused there knows of the event, hidden by now or not.
    is_known = told.is_asked or told.refused_as is not None
    event = events.get(session, event_id) if is_known else events.get_visible(session, actor, event_id)
    decisions.lock_person(session, actor.volunteer_id)
    stored = session.get(RefusalAppeal, (event_id, actor.volunteer_id), populate_existing=True)
    if stored is not None:
        if (stored.id, stored.text) == (appeal_id, text):
            return stored, event, True
        raise presence_errors.AlreadyAppealed()
    closes_at = event.presence_ends_at + timedelta(days=thresholds.review_sync_days)
    if now < event.presence_ends_at:
        raise presence_errors.AppealTooEarly(opens_at=event.local(event.presence_ends_at))
    if now > closes_at:
        raise presence_errors.AppealTooLate(closed_at=event.local(closes_at))
    refused = _nearest(session, event, actor.volunteer_id, thresholds)
    _check_not_too_many(session, actor.volunteer_id, now)
    made = RefusalAppeal(
        event_id=event_id,
        volunteer_id=actor.volunteer_id,
        id=appeal_id or new_id(),
        # Not the record's: that stays free, and anybody may have used it by the time of the decision.
        attendance_id=new_id(),
        text=text,
        created_at=now,
        captured_at=refused.captured_at,
        refused_as=refused.refused_as,
        distance_m=refused.distance_m,
        accuracy_m=refused.accuracy_m,
    )
    session.add(made)
    session.flush()
    return made, event, False


def _nearest(session: Session, event: Event, volunteer_id: UUID, thresholds: Thresholds) -> RefusedRecord:
    """The refused check-in that speaks best for the person, about the time of the event.

    Raises:
        NothingToAppeal.
    """
    held = session.scalar(
        sa.select(Attendance.status).where(
            Attendance.event_id == event.id, Attendance.volunteer_id == volunteer_id
        )
    )
    off = timedelta(minutes=thresholds.review_off_min)
    refused = session.scalar(
        sa.select(RefusedRecord)
        .where(
            RefusedRecord.event_id == event.id,
            RefusedRecord.sender_id == volunteer_id,
            RefusedRecord.captured_at.between(event.starts_at - off, event.ends_at + off),
        )
        .order_by(RefusedRecord.distance_m.nulls_last(), RefusedRecord.captured_at)
        .limit(1)
    )
    if held is not None or refused is None:
        raise presence_errors.NothingToAppeal(attendance_status=held)
    return refused


def _check_not_too_many(session: Session, volunteer_id: UUID, now: datetime) -> None:
    """A person's own appeals, under that person's lock."""
    row = session.execute(
        sa.select(
            sa.func.count().filter(RefusalAppeal.decided_at.is_(None)),
            sa.func.count().filter(RefusalAppeal.created_at > now - A_MONTH),
        ).where(RefusalAppeal.volunteer_id == volunteer_id)
    ).one()
    for count, limit in zip(row, (OPEN_AT_MOST, MONTHLY_AT_MOST), strict=True):
        if count >= limit:
            raise presence_errors.TooManyAppeals(limit=limit)


class Refused(NamedTuple):
    """What is known of an appeal: its columns."""

    event_id: UUID
    volunteer_id: UUID
    id: UUID
    attendance_id: UUID
    text: str
    created_at: datetime
    captured_at: datetime
    refused_as: str
    distance_m: int | None
    accuracy_m: float | None
    decision: str | None
    decided_at: datetime | None


def shaped(made: RefusalAppeal | Refused) -> Attended:
    """An appeal in an attendance's shape."""
    return Attended(
        id=made.attendance_id,
        event_id=made.event_id,
        volunteer_id=made.volunteer_id,
        status=Status.REJECTED if made.decision == Status.REJECTED else Status.REVIEW,
        evidence=Evidence.NONE,
        checked_in_at=made.captured_at,
        checked_out_at=None,
        minutes=None,
        assumed_minutes=0,
        minutes_assumed=False,
        distance_m=made.distance_m,
        companions=0,
        reasons=[made.refused_as],
    )


@dataclass(frozen=True, slots=True)
class ReviewKind:
    """What questions have in common that one statement answers: all but their values."""

    among: Among
    of_organization: bool
    of_reason: bool
    has_own: bool
    is_first: bool

    def about_events(self) -> list[sa.ColumnElement[bool]]:
        """The conditions on events; those of one's `own` organizations are for another coordinator."""
        conditions = self.among.holding(Event.region_code)
        if self.has_own:
            # As one of which the planner knows nothing: it would take any ten organizations for nearly all.
            is_others = Event.organization_id != sa.all_(sa.bindparam("own", type_=ARRAY(sa.Uuid)))
            conditions.append(sa.case((is_others, sa.true()), else_=sa.false()))
        if self.of_organization:
            conditions.append(Event.organization_id == sa.bindparam("organization", type_=sa.Uuid))
        return conditions

    def behind(self, key: Any, id_: Any) -> list[sa.ColumnElement[bool]]:
        """The condition that two columns come behind those of the last one seen."""
        if self.is_first:
            return []
        last = sa.tuple_(sa.bindparam("last", type_=key.type), sa.bindparam("last_id", type_=sa.Uuid))
        return [sa.tuple_(key, id_) > last]


@dataclass(frozen=True, slots=True)
class ReviewQuestion:
    """What of the queue is asked for: of these regions, this organization, doubted for this; None: all."""

    region_codes: Sequence[str] | None
    organization_id: UUID | None = None
    reason: str | None = None

    def kind(self, actor: Actor, *, is_first: bool) -> ReviewKind:
        return ReviewKind(
            among=Among.of(self.region_codes),
            of_organization=self.organization_id is not None,
            of_reason=self.reason is not None,
            has_own=bool(actor.organizations),
            is_first=is_first,
        )

    def values(self, actor: Actor, after: tuple[Any, UUID] | None, limit: int) -> dict[str, Any]:
        """What the statement of its kind is asked with."""
        last, last_id = after or (None, None)
        return {
            "own_id": actor.volunteer_id,
            "own": list(actor.organizations),
            "organization": self.organization_id,
            "reason": self.reason,
            "last": last,
            "last_id": last_id,
            "limit": limit,
        } | asked_regions.values(self.region_codes)


OWN_ID, LIMIT = sa.bindparam("own_id", type_=sa.Uuid), sa.bindparam("limit", type_=sa.Integer)


def waiting(
    session: Session,
    actor: Actor,
    asked: ReviewQuestion,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[tuple[Refused, About, Named, Person]]:
    """The open ones that are asked for, nearest first, one's own and one's own organization's aside.

    `after` is the sort key of the last one seen.
    """
    query = _waiting(asked.kind(actor, is_first=after is None))
    return [
        written.shaped(row, Refused, *AROUND)
        for row in query.rows(session, asked.values(actor, after, limit))
    ]


@cache
def _waiting(kind: ReviewKind) -> Written:
    key = (sa.func.coalesce(RefusalAppeal.distance_m, FARTHEST_M), RefusalAppeal.attendance_id)
    query = (
        sa.select(*columns(RefusalAppeal, Refused), *around())
        .select_from(RefusalAppeal)
        .join(Event, Event.id == RefusalAppeal.event_id)
        .join(Organization, Organization.id == Event.organization_id)
        .join(Volunteer, Volunteer.id == RefusalAppeal.volunteer_id)
        .where(
            RefusalAppeal.decided_at.is_(None),
            RefusalAppeal.volunteer_id != OWN_ID,
            *kind.about_events(),
            *kind.behind(*key),
        )
        .order_by(*key)
        .limit(LIMIT)
    )
    if kind.of_reason:
        query = query.where(RefusalAppeal.refused_as == sa.bindparam("reason", type_=sa.Text))
    return Written(query)


def sort_key(made: Refused) -> tuple[int, UUID]:
    """By what was measured, nearest first."""
    return FARTHEST_M if made.distance_m is None else made.distance_m, made.attendance_id


def grounds(made: Refused) -> Grounds:
    """What an appeal rests on, in the shape of what attendances rest on."""
    refused = RecordFacts(
        type=RecordKind.CHECK_IN,
        captured_at=made.captured_at,
        received_at=made.created_at,
        latitude=None,
        longitude=None,
        accuracy_m=made.accuracy_m,
        distance_m=made.distance_m,
        evidence=Evidence.NONE,
        mocked=False,
        code_is_right=False,
        attested=None,
        reasons=[made.refused_as],
    )
    asked = Asked(made.id, made.text, made.created_at, made.decided_at)
    return Grounds([Evidenced(refused, 1)], [], asked)


def find(session: Session, attendance_id: UUID) -> RefusalAppeal | None:
    """The appeal that an attendance would follow from, locked; None where there is none."""
    return session.scalar(
        sa.select(RefusalAppeal)
        .where(RefusalAppeal.attendance_id == attendance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def upheld(session: Session, accepted: RefusalAppeal) -> UUID:
    """The attendance that stands by an appeal that was accepted: the one that began with it, or was there
    before. Raises NotFound."""
    attended = check_in.of_person(session, accepted.event_id, accepted.volunteer_id)
    if attended is None:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    return attended.id


def put(
    session: Session, made: RefusalAppeal, ruling: Ruling, now: datetime, thresholds: Thresholds
) -> Attendance | None:
    """Decide on an open appeal; the attendance that begins or is upheld, None when it is rejected.

    Raises:
        RaceLostError: to be retried from fresh facts.
    """
    made.decision, made.reason = ruling.status, ruling.reason
    made.decided_by, made.decided_at = ruling.by, now
    session.flush()
    if ruling.status is not Status.COUNTED:
        return None
    file = decisions.lock_and_read(session, made.event_id, made.volunteer_id)
    event = file.facts.event
    minutes = event_minutes(max(made.captured_at, event.starts_at), event.presence_ends_at)
    heard = replace(ruling, first=Decision(Status.COUNTED, minutes, is_correction=True))
    decisions.put(session, file, heard, now, thresholds, first_id=str(made.attendance_id))
    return session.scalar(
        sa.select(Attendance)
        .where(Attendance.event_id == made.event_id, Attendance.volunteer_id == made.volunteer_id)
        .execution_options(populate_existing=True)
    )
