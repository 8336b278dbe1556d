"""Who goes to an event, who waits in which place of the line, who was offered one, and who was removed."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors
from http_base.context import actor, now, session
from http_base.fields import Text, one_of
from http_base.schemas.events import ReasonBody
from service import errors
from service.access import Permission
from service.events import offers, participants, removals
from service.events.participants import Being, Participant, Wanted
from service.models import Event
from web.addresses import here, to
from web.forms import read_form, read_query
from web.organizer import desk
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("organizer-people")

RECORDED = Unaudited("the use case records that the people were read")
A_PAGE = 50
STATES = (Being.GOING, Being.OFFERED, Being.WAITLISTED, Being.REMOVED)


class Filter(Schema):
    """Whom to show, and where in the list the page begins."""

    list = one_of(*STATES, load_default=Being.GOING)
    q = Text(longest=100, shortest=0, load_default="")
    cursor = fields.String()


@pages.page("/organizer/events/<uuid:event_id>/people")
@pages.staff(Permission.REMOVE_PARTICIPANT, audit=RECORDED)
def show(event_id: UUID) -> Response:
    """One list at a time; a search looks in that list."""
    event = desk.found(event_id, Permission.REMOVE_PARTICIPANT)
    query = read_query(Filter)
    wanted = Wanted(query["q"], Being(query["list"]))
    after = cursors.decode(query.get("cursor"), int if wanted.is_line else UUID)
    people = participants.in_event(
        session(), actor(), event_id, now(), None if after is None else after[0], A_PAGE + 1, wanted
    )
    items, following = cursors.page(people, A_PAGE, wanted.place)
    return desk.show(
        "people.html",
        event=event,
        items=items,
        state=wanted.being,
        text=wanted.text,
        views=_views(event, wanted),
        is_open=not event.is_over(now()),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


def _views(event: Event, wanted: Wanted) -> Sequence[tuple[str, int, str, bool]]:
    """The lists with how many people are in each: those of whom there are none are left out, but the two that
    every event has."""
    numbers = {
        Being.GOING: event.going,
        Being.OFFERED: offers.held(session(), event, now()),
        Being.WAITLISTED: event.waitlisted,
        Being.REMOVED: participants.removed(session(), event.id),
    }
    always = (Being.GOING, Being.WAITLISTED, wanted.being)
    return [
        (text(f"page.people.{state}"), numbers[state], here(list=state, cursor=None), state is wanted.being)
        for state in STATES
        if numbers[state] or state in always
    ]


@pages.page("/organizer/events/<uuid:event_id>/people/<uuid:subject_id>/remove", ("GET", "POST"))
@pages.staff(Permission.REMOVE_PARTICIPANT, audit=RECORDED)
def remove(event_id: UUID, subject_id: UUID) -> Response:
    """Say why, and take somebody off the list; what follows from it is said first."""
    event = desk.found(event_id, Permission.REMOVE_PARTICIPANT)
    form = read_form(ReasonBody)
    if form.is_good:
        try:
            removals.remove(session(), actor(), event_id, subject_id, form.data["reason"], now())
        except errors.NotFound:
            return done(_list_of(event_id), "page.people.gone", "info")
        session().commit()
        return done(_list_of(event_id), "page.people.was-removed")
    person = _person(event_id, subject_id)
    if person is None:
        return done(_list_of(event_id), "page.people.gone", "info")
    return desk.show("people_remove.html", event=event, person=person, form=form)


@pages.page("/organizer/events/<uuid:event_id>/people/<uuid:subject_id>/readmit", ("POST",))
@pages.staff(Permission.REMOVE_PARTICIPANT, audit=RECORDED)
def readmit(event_id: UUID, subject_id: UUID) -> Response:
    """Let somebody who was removed sign up again."""
    removals.readmit(session(), actor(), event_id, subject_id, now())
    session().commit()
    return done(_list_of(event_id, Being.REMOVED), "page.people.readmitted")


def _person(event_id: UUID, subject_id: UUID) -> Participant | None:
    """Who still goes, waits or was offered a place."""
    try:
        found = participants.one(session(), actor(), event_id, subject_id, now())
    except errors.NotFound:
        return None
    return found if found.signup in (Being.GOING, Being.OFFERED, Being.WAITLISTED) else None


def _list_of(event_id: UUID, state: Being | None = None) -> str:
    return to("organizer-people.show", event_id=event_id, **({} if state is None else {"list": state}))
