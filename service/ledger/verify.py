"""The ledger held against the rows that it sums up: sign-ups, attendances, groups, events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.ledger.ledger import FIGURES, all_rows, sums
from service.models import (
    Attendance,
    Event,
    EventResult,
    EventStatus,
    Headcount,
    Signup,
    SignupStatus,
    TypedPerson,
)

RESULT_STANDS = (EventResult.day, EventResult.region_code, EventResult.district_code)
RESULT_BELONGS = (Event.day, Event.region_code, Event.district_code)
IS_MISPLACED = sa.tuple_(*RESULT_STANDS).is_distinct_from(sa.tuple_(*RESULT_BELONGS))


@dataclass(frozen=True, slots=True)
class Difference:
    """What is counted otherwise than the rows say. `figures`: name → (counted, by the rows)."""

    event_id: UUID
    day: date
    region_code: str
    figures: Mapping[str, tuple[int, int]]

    def __str__(self) -> str:
        told = (f"{name} {counted}, by the rows {rows}" for name, (counted, rows) in self.figures.items())
        return f"{self.day} {self.region_code} {self.event_id}: {'; '.join(told)}"


def differences(session: Session) -> list[Difference]:
    """All of them, at one moment, whoever counts meanwhile."""
    without_time_limit(session)
    counted, rows = all_rows(), recounted()
    cell = ("event_id", "day", "region_code")
    sides = [
        sa.select(*side.c[cell], sa.literal(name).label("side"), *sums(side)).group_by(*side.c[cell])
        for name, side in (("counted", counted), ("rows", rows))
    ]
    both = sa.union_all(*sides).subquery()
    found: dict[tuple[UUID, date, str], dict[str, Any]] = {}
    for row in session.execute(sa.select(both)).mappings():
        found.setdefault((row["event_id"], row["day"], row["region_code"]), {})[row["side"]] = row
    nothing = dict.fromkeys(FIGURES, 0)
    return [
        Difference(*where, figures)
        for where, told in sorted(found.items(), key=lambda one: one[0][1:] + one[0][:1])
        if (figures := _unequal(told.get("counted", nothing), told.get("rows", nothing)))
    ]


@dataclass(frozen=True, slots=True)
class MisplacedResult:
    """A result that stands elsewhere than its event: a report sums it where it is not."""

    event_id: UUID
    stands: tuple[date, str, str | None]
    belongs: tuple[date, str, str | None]

    def __str__(self) -> str:
        stands, belongs = (" ".join(str(part or "-") for part in one) for one in (self.stands, self.belongs))
        return f"{belongs} {self.event_id}: its result stands at {stands}"


def misplaced_results(session: Session) -> list[MisplacedResult]:
    """All of them; the database's own triggers keep them in their places, unless somebody has gone past."""
    rows = session.execute(
        sa.select(EventResult.event_id, *RESULT_STANDS, *RESULT_BELONGS)
        .join(Event, Event.id == EventResult.event_id)
        .where(IS_MISPLACED)
        .order_by(Event.day, EventResult.event_id)
    )
    return [MisplacedResult(row[0], (row[1], row[2], row[3]), (row[4], row[5], row[6])) for row in rows]


def place_results(session: Session) -> None:
    """Put each where and when its event is."""
    belongs = dict(zip((column.key for column in RESULT_STANDS), RESULT_BELONGS, strict=True))
    session.execute(
        sa.update(EventResult).values(belongs).where(Event.id == EventResult.event_id, IS_MISPLACED)
    )


def _unequal(counted: Mapping[str, int], rows: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    return {name: (int(counted[name]), int(rows[name])) for name in FIGURES if counted[name] != rows[name]}


def recounted() -> sa.Subquery:
    """What counts: (event_id, day, region_code, district_code, *FIGURES), in several rows an event."""
    counted = Attendance.status == "counted"
    there = (
        sa.select(
            Attendance.event_id,
            sa.func.count().filter(counted).label("participations"),
            sa.func.count().filter(Attendance.status == "review").label("in_review"),
            sa.func.sum(Attendance.minutes - Attendance.assumed_minutes).filter(counted).label("minutes"),
            sa.func.sum(Attendance.assumed_minutes).filter(counted).label("minutes_assumed"),
            sa.func.sum(Attendance.companions).filter(counted).label("companions"),
        )
        .group_by(Attendance.event_id)
        .subquery()
    )
    going = (
        sa.select(Signup.event_id, sa.func.count().label("signups"))
        .where(Signup.status == SignupStatus.GOING)
        .group_by(Signup.event_id)
        .subquery()
    )
    groups = (
        sa.select(
            Headcount.event_id,
            sa.func.sum(Headcount.people).label("headcount"),
            sa.func.count().label("collectives"),
        )
        .where(~Headcount.taken_back, Headcount.people.is_not(None))
        .group_by(Headcount.event_id)
        .subquery()
    )
    typed = (
        sa.select(
            TypedPerson.event_id,
            sa.func.sum(1 + TypedPerson.companions).label("companions"),
        )
        .where(TypedPerson.present, TypedPerson.volunteer_id.is_(None))
        .group_by(TypedPerson.event_id)
        .subquery()
    )
    published = (
        sa.select(Event.id.label("event_id"), sa.literal(1).label("events"))
        .where(Event.status == EventStatus.PUBLISHED)
        .subquery()
    )
    return sa.union_all(*map(_of_event, (there, going, groups, typed, published))).subquery("recounted")


def _of_event(found: sa.Subquery) -> sa.Select[Any]:
    """Figures of an event, where the event counts; those that are not told are 0."""
    told = {name: sa.func.coalesce(found.c[name], 0) for name in FIGURES if name in found.c}
    figures = (sa.cast(told.get(name, sa.literal(0)), sa.BigInteger).label(name) for name in FIGURES)
    return sa.select(found.c.event_id, Event.day, Event.region_code, Event.district_code, *figures).join_from(
        found, Event, Event.id == found.c.event_id
    )


def without_time_limit(session: Session) -> None:
    """For this transaction: a season is read in seconds, ten of them in minutes."""
    session.execute(sa.select(sa.func.set_config("statement_timeout", "0", True)))  # noqa: FBT003 - its own
