"""Announcements: an organizer's words to the people of an event."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import DateTime, Paged, one_of
from http_base.schemas.announcements import AnnouncementBody
from service import errors
from service.events import announcements
from service.models import AnnouncementTo

blueprint = Blueprint("announcements", __name__, url_prefix="/v1/events", description="Announcements")


class AnnouncementMade(Schema):
    id = fields.UUID()


class AnnouncementShown(Schema):
    id = fields.UUID()
    text = fields.String()
    to = one_of(*AnnouncementTo, attribute="sent_to")
    created_at = DateTime()


class Announcements(Schema):
    items = fields.List(fields.Nested(AnnouncementShown))
    next = fields.String(allow_none=True)


@blueprint.route("/<uuid:event_id>/announcements", methods=["POST"])
@blueprint.operation(
    "sendAnnouncement",
    "its organizer",
    errors.Forbidden,
    errors.NotPublished,
    errors.NotVerified,
    errors.IdReused,
    errors.AnnouncementTooLate,
    errors.TooManyRequests,
)
@blueprint.arguments(AnnouncementBody)
@blueprint.response(HTTPStatus.ACCEPTED, AnnouncementMade)
def post_announcement(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Tell everyone going, those of them who are not here yet, or the line."""
    announcement_id = announcements.announce(
        session(), actor(), event_id, body["text"], now(), body.get("id"), AnnouncementTo(body["to"])
    )
    session().commit()
    return {"id": announcement_id}


@blueprint.route("/<uuid:event_id>/announcements", methods=["GET"])
@blueprint.operation(
    "listAnnouncements", "who goes or waits: what concerns them; its organizer", errors.Forbidden
)
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, Announcements)
def list_announcements(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """What has been said, newest first, also before one joined."""
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = announcements.of_event(session(), actor(), event_id, after, query["limit"] + 1)
    items, following = cursors.page(found, query["limit"], lambda one: (one.created_at, one.id))
    return {"items": items, "next": following}
