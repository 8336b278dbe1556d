"""Four weeks by district and day: who has none; and a day's plan, copied to organizations as drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response
from marshmallow import Schema, fields

from http_base.context import actor, locale, now, session
from http_base.fields import Text
from http_base.schemas.plans import DayPlanBody
from service.access import Permission
from service.events import day_plans
from service.events.day_plans import MAX_ORGANIZATIONS, DayPlan
from service.events.search import WITHOUT_DISTRICT
from service.figures import event_lists
from service.figures.event_lists import DayCell
from service.geography import districts
from service.models import EventKind, OrganizationStatus
from service.models.base import COUNTRY_ZONE, localized
from service.organizations import organizations
from web import formats
from web.coordinator import desk
from web.coordinator.desk import Desk
from web.coordinator.events import NO_PERSON, district_choices
from web.forms import Form, read_form, read_query
from web.keeping import is_kept
from web.pages import Pages, done
from web.templating import text

pages = Pages("coordinator-calendar")

WEEKS, DAYS = 4, 7


class From(Schema):
    """The day whose week is the first one."""

    first_day = fields.Date(data_key="from")


class Find(Schema):
    """Which organizations are offered."""

    q = Text()


@dataclass(frozen=True, slots=True)
class Column:
    """A day as the table says it."""

    day: date
    said: str
    weekday: str
    begins_week: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A place and what it has on each day; `where`: what an address of the list says of it."""

    name: str
    where: Mapping[str, str]
    cells: Sequence[tuple[Column, DayCell | None]]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing in all these weeks."""
        return not any(cell for _, cell in self.cells)

    def on(self, day: date) -> dict[str, str]:
        """What an address of the list says of the place and one day."""
        return {**self.where, "from": day.isoformat(), "to": day.isoformat()}


@pages.page("/coordinator/events/calendar")
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def show() -> Response:
    """Each district with its days, from the week of `from` on, else from this one."""
    at = desk.sit_down("events")
    around = read_query(From).get("first_day") or now().astimezone(COUNTRY_ZONE).date()
    # Whoever asks for the last day of all gets weeks that there are.
    around = max(date(1900, 1, 1), min(around, date(2999, 1, 1)))
    first = around - timedelta(days=around.weekday())
    days = [first + timedelta(days=n) for n in range(WEEKS * DAYS)]
    found = event_lists.by_place_and_day(session(), actor(), at.region_code, days[0], days[-1])
    columns = [Column(day, formats.day(day), formats.weekday(day), day.weekday() == 0) for day in days]
    lines = _lines(at, columns, found)
    return desk.show(
        at,
        "events_calendar.html",
        days=days,
        columns=columns,
        weeks=[days[n : n + DAYS] for n in range(0, len(days), DAYS)],
        today=now().astimezone(COUNTRY_ZONE).date(),
        lines=lines,
        silent=[line.name for line in lines if line.is_silent],
        earlier_href=at.to("coordinator-calendar.show", **{"from": days[0] - timedelta(weeks=WEEKS)}),
        later_href=at.to("coordinator-calendar.show", **{"from": days[-1] + timedelta(days=1)}),
    )


def _lines(at: Desk, columns: Sequence[Column], found: Sequence[DayCell]) -> list[Line]:
    """Every place, also where nothing is; last, and only where there is any, what has a district that is no
    more, and what has none."""
    by_place = {(cell.place, cell.day): cell for cell in found}
    if at.region_code is None:
        named = [(one.code, localized(one.names, locale()), {"region": one.code}) for one in at.regions]
    else:
        choices = district_choices(districts.current(session()), at.region_code)
        named = [(code, name, {"district": code}) for code, name in choices]
    places: list[tuple[str | None, str, dict[str, str]]] = list(named)
    others = {cell.place for cell in found} - {place for place, _, _ in places}
    places += [
        (place, localized(districts.WITHOUT, locale()), {"district": place or WITHOUT_DISTRICT})
        for place in sorted(others, key=lambda place: (place is None, place or ""))
    ]
    return [
        Line(name, where, [(column, by_place.get((place, column.day))) for column in columns])
        for place, name, where in places
    ]


@pages.page("/coordinator/events/plan", ("GET", "POST"))
@pages.staff(Permission.PLAN_EVENTS, audit=NO_PERSON)
def plan() -> Response:
    """Copy a day's plan to organizations: their organizers get a draft, and are told."""
    at = desk.sit_down("events")
    form = read_form(DayPlanBody, kind=EventKind.CLEANUP)
    if form.is_good and (planned := _copied(form)) is not None:
        return _done(at, form, planned)
    query = read_query(Find)
    offered = organizations.search(
        session(),
        actor(),
        status=OrganizationStatus.VERIFIED,
        region_code=at.region_code,
        text=query.get("q"),
        waiting=False,
        after=None,
        limit=MAX_ORGANIZATIONS,
    )
    named = [
        (str(one.id), localized(one.name, locale()))
        for one in offered
        if actor().coordinates(one.region_code)
    ]
    return desk.show(
        at,
        "events_plan.html",
        form=form,
        query=query,
        kinds=[(kind, text(f"page.event.kind.{kind}")) for kind in EventKind],
        organizations=sorted(named, key=lambda one: formats.in_order(one[1])),
        is_cut=len(offered) == MAX_ORGANIZATIONS,
    )


def _copied(form: Form) -> Sequence[day_plans.Planned] | None:
    """What each organization got; None: the day breaks a rule, which the form says."""
    body = dict(form.data)
    wanted, planned = body.pop("organizations"), []

    def copy() -> None:
        planned.extend(day_plans.copy_to(session(), actor(), DayPlan(**body), wanted, now()))

    return planned if is_kept(form, copy) else None


def _done(at: Desk, form: Form, planned: Sequence[day_plans.Planned]) -> Response:
    made = sum(one.event_id is not None for one in planned)
    day = form.data["starts_at"].astimezone(COUNTRY_ZONE).date()
    back = at.to("coordinator-calendar.show", **{"from": day})
    if made == len(planned):
        return done(back, "page.plan.copied", number=made)
    return done(back, "page.plan.some-copied", "wait", number=made, rest=len(planned) - made)
