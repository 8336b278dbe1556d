"""Contacts as they are answered: beside what they are of, and in the refusals that send people to them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g, has_request_context, request
from marshmallow import Schema, fields

from http_base.context import identity, maybe_actor, services, session
from http_base.fields import OPTIONAL
from http_base.identity import IdentityUnavailable, Unauthenticated
from service import errors
from service.organizations import contacts
from service.organizations.contacts import ContactSaid
from service.platform import phones

NAMED = ("event_id", "attendance_id", "organization_id")
"""What of a request's path says whose contact it is."""


def said(body: Mapping[str, Any] | None) -> ContactSaid | None:
    """A contact as it was sent; None: there is to be none."""
    if body is None:
        return None
    phone = body.get("phone")
    parsed = phone and phones.parse(phone, services().settings.phone_regions, "contact.phone")
    return ContactSaid(body.get("name"), parsed, body.get("link"), body["public"])


class ContactShown(Schema):
    """Whom to ask. The phone is there for who is signed in, or for everybody where its holder said so."""

    name = fields.String(metadata=OPTIONAL)
    phone = fields.String(metadata=OPTIONAL)
    link = fields.String(metadata=OPTIONAL)
    public = fields.Boolean()


def shown_by(found: Mapping[Any, ContactSaid]) -> dict[Any, dict[str, Any]]:
    """Contacts as the caller may see them, by what they are of."""
    is_signed_in = bool(found) and _is_signed_in()
    return {key: _shown(contact, is_signed_in=is_signed_in) for key, contact in found.items()}


def shown(contact: ContactSaid | None) -> dict[str, Any] | None:
    """A contact as the caller may see it; None where there is none."""
    return None if contact is None else _shown(contact, is_signed_in=_is_signed_in())


def _is_signed_in() -> bool:
    """Whether somebody registered asks; a token that cannot be read here shows no more than none."""
    try:
        return maybe_actor() is not None
    except (Unauthenticated, IdentityUnavailable):
        return False


def contact_of(error: errors.ServiceError, event_id: UUID | None = None) -> dict[str, Any] | None:
    """The contact of who is named in the words of a refusal; None where nobody is, or nobody is known.

    It is of the event or organization that the request's path names, or of `event_id`; a coordinator's, where
    neither is named, of the caller's own region.
    """
    if error.asks is None or not has_request_context():
        return None
    named = {name: value for name, value in (request.view_args or {}).items() if name in NAMED}
    if event_id is not None:
        named["event_id"] = event_id
    subject = _subject()
    if not named and subject is not None:
        named["subject"] = subject
    # A batch may be refused two hundred times over for one event.
    known: dict[Any, ContactSaid | None] = g.setdefault("contacts_to_ask", {})
    key = (error.asks, *sorted((name, str(value)) for name, value in named.items()))
    if key not in known:
        known[key] = contacts.to_ask(session(), error.asks, **named)
    found = known[key]
    return None if found is None else _shown(found, is_signed_in=subject is not None)


def _subject() -> str | None:
    """Whose token was sent, also of somebody who may do nothing; None where none can be read."""
    if "Authorization" not in request.headers:
        return None
    try:
        return identity().subject
    except (Unauthenticated, IdentityUnavailable):
        return None


def _shown(contact: ContactSaid, *, is_signed_in: bool) -> dict[str, Any]:
    """A contact as it is answered."""
    document: dict[str, Any] = {"public": contact.public}
    if contact.name is not None:
        document["name"] = contact.name
    if contact.phone is not None and (is_signed_in or contact.public):
        document["phone"] = contact.phone
    if contact.link is not None:
        document["link"] = contact.link
    return document
