"""Signing up for events, and who takes part."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import request
from marshmallow import Schema, fields, post_dump

from http_base import cursors, downloads, table_files
from http_base.blueprints import Blueprint
from http_base.context import actor, consent_age, now, session
from http_base.downloads import CSV, JSON, XLSX, FileQuery
from http_base.fields import OPTIONAL, Paged, Text, one_of
from http_base.schemas.events import ReasonBody
from http_base.schemas.signups import ConfirmBody, SignupBody
from mobile_api.events import known as known_things
from mobile_api.events.events import EventShown, shown
from service import errors, guardian_errors
from service.attendance.evidence import Status
from service.events import participants, removals, signups
from service.events.participants import Being, Participant, Wanted
from service.events.signups import SignupState
from service.models import SignupStatus
from service.models.exports import ExportOf
from service.rulings import typed_people

blueprint = Blueprint("signups", __name__, url_prefix="/v1", description="Signing up")


class SignupShown(Schema):
    status = one_of(*SignupStatus)
    companions = fields.Integer()
    position = fields.Integer(allow_none=True)
    confirm_by = fields.DateTime(
        format="iso", metadata={**OPTIONAL, "description": "Of an offer: until when to say yes."}
    )

    @post_dump
    def _of_an_offer_alone(self, document: dict[str, Any], **_options: Any) -> dict[str, Any]:
        if document.get("confirm_by") is None:
            document.pop("confirm_by", None)
        return document


class MySignup(SignupShown):
    event = fields.Nested(EventShown)


class MySignups(Schema):
    items = fields.List(fields.Nested(MySignup))
    next = fields.String(allow_none=True)


class ParticipantShown(Schema):
    volunteer_id = fields.UUID()
    display_name = fields.String()
    signup = one_of(*SignupStatus, allow_none=True)
    companions = fields.Integer()
    attendance = one_of(*Status, allow_none=True)
    phone = fields.String(allow_none=True)
    digits = fields.String(
        allow_none=True, metadata={"description": "The last four of the number, where `phone` is shown."}
    )
    position = fields.Integer(allow_none=True, metadata={"description": "In the line, from 1."})
    confirm_by = fields.DateTime(
        format="iso", allow_none=True, metadata={"description": "Until when an offer holds."}
    )


class ParticipantQuery(Paged, FileQuery):
    """A page of the list, or all of it as a file. `q`: beginnings of names, or the last four digits."""

    q = Text(longest=100, load_default="")
    state = one_of(
        *Being,
        metadata={
            "description": "`present`: was there; `absent`: goes and was not; `waitlisted`: in the order of"
            " the line; `removed`: taken off by an organizer. Left out: everybody but those."
        },
    )


class TypedShown(Schema):
    """Somebody whom organizers have put on the list by phone and name: as it was typed, and no more."""

    id = fields.UUID()
    display_name = fields.String()
    digits = fields.String(allow_none=True, metadata={"description": "For organizers: of the number."})
    present = fields.Boolean()
    companions = fields.Integer()


class Participants(Schema):
    items = fields.List(fields.Nested(ParticipantShown))
    typed = fields.List(fields.Nested(TypedShown), metadata={"description": "On the first page alone."})
    next = fields.String(allow_none=True)


@blueprint.route("/events/<uuid:event_id>/signup", methods=["PUT"])
@blueprint.operation(
    "signUp",
    "a volunteer",
    errors.NotPublished,
    errors.Cancelled,
    errors.Over,
    errors.Full,
    errors.TooYoung,
    errors.ConsentMissing,
    guardian_errors.GuardianConsentMissing,
    errors.NotVerified,
    errors.PartyTooLarge,
    errors.Hazard,
    errors.Removed,
    errors.EventMoved,
)
@blueprint.arguments(SignupBody)
@blueprint.response(HTTPStatus.OK, SignupShown)
def put_signup(body: dict[str, Any], event_id: UUID) -> SignupState:
    """Take a place, or queue for one; again, it confirms an offer."""
    place = signups.sign_up(
        session(),
        actor(),
        event_id,
        body["companions"],
        now(),
        consent_age=consent_age(),
        seen=body.get("seen"),
    )
    session().commit()
    return place


@blueprint.route("/events/<uuid:event_id>/signup/confirm", methods=["POST"])
@blueprint.operation(
    "confirmSignup",
    "a volunteer with an offer",
    errors.OfferExpired,
    errors.NotPublished,
    errors.Cancelled,
    errors.Over,
    errors.TooYoung,
    errors.Hazard,
    errors.ConsentMissing,
    guardian_errors.GuardianConsentMissing,
    errors.EventMoved,
)
@blueprint.arguments(ConfirmBody)
@blueprint.response(HTTPStatus.OK, SignupShown)
def confirm_signup(body: dict[str, Any], event_id: UUID) -> SignupState:
    """Say yes to a place that is held for one until `confirm_by`."""
    place = signups.confirm(
        session(), actor(), event_id, now(), consent_age=consent_age(), seen=body.get("seen")
    )
    session().commit()
    return place


@blueprint.route("/events/<uuid:event_id>/signup", methods=["DELETE"])
@blueprint.operation("withdrawSignup", "a volunteer", errors.Over, errors.Cancelled)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_signup(event_id: UUID) -> None:
    """Give the place back; the first of the waitlist moves up and is told."""
    signups.withdraw(session(), actor(), event_id, now())
    session().commit()


@blueprint.route("/me/signups", methods=["GET"])
@blueprint.operation("listMySignups", "a volunteer")
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, MySignups)
def list_my_signups(query: dict[str, Any]) -> dict[str, Any]:
    """What one goes to or waits for, soonest first."""
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = signups.mine(session(), actor(), now(), after, query["limit"] + 1)
    rows, following = cursors.page(found, query["limit"], lambda row: (row[1].starts_at, row[1].id))
    known = known_things.of([event for _, event, _ in rows])
    items = [
        {
            "status": signup.status,
            "companions": signup.companions,
            "position": position,
            "confirm_by": signups.deadline(event, signup),
            "event": shown(event, known=known),
        }
        for signup, event, position in rows
    ]
    return {"items": items, "next": following}


@blueprint.route("/events/<uuid:event_id>/participants", methods=["GET"])
@blueprint.operation(
    "listParticipants",
    "its organizer: with phones; its helper, a coordinator of its region: without",
    errors.Forbidden,
    errors.NotVerified,
)
@blueprint.arguments(ParticipantQuery, location="query")
@blueprint.response(HTTPStatus.OK, Participants)
@downloads.also_as(blueprint, CSV, XLSX)
def list_participants(query: dict[str, Any], event_id: UUID) -> Any:
    """Who goes, waits or was there; by `Accept` all of them as a file."""
    if (kind := downloads.wanted(CSV, XLSX)) != JSON:
        for name in {"q", "state"}.intersection(request.args):
            raise errors.Invalid(name, "Unknown field.")
        return table_files.of_staff(ExportOf.PARTICIPANTS, {"event": str(event_id)}, kind, query)
    being = Being(query["state"]) if "state" in query else None
    wanted = Wanted(query["q"], being)
    after: tuple[Any] | None = cursors.decode(query.get("cursor"), int if wanted.is_line else UUID)
    found: list[Participant] = participants.in_event(
        session(), actor(), event_id, now(), after and after[0], query["limit"] + 1, wanted
    )
    session().commit()
    items, following = cursors.page(found, query["limit"], wanted.place)
    typed = [] if after else typed_people.listed(session(), actor(), event_id, now(), wanted)
    return {"items": items, "typed": typed, "next": following}


@blueprint.route("/events/<uuid:event_id>/participants/<uuid:volunteer_id>", methods=["DELETE"])
@blueprint.operation("removeParticipant", "its organizer", errors.Forbidden, errors.NotVerified, errors.Over)
@blueprint.arguments(ReasonBody)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_participant(body: dict[str, Any], event_id: UUID, volunteer_id: UUID) -> None:
    """Take somebody off the list: the place goes to the line, and the person is told why."""
    removals.remove(session(), actor(), event_id, volunteer_id, body["reason"], now())
    session().commit()


@blueprint.route("/events/<uuid:event_id>/participants/<uuid:volunteer_id>", methods=["PUT"])
@blueprint.operation("readmitParticipant", "its organizer", errors.Forbidden, errors.NotVerified)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_participant(event_id: UUID, volunteer_id: UUID) -> None:
    """Let somebody who was removed sign up again."""
    removals.readmit(session(), actor(), event_id, volunteer_id, now())
    session().commit()
