"""Photographs of events: sent, taken away, shown by coordinators, reported by anybody, fetched for a day."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields, validate

from http_base import bodies, downloads, links, photo_links
from http_base.blueprints import Blueprint
from http_base.context import actor, maybe_actor, now, services, session
from http_base.document import OPEN, OPEN_OR_SIGNED_IN
from http_base.fields import Accepted, Strict, UploadedFile, one_of
from http_base.photo_links import AUDIENCES
from http_base.schemas.photos import PhotoReportBody, PhotoRuling
from service import errors
from service.access import Actor
from service.audit import audit
from service.events import events, photo_files, photos
from service.events.photos import Sent
from service.models import AuditAction, Event, EventPhoto, PhotoWhen
from service.platform import images
from service.platform.images import Size

blueprint = Blueprint("photos", __name__, url_prefix="/v1", description="Photographs of events")

LAST_SECOND = 2**33
JPEG = "image/jpeg"
KEPT = "private, max-age=300"
"""What somebody has seen they may see for a moment more; nobody else has it from a cache."""

ROBOTS = "noindex, nofollow, noimageindex, noarchive"


class PhotoBody(Strict):
    """`id`: the client's own, under which the file is stored once. Without one the file itself is its key."""

    id = fields.UUID()
    when = one_of(*PhotoWhen, required=True)
    file = UploadedFile(required=True)


class PhotoShown(Schema):
    """`url`, `small_url`: for 24 hours. `waits`: a coordinator has to look at it."""

    id = fields.UUID()
    event_id = fields.UUID()
    when = one_of(*PhotoWhen)
    url = fields.String()
    small_url = fields.String()
    width = fields.Integer()
    height = fields.Integer()
    shown = fields.Boolean()
    reported = fields.Boolean()
    waits = fields.Boolean()
    reason = fields.String(
        allow_none=True, metadata={"description": "Why a coordinator does not show it; for its organizer."}
    )
    created_at = fields.DateTime(format="iso")


class PhotoList(Schema):
    items = fields.List(fields.Nested(PhotoShown))


class PhotoAddress(Strict):
    """What stands behind `?` in an address that was answered."""

    until = fields.Integer(required=True, validate=validate.Range(0, LAST_SECOND))
    audience = one_of(*AUDIENCES, required=True)
    signature = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z", error="signature"))


def shown(photo: EventPhoto, caller: Actor | None, event: Event) -> dict[str, Any]:
    """A photograph as its reader sees it."""
    sees_all = photos.sees_all(caller, event)

    def address(size: Size) -> str:
        return links.absolute(photo_links.path_of(photo, size, for_staff=sees_all))

    return {
        "id": photo.id,
        "event_id": photo.event_id,
        "when": photo.taken,
        "url": address(Size.LARGE),
        "small_url": address(Size.SMALL),
        "width": photo.width,
        "height": photo.height,
        "shown": photo.shown,
        "reported": photo.is_reported,
        "waits": photo.waits,
        "reason": photo.reason,
        "created_at": photo.uploaded_at,
    }


@blueprint.route("/events/<uuid:event_id>/photos", methods=["GET"])
@blueprint.operation("listPhotos", "anyone: those that are shown; its staff: all", security=OPEN_OR_SIGNED_IN)
@blueprint.response(HTTPStatus.OK, PhotoList)
def list_photos(event_id: UUID) -> dict[str, Any]:
    """An event's photographs: those before, then those after."""
    caller = maybe_actor()
    event = events.get_visible(session(), caller, event_id)
    found = photos.of_event(session(), caller, event)
    if caller is not None and any(not photo.is_public for photo in found):
        region, by = event.region_code, caller.volunteer_id
        audit.record_read(
            session(), by, AuditAction.PHOTOS_READ, region_code=region, event_id=event.id, now=now()
        )
        session().commit()
    return {"items": [shown(photo, caller, event) for photo in found]}


