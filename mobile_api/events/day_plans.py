"""What a coordinator asks of many organizations at once: a day's plan, and missing results."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base import problems
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import OPTIONAL, one_of
from http_base.openapi import ProblemField
from http_base.schemas.plans import DayPlanBody, RemindBody
from service import errors
from service.events import day_plans, result_reminders
from service.events.day_plans import DayPlan, Planned
from service.events.result_reminders import Reminded

blueprint = Blueprint("day_plans", __name__, url_prefix="/v1", description="Plans of coordinators")


class PlannedShown(Schema):
    """`event_id`: the draft; null where there is none, and `problem` says why."""

    organization_id = fields.UUID()
    event_id = fields.UUID(allow_none=True)
    problem = ProblemField(metadata=OPTIONAL)


class PlannedList(Schema):
    results = fields.List(fields.Nested(PlannedShown))


class ReminderShown(Schema):
    event_id = fields.UUID()
    outcome = one_of(*Reminded)


class Reminders(Schema):
    results = fields.List(fields.Nested(ReminderShown))


@blueprint.route("/plans", methods=["POST"])
@blueprint.operation(
    "planEvents", "a coordinator of the organizations' region", errors.Forbidden, errors.IdReused
)
@blueprint.arguments(DayPlanBody)
@blueprint.response(HTTPStatus.OK, PlannedList)
def post_plan(body: dict[str, Any]) -> dict[str, Any]:
    """Copy a day's plan to organizations as drafts, one each; their organizers are told, and complete it."""
    wanted = body.pop("organizations")
    planned = day_plans.copy_to(session(), actor(), DayPlan(**body), wanted, now())
    session().commit()
    return {"results": [_shown(one) for one in planned]}


def _shown(planned: Planned) -> dict[str, Any]:
    shown = {"organization_id": planned.organization_id, "event_id": planned.event_id}
    if planned.refusal is None:
        return shown
    return shown | {"problem": problems.document_of(planned.refusal)}


@blueprint.route("/events/remind-results", methods=["POST"])
@blueprint.operation("remindResults", "a coordinator of the events' region", errors.Forbidden)
@blueprint.arguments(RemindBody)
@blueprint.response(HTTPStatus.ACCEPTED, Reminders)
def post_reminders(body: dict[str, Any]) -> dict[str, Any]:
    """Ask the organizers of events that are over for their result, once a day an event."""
    results = result_reminders.remind(session(), actor(), body["ids"], now())
    session().commit()
    return {"results": results}
