"""Whose list a browser keeps (R36): wiped when they sign out, or somebody else signs in."""

import hashlib
import hmac

from flask import Response, g, request

from http_base.context import services
from service.access import Actor

COOKIE = "tazalyq_door"
LIVES_S = 20 * 24 * 3600
_PURPOSE = b"tazalyq: whose list a browser keeps"


def remember(response: Response, who: Actor) -> None:
    """Note in the browser whose list it keeps, by a mark that tells nobody who that is."""
    secure = services().settings.public_url.startswith("https:")
    response.set_cookie(
        COOKIE, _mark(who), max_age=LIVES_S, secure=secure, httponly=True, samesite="Lax", path="/"
    )


def leave_to(who: Actor | None) -> None:
    """Let the answer wipe what the browser keeps, unless it is this person's."""
    kept = request.cookies.get(COOKIE)
    g.wipes_list = bool(kept) and (who is None or not hmac.compare_digest(kept or "", _mark(who)))


def finish(response: Response) -> None:
    """Wipe it, if this request has asked for that."""
    if g.get("wipes_list"):
        response.headers["Clear-Site-Data"] = '"storage"'
        response.delete_cookie(COOKIE, path="/")


def _mark(who: Actor) -> str:
    key = hmac.digest(services().settings.secret_key.encode(), _PURPOSE, hashlib.sha256)
    return hmac.new(key, str(who.volunteer_id).encode(), hashlib.sha256).hexdigest()[:32]
