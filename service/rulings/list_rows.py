"""An event's list as who keeps the door sees it: each person once, and how they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.attendance.evidence import Evidence, Status
from service.events import participants
from service.events.participants import Participant
from service.models import Attendance, ListTick
from service.platform.written import Written, columns
from service.rulings import typed_people

AT_MOST = 3_000
"""So many people a page has at once."""


class Standing(StrEnum):
    """How somebody stands on the list."""

    ABSENT = "absent"
    PRESENT = "present"
    REVIEW = "review"
    REJECTED = "rejected"
    """By the rules, or a coordinator; who was ticked off is absent."""


STANDINGS: Mapping[str, Standing] = {
    Status.COUNTED: Standing.PRESENT,
    Status.REVIEW: Standing.REVIEW,
    Status.REJECTED: Standing.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person. `is_typed`: by phone and name, `id` is that of the row then, else the volunteer's.

    `at`: since when present. `can_undo`: it rests on the list's word. `companions`: who come along, as
    announced or ticked. `is_disputed`: two organizers have ticked otherwise, and the later word holds.
    """

    id: UUID
    is_typed: bool
    name: str
    digits: str | None
    age: int | None
    companions: int
    standing: Standing
    at: datetime | None
    can_undo: bool
    reasons: Sequence[str]
    is_disputed: bool

    @property
    def display_name(self) -> str:
        """As a search looks at it."""
        return self.name

    @property
    def is_there(self) -> bool:
        return self.standing in (Standing.PRESENT, Standing.REVIEW)


class Attended(NamedTuple):
    """What the list tells of an attendance."""

    volunteer_id: UUID
    status: str
    evidence: str
    checked_in_at: datetime
    companions: int
    reasons: Sequence[str]


def of_event(session: Session, actor: Actor, event_id: UUID, now: datetime) -> list[Row]:
    """Everybody who goes or was there, and who was typed; that they were read is recorded. Who waits is not.

    Raises:
        NotFound, Forbidden, NotVerified.
    """
    people = participants.in_event(session, actor, event_id, now, None, AT_MOST)
    rows = _ATTENDED.rows(session, {"event_id": event_id})
    attended = {one.volunteer_id: one for one in (Attended(*row) for row in rows)}
    said = _said(session, event_id)
    known = [
        _row(one, attended.get(one.volunteer_id), said.get(one.volunteer_id, []))
        for one in people
        if one.signup != "waitlisted" or one.attendance is not None
    ]
    return known + _typed(session, actor, event_id, now, said)


def _said(session: Session, event_id: UUID) -> dict[UUID, list[Any]]:
    """The words of the list about each volunteer or typed person, in the order of saying."""
    found: dict[UUID, list[Any]] = {}
    for row in _SAID.rows(session, {"event_id": event_id}):
        for key in {row.volunteer_id, row.typed_person_id} - {None}:
            found.setdefault(key, []).append(row)
    return found


_EVENT_ID = sa.bindparam("event_id", type_=sa.Uuid)
_ATTENDED = Written(sa.select(*columns(Attendance, Attended)).where(Attendance.event_id == _EVENT_ID))
_SAID = Written(
    sa.select(
        ListTick.volunteer_id,
        ListTick.typed_person_id,
        ListTick.ticked_by,
        ListTick.present,
        ListTick.captured_at,
    )
    .where(ListTick.event_id == _EVENT_ID)
    .order_by(ListTick.captured_at, ListTick.ticked_by, ListTick.id)
)


def _row(person: Participant, attended: Attended | None, said: Sequence[Any]) -> Row:
    standing = Standing.ABSENT if attended is None else STANDINGS[attended.status]
    is_undone = bool(said) and not said[-1].present
    if standing is Standing.REJECTED and is_undone and attended is not None and not attended.reasons:
        standing = Standing.ABSENT
    is_ticked = bool(said) and said[-1].present
    came_at = None if attended is None else attended.checked_in_at
    return Row(
        id=person.volunteer_id,
        is_typed=False,
        name=person.display_name,
        digits=person.digits,
        age=person.age,
        companions=max(person.companions, attended.companions if attended else 0),
        standing=standing,
        at=said[-1].captured_at if is_ticked else came_at,
        can_undo=standing is Standing.PRESENT
        and attended is not None
        and (is_ticked or attended.evidence == Evidence.ORGANIZER),
        reasons=() if attended is None else attended.reasons,
        is_disputed=_is_disputed(said),
    )


def _typed(
    session: Session, actor: Actor, event_id: UUID, now: datetime, said: Mapping[UUID, Sequence[Any]]
) -> list[Row]:
    """Those who were typed look as they were typed, whoever they are."""
    rows = []
    for one in typed_people.listed(session, actor, event_id, now):
        words = said.get(one.id, [])
        rows.append(
            Row(
                id=one.id,
                is_typed=True,
                name=one.display_name,
                digits=one.digits,
                age=None,
                companions=one.companions,
                standing=Standing.PRESENT if one.present else Standing.ABSENT,
                at=words[-1].captured_at if one.present and words else None,
                can_undo=one.present,
                reasons=(),
                is_disputed=_is_disputed(words),
            )
        )
    return rows


def _is_disputed(said: Sequence[Any]) -> bool:
    """Whether the last word is another's than the one before it, and says otherwise."""
    return len(said) > 1 and said[-1].present != said[-2].present and said[-1].ticked_by != said[-2].ticked_by


def share_by_list(session: Session, event_id: UUID) -> tuple[int, int]:
    """(by an organizer's word alone, all) of those who count at an event: over 30 % somebody should look."""
    (row,) = _SHARE.rows(session, {"event_id": event_id})
    return row.alone, row.counted


_COUNTED = Attendance.status == Status.COUNTED
_SHARE = Written(
    sa.select(
        sa.func.count()
        .filter(_COUNTED, Attendance.evidence == Evidence.ORGANIZER, Attendance.distance_m.is_(None))
        .label("alone"),
        sa.func.count().filter(_COUNTED).label("counted"),
    ).where(Attendance.event_id == _EVENT_ID)
)


MUCH = 0.3
LEAST = 5
"""Of fewer people one forgotten phone would be a share to look at."""


def is_much(by_list: int, counted: int) -> bool:
    """Whether so many of an event rest on the list alone that its coordinator is shown it."""
    return by_list >= LEAST and by_list > MUCH * counted
