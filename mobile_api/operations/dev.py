"""While not in production: what the local gateway has taken, and the shared clock."""

from html import escape
from http import HTTPStatus
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import services, session
from http_base.document import OPEN
from http_base.fields import DateTime, Strict, Text, one_of
from notifications.push import local
from service.people import sign_in
from service.platform import phones
from service.platform.clock import reset_clock, set_clock

blueprint = Blueprint("dev", __name__, url_prefix="/dev", description="While not in production")

SHOWN = 100


class MessageQuery(Strict):
    to = Text(longest=4_096, metadata={"description": "A phone, or the value of a device."})


class LocalMessageShown(Schema):
    to = fields.String(attribute="recipient")
    kind = one_of("code", "push")
    code = fields.String(allow_none=True)
    message = fields.Dict(allow_none=True)
    created_at = DateTime()


class Messages(Schema):
    items = fields.List(fields.Nested(LocalMessageShown))


class ClockBody(Strict):
    at = DateTime(required=True)


class PhoneBody(Strict):
    phone = Text(required=True)
    to = Text(required=True)


class ClockShown(Schema):
    now = DateTime()


@blueprint.route("/messages", methods=["GET"])
@blueprint.operation("listLocalMessages", "anyone, while not in production", security=OPEN)
@blueprint.arguments(MessageQuery, location="query")
@blueprint.response(HTTPStatus.OK, Messages)
def list_messages(query: dict[str, Any]) -> dict[str, Any]:
    """Sign-in codes and pushes, newest first."""
    return {"items": local.recent(session(), query.get("to"), SHOWN)}


@blueprint.route("/pushes", methods=["GET"])
@blueprint.operation("showPushes", "anyone, while not in production", security=OPEN)
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type="text/html")
def show_pushes() -> Response:
    """The newest pushes, as a page for people."""
    rows = "".join(
        "<tr><td>{}</td><td><code>{}</code></td><td><b>{}</b><br>{}</td><td>{}</td></tr>".format(
            *(
                escape(str(value))
                for value in (
                    f"{taken.created_at:%Y-%m-%d %H:%M:%S} UTC",
                    taken.recipient,
                    taken.message["message"]["notification"]["title"],
                    taken.message["message"]["notification"]["body"],
                    taken.message["message"]["data"]["kind"],
                )
            )
        )
        for taken in local.recent(session(), None, SHOWN)
        if taken.message is not None
    )
    return Response(PAGE.replace("{rows}", rows or NONE_YET), mimetype="text/html")


@blueprint.route("/clock", methods=["PUT"])
@blueprint.operation("setClock", "anyone, while not in production", security=OPEN)
@blueprint.arguments(ClockBody)
@blueprint.response(HTTPStatus.OK, ClockShown)
def put_clock(body: dict[str, Any]) -> dict[str, Any]:
    """Set the clock that web and worker share; it goes on from there."""
    set_clock(session(), body["at"])
    session().commit()
    return {"now": services().clock.now()}


@blueprint.route("/clock", methods=["DELETE"])
@blueprint.operation("resetClock", "anyone, while not in production", security=OPEN)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_clock() -> None:
    """Show the system's time again."""
    reset_clock(session())
    session().commit()


@blueprint.route("/phones", methods=["PUT"])
@blueprint.operation("movePhone", "anyone, while not in production", security=OPEN)
@blueprint.arguments(PhoneBody)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_phone(body: dict[str, Any]) -> None:
    """Move a number: the next local token of `to` is of the account that `phone` had."""
    regions = services().settings.phone_regions
    phone, to = (phones.parse(body[name], regions, name) for name in ("phone", "to"))
    sign_in.move_number(session(), phone, to)
    session().commit()


NONE_YET = "<tr><td>None yet: whoever has a device and both consents gets some.</td></tr>"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Pushes</title>
<link rel="stylesheet" href="/v1/docs/static/docs.css"><main>
<h1>Pushes taken by the local gateway</h1>
<table><tr class="head"><th>When</th><th>Device</th><th>Message</th><th>Kind</th></tr>
{rows}</table></main></html>
"""
