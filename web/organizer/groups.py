"""Groups without accounts: announced before the day, confirmed with a number on it."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base.context import actor, now, session
from http_base.fields import Number, Strict, Text, one_of, whole
from service import errors
from service.access import Permission, may
from service.attendance import groups
from service.attendance.groups import MAX_GROUPS, Group
from service.events.events import target_of
from service.models import Event, Headcount, HeadcountCategory
from service.models.headcounts import MAX_PEOPLE
from web.addresses import to
from web.forms import Form, blank, read_form
from web.keeping import is_kept
from web.organizer import desk
from web.pages import Pages, Unaudited, done, render
from web.templating import text

pages = Pages("organizer-groups")

NO_PERSON = Unaudited("shows numbers of groups, and no person; what is done is recorded by its use case")

DAY_HOURS, MINUTES = 24, 60


class GroupForm(Strict):
    """`number`: how many are expected, before the event begins, and from then on how many came."""

    id = fields.UUID()
    group = Text()
    category = one_of(*HeadcountCategory, allow_none=True)
    number = whole(1, MAX_PEOPLE)
    hours = Number(0, DAY_HOURS, allow_none=True)


NAMED_IN_FORM = {"people": "number", "expected": "number", "minutes": "hours"}


@pages.page("/organizer/events/<uuid:event_id>/groups", ("GET", "POST"))
@pages.staff(Permission.SEE_BOARD, audit=NO_PERSON)
def show(event_id: UUID) -> Response:
    """Those that are expected, those that came, and a form for one more."""
    event = desk.found(event_id)
    form = read_form(GroupForm)
    if form.is_good:
        _require(form, "group", "number")
    if form.is_good and "id" in form.data:
        said = _said(form, event, None)
        if _asks_first(form, said, None):
            return _ask(form, _back(event_id))
        if _is_given(form, event_id, form.data["id"], said):
            return done(_back(event_id), "page.groups.saved")
    listed = groups.of_event(session(), actor(), event_id, None, MAX_GROUPS)
    return desk.show(
        "groups.html",
        event=event,
        form=form,
        announced=[one for one in listed if not one.is_confirmed],
        confirmed=[one for one in listed if one.is_confirmed],
        categories=_categories(),
        has_begun=event.starts_at <= now(),
        may_give=_may_give(event),
    )


@pages.page("/organizer/events/<uuid:event_id>/groups/<uuid:headcount_id>", ("GET", "POST"))
@pages.staff(Permission.GIVE_HEADCOUNTS, audit=NO_PERSON)
def change(event_id: UUID, headcount_id: UUID) -> Response:
    """Confirm how many came, or mend what was said; the list's own small form sends the number alone."""
    event = desk.found(event_id)
    group = _group(event_id, headcount_id)
    form = read_form(GroupForm, **_begins(group))
    if form.is_good:
        _require(form, "number")
    if form.is_good:
        said = _said(form, event, group)
        if _asks_first(form, said, group):
            return _ask(form, _back(event_id))
        if _is_given(form, event_id, headcount_id, said):
            return done(_back(event_id), "page.groups.saved")
    if form.sent:
        # The small form of the list has sent a part: what it has not said is as it was.
        for name, value in _begins(group).items():
            if value is not None and name not in form.typed:
                form.typed[name] = str(value)
    return desk.show(
        "group.html",
        event=event,
        form=form,
        group=group,
        categories=_categories(),
        has_begun=event.starts_at <= now(),
    )


@pages.page("/organizer/events/<uuid:event_id>/groups/<uuid:headcount_id>/take-back", ("GET", "POST"))
@pages.staff(Permission.GIVE_HEADCOUNTS, audit=NO_PERSON)
def take_back(event_id: UUID, headcount_id: UUID) -> Response:
    """Say that a group was not there; asked again before it is done, and calm when it is done already."""
    event = desk.found(event_id)
    form = read_form(Strict)
    if form.is_sure:
        groups.retract(session(), actor(), event_id, headcount_id, now())
        session().commit()
        return done(_back(event_id), "page.groups.taken-back")
    group = _group(event_id, headcount_id)
    return render(
        "confirm.html",
        title=text("page.groups.take-back-title", group=group.group_name),
        text=text("page.groups.take-back-sure"),
        act=text("page.groups.take-back"),
        form=blank(),
        back_href=_back(event.id),
    )


def _require(form: Form, *names: str) -> None:
    for name in names:
        if name not in form.data:
            form.refuse(name, "field.required")


def _said(form: Form, event: Event, group: Headcount | None) -> Group:
    """What the form says: before the start its number is expected, and from then on there."""
    body = form.data
    hours = body.get("hours")
    is_there = event.starts_at <= now()
    number = body.get("number")
    return Group(
        body.get("group") or (group.group_name if group is not None else ""),
        people=number if is_there else None,
        minutes=None if hours is None else round(hours * MINUTES),
        category=body.get("category"),
        expected=None if is_there else number,
    )


def _asks_first(form: Form, said: Group, group: Headcount | None) -> bool:
    """A number over the usual is a question, and no refusal."""
    expected = None if group is None else group.expected
    return not form.is_sure and said.people is not None and groups.is_unusual(said.people, expected)


def _ask(form: Form, back: str) -> Response:
    return render(
        "confirm.html",
        title=text("page.groups.many-title", number=form.data["number"]),
        text=text("page.groups.many"),
        act=text("page.groups.many-yes"),
        form=form,
        back_href=back,
    )


def _is_given(form: Form, event_id: UUID, headcount_id: UUID, said: Group) -> bool:
    return is_kept(
        form,
        lambda: groups.give(session(), actor(), event_id, headcount_id, said, now()),
        lambda name: NAMED_IN_FORM.get(name, name),
    )


def _group(event_id: UUID, headcount_id: UUID) -> Headcount:
    """A group that stands. Raises NotFound."""
    group = session().get(Headcount, (event_id, headcount_id))
    if group is None or group.taken_back:
        raise errors.NotFound(errors.Thing.HEADCOUNT)
    return group


def _begins(group: Headcount) -> dict[str, Any]:
    number = group.people if group.people is not None else group.expected
    hours = None if group.minutes is None else f"{group.minutes / MINUTES:.4g}"
    return {"group": group.group_name, "category": group.category, "number": number, "hours": hours}


def _may_give(event: Event) -> bool:
    return not event.never_began and may(actor(), Permission.GIVE_HEADCOUNTS, target_of(event))


def _categories() -> list[tuple[str, str]]:
    return [(one, text(f"page.group.category.{one}")) for one in HeadcountCategory]


def _back(event_id: UUID) -> str:
    return to("organizer-groups.show", event_id=event_id)
