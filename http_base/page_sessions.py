"""The pages' callers: a cookie's session in place of a bearer token, which `/v1` never looks at (R7)."""

import secrets
from typing import cast
from urllib.parse import urlsplit

from flask import Response, g, request

from http_base import installations, kept_lists, known_browsers
from http_base.browsers import browser_of
from http_base.context import PageCaller, now, page_caller, page_guest, services, session
from service.access import Actor
from service.people import guests, identities, sessions
from service.people.identities import Identity, Known
from service.people.sessions import Found

HERE = "tazalyq_here"
"""The cookie that changes with each sign-in and sign-out, and tells no more: a page that a browser brings
back whole is known by it to be of now, or of before."""

LIVE = "X-Live"
"""The header of what a page asks for by itself, again and again: no act of a person."""


def is_secure() -> bool:
    """Whether browsers reach us by https: always, in production."""
    return urlsplit(services().settings.public_url).scheme == "https"


def cookie_name() -> str:
    """`__Host-`: no other host of the domain can have set it."""
    return "__Host-tazalyq" if is_secure() else "tazalyq_dev"


def token() -> str:
    """This browser's token; one that has none gets one, so that a form, or a code, is bound to it."""
    found = g.get("page_token") or request.cookies.get(cookie_name())
    if not found:
        found = sessions.new_token()
        _give(found)
    return cast("str", found)


def start(actor: Actor) -> None:
    """Sign somebody in here, as a new session under a new token; what was signed in before is ended.

    A guest who has registered is known by their former token, too, for the form that they press twice.
    """
    former = None if page_guest() is None else token()
    _end_present()
    kept_lists.leave_to(actor)
    browser, address = browser_of(request.user_agent.string), request.remote_addr or ""
    _give(sessions.begin(session(), actor, browser, address, now(), former=former))


def welcome(identity: Identity) -> None:
    """Let in here, as a guest, who has just proven a number; whoever was signed in before is signed out."""
    _end_present()
    kept_lists.leave_to(None)
    g.page_caller, g.page_guest = None, identity
    _give(guests.begin(session(), identity))


def elevate(caller: PageCaller) -> None:
    """Note that the caller's second factor has just been passed here, under a new token."""
    new = sessions.rotate(session().connection(), token(), caller.known.actor, now(), elevated=True)
    if new is not None:
        _give(new)


def leave() -> None:
    """Sign this browser out."""
    _end_present()
    kept_lists.leave_to(None)
    g.page_caller = g.page_guest = None
    g.page_token, g.page_cookie = None, ""


def _end_present() -> None:
    caller = page_caller()
    if caller is not None:
        sessions.end_one(session(), caller.session_id)
    elif page_guest() is not None:
        guests.end(session(), token())


def left_s() -> int | None:
    """In how many seconds a coordinator's session ends, if nothing is done; None of everybody else's."""
    caller = page_caller()
    if caller is None or not caller.known.actor.regions:
        return None
    return int((caller.ends_at - now()).total_seconds())


def _give(new: str) -> None:
    g.page_token = g.page_cookie = new


def recognize() -> None:
    """Who the cookie is of. News of the session are kept at once, apart from the request's own work."""
    g.is_page, g.page_caller, g.page_guest = True, None, None
    given = request.cookies.get(cookie_name())
    if not given:
        return
    found = sessions.find(session(), given, now())
    if found is None:
        g.page_guest = guests.find(session(), given, now())
        return
    known = identities.find(session(), found.subject)
    if known is None or found.ends_at(known.actor) <= now():
        return
    found = _keep_news(given, found, known)
    g.page_caller = PageCaller(
        subject=found.subject,
        known=known,
        session_id=found.id,
        signed_in_at=found.signed_in_at,
        ends_at=found.ends_at(known.actor, acts=now() if _is_act(found) else None),
        passed_second_factor=found.is_elevated(now()),
    )


def _keep_news(given: str, found: Found, known: Known) -> Found:
    """Another token where the roles are others than at the last request, and the moment of this act.

    Returns the session as it stands then.
    """
    is_changed = found.roles != sessions.roles_of(known.actor) and not found.is_former
    is_act = _is_act(found)
    if not (is_changed or is_act):
        return found
    # Who calls is asked before anything is written: this only gives the connection back.
    session().rollback()
    with services().connections.begin() as connection:
        if is_act:
            sessions.touch(connection, found.id, now())
        new = sessions.rotate(connection, given, known.actor, now()) if is_changed else None
    if new is not None:
        _give(new)
    # With other roles, what was passed before them may be worth less.
    return (sessions.find(session(), new or given, now()) or found) if is_changed else found


def _is_act(found: Found) -> bool:
    return LIVE not in request.headers and now() - found.seen_at >= sessions.SEEN_EVERY


def finish(response: Response) -> Response:
    """The cookie where it is new; and what one browser was told is kept for no other."""
    given = g.get("page_cookie")
    kept_lists.finish(response)
    installations.finish(response, secure=is_secure())
    known_browsers.finish(response, secure=is_secure())
    if given is not None:
        for name, value in ((cookie_name(), given), (HERE, given and secrets.token_hex(4))):
            response.set_cookie(
                name,
                value,
                max_age=int(sessions.LIFETIME.total_seconds()) if given else 0,
                secure=is_secure(),
                httponly=name != HERE,
                samesite="Lax",
                path="/",
            )
    if given is not None or cookie_name() in request.cookies:
        response.vary.add("Cookie")
        if response.cache_control.public:
            response.headers["Cache-Control"] = "private, no-cache"
    # With `no-referrer` a browser would send `Origin: null` with each form.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
