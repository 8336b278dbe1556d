"""Everything that is held about somebody, as a file: the API's answer and a page's download."""

from flask import Response

from http_base import downloads
from http_base.context import locale, now, services, session
from notifications import words
from service.access import Actor
from service.models.base import new_id
from service.people import own_export
from service.platform.database import snapshot_session

NAME = "tazalyq-my-data.json"


def whole(caller: Actor) -> Response:
    """The document, whole before its first byte goes out. Raises TooManyRequests: asked too often."""
    language = locale()
    own_export.ask(session(), caller, now())
    session().commit()

    def explain(topic: str) -> str:
        return words.translate(f"held.{topic}.title", language)

    with snapshot_session(services().connections) as reading:
        found = downloads.send_parts(
            own_export.pieces(reading, caller.volunteer_id, now(), explain), downloads.JSON, NAME
        )
    # Each is made anew; and whoever computes a tag of it would have all of it in memory.
    found.set_etag(new_id().hex)
    found.headers["Cache-Control"] = "private, no-store"
    found.headers["Content-Language"] = language
    return found
