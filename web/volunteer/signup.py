"""Signing up for an event: how many come, a change of that, a place that is offered, and withdrawing."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, g, request
from marshmallow import fields

from http_base import csrf, problems
from http_base.context import actor, consent_age, now, page_caller, session
from http_base.csrf import FormExpired
from http_base.fields import Strict, Text
from http_base.schemas.people import Consents
from http_base.schemas.signups import SignupBody
from service import errors
from service.access import Actor
from service.events import events, offers, search, signups
from service.events.signups import SignupState
from service.models import Event, PlacesLeft, SignupStatus
from service.models.base import COUNTRY_ZONE
from service.models.signups import MAX_COMPANIONS
from service.people import consents, volunteers
from web import expired
from web.addresses import to
from web.forms import WHOLE, Form, read_form
from web.pages import Pages, done, render
from web.templating import text
from web.volunteer import consent_forms, moved
from web.volunteer.consent_forms import ShownText

pages = Pages("volunteer-signup")

NUMBERS = tuple(str(number) for number in range(MAX_COMPANIONS + 1))
"""Of companions, as the form and its address say them."""

A_FEW = 5

ABOUT_THE_PARTY = (errors.Full, errors.PartyTooLarge)
"""What another number of companions would change."""

LEAD_ON = (
    errors.TooYoung,
    errors.Hazard,
    errors.Cancelled,
    errors.Over,
    errors.NotVerified,
    errors.Removed,
    errors.OfferExpired,
)
"""What nothing on the form would change: other events are offered."""


class SignupForm(SignupBody):
    """Who comes along; and the consents that are missing, which are given by the same press."""

    consents = fields.Nested(Consents)
    shown = Text(longest=100)


class ConfirmForm(Strict):
    shown = Text(longest=100)


@pages.page("/events/<uuid:event_id>/signup", ("GET", "POST"))
def sign_up(event_id: UUID) -> Response:
    """Take a place or stand in line, alone or with others; pressed again, it changes nothing."""
    who = actor()
    form = read_form(SignupForm, companions=_asked(who, event_id))
    if form.is_good:
        try:
            answer = _signed_up(who, event_id, form)
            if answer is not None:
                return answer
        except ABOUT_THE_PARTY as error:
            session().rollback()
            form.errors["companions"] = [problems.document_of(error)["detail"]]
        except errors.Invalid as error:
            session().rollback()
            form.refused(error)
        except errors.ConsentMissing:
            session().rollback()
    event = events.get_visible(session(), who, event_id)
    state, missing = None, []
    try:
        state = signups.check(session(), who, event, now(), consent_age=consent_age())
    except errors.ConsentMissing as error:
        missing = consent_forms.texts(error.data["missing"])
        if form.is_good:  # else something else is wrong, and they are asked for beside it
            for one in missing:
                form.refuse(one.field, "page.consent.needed")
    return _show(event, form, state, missing)


def _asked(who: Actor, event_id: UUID) -> int:
    """How many come along: as the address says, after signing in anew, or as the sign-up stands."""
    asked = request.args.get("companions", "")
    if asked in NUMBERS:
        return int(asked)
    event = events.get_visible(session(), who, event_id)
    state = signups.of_person(session(), event, who.volunteer_id, now())
    return 0 if state is None else state.companions


def _signed_up(who: Actor, event_id: UUID, form: Form) -> Response | None:
    """None: the event was moved since their page was drawn, and they look at it anew."""
    given = form.data.get("consents")
    if given:
        consents.give(session(), who.volunteer_id, given, now())
    companions = form.data["companions"]
    state = signups.sign_up(session(), who, event_id, companions, now(), consent_age=consent_age())
    if not _keep_if_shown(event_id, form):
        return None
    return done(to("events.show", event_id=event_id), f"page.signup.is-{state.status}", _kind(state))


def _keep_if_shown(event_id: UUID, form: Form) -> bool:
    """By the locked event: whoever moves it at this moment comes before or after."""
    if moved.since(session().get_one(Event, event_id), form.value("shown")) is None:
        session().commit()
        return True
    session().rollback()
    return False


def _kind(state: SignupState) -> str:
    return "good" if state.status == SignupStatus.GOING else "wait"


def _show(event: Event, form: Form, state: SignupState | None, missing: Sequence[ShownText]) -> Response:
    left = offers.places_left(session(), event, now())
    news = moved.since(event, form.value("shown"))
    if news is not None:
        if not form.errors:
            form.refused_as = HTTPStatus.PRECONDITION_FAILED
        form.refuse(WHOLE, "page.signup.moved")
    return render(
        "volunteer/signup.html",
        event=event,
        form=form,
        state=state,
        news=news,
        shown=moved.shown(event),
        is_line=state is None and left is PlacesLeft.NONE,
        next_ones=_others(event) if state is None and form.error("companions") else None,
        numbers=[
            ("0", text("page.signup.alone")),
            *((one, one) for one in NUMBERS[1:]),
        ],
        texts=missing,
        labels={"companions": text("page.signup.companions"), **consent_forms.labels(missing)},
    )


@pages.page("/events/<uuid:event_id>/signup/withdraw", ("GET", "POST"))
def withdraw(event_id: UUID) -> Response:
    """Give the place back, after a question; who has none, or gave it back, is where they wanted to be."""
    who = actor()
    form = read_form(Strict)
    shown = to("events.show", event_id=event_id)
    if form.is_good:
        try:
            signups.withdraw(session(), who, event_id, now())
        except errors.NotFound:
            return done(shown)
        session().commit()
        return done(shown, "page.signup.withdrawn", "info")
    event = events.get_visible(session(), who, event_id)
    state = signups.of_person(session(), event, who.volunteer_id, now())
    if state is None:
        return done(shown)
    return render("volunteer/withdraw.html", event=event, form=form, state=state)


@pages.page("/events/<uuid:event_id>/signup/confirm", ("GET", "POST"))
def confirm(event_id: UUID) -> Response:
    """Say yes to a place that is held; looked at, it is the event's page, which has the button."""
    who = actor()
    shown = to("events.show", event_id=event_id)
    form = read_form(ConfirmForm)
    if not form.is_good:
        return done(shown)
    try:
        signups.confirm(session(), who, event_id, now(), consent_age=consent_age())
    except errors.NotFound:
        return done(shown)
    if not _keep_if_shown(event_id, form):
        return done(shown, "page.signup.moved", "wait")
    return done(shown, "page.signup.is-going")


