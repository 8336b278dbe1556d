"""The most active people and organizations; whether one may be named among them."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import MAX_PAGE, NUMBER, LocalizedName, RegionCode, Strict, YesNo, one_of
from http_base.schemas.days import Years
from service import errors
from service.figures import honours, milestones
from service.figures.honours import HonoursQuestion
from service.models import MilestoneOf

blueprint = Blueprint("honours", __name__, url_prefix="/v1", description="Honours")


class HonoursQuery(Years):
    region = RegionCode()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE, error=NUMBER))


class HonouredPersonShown(Schema):
    """`minutes`: the proven ones."""

    volunteer_id = fields.UUID()
    display_name = fields.String()
    events = fields.Integer()
    minutes = fields.Integer()


class HonouredFigures(Schema):
    """As counts have them: verified and declared apart."""

    events_held = fields.Integer()
    participations = fields.Integer()
    volunteers = fields.Integer()
    minutes = fields.Integer()
    declared = fields.Integer()
    waste_t = fields.Float(allow_none=True)
    trees = fields.Integer(allow_none=True)


class HonouredOrganizationShown(Schema):
    organization_id = fields.UUID()
    name = fields.Nested(LocalizedName)
    figures = fields.Nested(HonouredFigures)


class HonoursShown(Schema):
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    people = fields.List(fields.Nested(HonouredPersonShown))
    organizations = fields.List(fields.Nested(HonouredOrganizationShown))
    as_of = fields.DateTime(format="iso")


class MyHonours(Strict):
    """`public`: whether one may be named in lists of the most active."""

    public = YesNo(required=True)


class MilestoneShown(Schema):
    what = one_of(*MilestoneOf)
    number = fields.Integer()
    reached_at = fields.DateTime(format="iso", allow_none=True)


class NextMilestoneShown(Schema):
    what = one_of(*MilestoneOf)
    number = fields.Integer()
    so_far = fields.Integer()


class MyHonoursShown(Schema):
    """`milestones`: those that were reached, the greatest first. `next`: of each kind the one ahead."""

    public = fields.Boolean()
    milestones = fields.List(fields.Nested(MilestoneShown))
    next = fields.List(fields.Nested(NextMilestoneShown))


@blueprint.route("/honours", methods=["GET"])
@blueprint.operation("getHonours", "a coordinator: of their regions", errors.Forbidden)
@blueprint.arguments(HonoursQuery, location="query")
@blueprint.response(HTTPStatus.OK, HonoursShown)
def get_honours(query: dict[str, Any]) -> dict[str, Any]:
    """The most active adults who agreed to be named, and verified organizations; by default of this year."""
    question = HonoursQuestion(
        query["first_day"], query["last_day"], query.get("region"), query["limit"], with_people=True
    )
    people, organizations = honours.most_active(session(), actor(), question, now())
    session().commit()
    return {
        "first_day": question.first_day,
        "last_day": question.last_day,
        "people": people,
        "organizations": organizations,
        "as_of": now(),
    }


@blueprint.route("/me/honours", methods=["GET"])
@blueprint.operation("getMyHonours", "a volunteer")
@blueprint.response(HTTPStatus.OK, MyHonoursShown)
def get_my_honours() -> dict[str, Any]:
    """What I have reached, and whether I may be named among the most active."""
    caller = actor()
    reached, ahead = milestones.mine(session(), caller.volunteer_id)
    return {"public": honours.agreed(session(), caller), "milestones": reached, "next": ahead}


@blueprint.route("/me/honours", methods=["PUT"])
@blueprint.operation("putMyHonours", "a volunteer; to agree one has to be an adult", errors.TooYoung)
@blueprint.arguments(MyHonours)
@blueprint.response(HTTPStatus.OK, MyHonours)
def put_my_honours(body: dict[str, Any]) -> dict[str, Any]:
    """Say whether I may be named among the most active."""
    honours.agree(session(), actor(), now(), public=body["public"])
    session().commit()
    return body
