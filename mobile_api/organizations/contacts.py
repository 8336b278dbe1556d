"""Contacts: what phones send and see of them, a region's, and one's own yes."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from http_base.blueprints import Blueprint
from http_base.contacts import said
from http_base.context import actor, now, session
from http_base.schemas.organizations import ContactBody
from service import errors
from service.organizations import contact_answers, contacts

blueprint = Blueprint("contacts", __name__, url_prefix="/v1", description="Contacts")


@blueprint.route("/regions/<code>/contact", methods=["PUT"])
@blueprint.operation(
    "setRegionContact", "a coordinator of the region", errors.Forbidden, errors.TooManyRequests
)
@blueprint.arguments(ContactBody)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_region_contact(body: dict[str, Any], code: str) -> None:
    """Say whom to ask in a region."""
    contacts.put_region(session(), actor(), code, said(body), now())
    session().commit()


@blueprint.route("/me/contacts/<uuid:contact_id>/accept", methods=["POST"])
@blueprint.operation("acceptContact", "whose number it is", errors.AlreadyDecided)
@blueprint.response(HTTPStatus.NO_CONTENT)
def accept_contact(contact_id: UUID) -> None:
    """Agree to be a contact."""
    contact_answers.accept(session(), actor(), contact_id)
    session().commit()


@blueprint.route("/me/contacts/<uuid:contact_id>/decline", methods=["POST"])
@blueprint.operation("declineContact", "whose number it is")
@blueprint.response(HTTPStatus.NO_CONTENT)
def decline_contact(contact_id: UUID) -> None:
    """Be no contact, or none any more."""
    contact_answers.decline(session(), actor(), contact_id)
    session().commit()
