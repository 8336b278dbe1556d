"""The report that a region sends upward: a row a district, the same by day of action, and the events.

What is counted comes from `counts`, as `/v1/counts` shows it; what came of the events from their results.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, require, require_coordinator
from service.events import photos
from service.figures import counts
from service.figures.counts import CountRequest
from service.figures.periods import Period
from service.figures.report_columns import DEFAULT_ACTION, all_words
from service.geography import areas, districts, regions
from service.models import Event, EventResult, Headcount, Organization
from service.models.base import LocalizedText
from service.models.headcounts import HeadcountCategory
from service.models.results import FIGURES
from service.platform import installed
from service.platform.database import Connections, snapshot_session
from service.platform.written import Written

CATEGORIES: Mapping[str, str] = {
    HeadcountCategory.STATE: "state",
    HeadcountCategory.BUSINESS: "firms",
    HeadcountCategory.SCHOOL: "pupils",
    HeadcountCategory.UNIVERSITY: "students",
    HeadcountCategory.NGO: "ngo",
}
"""The column of each category; every other one is of the residents."""

PHOTOS_NAMED = 3
"""Of so many events of a district, or of a day, the addresses stand in its row."""

WITHOUT = "none"
"""What stands for the code of a district where events have none."""

Cells = dict[str, Any]
Counted = Mapping[str, Any]
NOTHING: Counted = {}


@dataclass(frozen=True, slots=True)
class Row:
    """`key`: a district's code (None: of the events without one), a day, an event's id; None of the total.

    `cells` by column: a number, text, or None where nobody filled it; `about`: the columns whose number was
    converted or estimated.
    """

    key: str | None
    name: LocalizedText
    cells: Cells
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event held in the period, with the same cells."""

    row: Row
    day: date
    starts_at: datetime
    organization: LocalizedText
    district: LocalizedText


