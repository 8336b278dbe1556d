"""The sightings held against the attendances that they follow from, and made equal to them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.ledger import sightings
from service.ledger.ledger import FOLD_LOCK, about_people
from service.ledger.sightings import SCOPE_AND_PERIOD
from service.models import Attendance, CountPending, Event, Sighting, SightingTotal


@dataclass(frozen=True, slots=True)
class WrongSightings:
    """Where and when people are counted otherwise than the rows say; who they are is nobody's business.

    `total`: (how many different people the total says, how many sightings there are).
    """

    scope: str
    period: int
    people: int
    total: tuple[int, int]

    def __str__(self) -> str:
        told, there = self.total
        return f"{self.period} {self.scope}: {self.people} people seen otherwise; in all {told}, seen {there}"


def wrong(session: Session) -> list[WrongSightings]:
    """All of them, at one moment, whoever counts meanwhile; ordered by scope and period."""
    lacking = _lacking().subquery()
    otherwise = sa.select(*lacking.c[SCOPE_AND_PERIOD], sa.func.count().label("people")).group_by(
        *lacking.c[SCOPE_AND_PERIOD]
    )
    totals = _totals().subquery()
    nobody, nothing = sa.literal(0), sa.literal(0)
    both = sa.union_all(
        otherwise.add_columns(nothing.label("told"), nothing.label("there")),
        sa.select(*totals.c[SCOPE_AND_PERIOD], nobody, totals.c.told, totals.c.there).where(
            totals.c.told != totals.c.there
        ),
    ).subquery()
    sums = (sa.func.sum(both.c[name]) for name in ("people", "told", "there"))
    query = sa.select(*both.c[SCOPE_AND_PERIOD], *sums).group_by(*both.c[SCOPE_AND_PERIOD])
    found = session.execute(query.order_by(*both.c[SCOPE_AND_PERIOD]))
    return [
        WrongSightings(scope, period, int(people), (int(told), int(there)))
        for scope, period, people, told, there in found
    ]


def mend(session: Session) -> None:
    """Make sightings and totals what the attendances say; folds wait to the end of the transaction."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(FOLD_LOCK)))
    session.execute(sa.select(sa.literal(1)).add_cte(*sightings.applied(_lacking())))
    totals = _totals().subquery()
    recounting = insert(SightingTotal).from_select(
        [*SCOPE_AND_PERIOD, "people"],
        sa.select(*totals.c[SCOPE_AND_PERIOD], totals.c.there).where(totals.c.told != totals.c.there),
    )
    session.execute(
        recounting.on_conflict_do_update(
            index_elements=SCOPE_AND_PERIOD, set_={"people": recounting.excluded.people}
        )
    )


def _lacking() -> sa.Select[Any]:
    """What the sightings lack of the rows, or have too much: (scope, period, volunteer_id, change)."""
    attended = (
        sa.select(Event.id.label("event_id"), *Event.__table__.c["day", "region_code", "district_code"])
        .add_columns(Attendance.volunteer_id, sa.literal(1).label("n"))
        .join_from(Attendance, Event, Event.id == Attendance.event_id)
        .where(Attendance.status == "counted")
        .subquery()
    )
    waiting = about_people(CountPending.__table__)
    negative = sa.select(*waiting.c["event_id", "day", "region_code", "district_code", "volunteer_id"])
    seen = Sighting.__table__.c
    rows: sa.CompoundSelect[Any] = sa.union_all(
        sightings.one_by_one(attended),
        sightings.one_by_one(negative.add_columns((-waiting.c.n).label("n")).subquery()),
        sa.select(*seen[sightings.KEY], -seen.n),
    )
    return sightings.summed(rows.subquery())


def _totals() -> sa.Select[Any]:
    """How many people are told of, and how many were seen: (scope, period, told, there)."""
    seen, total = Sighting.__table__, SightingTotal.__table__
    there = (
        sa.select(*seen.c[SCOPE_AND_PERIOD], sa.func.count().label("there"))
        .where(seen.c.n > 0)
        .group_by(*seen.c[SCOPE_AND_PERIOD])
        .subquery()
    )
    same = sa.and_(*(total.c[name] == there.c[name] for name in SCOPE_AND_PERIOD))
    key = (sa.func.coalesce(total.c[name], there.c[name]).label(name) for name in SCOPE_AND_PERIOD)
    told = sa.func.coalesce(total.c.people, 0).label("told")
    return sa.select(*key, told, sa.func.coalesce(there.c.there, 0).label("there")).select_from(
        total.join(there, same, full=True)
    )