def _again(error: FormExpired) -> Response:
    """Whose session has ended signs in and finds the form as it was left; else as on other pages."""
    if page_caller() is not None or not csrf.is_from_here() or request.endpoint is None:
        return expired.again(error)
    back: dict[str, Any] = dict(request.view_args or {})
    view = request.endpoint.rpartition(".")[2]
    typed = request.form.get("companions")
    if typed:
        back["companions"] = typed
    return done(
        to("sign-in.show", next=to(f"volunteer-signup.{view}", **back)), "page.signup.sign-in", "info"
    )


def _missing(error: errors.NotFound) -> Response:
    """The event's own page says so, and what there is in its place."""
    if error.data["what"] is not errors.Thing.EVENT:
        return problems.refusal(error)
    session().rollback()
    return done(to("events.show", **(request.view_args or {})))


def _others(event: Event) -> Sequence[Event]:
    """The next ones near an event that its reader may join."""
    age = volunteers.get(session(), actor().volunteer_id).age_on(now().astimezone(COUNTRY_ZONE).date())
    centre = (event.latitude, event.longitude)
    return search.coming_near(session(), centre, now(), A_FEW, but=event.id, age=age)


def _lead_on(error: errors.ServiceError) -> Response:
    """The refusal, and below it what there is in the event's place."""
    answer = problems.refusal(error)
    event = session().get_one(Event, (request.view_args or {})["event_id"])
    g.next_near, g.next_ones = (event.latitude, event.longitude), _others(event)
    return answer


pages.register_error_handler(FormExpired, _again)
pages.register_error_handler(errors.NotFound, _missing)
for _kind_of_refusal in LEAD_ON:
    pages.register_error_handler(_kind_of_refusal, _lead_on)
