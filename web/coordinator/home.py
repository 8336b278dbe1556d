"""The first page of a coordinator: last week beside the week before, what waits, who is silent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Response

from http_base.context import actor, locale, now, session
from service.access import Permission
from service.figures import counts, periods, report_columns
from service.figures.counts import CountRequest
from service.figures.last_held import Places, last_held
from service.figures.periods import Period
from service.geography import districts, regions
from service.geography.districts import Districts
from service.models.base import localized
from service.platform.database import read_session
from service.rulings.waiting import Waiting
from web import charts, formats
from web.charts import Plan, Row
from web.coordinator import desk
from web.coordinator.desk import Desk
from web.pages import Pages, Unaudited
from web.templating import text

pages = Pages("coordinator-home")

LOOKED_BACK = timedelta(days=366)
"""How far back the last event of a silent district is looked for."""

QUEUES = {
    Waiting.ORGANIZATIONS: "coordinator-organizations.show_all",
    Waiting.REVIEWS: "coordinator-reviews.show_all",
    Waiting.APPEALS: "coordinator-reviews.show_all",
    Waiting.REPORTS: "coordinator-reports.show_all",
    Waiting.PHOTOS: "coordinator-photos.show_all",
}
"""Where each kind of what waits is decided."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the week beside the week before; None where nobody filled it."""

    label: str
    value: float | None
    before: float | None
    kind: str | None = None
    is_about: bool = False
    was_about: bool = False

    @property
    def change(self) -> float | None:
        return None if self.value is None or self.before is None else self.value - self.before


LINES: tuple[tuple[str, str, str | None], ...] = (
    ("events", "events_held", None),
    ("people", "people", None),
    ("verified", "participations", "verified"),
    ("declared", "declared", "declared"),
    ("different", "volunteers", None),
    ("waste", "waste_t", None),
    ("trees", "trees", None),
)
"""(words, figure, mark) of each line of the week."""


@pages.page("/coordinator/")
@pages.staff(Permission.COUNT_REGION, audit=Unaudited("figures of regions and districts"))
def show() -> Response:
    """Where a week begins."""
    at = desk.sit_down("home")
    week = periods.parse(None, now())
    asked = CountRequest(
        week.first_day,
        week.last_day,
        "district" if at.region else "region",
        [at.region.code] if at.region else [region.code for region in at.regions],
    )
    known = districts.NONE if at.region is None else districts.current(session())
    with read_session() as reading:
        found = counts.count(reading, asked, now(), with_names=False)
        earlier = counts.count(reading, counts.previous(asked), now(), with_names=False)
        by_day = counts.took_part(reading, replace(asked, group_by="day"))
        by_key = {row["key"]: row for row in found["rows"]}
        names = _names(at, known, by_key)
        silent = [key for key in names if key is not None and not _was_held(by_key.get(key))]
        last = last_held(reading, _looked_back(at, week, silent), now()) if silent else {}
    rows = _rows(at, week, names, by_key, last)
    return desk.show(
        at,
        "home.html",
        week=week,
        as_of=now(),
        lines=_lines(found["totals"], earlier["totals"]),
        rows=rows,
        plan=_plan(at, known),
        days=_days(week, by_day),
        queues=[(what, at.waits[what]) for what in Waiting],
        queue_href=lambda what: at.to(QUEUES[what]),
        definition=localized(report_columns.definitions()[0], locale()),
    )


def _lines(week: Mapping[str, Any], before: Mapping[str, Any]) -> list[Line]:
    def of(figures: Mapping[str, Any], name: str) -> float | None:
        value = figures["participations"] + figures["declared"] if name == "people" else figures[name]
        return None if value is None else float(value)

    return [
        Line(
            text(f"page.home.{words}"),
            of(week, name),
            of(before, name),
            kind,
            name == "waste_t" and week["waste_converted"],
            name == "waste_t" and before["waste_converted"],
        )
        for words, name, kind in LINES
    ]


def _looked_back(at: Desk, week: Period, silent: Collection[str]) -> Places:
    """Where and when the last event of these places is looked for."""
    return Places(silent, at.region_code, week.last_day - LOOKED_BACK, week.last_day)


def _was_held(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["events_held"] > 0


def _names(
    at: Desk, known: Districts, by_key: Mapping[str | None, Mapping[str, Any]]
) -> dict[str | None, str]:
    """Of each district (or each region), also where nothing was; then of what is in none, or in one that is
    no more."""
    if at.region is None:
        return dict(at.named_regions)
    names: dict[str | None, str] = {
        one.code: localized(one.names, locale()) for one in known.of_region(at.region.code)
    }
    others = (key for key, row in by_key.items() if key not in names and (key is None or _was_held(row)))
    return names | dict.fromkeys(others, localized(districts.WITHOUT, locale()))


def _rows(
    at: Desk,
    week: Period,
    names: Mapping[str | None, str],
    by_key: Mapping[str | None, Mapping[str, Any]],
    last: Mapping[str, date],
) -> list[Row]:
    first = at.to("coordinator-home.show")
    # Who looks at the country asks at the same page, whichever region it is about.
    national = at.region is None and actor().is_national
    coordinators = (text("page.contact"), at.to("coordinator-coordinators.show_all")) if national else None
    rows = []
    for key, name in names.items():
        row = by_key.get(key)
        silent = None if _was_held(row) or key is None else _weeks_since(last.get(key), week)
        rows.append(
            Row(
                key or "",
                name,
                row["participations"] if row else 0,
                row["declared"] if row else 0,
                silent,
                f"{first}?region={key}" if at.region is None else None,
                ask=coordinators or _ask(at, key, last.get(key)) if silent is not None and key else None,
            )
        )
    return rows


def _ask(at: Desk, key: str, last: date | None) -> tuple[str, str] | None:
    """Who knows why a place is silent: those who held a district's last event; a region's coordinators."""
    if at.region is None:
        return text("page.contact"), at.to("coordinator-contact.show", region=key)
    if last is None:
        return None
    day = last.isoformat()
    href = at.to("coordinator-events.show_all", **{"district": key, "from": day, "to": day})
    return text("page.home.last-event"), href


def _weeks_since(day: date | None, week: Period) -> int:
    """Whole weeks without an event held, the shown one among them; 0 for none ever."""
    return 0 if day is None else (week.last_day - day).days // 7 + 1


def _plan(at: Desk, known: Districts) -> Plan | None:
    """The map; None where nobody has imported the region's districts."""
    if at.region is None:
        wanted = frozenset(region.code for region in at.regions)
        outlines = {code: outline for code, outline in regions.outlines().items() if code in wanted}
        return charts.plan(("regions", wanted), lambda: outlines)
    of_region = {one.code: one.outline for one in known.of_region(at.region.code)}
    if not of_region:
        return None
    return charts.plan((known.version, at.region.code), lambda: of_region)


def _days(week: Period, by_day: Mapping[str | None, tuple[int, int]]) -> list[Row]:
    """Each day of the week, also those on which nothing was."""
    found = []
    for later in range((week.last_day - week.first_day).days + 1):
        day = week.first_day + timedelta(days=later)
        participations, declared = by_day.get(day.isoformat(), (0, 0))
        found.append(
            Row(
                day.isoformat(),
                formats.day(day),
                participations,
                declared,
                short=formats.short_day(day),
            )
        )
    return found
