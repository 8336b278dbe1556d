"""Announcements: an organizer's words to everyone going."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import Strict, Text
from service import errors
from service.events import announcements

blueprint = Blueprint("announcements", __name__, url_prefix="/v1/events", description="Announcements")


class AnnouncementBody(Strict):
    id = fields.UUID()
    text = Text(longest=1_000, required=True)


class AnnouncementShown(Schema):
    id = fields.UUID()


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
@blueprint.response(HTTPStatus.ACCEPTED, AnnouncementShown)
def post_announcement(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Tell everyone going."""
    announcement_id = announcements.announce(
        session(), actor(), event_id, body["text"], now(), body.get("id")
    )
    session().commit()
    return {"id": announcement_id}
