"""A browser's own `installation_id` (R7): random, and kept in it longer than whoever is signed in there.

In a cookie: what scripts keep is wiped with each person, and how many people one phone marks outlives that.
"""

import re
import secrets

from flask import Response, g, request

COOKIE = "tazalyq_phone"
LIVES_S = 400 * 24 * 3600
_FORM = re.compile(r"web-[0-9a-f]{32}")


def of_browser() -> str:
    """The id of this browser; one that has none is given one with the answer."""
    found = g.get("installation") or request.cookies.get(COOKIE, "")
    if not _FORM.fullmatch(found):
        found = f"web-{secrets.token_hex(16)}"
        g.installation = found
    return str(found)


def finish(response: Response, *, secure: bool) -> None:
    """Let the browser keep what it was given."""
    if "installation" in g:
        response.set_cookie(
            COOKIE, g.installation, max_age=LIVES_S, secure=secure, httponly=True, samesite="Lax", path="/"
        )
