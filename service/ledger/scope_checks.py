"""What is counted ahead by scope and period, held against the rows that it follows from, and mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.ledger import scopes, sightings
from service.ledger.ledger import FIGURES, FOLD_LOCK, sums
from service.ledger.scopes import SCOPE_AND_PERIOD
from service.ledger.verify import recounted
from service.models import Attendance, CountPending, Event, ScopeTotal, Sighting, SightingTotal


@dataclass(frozen=True, slots=True)
class WrongSightings:
    """Where and when people are seen otherwise than the rows say; who they are is nobody's business.

    `total`: (how many different people the total says, how many sightings there are), where these differ.
    """

    scope: str
    period: int
    people: int
    total: tuple[int, int]

    def __str__(self) -> str:
        told, there = self.total
        return f"{self.period} {self.scope}: {self.people} seen otherwise; in all {told}, seen {there}"


@dataclass(frozen=True, slots=True)
class WrongSums:
    """A scope and period whose sums are others than the rows say. `lacking`: by how much, by figure."""

    scope: str
    period: int
    lacking: Mapping[str, int]

    def __str__(self) -> str:
        told = "; ".join(f"{name} lacks {number}" for name, number in self.lacking.items())
        return f"{self.period} {self.scope}: {told}"


def wrong(session: Session) -> list[WrongSightings | WrongSums]:
    """All of them, at one moment each, whoever counts meanwhile; ordered by scope and period."""
    found: list[WrongSightings | WrongSums] = [*_wrong_sightings(session)]
    for row in session.execute(_lacking_sums().order_by(*SCOPE_AND_PERIOD)).mappings():
        lacking = {name: int(row[name]) for name in FIGURES if row[name]}
        found.append(WrongSums(row["scope"], row["period"], lacking))
    return found


def _wrong_sightings(session: Session) -> list[WrongSightings]:
    lacking, totals = _lacking().subquery(), _totals().subquery()
    key, nothing = lacking.c[SCOPE_AND_PERIOD], sa.literal(0)
    otherwise = sa.select(*key, sa.func.count().label("people")).group_by(*key)
    both = sa.union_all(
        otherwise.add_columns(nothing.label("told"), nothing.label("there")),
        sa.select(*totals.c[SCOPE_AND_PERIOD], nothing, totals.c.told, totals.c.there).where(
            totals.c.told != totals.c.there
        ),
    ).subquery()
    figures = (sa.func.sum(both.c[name]) for name in ("people", "told", "there"))
    query = sa.select(*both.c[SCOPE_AND_PERIOD], *figures).group_by(*both.c[SCOPE_AND_PERIOD])
    found = session.execute(query.order_by(*both.c[SCOPE_AND_PERIOD]))
    return [
        WrongSightings(scope, period, int(people), (int(told), int(there)))
        for scope, period, people, told, there in found
    ]


def mend(session: Session) -> None:
    """Make sums and sightings what the rows say; folds wait to the end of the transaction."""
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
    adding = insert(ScopeTotal).from_select([*SCOPE_AND_PERIOD, *FIGURES], _lacking_sums())
    session.execute(
        adding.on_conflict_do_update(
            index_elements=SCOPE_AND_PERIOD,
            set_={name: ScopeTotal.__table__.c[name] + adding.excluded[name] for name in FIGURES},
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
    rows = recounted()
    present = sum((rows.c[name] for name in sightings.PRESENT[1:]), rows.c[sightings.PRESENT[0]])
    held = (
        sa.select(*rows.c["event_id", "day", "region_code", "district_code"])
        .add_columns(rows.c.event_id.label("volunteer_id"), present.label("n"))
        .where(present != 0)
        .subquery()
    )
    waiting = sightings.changes(CountPending.__table__).subquery()
    seen, columns = Sighting.__table__.c, ("volunteer_id", "n")
    every: sa.CompoundSelect[Any] = sa.union_all(
        scopes.each(attended, columns),
        scopes.each(held, columns, prefix=sightings.HELD),
        sa.select(*waiting.c[sightings.KEY], -waiting.c.change),
        sa.select(*seen[sightings.KEY], -seen.n),
    )
    return sightings.summed(every.subquery())


def _totals() -> sa.Select[Any]:
    """How many are told of, and how many were seen: (scope, period, told, there)."""
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


def _lacking_sums() -> sa.Select[Any]:
    """What the sums lack of the rows, or have too much: (scope, period, *FIGURES), but for zeros."""
    waiting = scopes.each(CountPending.__table__, FIGURES).subquery()
    folded = ScopeTotal.__table__
    every: sa.CompoundSelect[Any] = sa.union_all(
        scopes.each(recounted(), FIGURES),
        sa.select(*waiting.c[SCOPE_AND_PERIOD], *(-waiting.c[name] for name in FIGURES)),
        sa.select(*folded.c[SCOPE_AND_PERIOD], *(-folded.c[name] for name in FIGURES)),
    )
    rows = every.subquery()
    key = rows.c[SCOPE_AND_PERIOD]
    is_any = sa.or_(*(sa.func.sum(rows.c[name]) != 0 for name in FIGURES))
    return sa.select(*key, *sums(rows)).group_by(*key).having(is_any)
