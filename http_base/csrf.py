"""Forms of our own pages alone: where a request comes from, and the token that each form carries (R7)."""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Blueprint, request

from http_base import page_sessions
from http_base.context import page_caller, services
from service import errors

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PURPOSE = b"tazalyq: forms of pages"


class FormExpired(errors.Forbidden):
    """Not sent by a page of ours, or by one from before its person signed in or out."""

    code = "form-expired"


def install(blueprint: Blueprint) -> None:
    """Let a blueprint's callers be known by cookie, and refuse what another site has sent in their name."""
    blueprint.before_request(page_sessions.recognize)
    blueprint.before_request(check)
    blueprint.after_request(page_sessions.finish)


def token() -> str:
    """What each form carries, in the field FIELD or the header HEADER: of this session, or of this browser
    while nobody is signed in."""
    caller = page_caller()
    bound_to = f"browser:{page_sessions.token()}" if caller is None else f"session:{caller.session_id}"
    key = hmac.digest(services().settings.secret_key.encode(), _PURPOSE, hashlib.sha256)
    return hmac.new(key, bound_to.encode(), hashlib.sha256).hexdigest()


def check() -> None:
    """Do nothing about what changes nothing, or comes from a form of ours.

    Raises:
        FormExpired.
    """
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not is_from_here() or not hmac.compare_digest(given.encode(), token().encode()):
        raise FormExpired()


def is_from_here() -> bool:
    """By Origin, or where a browser sends none, by Referer; who sends neither is nobody's page."""
    came_from = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        found = urlsplit(came_from)
    except ValueError:
        return False
    ours = urlsplit(services().settings.public_url)
    return (found.scheme, found.netloc) in ((ours.scheme, ours.netloc), (ours.scheme, request.host))