@blueprint.route("/events/<uuid:event_id>/photos", methods=["POST"])
@bodies.takes(bodies.PHOTO)
@blueprint.operation(
    "addPhoto",
    "its organizer, 14 days; a coordinator of its region, 90",
    errors.Forbidden,
    errors.NotVerified,
    errors.NotPublished,
    errors.Cancelled,
    errors.ResultClosed,
    errors.TooManyPhotos,
    errors.IdReused,
    errors.TooManyRequests,
)
@blueprint.arguments(PhotoBody, location="files")
@blueprint.response(HTTPStatus.CREATED, PhotoShown)
def post_photo(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Send a photograph: JPEG, PNG or WebP of up to 10 MB, two before and two after.

    Whoever sends it declares that no child's face is on it without a parent's consent. It is made anew
    without metadata, and everybody sees it once a coordinator has shown it. The same file again is the one
    that stands.
    """
    caller = actor()
    sent = Sent(PhotoWhen(body["when"]), body["file"], body.get("id"))
    photo = photos.expect(session(), caller, event_id, sent, now())
    # A try counts whatever comes of it, and nothing is held while the file is decoded.
    session().commit()
    if photo is None:
        made = images.make(sent.data)
        photo = photos.add(session(), services().files, caller, event_id, sent, made, now())
        session().commit()
    return shown(photo, caller, events.get(session(), event_id))


@blueprint.route("/events/<uuid:event_id>/photos/<uuid:photo_id>", methods=["DELETE"])
@blueprint.operation(
    "deletePhoto",
    "its event's organizer; a coordinator of its region",
    errors.Forbidden,
    errors.NotVerified,
)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_photo(event_id: UUID, photo_id: UUID) -> None:
    """Take a photograph away, every size of it."""
    photos.remove(session(), actor(), event_id, photo_id, now())
    session().commit()


@blueprint.route("/events/<uuid:event_id>/photos/<uuid:photo_id>", methods=["PUT"])
@blueprint.operation("rulePhoto", "a coordinator of its region", errors.Forbidden)
@blueprint.arguments(PhotoRuling)
@blueprint.response(HTTPStatus.OK, PhotoShown)
def put_photo(body: dict[str, Any], event_id: UUID, photo_id: UUID) -> dict[str, Any]:
    """Show a photograph to everybody, or not; what was reported of it is settled."""
    caller, reason = actor(), body.get("reason")
    photo = photos.rule(session(), caller, event_id, photo_id, shown=body["shown"], reason=reason, now=now())
    session().commit()
    return shown(photo, caller, events.get(session(), event_id))


@blueprint.route("/events/<uuid:event_id>/photos/<uuid:photo_id>/reports", methods=["POST"])
@blueprint.operation("reportPhoto", "anyone", errors.TooManyRequests, security=OPEN_OR_SIGNED_IN)
@blueprint.arguments(PhotoReportBody)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_photo_report(body: dict[str, Any], event_id: UUID, photo_id: UUID) -> dict[str, str]:
    """Say what is wrong with a photograph: nobody sees it until a coordinator has ruled."""
    address = request.remote_addr or ""
    photos.report(session(), maybe_actor(), event_id, photo_id, body["reason"], now(), address=address)
    session().commit()
    return {"status": "accepted"}


@blueprint.route("/photos/<uuid:photo_id>/<size>", methods=["GET"])
@blueprint.operation("getPhotoFile", "whoever was given its address, for 24 hours", security=OPEN)
@blueprint.arguments(PhotoAddress, location="query")
@blueprint.response(HTTPStatus.OK, {"type": "string", "format": "binary"}, content_type=JPEG)
def get_photo_file(query: dict[str, Any], photo_id: UUID, size: str) -> Response:
    """A photograph, by an address that was answered; not once it is taken away, hidden or reported."""
    audience = query["audience"]
    # No size but ours was ever signed.
    if not photo_links.holds(photo_id, size, query["until"], audience, query["signature"]):
        raise errors.NotFound(errors.Thing.PHOTO)
    for_staff = audience == photo_links.STAFF
    stored_as = photos.to_serve(session(), photo_id, for_staff=for_staff)
    file, length = photo_files.open_one(services().files, stored_as, Size(size))
    response = downloads.of_file(file, length, JPEG)
    response.headers["Content-Disposition"] = f'inline; filename="{photo_id}.jpg"'
    response.headers["Cache-Control"] = KEPT
    response.headers["X-Robots-Tag"] = ROBOTS
    return response
