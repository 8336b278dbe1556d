"""The report that a region sends upward: a row a district, the same by day of action, and the events.

All of it is added up from `region_figures`: what is counted, as `/v1/counts` shows it, and what came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, require, require_coordinator
from service.figures import region_figures
from service.figures.counts import CountRequest
from service.figures.periods import Period
from service.figures.region_figures import NOTHING, Counted
from service.figures.report_columns import DEFAULT_ACTION, all_words
from service.geography import areas, districts, regions
from service.models.base import LocalizedText
from service.models.headcounts import HeadcountCategory
from service.models.results import FIGURES
from service.platform import installed
from service.platform.database import Connections, snapshot_session

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
    found = _events(session, region_code, period, now, in_full=True)
    names = _names(session, region_code, found)
    return replace(
        _table(region_code, period, now, found, names, notes),
        days=_days(found),
        events=[_event_row(one, names) for one in found if one.events_held],
    )


def table(
    session: Session,
    region_code: str,
    period: Period,
    now: datetime,
    notes: Mapping[str, str] | None = None,
) -> Report:
    """The same by district alone, with the total: what is shown on one sheet."""
    found = _events(session, region_code, period, now, in_full=False)
    return _table(region_code, period, now, found, _names(session, region_code, found), notes)


def at_one_moment(
    opened: Connections,
    region_code: str,
    period: Period,
    now: datetime,
    notes: Mapping[str, str] | None = None,
) -> Report:
    """What `make` says, also of districts, as it stood at one moment; on a connection of its own."""
    with snapshot_session(opened) as session:
        return make(session, region_code, period, now, notes=notes)


def _events(
    session: Session, region_code: str, period: Period, now: datetime, *, in_full: bool
) -> Sequence[Any]:
    question = CountRequest(period.first_day, period.last_day, "district", [region_code])
    return region_figures.of_events(session, question, now, in_full=in_full)


def _table(
    region_code: str,
    period: Period,
    now: datetime,
    found: Sequence[Any],
    names: Mapping[str | None, LocalizedText],
    notes: Mapping[str, str] | None,
) -> Report:
    said = notes or {}
    by_district = _grouped(found, "district_code")
    region = regions.get(region_code)
    return Report(
        region_code=region_code,
        region=region.names if region else {},
        period=period,
        as_of=now,
        rows=[
            _row(
                key,
                name,
                by_district.get(key, ()),
                "in_district",
                {"kato": key, "note": said.get(key or WITHOUT)},
            )
            for key, name in names.items()
        ],
        total=_row(None, all_words()["total"], found, "in_all", {"photos": None}),
    )


def _days(found: Sequence[Any]) -> list[Row]:
    """A row a day; one for which somebody had only signed up has nothing to say."""
    rows = [_row(str(day), {}, events, "on_day", {}) for day, events in _grouped(found, "day").items()]
    return [row for row in rows if any(value is not None for value in row.cells.values())]


def _names(session: Session, region_code: str, found: Sequence[Any]) -> dict[str | None, LocalizedText]:
    """Of each district in the order of their list, also of those where nothing was; then of what has none."""
    known = districts.current(session)
    listed: list[str | None] = [one.code for one in known.of_region(region_code)]
    others = sorted({one.district_code or "" for one in found} - {code or "" for code in listed})
    return known.names_of([*listed, *(code or None for code in reversed(others))])


def _grouped(found: Sequence[Any], by: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for one in found:
        groups.setdefault(getattr(one, by), []).append(one)
    return groups


def _event_row(one: Any, names: Mapping[str | None, LocalizedText]) -> EventRow:
    return EventRow(
        # Nobody has two attendances at one event.
        row=_row(
            str(one.id), one.title, [one], "participations", {"kato": one.district_code, "note": one.note}
        ),
        day=one.day,
        starts_at=one.starts_at,
        organization=one.organization,
        district=names[one.district_code],
    )


def _row(
    key: str | None,
    name: LocalizedText,
    events: Sequence[Any],
    volunteers: str,
    said: Cells,
) -> Row:
    """`events`: as `region_figures` finds them; `volunteers`: what they name their different people."""
    counted = region_figures.summed(events, getattr(events[0], volunteers)) if events else NOTHING
    about: set[str] = set()
    # Where something was held, and nobody said on how much land.
    outlined = [one.area for one in events if one.events_held and one.area_ha is None]
    cells = _counted_cells(counted) | _declared_cells(counted, events)
    cells |= _result_cells(counted, outlined, about)
    empty = {"kato": None, "photos": _photos(events), "note": None}
    return Row(key, name, cells | empty | said, frozenset(about))


def _photos(events: Sequence[Any]) -> str | None:
    """The addresses of the last events whose photographs everybody sees."""
    shown = [one.id for one in events if one.has_photos][-PHOTOS_NAMED:]
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


def _declared_cells(counted: Counted, events: Sequence[Any]) -> Cells:
    """What organizers said of people; whoever is in no other category is a resident, companions too."""
    people = dict.fromkeys(CATEGORIES.values(), 0)
    for one in events:
        for category, number in (one.people or {}).items():
            if category in CATEGORIES:
                people[CATEGORIES[category]] += number
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
