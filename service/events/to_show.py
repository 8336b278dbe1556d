"""An event with what its page tells beside it, read at once."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from service import errors
from service.access import Actor
from service.events import events
from service.models import Event, EventPhoto, EventResult
from service.organizations import contacts
from service.organizations.contacts import ContactSaid


@dataclass(frozen=True, slots=True)
class ToShow:
    """An event with its organization. `contact`: its own, else the organization's; `has_photos`: whether it
    has any, whoever may see them; `is_one`: whether the actor is one of its people.
    """

    event: Event
    result: EventResult | None
    contact: ContactSaid | None
    has_photos: bool
    is_one: bool


def get(session: Session, actor: Actor | None, event_id: UUID) -> ToShow:
    """What the actor may see, for who only reads: others read the event locked. Raises NotFound."""
    values = {"event_id": event_id, "volunteer_id": None if actor is None else actor.volunteer_id}
    row = session.execute(_TO_SHOW, values).one_or_none()
    if row is None or not events.is_visible(session, actor, row[0]):
        raise errors.NotFound(errors.Thing.EVENT)
    event, result, has_photos, is_one, has_contact, *contact = row
    return ToShow(event, result, ContactSaid(*contact) if has_contact else None, has_photos, is_one)


_CONTACT = contacts.STANDING_OF_EVENT.lateral("contact_of_event")
_TO_SHOW = (
    sa.select(
        Event,
        EventResult,
        sa.exists().where(EventPhoto.event_id == Event.id).label("has_photos"),
        events.is_one_of(Event.id, sa.bindparam("volunteer_id", type_=sa.Uuid)).label("is_one"),
        _CONTACT.c.public.is_not(None).label("has_contact"),
        *(_CONTACT.c.name, _CONTACT.c.phone, _CONTACT.c.link, _CONTACT.c.public),
    )
    .join(Event.organization)
    .outerjoin(EventResult, EventResult.event_id == Event.id)
    .outerjoin(_CONTACT, sa.true())
    .where(Event.id == sa.bindparam("event_id", type_=sa.Uuid))
    .options(contains_eager(Event.organization))
)
