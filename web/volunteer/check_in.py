"""«Келдім» and «Кеттім» on an event's page: by its script with a position, by a form with the code alone."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from marshmallow import ValidationError, fields

from http_base import csrf, installations, presence, problems
from http_base.context import actor, locale, now, page_caller, services, session
from http_base.fields import Strict, Text, one_of, whole
from http_base.identity import Unauthenticated
from http_base.schemas.presence import KeptTapsBody
from http_base.strict_json import body_of
from http_base.wording import doubt
from notifications import words
from service import errors, presence_errors
from service.access import Actor
from service.attendance.evidence import RecordKind
from service.events import events
from service.models import Event
from service.models.signups import MAX_COMPANIONS
from web.addresses import to
from web.forms import Form, blank, read_form
from web.pages import PRIVATE, How, Pages, done, render
from web.templating import text
from web.volunteer import event_state, held
from web.volunteer.event_state import EventState
from web.volunteer.held import Held

pages = Pages("check-in")

SOON = timedelta(hours=24)
"""So long before check-in opens its page says when, and goes on by itself."""

WORDS = (
    "allow",
    "code",
    "again",
    "way",
    "anyway",
    "send",
    "check_in",
    "check_out",
    "denied",
    "barred",
    "locating",
    "lost",
    "inside",
    "stay",
    "unread",
    "look",
)
"""What the script says that has no measured value in it, by `page.check-in.<word>`."""

MEASURED = {
    "weak": "accuracy",
    "old": "age",
    "outside": "distance",
    "kept": "time",
    "ended": "time",
    "scanned": "code",
}
"""What it says with one, which takes the place of `{}`."""


class CodeForm(Strict):
    """Without script: the code of the place, and who came along."""

    id = fields.UUID(required=True)
    type = one_of(*RecordKind, required=True)
    code = Text(required=True, longest=20)
    companions = whole(0, MAX_COMPANIONS, load_default=None, allow_none=True)


def block_of(event: Event, me: EventState | None) -> dict[str, Any] | None:
    """What the event's page includes for who is signed in; None: it has no place there.

    From a day before check-in opens until nothing that a phone kept is taken any more.
    """
    if me is None or event.never_began or event.is_secret:
        return None
    hours = held.hours_of(event)
    if not hours.opens - SOON <= now() < hours.sends_until:
        return None
    return _block(event, me, blank(companions=me.companions or None))


def is_open(event: Event) -> bool:
    """Whether who is not signed in is led from the event's page to its check-in."""
    hours = held.hours_of(event)
    return not event.is_secret and not event.never_began and hours.opens <= now() < hours.comes_until


def _block(event: Event, me: EventState, form: Form) -> dict[str, Any]:
    who = actor()
    found = held.of_person(event, who, me)
    # Where there is nothing more to tap, the script only sends what a phone has kept.
    is_idle = found.name == "closed"
    return {
        "held": found,
        "given": _given(event, found, who),
        "form": form,
        "is_idle": is_idle,
    }