@dataclass(frozen=True, slots=True)
class Report:
    """What leaves upward. `made_by`: a name, for people; `action`: what the movement calls it."""

    region_code: str
    region: LocalizedText
    period: Period
    as_of: datetime
    rows: Sequence[Row]
    total: Row
    days: Sequence[Row] = ()
    events: Sequence[EventRow] = ()
    action: str = DEFAULT_ACTION
    made_by: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of an event. `said`: a row of `_SAID`; `groups`: its people by the column of their
    category."""

    said: Any
    groups: Mapping[str, int]
    counted: Counted

    @property
    def is_held(self) -> bool:
        return bool(self.counted["events_held"])

    @property
    def lacks_area(self) -> bool:
        """Whether something was held there, and nobody said on how much land."""
        return self.is_held and self.counted["area_ha"] is None


def region_of(actor: Actor, said: str | None) -> str:
    """The region to report on: as said, or the only one that the actor coordinates.

    Raises:
        Invalid: none was said, and there are several. SecondFactorRequired, Forbidden: not the actor's.
    """
    if said is None:
        require_coordinator(actor)
        own = sorted(actor.regions)
        if len(own) != 1 or actor.is_national:
            raise errors.Invalid("region", "region-which", regions_known=", ".join(_known(actor)))
        said = own[0]
    require(actor, Permission.REPORT_REGION, Target(region_code=said))
    return said


def _known(actor: Actor) -> list[str]:
    return [region.code for region in regions.all_regions() if actor.coordinates(region.code)]


def make(
    session: Session,
    region_code: str,
    period: Period,
    now: datetime,
    *,
    notes: Mapping[str, str] | None = None,
) -> Report:
    """Count a region's period: by district, by day of action, and event by event.

    `notes`: the coordinator's words by district code, WITHOUT for the events that have none.
    """
    counted = _Counted(session, region_code, period, now)
    facts = _facts(session, counted.rows("event"))
    names = _names(session, region_code, facts)
    said = notes or {}
    rows = [
        _row(key, name, by_key, group, {"kato": key, "note": said.get(key or WITHOUT)})
        for key, name, by_key, group in _grouped(counted.rows("district"), facts, names, _district)
    ]
    days: dict[str, LocalizedText] = {day: {} for day in sorted({_day(one) for one in facts})}
    # A day for which somebody had only signed up has nothing to say.
    by_day = [
        _row(key, {}, by_key, group, {})
        for key, _, by_key, group in _grouped(counted.rows("day"), facts, days, _day)
    ]
    region = regions.get(region_code)
    return Report(
        region_code=region_code,
        region=region.names if region else {},
        period=period,
        as_of=now,
        rows=rows,
        total=_row(None, all_words()["total"], counted.totals, facts, {"photos": None}),
        days=[row for row in by_day if any(value is not None for value in row.cells.values())],
        events=[_event_row(one, names) for one in facts if one.is_held],
    )


def at_one_moment(
    opened: Connections,
    region_code: str,
    period: Period,
    now: datetime,
    notes: Mapping[str, str] | None = None,
) -> Report:
    """The same, all of it as it stood at one moment; on a connection of its own."""
    with snapshot_session(opened) as session:
        return make(session, region_code, period, now, notes=notes)


class _Counted:
    """What `/v1/counts` says of the region and the period, grouped as asked."""

    def __init__(self, session: Session, region_code: str, period: Period, now: datetime) -> None:
        self._session, self._now = session, now
        self._question = CountRequest(period.first_day, period.last_day, "region", [region_code])
        self.totals: Counted = NOTHING

    def rows(self, group_by: str) -> dict[str | None, Counted]:
        asked = replace(self._question, group_by=group_by)
        found = counts.count(self._session, asked, self._now, with_names=False)
        self.totals = found["totals"]
        return {row["key"]: row for row in found["rows"]}


def _people_by_category() -> sa.ScalarSelect[Any]:
    """{category: people} of an `event`, what nobody gave a category under ""; NULL where there is nobody."""
    people = sa.func.sum(Headcount.people).label("people")
    groups = (
        sa.select(sa.func.coalesce(Headcount.category, "").label("category"), people)
        .where(Headcount.event_id == Event.id, ~Headcount.taken_back, Headcount.people.is_not(None))
        .group_by(Headcount.category)
        .correlate(Event)
        .lateral()
    )
    return sa.select(sa.func.jsonb_object_agg(groups.c.category, groups.c.people)).scalar_subquery()


_SAID = Written(
    sa.select(
        *Event.__table__.c["id", "title", "day", "starts_at", "area", "district_code"],
        Organization.name.label("organization"),
        EventResult.note,
        _people_by_category().label("people"),
        photos.is_in_sight_of_everybody(Event.id).label("has_photos"),
    )
    .select_from(Event)
    .join(Organization, Organization.id == Event.organization_id)
    .outerjoin(EventResult, EventResult.event_id == Event.id)
    .where(Event.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
    .order_by(Event.day, Event.starts_at, Event.id)
)


def _facts(session: Session, counted: Mapping[str | None, Counted]) -> list[_Facts]:
    """The events of the period of which anything was counted, by day and start."""
    rows = _SAID.rows(session, {"ids": [UUID(key) for key in counted if key is not None]})
    return [_Facts(row, _by_column(row.people or {}), counted[str(row.id)]) for row in rows]


def _by_column(people: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for category, number in people.items():
        column = CATEGORIES.get(category, "residents")
        found[column] = found.get(column, 0) + number
    return found


def _district(one: _Facts) -> str | None:
    code: str | None = one.said.district_code
    return code


def _day(one: _Facts) -> str:
    return str(one.said.day)


def _names(session: Session, region_code: str, facts: Sequence[_Facts]) -> dict[str | None, LocalizedText]:
    """Of each district in the order of their list, also of those where nothing was; then of what has none."""
    known = districts.current(session)
    listed: list[str | None] = [one.code for one in known.of_region(region_code)]
    others = sorted({_district(one) or "" for one in facts} - {code or "" for code in listed})
    return known.names_of([*listed, *(code or None for code in reversed(others))])


def _grouped(
    counted: Mapping[str | None, Counted],
    facts: Sequence[_Facts],
    names: Mapping[Any, LocalizedText],
    key_of: Callable[[_Facts], str | None],
) -> Iterable[tuple[str | None, LocalizedText, Counted, Sequence[_Facts]]]:
    groups: dict[str | None, list[_Facts]] = {}
    for one in facts:
        groups.setdefault(key_of(one), []).append(one)
    for key, name in names.items():
        yield key, name, counted.get(key, NOTHING), groups.get(key, ())


def _event_row(one: _Facts, names: Mapping[str | None, LocalizedText]) -> EventRow:
    event = one.said
    return EventRow(
        row=_row(
            str(event.id), event.title, one.counted, [one], {"kato": event.district_code, "note": event.note}
        ),
        day=event.day,
        starts_at=event.starts_at,
        organization=event.organization,
        district=names[event.district_code],
    )


def _row(
    key: str | None,
    name: LocalizedText,
    counted: Counted,
    facts: Sequence[_Facts],
    said: Cells,
) -> Row:
    about: set[str] = set()
    outlined = [one.said.area for one in facts if one.lacks_area]
    cells = _counted_cells(counted) | _declared_cells(counted, facts)
    cells |= _result_cells(counted, outlined, about)
    empty = {"kato": None, "photos": _photos(facts), "note": None}
    return Row(key, name, cells | empty | said, frozenset(about))


def _photos(facts: Sequence[_Facts]) -> str | None:
    """The addresses of the last events whose photographs everybody sees."""
    shown = [one.said.id for one in facts if one.said.has_photos][-PHOTOS_NAMED:]
    return " ".join(installed.address_of(id_, "kk") for id_ in shown) or None


def _counted_cells(counted: Counted) -> Cells:
    """Numbers where something was held, counted or doubted; else empty."""
    names = ("events_held", "participations", "declared", "in_review")
    if not any(counted.get(name) for name in names):
        columns = "events people_total people_verified people_different hours_verified in_review"
        return dict.fromkeys(columns.split())
    return {
        "events": counted["events_held"],
        "people_total": counted["participations"] + counted["declared"],
        "people_verified": counted["participations"],
        "people_different": counted["volunteers"],
        "hours_verified": round(counted["minutes"] / 60, 1),
        "in_review": counted["in_review"],
    }


def _declared_cells(counted: Counted, facts: Sequence[_Facts]) -> Cells:
    """What organizers said of people; whoever is in no other category is a resident, companions too."""
    people = {column: sum(one.groups.get(column, 0) for one in facts) for column in CATEGORIES.values()}
    declared = int(counted.get("declared", 0))
    people |= {
        "people_declared": declared,
        "residents": declared - sum(people.values()),
        "collectives": int(counted.get("collectives", 0)),
    }
    return {column: number or None for column, number in people.items()}


def _result_cells(counted: Counted, outlined: Sequence[Mapping[str, Any]], about: set[str]) -> Cells:
    """What came of it, as it was said; an area that nobody gave is that of the event's outline."""
    cells: Cells = {name: _number(counted.get(name)) for name in ("waste_t", *FIGURES)}
    if counted.get("waste_converted"):
        about.add("waste_t")
    if outlined:
        about.add("area_ha")
        outlines = sum(map(areas.hectares, outlined))
        cells["area_ha"] = round((cells["area_ha"] or 0) + outlines, 2)
    return cells


def _number(value: Decimal | int | None) -> float | int | None:
    """As JSON has it."""
    return float(value) if isinstance(value, Decimal) else value
