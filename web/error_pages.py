"""Refusals as pages: the problem document's own words, and how to go on."""

from http import HTTPStatus

from flask import Flask, Response, current_app, g, request

from http_base import csrf
from http_base.context import locale, page_caller
from http_base.csrf import FormExpired
from http_base.page_sessions import cookie_name
from notifications import words
from notifications.words import LOCALES
from web import expired
from web.addresses import to
from web.doors import back_to
from web.pages import How, Pages, render

PROBLEM = "application/problem+json"
WAYS_ON = {
    HTTPStatus.UNAUTHORIZED: "sign-in",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "missing",
    HTTPStatus.METHOD_NOT_ALLOWED: "missing",
    HTTPStatus.UNPROCESSABLE_ENTITY: "input",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "input",
    HTTPStatus.TOO_MANY_REQUESTS: "wait",
    HTTPStatus.INTERNAL_SERVER_ERROR: "ours",
    HTTPStatus.SERVICE_UNAVAILABLE: "wait",
}
"""Of all others: back."""
OF_BODIES = ("Content-Type", "Content-Length", "Set-Cookie")


def install(app: Flask) -> None:
    """Show people who meet a refusal a page in place of a problem document."""
    app.after_request(_as_page)


def _as_page(response: Response) -> Response:
    if response.mimetype != PROBLEM or not wants_page():
        return response
    status = HTTPStatus(response.status_code)
    problem = {"errors": {}, "contact": {}} | response.get_json()
    if (own := _own_words(status)) is not None:
        problem |= {part: words.translate(f"page.{own}.{part}", locale()) for part in ("title", "detail")}
    if "cursor" in problem["errors"]:
        problem["errors"] |= {"cursor": [words.translate("page.address.cursor", locale())]}
    way_on = way_on_from(status, problem["code"])
    page = render(
        "error.html",
        How(status),
        problem=problem,
        is_somewhere=request.url_rule is not None,
        way_on=way_on,
        written=expired.written(),
        again=expired.to_send_again() if way_on in SIGN_IN else [],
        form_href=request.full_path.rstrip("?"),
        sign_in_href=_sign_in() if way_on in SIGN_IN else None,
        bare_href=request.path if way_on == "address" else None,
        event_href=_event() if way_on == "event" else None,
        next_ones=g.get("next_ones", ()),
        next_near=g.get("next_near"),
    )
    # What the refusal says besides stays: cookies, Retry-After, Allow.
    response.data = page.data
    response.mimetype = "text/html"
    response.headers.update({name: value for name, value in page.headers if name not in OF_BODIES})
    # Whatever part htmx has asked for: this stands in place of the whole page.
    response.headers["HX-Retarget"] = "body"
    return response


def _own_words(status: HTTPStatus) -> str | None:
    """By what words a page says what the API says to programs; None: by the API's."""
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return "address" if request.method in csrf.SAFE else "typed"
    if status == HTTPStatus.NOT_FOUND and request.url_rule is not None:
        return None
    return OWN_WORDS.get(status)


OWN_WORDS = {
    HTTPStatus.NOT_FOUND: "missing",
    HTTPStatus.METHOD_NOT_ALLOWED: "only-by-button",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-long",
}

SIGN_IN = ("sign-in", "signed-out", "no-cookie")
"""Ways on that lead to the door."""


def way_on_from(status: HTTPStatus, code: str) -> str:
    """By what words a page says how to go on."""
    if code == FormExpired.code:
        if page_caller():
            return "back"
        # Who lets no cookie be kept signs in in vain.
        return "signed-out" if cookie_name() in request.cookies else "no-cookie"
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and request.method in csrf.SAFE and request.args:
        return "address"
    if status in OF_AN_EVENT and _event() is not None:
        return "event"
    return WAYS_ON.get(status, "back")


OF_AN_EVENT = (HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN)


def _event() -> str | None:
    """The page of the event that a volunteer wanted to do something about."""
    if not (request.blueprint or "").startswith("volunteer-"):
        return None
    event_id = (request.view_args or {}).get("event_id")
    return None if event_id is None else to("events.show", event_id=event_id)


def _sign_in() -> str:
    """Where to sign in, and from there back to this page, where it is one that can be looked at."""
    rule = request.url_rule
    is_page = rule is not None and "GET" in (rule.methods or ())
    return to("sign-in.show", next=back_to(request.full_path.rstrip("?")) if is_page else None)


def wants_page() -> bool:
    """Whether somebody looks at this in a browser: a page of ours, or an address where nothing stands."""
    if request.url_rule is not None:
        return isinstance(current_app.blueprints.get(request.blueprint or ""), Pages)
    if request.path.split("/", 2)[1] in LOCALES:
        return True
    if request.path.startswith(("/v1/", "/dev/")):
        return False
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]
