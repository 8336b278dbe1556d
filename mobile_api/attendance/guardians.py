"""Guardians of minors: the link that a child hands on, and what a guardian sees and says."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import guardians as acts
from http_base.blueprints import Blueprint
from http_base.context import actor, consent_age, identity, now, session
from http_base.fields import one_of
from http_base.schemas.guardians import GuardianWord
from mobile_api.events import known as known_things
from mobile_api.events.events import EventShown, shown
from service import errors, guardian_errors
from service.attendance import guarded
from service.attendance.evidence import Status
from service.attendance.guarded import GuardedChild
from service.models import GuardianRelation, SignupStatus
from service.people import guardian_links, guardians

blueprint = Blueprint("guardians", __name__, url_prefix="/v1", description="Guardians of minors")


class GuardianLinkShown(Schema):
    """`url`: to hand on; the secret stands behind its `#`, after the child's id and a dot."""

    url = fields.String()
    expires_at = fields.DateTime(format="iso")


class ChildSignup(Schema):
    status = one_of(*SignupStatus)
    companions = fields.Integer()
    event = fields.Nested(EventShown)


class ChildAttendance(Schema):
    status = one_of(*Status)
    checked_in_at = fields.DateTime(format="iso")
    checked_out_at = fields.DateTime(format="iso", allow_none=True)
    minutes = fields.Integer(allow_none=True)
    event = fields.Nested(EventShown)


class ChildShown(Schema):
    """A child whose guardian has agreed: sign-ups to come, and attendance of 90 days."""

    volunteer_id = fields.UUID()
    first_name = fields.String()
    relation = one_of(*GuardianRelation)
    accepted_at = fields.DateTime(format="iso")
    signups = fields.List(fields.Nested(ChildSignup))
    attendance = fields.List(fields.Nested(ChildAttendance))


class Children(Schema):
    asked = fields.Boolean(
        metadata={"description": "Some child has named the caller's number, and waits for an answer."}
    )
    items = fields.List(fields.Nested(ChildShown))


@blueprint.route("/me/guardian-link", methods=["POST"])
@blueprint.operation(
    "makeGuardianLink",
    "a volunteer under 18",
    guardian_errors.OfAge,
    errors.GuardianRequired,
    errors.TooManyRequests,
)
@blueprint.response(HTTPStatus.OK, GuardianLinkShown)
def post_guardian_link() -> dict[str, Any]:
    """Make the link to hand on to one's guardian: for 14 days, once; the former one is none any more."""
    link = guardian_links.make_link(session(), actor().volunteer_id, now())
    session().commit()
    return {"url": acts.address_of(link), "expires_at": link.expires_at}


@blueprint.route("/me/guardian-link", methods=["DELETE"])
@blueprint.operation("endGuardianship", "a volunteer")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_guardian_link() -> None:
    """Void the link, and let the guardian who has agreed by one look no more."""
    guardians.end_by_child(session(), actor().volunteer_id, now(), consent_age())
    session().commit()


@blueprint.route("/guardian/children", methods=["GET"])
@blueprint.operation("listChildren", "whoever holds a token", registered=False)
@blueprint.response(HTTPStatus.OK, Children)
def list_children() -> dict[str, Any]:
    """The children whom the caller has agreed for; of any other: that one has named the caller's number."""
    found = guarded.children_of(session(), identity(), now())
    session().commit()
    return {"asked": found.asked, "items": [_shown(child) for child in found.children]}


def _shown(child: GuardedChild) -> dict[str, Any]:
    known = known_things.of([event for _, event in (*child.signups, *child.attendances)])
    return {
        "volunteer_id": child.id,
        "first_name": child.first_name,
        "relation": child.consent.relation,
        "accepted_at": child.consent.accepted_at,
        "signups": [
            {"status": one.status, "companions": one.companions, "event": shown(event, known=known)}
            for one, event in child.signups
        ],
        "attendance": [
            {
                "status": one.status,
                "checked_in_at": event.local(one.checked_in_at),
                "checked_out_at": one.checked_out_at and event.local(one.checked_out_at),
                "minutes": one.minutes,
                "event": shown(event, known=known),
            }
            for one, event in child.attendances
        ],
    }


@blueprint.route("/guardian/children/<uuid:volunteer_id>/consent", methods=["PUT"])
@blueprint.operation(
    "putGuardianConsent",
    "whoever holds the child's link, and a token of the number that it has named",
    errors.NotFound,
    guardian_errors.TooYoungToGuard,
    guardian_errors.TooManyChildren,
    errors.TooManyRequests,
    registered=False,
)
@blueprint.arguments(GuardianWord)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_consent(body: dict[str, Any], volunteer_id: UUID) -> None:
    """Agree that a child takes part; the same again changes nothing."""
    acts.accept(identity(), body["secret"], body["name"], body["relation"], volunteer_id)


@blueprint.route("/guardian/children/<uuid:volunteer_id>/consent", methods=["DELETE"])
@blueprint.operation(
    "deleteGuardianConsent", "who has agreed for this child", errors.NotFound, registered=False
)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_consent(volunteer_id: UUID) -> None:
    """Take the consent back: what the child has signed up for is withdrawn."""
    guardians.withdraw(session(), identity(), volunteer_id, now())
    session().commit()
