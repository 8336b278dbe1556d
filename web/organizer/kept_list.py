"""What a phone keeps of an event's door, to go on without signal (R36), and what it sends when it has one.

Pages' own JSON: by cookie, token against foreign sites and Origin (R7), with the API's schemas and use cases.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from marshmallow import ValidationError

from http_base import csrf, kept_lists, links, list_results, problems
from http_base.context import actor, locale, now, services, session
from http_base.schemas.ticks import KeptListBody
from http_base.strict_json import body_of
from http_base.wording import doubt_of_another
from service import presence_errors
from service.access import Permission, may
from service.attendance import place_codes
from service.events.events import target_of
from service.models import Event
from service.rulings import list_rows
from service.rulings.list_rows import Row
from web import formats
from web.assets import BUILT
from web.organizer import desk
from web.pages import POLICY, PRIVATE, Pages, Unaudited

pages = Pages("organizer-kept")

KEY_LIVES = timedelta(hours=24)
"""So long after the event's end a phone is given the key of what it keeps."""

_PURPOSE = b"tazalyq: keys of lists that phones keep"
READ = Unaudited("its use case records that the people were read")
NO_PERSON = Unaudited("shows no person")


@pages.page("/organizer/events/<uuid:event_id>/list/kept", ("GET", "POST"))
@pages.staff(Permission.SEE_LIST, audit=READ)
def kept(event_id: UUID) -> Response:
    """GET: the list, the code's secret or codes, and the key to keep them by. POST: what was ticked.

    Later than a day after the end there is no key and nothing to keep: what was ticked is still taken.
    """
    event = desk.found(event_id, Permission.SEE_LIST)
    if request.method == "POST":
        return _taken(event)
    response = jsonify(_everything(event))
    kept_lists.remember(response, actor())
    return _plain(response)


def _everything(event: Event) -> dict[str, Any]:
    until = event.ends_at + KEY_LIVES
    who = {
        "person": str(actor().volunteer_id),
        "csrf": csrf.token(),
        "now": now().isoformat(),
        "until": until.isoformat(),
    }
    if now() > until:
        return who | {"key": None}
    rows = sorted(
        list_rows.of_event(session(), actor(), event.id, now()), key=lambda row: formats.in_order(row.name)
    )
    zone_offset = event.local(now()).utcoffset() or timedelta(0)
    return who | {
        "key": base64.b64encode(_key(event.id)).decode(),
        "offset_min": int(zone_offset.total_seconds() // 60),
        "address": links.of_event(event.id),
        "rows": [_shown(row) for row in rows],
        "code": _code(event),
    }


def _shown(row: Row) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "typed": row.is_typed,
        "name": row.name,
        "digits": row.digits,
        "age": row.age,
        "along": row.companions,
        "standing": row.standing,
        "at": None if row.at is None else row.at.isoformat(),
        "undo": row.can_undo,
        "doubts": [doubt_of_another(reason, locale()) for reason in row.reasons],
        "disputed": row.is_disputed,
    }


def _code(event: Event) -> dict[str, Any]:
    """The secret for organizers; for helpers the codes of the event's hours (R9)."""
    if may(actor(), Permission.SHOW_CODE, target_of(event)):
        secret = place_codes.of_event(session(), actor(), event.id, now()).secret
        return {"secret": secret, "step_s": place_codes.STEP_S, "digits": place_codes.DIGITS}
    if not may(actor(), Permission.SHOW_COMING_CODES, target_of(event)):
        return {"codes": []}
    coming = place_codes.coming_codes(session(), actor(), event.id, now(), services().settings.thresholds)
    return {
        "codes": [
            {"code": one.code, "from": one.valid_from.isoformat(), "until": one.valid_until.isoformat()}
            for one in coming
        ]
    }


def _key(event_id: UUID) -> bytes:
    """Of one event and person; it is made anew for each who asks in time, and kept nowhere of ours."""
    secret = services().settings.secret_key.encode()
    whose = f"{event_id}:{actor().volunteer_id}".encode()
    return hmac.digest(hmac.digest(secret, _PURPOSE, hashlib.sha256), whose, hashlib.sha256)


def _taken(event: Event) -> Response:
    """Each tick with its outcome. Another person's are not sent by anybody (409 `not-yours`)."""
    try:
        body = KeptListBody().load(body_of(request, KeptListBody))
    except ValidationError as error:
        found = problems.flat_errors(error.messages)
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", found)
    if body["by"] != actor().volunteer_id:
        return _refused(HTTPStatus.CONFLICT, presence_errors.NotYours.code)
    return _plain(jsonify({"results": list_results.take(body, event.id)}))


def _refused(status: HTTPStatus, code: str, wrong: dict[str, list[str]] | None = None) -> Response:
    """For a script, which shows the words where it stands: no page."""
    response = jsonify(problems.document(status, code, field_errors=wrong))
    response.status_code = status
    return _plain(response)


def _plain(response: Response) -> Response:
    response.headers["Cache-Control"] = PRIVATE
    return response


@pages.page("/organizer/events/<uuid:event_id>/list/shell")
@pages.staff(Permission.SEE_LIST, audit=NO_PERSON)
def list_shell(event_id: UUID) -> Response:
    """The list's page without anybody in it: a phone keeps it for when there is no signal."""
    event = desk.found(event_id, Permission.SEE_LIST)
    return desk.show("list_shell.html", event=event, **desk.door_of(event, "list"))


@pages.page("/organizer/events/<uuid:event_id>/code/shell")
@pages.staff(Permission.SHOW_COMING_CODES, audit=NO_PERSON)
def code_shell(event_id: UUID) -> Response:
    """The code's page without a code."""
    event = desk.found(event_id, Permission.SHOW_COMING_CODES)
    return desk.show("code.html", event=event, code=None, qr=None, **desk.door_of(event, "code"))


@pages.page("/organizer/door-worker.js")
def worker() -> Response:
    """The script that keeps these two pages; it stands below `organizer/`, which is as far as it reaches."""
    actor()
    file = BUILT / "door-worker.js"
    text = file.read_text("utf-8") if file.is_file() else ""
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    # By it the browser judges what the worker may ask for.
    response.headers["Content-Security-Policy"] = POLICY
    return response
