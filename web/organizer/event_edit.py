"""A new event, and the change of one: saved as a draft, looked at, published."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response

from http_base import contacts as shown_contacts
from http_base import places
from http_base.context import actor, locale, now, session
from service import errors
from service.access import Permission, may
from service.events import events, frozen, known_places, series, series_changes
from service.events.known_places import KnownPlace
from service.events.plans import Plan
from service.events.recurrence import Repeat
from service.events.series_scopes import Scope
from service.models import Event, EventKind
from service.models.base import COUNTRY_ZONE, localized
from service.organizations import contacts
from service.organizations.contacts import ContactSaid
from web.addresses import to
from web.forms import VERSION, Form, read_form
from web.organizer import desk, event_forms, home
from web.organizer.event_forms import EventForm
from web.pages import Pages, Unaudited, done
from web.series import scopes_of
from web.templating import text

pages = Pages("organizer-event-edit")

NO_PERSON = Unaudited("shows an event, and no person; what is done is recorded by its use case")


@pages.page("/organizer/events/new", ("GET", "POST"))
@pages.staff(Permission.CREATE_EVENT, audit=NO_PERSON)
def create() -> Response:
    """Say what, when, where, how many and what to bring; it is a draft until it is published."""
    own = [one for one in home.own_organizations() if home.may_create_for(one)]
    if not own:
        raise errors.NotVerified()
    form = read_form(EventForm, **event_forms.begin_new(now()), organization_id=own[0].id)
    if form.is_good and "organization_id" not in form.data:
        form.data["organization_id"] = own[0].id
    there = _there(form)
    if there is not None and not there.is_draft:
        return done(desk.board_of(there.id), "page.event-form.exists", "info")
    if form.is_good and _is_in_time(form):
        made = event_forms.taken(form, lambda: _create(form, there))
        if made is not None:
            return _after(form, made)
        if form.is_overtaken:
            # By its own other press: what that one has said stands, and can be changed.
            return done(
                to("organizer-event-edit.change", event_id=form.data["id"]), "page.event-form.again", "wait"
            )
    return _show(form, None, [(one.id, localized(one.name, locale())) for one in own])


def _there(form: Form) -> Event | None:
    """The event that this form has made already: by a second press, or before a step back."""
    event_id = form.data.get("id") if form.is_good else None
    there = session().get(Event, event_id) if event_id is not None else None
    is_own = there is not None and may(actor(), Permission.CHANGE_EVENT, events.target_of(there))
    return there if is_own else None


def _create(form: Form, there: Event | None) -> Event:
    """The draft of this form; one that is there already becomes what the form says now."""
    if there is not None:
        return _put(form, there, there.version, event_forms.values_of(form.data, there))
    plan = Plan(**({"zone": COUNTRY_ZONE.key} | event_forms.values_of(form.data, None)))
    whose, id_, weeks = form.data["organization_id"], form.data.get("id"), form.data.get("weeks")
    contact = _contact_of(form)
    if weeks is None:
        return events.create(session(), actor(), whose, plan, now(), id_, contact)
    repeat = Repeat("FREQ=WEEKLY", weeks)
    return series.create(session(), actor(), whose, plan, repeat, now(), id_, contact)


@pages.page("/organizer/events/<uuid:event_id>/edit", ("GET", "POST"))
@pages.staff(Permission.CHANGE_EVENT, audit=NO_PERSON)
def change(event_id: UUID) -> Response:
    """Change what may still be changed; who goes is told of another time or place."""
    event = desk.found(event_id, Permission.CHANGE_EVENT)
    if event.is_cancelled:
        raise events.cancelled(event)
    fixed = frozen.fields_of(session(), event, now())
    asked = EventForm(
        partial=(*event_forms.WHERE_AND_WHEN, "ends"),
        exclude=[name for name in event_forms.BOXES if name in fixed],
    )
    own = contacts.newest(session(), contacts.of_event(event))
    form = read_form(asked, **event_forms.begin_with(event, own))
    if form.is_good:
        version = form.data.get(VERSION, 0)
        changed = event_forms.taken(
            form, lambda: _put(form, event, version, event_forms.values_of(form.data, event))
        )
        if changed is not None:
            return _after(form, changed)
    return _show(form, event, [], fixed)


def _put(form: Form, event: Event, version: int, values: dict[str, Any]) -> Event:
    """The event with what the form says; of a series, where it says so, the later dates follow."""
    scope = Scope(form.data["scope"])
    changed = series_changes.change(session(), actor(), event.id, version, values, now(), scope)
    _put_contact(form, changed)
    return changed[0]


def _put_contact(form: Form, changed: Sequence[Event]) -> None:
    """Only where it is another than before: somebody else's has to be agreed to anew."""
    wanted = _contact_of(form)
    if wanted != contacts.newest(session(), contacts.of_event(changed[0])):
        contacts.put_all(session(), actor(), map(contacts.of_event, changed), wanted, now())


def _contact_of(form: Form) -> ContactSaid | None:
    """What the form says of it; None: all its boxes are empty."""
    wanted = shown_contacts.said(form.data.get("contact"))
    return None if wanted == ContactSaid() else wanted


def _is_in_time(form: Form) -> bool:
    """A new event lies ahead: a day that was is mistyped."""
    if form.data["day"] < now().astimezone(COUNTRY_ZONE).date():
        form.refuse("day", "page.event-form.past")
    return form.is_good


def _after(form: Form, event: Event) -> Response:
    """On to what volunteers will see, or back to the board."""
    if event.is_draft and form.data.get("act") != "draft":
        return done(to("organizer-publishing.preview", event_id=event.id))
    return done(desk.board_of(event.id), "page.event-form.saved")


def _show(
    form: Form,
    event: Event | None,
    organizations: list[tuple[UUID, str]],
    fixed: frozenset[str] = frozenset(),
) -> Response:
    own = [event.organization_id] if event is not None else [id_ for id_, _ in organizations]
    found = _found(form)
    return desk.show(
        "event_form.html",
        form=form,
        event=event,
        organizations=organizations,
        fixed=fixed,
        kinds=_kinds(),
        spots=found or (known_places.of_organizations(session(), own) if event is None else []),
        is_found=bool(found),
        radii=event_forms.RADII_M,
        is_more_open=event_forms.is_more_open(form),
        scopes=scopes_of(event),
    )


def _found(form: Form) -> list[KnownPlace]:
    """Where the address may be, to choose from: of a form that says no other place."""
    address = form.value(f"address_names.{locale()}").strip()
    if not form.sent or "point" not in form.errors or form.value("point") or not address:
        return []
    return [KnownPlace(one.latitude, one.longitude, one.names) for one in places.found(address).places]


def _kinds() -> list[tuple[str, str]]:
    return [(kind, text(f"page.event.kind.{kind}")) for kind in EventKind]
