"""A browser that a right code of the second factor was typed in is known again, also when it signs in anew.

By a random cookie of this purpose alone, which is no proof of anything: it says whose tries are counted apart
from a stranger's (decision 0250). The browser's `installation_id` is none: a stranger may come to read it.
"""

import re

from flask import Response, g, request

from service.people import sessions

COOKIE = "tazalyq_known"
LIVES_S = 180 * 24 * 3600
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def place() -> str:
    """Where a code is typed, for `second_factor`; the browser keeps it anew from now on."""
    if "known_browser" not in g:
        found = request.cookies.get(COOKIE, "")
        g.known_browser = found if _FORM.fullmatch(found) else sessions.new_token()
    return f"browser:{g.known_browser}"


def finish(response: Response, *, secure: bool) -> None:
    """Let a browser that a code was typed in keep its cookie."""
    if "known_browser" in g:
        response.set_cookie(
            COOKIE, g.known_browser, max_age=LIVES_S, secure=secure, httponly=True, samesite="Lax", path="/"
        )
