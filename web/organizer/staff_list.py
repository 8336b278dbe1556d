"""The list of an event: one tap present, and undone; who came without a sign-up, by phone and name."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields
from uuid_utils.compat import uuid7

from http_base.context import actor, locale, now, services, session
from http_base.fields import Strict, Text, YesNo, one_of, whole
from http_base.wording import doubt_of_another
from service import errors
from service.access import Permission
from service.events.participants import Being, Wanted
from service.models import Event
from service.models.signups import MAX_COMPANIONS
from service.rulings import list_rows, staff_list
from service.rulings.list_rows import Row
from service.rulings.staff_list import Tick, Ticked, Typed, TypedBefore
from web import formats
from web.addresses import here, to
from web.forms import Form, blank, read_form, read_query
from web.organizer import desk
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("organizer-list")

READ = Unaudited("its use case records that the people were read")
A_PAGE = 40


class Asked(Schema):
    """What of the list is looked at."""

    q = Text(longest=100, load_default="")
    state = one_of(*Being)
    page = whole(1, 1_000, load_default=1)


class RowForm(Strict):
    """One tap: of a volunteer, or of who was typed before."""

    id = fields.UUID(required=True)
    volunteer_id = fields.UUID()
    typed_id = fields.UUID()
    present = YesNo(required=True)
    companions = whole(0, MAX_COMPANIONS, load_default=None, allow_none=True)


class PersonForm(Strict):
    """Somebody who is not on the list."""

    id = fields.UUID(required=True)
    phone = Text(longest=40)
    display_name = Text(longest=100)
    companions = whole(0, MAX_COMPANIONS, load_default=None, allow_none=True)


@pages.page("/organizer/events/<uuid:event_id>/list", ("GET", "POST"))
@pages.staff(Permission.SEE_LIST, audit=READ)
def show(event_id: UUID) -> Response:
    """Everybody who goes or was there; a tap is a form of its row."""
    event = desk.found(event_id, Permission.SEE_LIST)
    form = read_form(RowForm)
    if form.is_good:
        return _tap(event, form)
    asked = read_query(Asked)
    rows = sorted(
        list_rows.of_event(session(), actor(), event_id, now()), key=lambda row: formats.in_order(row.name)
    )
    shown = [row for row in rows if Wanted(asked["q"]).fits(row)]
    being = asked.get("state")
    of_state = [row for row in shown if being is None or row.is_there == (being == Being.PRESENT)]
    first = (asked["page"] - 1) * A_PAGE
    return desk.show(
        "list.html",
        event=event,
        rows=[_line(row) for row in of_state[first : first + A_PAGE]],
        views=_views(shown, being),
        asked=asked,
        being=being,
        is_empty=not rows,
        more_href=here(page=str(asked["page"] + 1)) if len(of_state) > first + A_PAGE else None,
        form=blank(),
        **desk.door_of(event, "list"),
    )


@pages.page("/organizer/events/<uuid:event_id>/list/add", ("GET", "POST"))
@pages.staff(Permission.TICK_LIST, audit=Unaudited("shows no person but whom its reader types"))
def add(event_id: UUID) -> Response:
    """By phone and name; whether somebody is registered nobody learns."""
    event = desk.found(event_id, Permission.TICK_LIST)
    form = read_form(PersonForm, display_name=read_query(Asked)["q"])
    if form.is_good:
        for name in ("phone", "display_name"):
            if name not in form.data:
                form.refuse(name, "field.required")
    if form.is_good:
        body = form.data
        who = Typed(body["phone"], body["display_name"])
        outcome = _send(
            event, Tick(body["id"], who, present=True, captured_at=now(), companions=body["companions"])
        )
        if isinstance(outcome, Ticked):
            return done(_list_of(event.id), "page.list.added", name=who.display_name)
        if not isinstance(outcome, errors.Invalid):
            raise outcome
        form.refused(outcome)
    return desk.show("list_add.html", event=event, form=form)


@dataclass(frozen=True, slots=True)
class Line:
    """A row, with the id of a tap on it, which a second press does not change, and its doubts in words."""

    row: Row
    tick_id: UUID
    doubts: Sequence[str]


def _line(row: Row) -> Line:
    return Line(row, uuid7(), [doubt_of_another(reason, locale()) for reason in row.reasons])


def _views(shown: Sequence[Row], being: str | None) -> list[tuple[str, int, str, bool]]:
    """(label, how many, address, whether it is this one) of all, of who is not there, of who is."""
    there = sum(row.is_there for row in shown)
    numbers = {None: len(shown), Being.ABSENT: len(shown) - there, Being.PRESENT: there}
    return [
        (text(f"page.list.{state or 'all'}"), number, here(state=state, page=None), being == state)
        for state, number in numbers.items()
    ]


def _tap(event: Event, form: Form) -> Response:
    body = form.data
    who: UUID | TypedBefore
    if "volunteer_id" in body:
        who = body["volunteer_id"]
    elif "typed_id" in body:
        who = TypedBefore(body["typed_id"])
    else:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    outcome = _send(event, Tick(body["id"], who, body["present"], now(), companions=body["companions"]))
    if not isinstance(outcome, Ticked):
        raise outcome
    key = who.id if isinstance(who, TypedBefore) else who
    address = here() + f"#p-{key}"
    if outcome.meeting is not None:
        return done(address, "page.list.met", "wait")
    return done(address)


def _send(event: Event, one: Tick) -> staff_list.TickOutcome:
    """One tick of now, by the service's own clock."""
    settings, at = services().settings, now()
    (outcome,) = staff_list.tick(
        session(), actor(), event.id, [one], "", at, at, settings.thresholds, settings.phone_regions
    )
    return outcome


def _list_of(event_id: UUID) -> str:
    return to("organizer-list.show", event_id=event_id)
