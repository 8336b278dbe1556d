"""Whose list a browser keeps (R36): it goes when they sign out, or somebody else signs in."""

import hashlib
import hmac

from flask import Response, g, request

from http_base.context import services
from service.access import Actor

COOKIE = "tazalyq_door"
LEFT = "left"
"""In place of the mark: the page that comes next forgets the list. `Clear-Site-Data` would forget what others
have tapped as well."""
LIVES_S = 20 * 24 * 3600
_PURPOSE = b"tazalyq: whose list a browser keeps"


def remember(response: Response, who: Actor) -> None:
    """Note in the browser whose list it keeps, by a mark that tells nobody who that is."""
    _set(response, _mark(who), is_for_scripts=False)


def leave_to(who: Actor | None) -> None:
    """Let the browser forget its list, unless it is this person's."""
    kept = request.cookies.get(COOKIE)
    g.leaves_list = bool(kept) and (who is None or not hmac.compare_digest(kept or "", _mark(who)))


def finish(response: Response) -> None:
    """Tell the pages' script so, if this request has asked for that."""
    if g.get("leaves_list"):
        _set(response, LEFT, is_for_scripts=True)


def _set(response: Response, value: str, *, is_for_scripts: bool) -> None:
    secure = services().settings.public_url.startswith("https:")
    response.set_cookie(
        COOKIE, value, max_age=LIVES_S, secure=secure, httponly=not is_for_scripts, samesite="Lax", path="/"
    )


def _mark(who: Actor) -> str:
    key = hmac.digest(services().settings.secret_key.encode(), _PURPOSE, hashlib.sha256)
    return hmac.new(key, str(who.volunteer_id).encode(), hashlib.sha256).hexdigest()[:32]
