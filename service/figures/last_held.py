"""When the last event was held in a place: read backwards from a day, so that nothing before it is read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.figures.figures_by_event import CELL, is_over
from service.ledger.sightings import PRESENT
from service.models import CountPending, CountTotal, Event
from service.platform.written import Written


@dataclass(frozen=True, slots=True)
class Places:
    """Regions by their codes; districts, where `of_region` names the one that they are of. Days inclusive."""

    codes: Collection[str]
    of_region: str | None
    first_day: date
    last_day: date


def last_held(session: Session, places: Places, now: datetime) -> dict[str, date]:
    """When in these days the last event was held in each place, by its code; of where none was, nothing."""
    values = {
        "codes": list(places.codes),
        "region": places.of_region,
        "first_day": places.first_day,
        "last_day": places.last_day,
        "now": now,
    }
    rows = _built(of_region=places.of_region is not None).rows(session, values)
    return {row.code: row.day for row in rows if row.day is not None}


@cache
def _built(*, of_region: bool) -> Written:
    """(code, day) of each place; None: no event was held."""
    code = sa.func.unnest(sa.bindparam("codes", type_=ARRAY(sa.Text))).column_valued("code")
    region = sa.bindparam("region", type_=sa.Text)
    is_there = (
        sa.and_(Event.region_code == region, Event.district_code == code)
        if of_region
        else Event.region_code == code
    )
    first_day, last_day = (sa.bindparam(name, type_=sa.Date) for name in ("first_day", "last_day"))
    folded, late = CountTotal.__table__, _late()
    here = [
        sa.and_(rows.c.event_id == Event.id, rows.c.day == Event.day, rows.c.region_code == Event.region_code)
        for rows in (folded, late)
    ]
    present = (sa.func.coalesce(folded.c[name], 0) + sa.func.coalesce(late.c[name], 0) for name in PRESENT)
    day = (
        sa.select(Event.day)
        .select_from(Event.__table__.outerjoin(folded, here[0]).outerjoin(late, here[1]))
        .where(
            is_there,
            Event.day.between(first_day, last_day),
            is_over(),
            sa.or_(*(number > 0 for number in present)),
        )
        .order_by(Event.day.desc())
        .limit(1)
    )
    return Written(sa.select(code.label("code"), day.scalar_subquery().label("day")))


def _late() -> sa.CTE:
    """What waits to be folded, added up once and not for each event that is looked at."""
    pending = CountPending.__table__
    sums = (sa.func.sum(pending.c[name]).label(name) for name in PRESENT)
    late = sa.select(*pending.c[CELL], *sums).group_by(*pending.c[CELL]).cte("late")
    return late.prefix_with("MATERIALIZED")
