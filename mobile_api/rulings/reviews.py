"""The coordinators' queue of doubtful attendance, appeals, and organizers who correct unusually much."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import LocalizedName, Paged, RegionCode
from http_base.presence import in_zone
from http_base.schemas.appeals import AppealBody
from http_base.schemas.days import LastDays
from http_base.schemas.reviews import STATUSES, ReviewBody, doubt, seen_last
from mobile_api.attendance.check_ins import AttendanceShown
from mobile_api.rulings import history
from mobile_api.rulings.history import AppealShown, DecisionShown, RecordShown
from service import errors, presence_errors
from service.attendance import check_in
from service.people import consents
from service.rulings import appeals, correction_audit, refusal_appeals, reviews
from service.rulings.correction_audit import Organizer
from service.rulings.reviews import ReviewItem

blueprint = Blueprint("reviews", __name__, url_prefix="/v1", description="Reviews")


class ReviewQuery(Paged):
    region = RegionCode()
    organization = fields.UUID()
    reason = doubt(metadata={"description": "Only what is doubted, or was refused, for this reason."})


class EvidenceShown(RecordShown):
    """`installation_people`: how many different people this phone served on that day, this one included."""

    mocked = fields.Boolean()
    received_at = fields.DateTime(format="iso")
    installation_people = fields.Integer()


class OrganizationNamed(Schema):
    id = fields.UUID()
    name = fields.Nested(LocalizedName)


class ReviewedEvent(Schema):
    id = fields.UUID()
    title = fields.Nested(LocalizedName)
    starts_at = fields.DateTime(format="iso")
    ends_at = fields.DateTime(format="iso")
    region = fields.String()
    organization = fields.Nested(OrganizationNamed)


class VolunteerNamed(Schema):
    id = fields.UUID()
    display_name = fields.String()


class ReviewShown(Schema):
    """`explanations`: the attendance's reasons in the caller's language."""

    attendance = fields.Nested(AttendanceShown)
    explanations = fields.List(fields.String())
    event = fields.Nested(ReviewedEvent)
    volunteer = fields.Nested(VolunteerNamed)
    records = fields.List(fields.Nested(EvidenceShown))
    decisions = fields.List(fields.Nested(DecisionShown))
    appeal = fields.Nested(AppealShown, allow_none=True)


class ReviewPage(Schema):
    items = fields.List(fields.Nested(ReviewShown))
    next = fields.String(allow_none=True)


class OrganizerQuery(Paged, LastDays):
    region = RegionCode()


class OrganizerShown(Schema):
    """`vouched`: counted without any record of a phone; `share`: corrections ÷ attendances there."""

    volunteer_id = fields.UUID()
    display_name = fields.String()
    organizations = fields.List(fields.Nested(OrganizationNamed))
    corrections = fields.Integer()
    vouched = fields.Integer()
    attendances = fields.Integer()
    share = fields.Float()
    unusual = fields.Boolean()


class UnusualRule(Schema):
    """Unusual is who reaches both."""

    corrections = fields.Integer()
    share = fields.Float()


class OrganizerPage(Schema):
    items = fields.List(fields.Nested(OrganizerShown))
    next = fields.String(allow_none=True)
    unusual_from = fields.Nested(UnusualRule)


@blueprint.route("/reviews", methods=["GET"])
@blueprint.operation("listReviews", "a coordinator", errors.Forbidden)
@blueprint.arguments(ReviewQuery, location="query")
@blueprint.response(HTTPStatus.OK, ReviewPage)
def list_reviews(query: dict[str, Any]) -> dict[str, Any]:
    """What waits for a coordinator: appeals of refused check-ins, nearest first; then, oldest first, doubtful
    attendance, and rejections appealed against."""
    found = reviews.waiting(
        session(),
        actor(),
        query.get("region"),
        seen_last(query.get("cursor")),
        query["limit"] + 1,
        now(),
        organization_id=query.get("organization"),
        reason=query.get("reason"),
    )
    session().commit()
    items, following = cursors.page(found, query["limit"], lambda item: item.sort_key)
    people = {item.volunteer.id: item.volunteer.display_name for item in items}
    names = consents.shown_names(session(), people, now())
    return {"items": [_item(item, names) for item in items], "next": following}


def _item(item: ReviewItem, names: Mapping[UUID, str]) -> dict[str, Any]:
    event, zone = item.event, ZoneInfo(item.event.zone)
    return {
        "attendance": in_zone(check_in.as_shown(item.attendance), event.zone),
        "explanations": history.explanations(item.attendance.reasons),
        "event": {
            "id": event.id,
            "title": event.title,
            "starts_at": event.starts_at.astimezone(zone),
            "ends_at": event.ends_at.astimezone(zone),
            "region": event.region_code,
            "organization": item.organization,
        },
        "volunteer": {"id": item.volunteer.id, "display_name": names[item.volunteer.id]},
        "records": [
            history.record_shown(one.record, zone)
            | {
                "mocked": one.record.mocked,
                "received_at": one.record.received_at.astimezone(zone),
                "installation_people": one.people,
            }
            for one in item.grounds.records
        ],
        "decisions": [history.decision_shown(said, zone) for said in item.grounds.decisions],
        "appeal": history.appeal_shown(item.grounds.appeal, zone),
    }


@blueprint.route("/reviews/<uuid:attendance_id>", methods=["PUT"])
@blueprint.operation("reviewAttendance", "a coordinator of its region, of others", errors.Forbidden)
@blueprint.arguments(ReviewBody)
@blueprint.response(HTTPStatus.OK, AttendanceShown)
def put_review(body: dict[str, Any], attendance_id: UUID) -> dict[str, Any]:
    """Accept or reject an attendance; the volunteer is told."""
    thresholds = services().settings.thresholds
    decided = reviews.decide(
        session(), actor(), attendance_id, STATUSES[body["decision"]], body["reason"], now(), thresholds
    )
    session().commit()
    return in_zone(decided.attendance, decided.zone)


@blueprint.route("/attendance/<uuid:attendance_id>/appeal", methods=["POST"])
@blueprint.operation(
    "appealAttendance",
    "whose attendance it is",
    presence_errors.AlreadyAppealed,
    presence_errors.NothingToAppeal,
)
@blueprint.arguments(AppealBody)
@blueprint.response(HTTPStatus.OK, AppealShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=AppealShown)
def post_appeal(body: dict[str, Any], attendance_id: UUID) -> Any:
    """Answer, once, to a rejection or a review; 200 when the same id was stored before."""
    appeal, repeated = appeals.appeal(session(), actor(), attendance_id, body["text"], now(), body.get("id"))
    session().commit()
    return appeal, HTTPStatus.OK if repeated else HTTPStatus.CREATED


@blueprint.route("/events/<uuid:event_id>/appeal", methods=["POST"])
@blueprint.operation(
    "appealRefusal",
    "whose check-in was refused",
    presence_errors.AppealTooEarly,
    presence_errors.AppealTooLate,
    presence_errors.AlreadyAppealed,
    presence_errors.NothingToAppeal,
    presence_errors.TooManyAppeals,
)
@blueprint.arguments(AppealBody)
@blueprint.response(HTTPStatus.OK, AttendanceShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=AttendanceShown)
def post_refusal_appeal(body: dict[str, Any], event_id: UUID) -> Any:
    """Ask, once an event and after its end, for a second look at a refused check-in; 200 when the same id was
    stored before. Until it is accepted it is no presence."""
    thresholds = services().settings.thresholds
    made, event, repeated = refusal_appeals.appeal(
        session(), actor(), event_id, body["text"], now(), body.get("id"), thresholds
    )
    session().commit()
    document = check_in.as_shown(refusal_appeals.shaped(made))
    return in_zone(document, event.zone), HTTPStatus.OK if repeated else HTTPStatus.CREATED


@blueprint.route("/reviews/organizers", methods=["GET"])
@blueprint.operation("listCorrectors", "a coordinator", errors.Forbidden)
@blueprint.arguments(OrganizerQuery, location="query")
@blueprint.response(HTTPStatus.OK, OrganizerPage)
def list_organizers(query: dict[str, Any]) -> dict[str, Any]:
    """Organizers who corrected attendance at events of these days; `unusual`: somebody should look."""
    question = correction_audit.AuditPeriod(query["first_day"], query["last_day"], query.get("region"))
    after = cursors.decode(query.get("cursor"), cursors.count, UUID)
    found = correction_audit.organizers(session(), actor(), question, after, query["limit"] + 1, now())
    session().commit()
    items, following = cursors.page(
        found, query["limit"], lambda organizer: (organizer.corrections, organizer.volunteer_id)
    )
    names = consents.shown_names(session(), {one.volunteer_id: one.display_name for one in items}, now())
    return {
        "items": [_organizer(organizer, names) for organizer in items],
        "next": following,
        "unusual_from": {
            "corrections": correction_audit.UNUSUAL_CORRECTIONS,
            "share": correction_audit.UNUSUAL_SHARE,
        },
    }


def _organizer(organizer: Organizer, names: Mapping[UUID, str]) -> dict[str, Any]:
    facts = ("volunteer_id", "corrections", "vouched", "attendances", "unusual")
    return {
        **{name: getattr(organizer, name) for name in facts},
        "display_name": names[organizer.volunteer_id],
        "share": round(organizer.share, 3),
        "organizations": [{"id": id_, "name": name} for id_, name in organizer.organizations.items()],
    }
