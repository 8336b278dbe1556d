"""One's own check-ins that were refused: what was measured, and the appeal of it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, locale, now, services, session
from http_base.fields import Paged, one_of
from http_base.wording import doubt
from mobile_api.events import known as known_things
from mobile_api.events.events import EventShown, shown
from mobile_api.events.known import Known
from mobile_api.rulings.history import AppealShown
from service.attendance.evidence import Status
from service.models import RefusalAppeal
from service.rulings import own_refusals
from service.rulings.own_refusals import OwnRefusal

blueprint = Blueprint("refusals", __name__, url_prefix="/v1/me/refusals", description="One's own record")


class RefusalAppealShown(AppealShown):
    """`decision`: null until a coordinator has decided; `reason`: what they said."""

    decision = one_of(Status.COUNTED, Status.REJECTED, allow_none=True)
    reason = fields.String(allow_none=True)


class RefusalShown(Schema):
    """`refused_as`: the code of the refusal; `explanation`: the same in the caller's language. `opens_at`,
    `closes_at`: when it may be appealed."""

    event = fields.Nested(EventShown)
    captured_at = fields.DateTime(format="iso")
    refused_as = fields.String()
    explanation = fields.String()
    distance_m = fields.Integer(allow_none=True)
    allowed_m = fields.Integer(allow_none=True)
    accuracy_m = fields.Float(allow_none=True)
    opens_at = fields.DateTime(format="iso")
    closes_at = fields.DateTime(format="iso")
    can_appeal = fields.Boolean()
    appeal = fields.Nested(RefusalAppealShown, allow_none=True)


class RefusalPage(Schema):
    items = fields.List(fields.Nested(RefusalShown))
    next = fields.String(allow_none=True)


@blueprint.route("", methods=["GET"])
@blueprint.operation("listRefusals", "a volunteer")
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, RefusalPage)
def list_refusals(query: dict[str, Any]) -> dict[str, Any]:
    """Events where one was refused and is not counted, newest first; of each the refusal that speaks best."""
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    thresholds = services().settings.thresholds
    found = own_refusals.of_person(session(), actor().volunteer_id, after, query["limit"] + 1, thresholds)
    rows, following = cursors.page(found, query["limit"], lambda one: (one.captured_at, one.event.id))
    known = known_things.of([one.event for one in rows])
    return {"items": [_shown(one, known) for one in rows], "next": following}


def _shown(one: OwnRefusal, known: Known) -> dict[str, Any]:
    zone = ZoneInfo(one.event.zone)
    return {
        "event": shown(one.event, known=known),
        "captured_at": one.captured_at.astimezone(zone),
        "refused_as": one.refused_as,
        "explanation": doubt(one.refused_as, locale()),
        "distance_m": one.distance_m,
        "allowed_m": one.allowed_m,
        "accuracy_m": one.accuracy_m,
        "opens_at": one.opens_at.astimezone(zone),
        "closes_at": one.closes_at.astimezone(zone),
        "can_appeal": one.can_appeal(now()),
        "appeal": _appeal(one.appeal, zone),
    }


def _appeal(asked: RefusalAppeal | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if asked is None:
        return None
    decided_at = asked.decided_at and asked.decided_at.astimezone(zone)
    return {
        "id": asked.id,
        "text": asked.text,
        "created_at": asked.created_at.astimezone(zone),
        "decided_at": decided_at,
        "decision": asked.decision,
        "reason": asked.reason,
    }
