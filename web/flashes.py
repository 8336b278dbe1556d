"""One notice for the next page, in a signed cookie: what a post has done, told after its redirect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from http_base import page_sessions
from http_base.context import locale, services
from notifications import words

COOKIE = "tazalyq_notice"
LIVES_S = 300


@dataclass(frozen=True, slots=True)
class Flash:
    """`kind`: good, info, wait or bad; `key`: of the catalogue; `facts`: what its text needs."""

    kind: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def leave(response: Response, flash: Flash) -> None:
    """Give the browser a notice for the page that it opens next."""
    value = _signer().dumps([flash.kind, flash.key, {name: str(fact) for name, fact in flash.facts.items()}])
    response.set_cookie(
        COOKIE,
        value,
        max_age=LIVES_S,
        httponly=True,
        samesite="Lax",
        secure=page_sessions.is_secure(),
    )


def take() -> tuple[str, str] | None:
    """The notice that the last post has left, its kind and its text: it is shown by who asks, once."""
    given = request.cookies.get(COOKIE)
    if given is None:
        return None
    g.flash_shown = True
    try:
        kind, key, facts = _signer().loads(given, max_age=LIVES_S)
        # Words of the release before may be gone, or ask for other facts: a notice is worth no failure.
        return (kind, words.translate(key, locale(), facts)) if words.has(key) else None
    except (BadData, KeyError):
        return None


def forget_shown(response: Response) -> None:
    """Take the notice away from the browser when this answer has shown it."""
    if g.get("flash_shown"):
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().settings.secret_key, salt="notice")
