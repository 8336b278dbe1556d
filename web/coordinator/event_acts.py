"""What a coordinator does about an event, each act on a page of its own."""

from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base.context import actor, now, session
from http_base.schemas.events import DistrictBody
from http_base.schemas.headcounts import HeadcountBody, HeadcountEnd
from http_base.schemas.results import ResultBody
from http_base.schemas.series import ReasonedScopeBody, WideScopeBody
from service import errors
from service.access import Permission
from service.attendance import groups
from service.attendance.groups import Group
from service.events import district_moves, results, series_acts, series_scopes
from service.events.series_scopes import Scope
from service.geography import districts
from service.models import Event, Headcount, HeadcountCategory
from service.models.results import MEASURED_FIGURES, WHOLE_FIGURES
from web.addresses import to
from web.coordinator import desk
from web.coordinator.event import found, found_to_show
from web.coordinator.events import district_choices
from web.forms import Form, read_form
from web.keeping import is_kept
from web.pages import Pages, Unaudited, done
from web.results import begins_with, lines_of, put, units
from web.series import scopes_beside
from web.templating import text

pages = Pages("coordinator-event-acts")

NO_PERSON = Unaudited("shows an event, and no person; what is done is recorded by its use case")

WITH_REASON = {"cancel": series_acts.cancel, "hide": series_acts.hide}
"""Its people read why."""

WITHOUT_REASON = {"show": series_acts.show, "restore": series_acts.restore}
"""They take something back: there is nobody to whom a reason would be told."""

IS_MEANT = {
    "cancel": series_scopes.is_on,
    "hide": series_scopes.is_seen,
    "show": series_scopes.is_hidden_as,
    "restore": series_scopes.is_off_with,
}
"""Which other dates of a series an act can be about."""


@pages.page("/coordinator/events/<uuid:event_id>/<any(cancel,hide,show,restore):act>", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def decide(event_id: UUID, act: str) -> Response:
    """Call an event off, take it out of sight, or take either back; of a series other dates with it."""
    event = found(event_id)
    form = read_form(ReasonedScopeBody if act in WITH_REASON else WideScopeBody, scope=Scope.THIS)
    if form.is_good:
        scope = Scope(form.data["scope"])
        if act in WITH_REASON:
            dates = WITH_REASON[act](session(), actor(), event_id, form.data["reason"], now(), scope)
        else:
            dates = WITHOUT_REASON[act](session(), actor(), event_id, now(), scope)
        session().commit()
        if len(dates) > 1:
            return done(_back(event_id), f"page.event.done-dates.{act}", number=len(dates))
        return done(_back(event_id), f"page.event.done.{act}")
    scopes, others = scopes_beside(event, IS_MEANT[act])
    return desk.show(
        desk.sit_down("events"),
        "event_act.html",
        event=event,
        act=act,
        form=form,
        scopes=scopes,
        others=others,
    )


@pages.page("/coordinator/events/<uuid:event_id>/district", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def set_district(event_id: UUID) -> Response:
    """Say in which district an event counts, or leave it to its place."""
    event = found(event_id)
    form = read_form(DistrictBody, district=event.district_code if event.district_by_hand else None)
    if form.is_good and is_kept(
        form,
        lambda: district_moves.set_by_hand(session(), actor(), event_id, form.data["district"], now()),
    ):
        return done(_back(event_id), "page.desk.saved")
    return desk.show(
        desk.sit_down("events"),
        "event_district.html",
        event=event,
        form=form,
        districts=district_choices(districts.current(session()), event.region_code),
    )


@pages.page("/coordinator/events/<uuid:event_id>/result", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def set_result(event_id: UUID) -> Response:
    """Say what came of an event, in place of what was said before."""
    told = found_to_show(event_id)
    form = read_form(ResultBody, **begins_with(told.result))
    if form.is_good and is_kept(form, lambda: put(event_id, form.data)):
        return done(_back(event_id), "page.desk.saved")
    return desk.show(
        desk.sit_down("events"),
        "event_result.html",
        event=told.event,
        form=form,
        stands=lines_of(results.by_event(session(), [event_id]).get(event_id)) if form.is_overtaken else [],
        units=units(),
        figures=(*MEASURED_FIGURES, *WHOLE_FIGURES),
    )


class GroupForm(HeadcountBody):
    """As the API takes it; a new one under an id of its form."""

    id = fields.UUID()


@pages.page("/coordinator/events/<uuid:event_id>/groups/new", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def add_group(event_id: UUID) -> Response:
    """Say of a group that nobody has announced how many of it came."""
    event = found(event_id)
    form = read_form(GroupForm)
    if form.is_good and "id" in form.data and _is_given(form, event_id, form.data["id"]):
        return done(f"{_back(event_id)}#groups", "page.desk.saved")
    return _show_group(event, form, None)


@pages.page("/coordinator/events/<uuid:event_id>/groups/<uuid:headcount_id>", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def correct_group(event_id: UUID, headcount_id: UUID) -> Response:
    """Correct how many of a group came, with a reason."""
    event = found(event_id)
    group = _group(event_id, headcount_id)
    form = read_form(
        GroupForm,
        group=group.group_name,
        category=group.category,
        expected=group.expected,
        people=group.people,
        minutes=group.minutes,
    )
    if form.is_good and _is_given(form, event_id, headcount_id):
        return done(f"{_back(event_id)}#groups", "page.desk.saved")
    return _show_group(event, form, group)


@pages.page("/coordinator/events/<uuid:event_id>/groups/<uuid:headcount_id>/take-back", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def take_group_back(event_id: UUID, headcount_id: UUID) -> Response:
    """Say that a group was not there, with a reason."""
    event = found(event_id)
    group = session().get(Headcount, (event_id, headcount_id))
    if group is None:
        raise errors.NotFound(errors.Thing.HEADCOUNT)
    if group.taken_back:
        return done(f"{_back(event_id)}#groups", "page.desk.saved")
    form = read_form(HeadcountEnd)
    if form.is_good and is_kept(
        form,
        lambda: groups.retract(session(), actor(), event_id, headcount_id, now(), form.data.get("reason")),
    ):
        return done(f"{_back(event_id)}#groups", "page.desk.saved")
    return desk.show(desk.sit_down("events"), "event_group_end.html", event=event, group=group, form=form)


def _show_group(event: Event, form: Form, group: Headcount | None) -> Response:
    return desk.show(
        desk.sit_down("events"),
        "event_group.html",
        event=event,
        form=form,
        group=group,
        categories=[(one, text(f"page.group.category.{one}")) for one in HeadcountCategory],
    )


def _group(event_id: UUID, headcount_id: UUID) -> Headcount:
    """A group that stands. Raises NotFound."""
    group = session().get(Headcount, (event_id, headcount_id))
    if group is None or group.taken_back:
        raise errors.NotFound(errors.Thing.HEADCOUNT)
    return group


def _is_given(form: Form, event_id: UUID, headcount_id: UUID) -> bool:
    body = form.data
    group = Group(
        body["group"], **{name: body.get(name) for name in ("people", "minutes", "category", "expected")}
    )
    return is_kept(
        form,
        lambda: groups.give(session(), actor(), event_id, headcount_id, group, now(), body.get("reason")),
    )


def _back(event_id: UUID) -> str:
    return to("coordinator-event.show", event_id=event_id)
