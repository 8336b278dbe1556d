"""What people say who are asked to be the contact of something, and what they have been asked."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.geography import regions
from service.models import Contact, ContactOf, ContactState, Event, Organization
from service.models.base import LocalizedText
from service.platform.written import Written


def accept(session: Session, actor: Actor, contact_id: UUID) -> None:
    """Agree to be a contact, in the words and to the people that were asked for. Repeated: no change.

    What was asked in one breath, of all dates of a series, is answered with it.

    Raises:
        NotFound: it is not the actor's number. AlreadyDecided: declined before.
    """
    contact = _own(session, actor, contact_id)
    if contact.state == ContactState.DECLINED:
        raise errors.AlreadyDecided()
    if contact.state == ContactState.WAITING:
        _answer(session, contact, ContactState.STANDING)


def decline(session: Session, actor: Actor, contact_id: UUID) -> None:
    """Be no contact, or none any more. Repeated: no change.

    Raises:
        NotFound: it is not the actor's number.
    """
    contact = _own(session, actor, contact_id)
    if contact.state != ContactState.DECLINED:
        _answer(session, contact, ContactState.DECLINED)


def _answer(session: Session, contact: Contact, state: ContactState) -> None:
    """Let a contact, and those that the same person was asked for in the same breath, be in this state."""
    asked_with = session.scalars(
        sa.select(Contact)
        .where(
            Contact.id != contact.id,
            Contact.about == contact.about,
            Contact.state == contact.state,
            Contact.volunteer_id == contact.volunteer_id,
            Contact.asked_by == contact.asked_by,
            Contact.created_at == contact.created_at,
        )
        .order_by(Contact.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for one in (contact, *asked_with):
        _delete(session, one, state)
        one.state = state
    session.flush()


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish that the asked person's number be shown; `name`: of what people would ask about."""

    id: UUID
    about: str
    name: LocalizedText
    public: bool
    stands: bool


def asked_of(session: Session, actor: Actor) -> list[Asked]:
    """Where the actor's number stands as a contact, or somebody wants it to; oldest first.

    What was said in one breath, of all dates of a series, is one, as it is answered.
    """
    first: dict[Any, Asked] = {}
    for row in _ASKED_OF.rows(session, {"volunteer_id": actor.volunteer_id}):
        name = row.organization or row.title or _region_names(row.about_id)
        asked = Asked(row.id, row.about, name, row.public, row.state == ContactState.STANDING)
        first.setdefault((row.about, row.asked_by, row.created_at, row.state), asked)
    return list(first.values())


_ASKED_OF = Written(
    sa.select(
        *(Contact.id, Contact.about, Contact.about_id, Contact.public, Contact.state),
        *(Contact.asked_by, Contact.created_at),
        Organization.name.label("organization"),
        Event.title,
    )
    .outerjoin(
        Organization,
        sa.and_(
            Contact.about == ContactOf.ORGANIZATION, sa.cast(Organization.id, sa.Text) == Contact.about_id
        ),
    )
    .outerjoin(
        Event, sa.and_(Contact.about == ContactOf.EVENT, sa.cast(Event.id, sa.Text) == Contact.about_id)
    )
    .where(
        Contact.volunteer_id == sa.bindparam("volunteer_id", type_=sa.Uuid),
        Contact.state != ContactState.DECLINED,
    )
    .order_by(Contact.created_at, Contact.id)
)


def _region_names(code: str) -> LocalizedText:
    region = regions.get(code)
    return {} if region is None else region.names


def _own(session: Session, actor: Actor, contact_id: UUID) -> Contact:
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None or contact.volunteer_id != actor.volunteer_id:
        raise errors.NotFound(errors.Thing.CONTACT)
    return contact


def _delete(session: Session, contact: Contact, state: ContactState) -> None:
    """Remove what is in this state about the same thing, to make room."""
    session.execute(
        sa.delete(Contact).where(
            Contact.about == contact.about, Contact.about_id == contact.about_id, Contact.state == state
        )
    )
