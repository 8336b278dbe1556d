"""A volunteer's inbox."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields
from werkzeug.http import quote_etag

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import DateTime, Paged, one_of
from notifications import inbox, words
from notifications.messages import KINDS
from service.platform.idempotency import content_hash

blueprint = Blueprint("inbox", __name__, url_prefix="/v1/me/inbox", description="Inbox")


class ItemShown(Schema):
    id = fields.UUID()
    kind = one_of(*KINDS)
    title = fields.String()
    body = fields.String()
    event_id = fields.UUID(allow_none=True)
    # What to accept or decline.
    invitation_id = fields.UUID(allow_none=True)
    contact_id = fields.UUID(allow_none=True)
    created_at = DateTime()
    read_at = DateTime(allow_none=True)


class Inbox(Schema):
    items = fields.List(fields.Nested(ItemShown))
    unread = fields.Integer()
    next = fields.String(allow_none=True)


@blueprint.route("", methods=["GET"])
@blueprint.operation("listInbox", "a volunteer")
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, Inbox)
def get_inbox(query: dict[str, Any]) -> Any:
    """Newest first, in the language of one's record. Nothing new: 304, without reading a page."""
    caller = actor()
    state = inbox.state(session(), caller.volunteer_id)
    etag = content_hash(
        {
            "state": asdict(state),
            "query": query,
            "words": words.edition(),
            "of": [caller.volunteer_id, caller.locale],
        }
    )
    headers = {"ETag": quote_etag(etag), "Cache-Control": "private, no-cache"}
    if request.if_none_match.contains_weak(etag):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    before = cursors.decode(query.get("cursor"), UUID)
    found = inbox.page(
        session(), caller.volunteer_id, caller.locale, before and before[0], query["limit"] + 1
    )
    items, following = cursors.page(found, query["limit"], lambda item: (item.id,))
    shown = {"items": items, "unread": state.unread, "next": following}
    return shown, HTTPStatus.OK, headers


@blueprint.route("/<uuid:item_id>/read", methods=["PUT"])
@blueprint.operation("readInboxItem", "a volunteer")
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_read(item_id: UUID) -> None:
    """Note that it was read: on one phone is on all."""
    inbox.mark_read(session(), actor().volunteer_id, item_id, now())
    session().commit()