def _given(event: Event, found: Held, who: Actor) -> dict[str, Any]:
    """What the script needs: the area and the limits by which it advises, addresses, words, what is held."""
    limits = services().settings.thresholds
    language = locale()
    hours = held.hours_of(event)
    offset = event.local(now()).utcoffset() or timedelta(0)
    said = {name: text(f"page.check-in.{name}") for name in WORDS}
    said |= {name: text(f"page.check-in.{name}", **{fact: "{}"}) for name, fact in MEASURED.items()}
    said |= {unit: words.translate(f"unit.{unit}", language) for unit in ("m", "km", "min", "h")}
    said["vague"] = doubt("accuracy-unknown", language)
    return {
        "event": str(event.id),
        "records": to("check-in.records", event_id=event.id),
        "sign_in": to("sign-in.show", next=to("check-in.show", event_id=event.id)),
        "sign_in_label": text("page.sign-in.title"),
        "consents": to("volunteer-consents.show"),
        "consents_label": text("page.my-consents.title"),
        "way": f"geo:{event.latitude:.6f},{event.longitude:.6f}?q={event.latitude:.6f},{event.longitude:.6f}",
        "installation": installations.of_browser() if found.kind or found.again else "",
        "area": area_of(event),
        "limits": {
            "near": limits.near_m,
            "good": limits.good_accuracy_m,
            "weak": limits.weak_accuracy_m,
            "review": limits.review_distance_m,
            "factor": limits.review_accuracy_factor,
            "old_s": limits.fix_age_s,
        },
        "comma": "." if language == "en" else ",",
        "offset_min": int(offset.total_seconds() // 60),
        "opens_in_s": max(0, int((hours.opens - now()).total_seconds()) + 1),
        "words": said,
        "now": _here(who.volunteer_id, found.document(event.id)),
    }


def area_of(event: Event) -> dict[str, Any]:
    """The event's area as the script measures to it.

    Lines of [longitude, latitude], whether they are rings, and the margin around them in metres.
    """
    if event.area["type"] == "circle":
        point = [event.longitude, event.latitude]
        return {"lines": [[point]], "closed": False, "margin": event.area["radius_m"]}
    if event.area["type"] == "corridor":
        line, width_m = event.area["line"]["coordinates"], event.area["width_m"]
        return {"lines": [line], "closed": False, "margin": width_m / 2}
    shapes = event.area["coordinates"]
    rings = shapes if event.area["type"] == "Polygon" else [ring for polygon in shapes for ring in polygon]
    return {"lines": rings, "closed": True, "margin": 0}


def _now(event: Event) -> dict[str, Any]:
    """What the service holds at this moment, and for whom."""
    me = event_state.of_caller(event)
    if me is None:
        raise Unauthenticated
    who = actor()
    return _here(who.volunteer_id, held.of_person(event, who, me).document(event.id))


def _here(person: UUID, held_now: dict[str, Any] | None) -> dict[str, Any]:
    """Who is here, and by what their taps are taken; `at`: milliseconds since 1970, of the service."""
    at = int(now().timestamp() * 1_000)
    return {"person": str(person), "csrf": csrf.token(), "held": held_now, "at": at}


def _now_or_never(event_id: UUID) -> dict[str, Any]:
    """The same; of an event that is not there for them now, who they are: what they kept goes out."""
    caller = page_caller()
    if caller is None:
        raise Unauthenticated
    try:
        return _now(_found(event_id))
    except (errors.NotFound, errors.Banned):
        return _here(caller.known.actor.volunteer_id, None)


@pages.page("/events/<uuid:event_id>/check-in", ("GET", "POST"))
def show(event_id: UUID) -> Response:
    """The block on a page of its own, to which signing in leads back. Posted: by the code of the place."""
    event = _found(event_id)
    form = read_form(CodeForm)
    problem = None
    if form.is_good:
        try:
            _say(event, form.data)
        except presence_errors.WrongPlaceCode as refusal:
            form.errors["code"] = [problems.document_of(refusal, event.id)["detail"]]
        except errors.IdReused:
            # By the browser's way back: what this form said stands.
            return _back_to(event)
        except errors.ServiceError as refusal:
            if problems.status_of(refusal) is not HTTPStatus.CONFLICT:
                raise
            problem = problems.document_of(refusal, event.id)
        else:
            return _back_to(event)
    me = event_state.of_caller(event)
    if me is None:
        raise Unauthenticated
    if not form.sent and not form.errors:
        form = blank(companions=me.companions or None)
    return render(
        "volunteer/check_in_page.html",
        How(HTTPStatus(problem["status"])) if problem else How(),
        event=event,
        check_in=_block(event, me, form),
        problem=problem,
        form=form,
    )


def _back_to(event: Event) -> Response:
    return done(to("events.show", event_id=event.id) + "#check-in")


def _found(event_id: UUID) -> Event:
    event = events.get_visible(session(), actor(), event_id)
    if event.is_secret:
        raise errors.NotFound(errors.Thing.EVENT)
    return event


def _say(event: Event, typed: dict[str, Any]) -> None:
    body = {
        "id": typed["id"],
        "sent_at": now(),
        "installation_id": installations.of_browser(),
        "code": "".join(typed["code"].split()),
        "companions": typed["companions"] if typed["type"] == RecordKind.CHECK_IN else None,
    }
    presence.report(body, event.id, RecordKind(typed["type"]))


@pages.page("/events/<uuid:event_id>/check-in/records", ("GET", "POST"))
def records(event_id: UUID) -> Response:
    """The page's own JSON. GET: what the service holds. POST: what was tapped, each with its own outcome."""
    try:
        if request.method in csrf.SAFE:
            return _plain(jsonify(_now_or_never(event_id)))
        return _taken(event_id)
    except Unauthenticated:
        return _refused(
            HTTPStatus.UNAUTHORIZED, problems.document(HTTPStatus.UNAUTHORIZED, "unauthenticated")
        )
    except ValidationError as error:
        found = problems.flat_errors(error.messages)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _refused(status, problems.document(status, "invalid", field_errors=found))
    except errors.ServiceError as error:
        session().rollback()
        return _refused(problems.status_of(error), problems.document_of(error, event_id))


def _taken(event_id: UUID) -> Response:
    """What became of each, and what is held now: None where the event is not there for its sender now."""
    caller = page_caller()
    if caller is None:
        raise Unauthenticated
    body = KeptTapsBody().load(body_of(request, KeptTapsBody))
    if body["by"] != caller.known.actor.volunteer_id:
        raise presence_errors.NotYours()
    results = presence.report_kept(body)
    try:
        held_now = _now(_found(event_id))
    except (errors.NotFound, errors.Banned):
        held_now = None
    return _plain(jsonify({"results": results, "now": held_now}))


def _refused(status: HTTPStatus, document: dict[str, Any]) -> Response:
    """For a script, which shows the words where it stands: no page."""
    response = jsonify(document)
    response.status_code = status
    return _plain(response)


def _plain(response: Response) -> Response:
    response.headers["Cache-Control"] = PRIVATE
    return response
