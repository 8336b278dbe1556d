"""Where a page leads who has to sign in, or to pass the second factor, before they see it."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request

from http_base.context import page_guest
from http_base.identity import Unauthenticated
from notifications.words import LOCALES
from service import errors, guardian_errors
from service.platform.database import db
from web.addresses import to

SAFE = frozenset({"GET", "HEAD"})
PAGES = tuple(f"/{language}/" for language in LOCALES)


def install(blueprint: Blueprint) -> None:
    """Lead people to the door, and from there back to the page that they wanted to look at."""
    blueprint.register_error_handler(Unauthenticated, lambda _error: _to(_door()))
    blueprint.register_error_handler(errors.SecondFactorRequired, lambda _error: _to("account.elevate"))
    blueprint.register_error_handler(guardian_errors.GuardianConsentMissing, lambda _error: _to_guardian())


def _door() -> str:
    """Whose number is proven registers, unless that is what they were about to do."""
    is_registering = (request.endpoint or "").startswith("register-pages.")
    return "sign-in.show" if page_guest() is None or is_registering else "register.show"


def back_to(typed: str | None) -> str | None:
    """A page of ours, by its path, as somebody has sent it; None of anything else."""
    if not typed or "\\" in typed or not typed.isprintable():
        return None
    try:
        found = urlsplit(typed)
    except ValueError:
        return None
    is_page = found.path.startswith(PAGES)
    if found.scheme or found.netloc or found.fragment or not is_page or typed.startswith("//"):
        return None
    return typed


def _to_guardian() -> Response:
    """To the link that a minor hands on, and from there back to the event."""
    db.session.rollback()
    event_id = (request.view_args or {}).get("event_id")
    wanted = None if event_id is None else to("events.show", event_id=event_id)
    found: Response = redirect(to("volunteer-guardian.show", next=wanted), 303)  # type: ignore[assignment] # Flask's own
    return found


def _to(door: str) -> Response:
    db.session.rollback()
    here = request.full_path.rstrip("?") if request.method in SAFE else None
    address = to(door, next=back_to(here)) if here else to(door)
    if "HX-Request" in request.headers:
        # In place of a part of the page the browser goes there whole.
        return Response(status=204, headers={"HX-Redirect": to(door)})
    found: Response = redirect(address, 303)  # type: ignore[assignment] # Flask's own
    return found
