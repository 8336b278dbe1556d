"""Everything that is held about somebody, as a file: the API's answer and a page's download."""

from collections.abc import Iterator

from flask import Response

from http_base import downloads
from http_base.context import locale, now, services, session
from notifications import words
from service.access import Actor
from service.models.base import new_id
from service.people import guardian_data, own_export
from service.people.identities import Identity
from service.platform import installed
from service.platform.database import snapshot_session

NAME = "tazalyq-my-data.json"


def whole(caller: Actor) -> Response:
    """The document, whole before its first byte goes out. Raises TooManyRequests: asked too often."""
    own_export.ask(session(), caller, now())
    session().commit()
    with snapshot_session(services().connections) as reading:
        return _file(own_export.pieces(reading, caller.volunteer_id, now(), _explain))


def of_guardian(guardian: Identity) -> Response:
    """The document of a guardian who has no record. Raises TooManyRequests, Busy."""
    own_export.count_asking(session(), installed.mark_of(guardian.subject), now())
    session().commit()
    with snapshot_session(services().connections) as reading:
        return _file(guardian_data.pieces(reading, guardian, now(), _explain))


def _explain(topic: str) -> str:
    return words.translate(f"held.{topic}.title", locale())


def _file(pieces: Iterator[bytes]) -> Response:
    found = downloads.send_parts(pieces, downloads.JSON, NAME)
    # Each is made anew; and whoever computes a tag of it would have all of it in memory.
    found.set_etag(new_id().hex)
    found.headers["Cache-Control"] = "private, no-store"
    found.headers["Content-Language"] = locale()
    return found
