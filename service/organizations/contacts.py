"""Contacts: whom to ask about an organization, an event or a region, with the yes of whose number it is."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, require
from service.audit import audit
from service.errors import Ask
from service.geography import regions
from service.happenings import MemberLeft
from service.models import (
    Attendance,
    AuditAction,
    Contact,
    ContactOf,
    ContactState,
    Coordinator,
    Event,
    Membership,
    Organization,
    Volunteer,
)
from service.models.base import COUNTRY_ZONE, new_id
from service.models.volunteers import ADULT_AGE, NATIONAL
from service.platform import outbox, usage_limits
from service.platform.written import Written

ASKED_A_DAY = 3
"""So often a day somebody is asked to stand as a contact."""


@dataclass(frozen=True, slots=True)
class ContactSaid:
    """A contact as it is given or read; `public`: the number also for who is not signed in."""

    name: str | None = None
    phone: str | None = None
    link: str | None = None
    public: bool = False


def content_of(said: ContactSaid | None) -> dict[str, Any]:
    """What a contact adds to the content that is sent under an id: nothing where none is given."""
    return {} if said is None else {"contact": asdict(said)}


@dataclass(frozen=True, slots=True)
class About:
    """What a contact is of; `colleagues`: the ids of those whose numbers may be given for it."""

    kind: ContactOf
    id: str
    colleagues: sa.Select[UUID]


def of_organization(organization_id: UUID) -> About:
    """An organization: its members."""
    return About(ContactOf.ORGANIZATION, str(organization_id), _members(organization_id))


def of_event(event: Event) -> About:
    """An event: the members of its organization."""
    return About(ContactOf.EVENT, str(event.id), _members(event.organization_id))


def _members(organization_id: UUID) -> sa.Select[UUID]:
    return sa.select(Membership.volunteer_id).where(Membership.organization_id == organization_id)


def put_region(
    session: Session, actor: Actor, region_code: str, said: ContactSaid | None, now: datetime
) -> None:
    """Say whom to ask in a region.

    Raises:
        NotFound: no such region. Forbidden: not its coordinator. Invalid, TooManyRequests: as `put`.
    """
    if regions.get(region_code) is None:
        raise errors.NotFound(errors.Thing.REGION)
    require(actor, Permission.SET_REGION_CONTACT, Target(region_code=region_code))
    coordinators = sa.select(Coordinator.volunteer_id).where(
        Coordinator.region_code.in_((region_code, NATIONAL))
    )
    put(session, actor, About(ContactOf.REGION, region_code, coordinators), said, now)


def put(session: Session, actor: Actor, about: About, said: ContactSaid | None, now: datetime) -> None:
    """Say whom to ask, for an actor who may change what it is about; None: nobody.

    One's own number stands at once. A colleague's waits for that person's yes, who is told; until then what
    stood before stands, and said again takes back what waits.

    Raises:
        Invalid: nothing is said, or the number is no adult colleague's. TooManyRequests: asked too often.
    """
    put_all(session, actor, [about], said, now)


def put_all(
    session: Session, actor: Actor, abouts: Iterable[About], said: ContactSaid | None, now: datetime
) -> None:
    """Say at once whom to ask about several things: a colleague is asked, and answers, once for all of them.

    Raises as `put`.
    """
    waiting = [one for about in abouts if (one := _say(session, actor, about, said, now)) is not None]
    if waiting:
        contact_id, holder_id, public = waiting[0]
        usage_limits.count_use(session, f"contact:{holder_id}", now, ASKED_A_DAY, usage_limits.DAY)
        facts = {"contact_id": str(contact_id), "public": public}
        outbox.enqueue(session, "contact_asked", now, facts, volunteer_id=holder_id)


def _say(
    session: Session, actor: Actor, about: About, said: ContactSaid | None, now: datetime
) -> tuple[UUID, UUID, bool] | None:
    """As `put`, but nobody is told: which contact waits for whose yes, and whether it will be public."""
    _record(session, actor, about, now)
    rows = sa.delete(Contact).where(Contact.about == about.kind, Contact.about_id == about.id)
    if said is None:
        session.execute(rows)
        return None
    if not (said.name or said.phone or said.link):
        raise errors.Invalid("contact", "contact-empty")
    holder = _holder(session, actor, about, said.phone, now)
    stands = holder is None or holder.id == actor.volunteer_id
    said_before = _said_before(session, about, said, holder)
    if said_before is ContactState.STANDING:
        # What was asked meanwhile is not wanted any more.
        session.execute(rows.where(Contact.state == ContactState.WAITING))
    if said_before is not None:
        return None
    id_ = new_id()
    values = {
        "id": id_,
        "name": said.name,
        "link": said.link,
        "public": said.public,
        "volunteer_id": holder and holder.id,
        "asked_by": actor.volunteer_id,
        "created_at": now,
    }
    if stands:
        session.execute(rows)
    state = ContactState.STANDING if stands else ContactState.WAITING
    session.execute(
        insert(Contact)
        .values(about=about.kind, about_id=about.id, state=state, **values)
        .on_conflict_do_update(index_elements=["about", "about_id", "state"], set_=values)
    )
    return None if holder is None or stands else (id_, holder.id, said.public)


def _record(session: Session, actor: Actor, about: About, now: datetime) -> None:
    named: dict[str, Any] = {
        ContactOf.ORGANIZATION: {"action": AuditAction.ORGANIZATION_CONTACT_SET},
        ContactOf.EVENT: {"action": AuditAction.EVENT_CONTACT_SET},
        ContactOf.REGION: {"action": AuditAction.REGION_CONTACT_SET},
    }[about.kind]
    if about.kind is ContactOf.REGION:
        named["region_code"] = about.id
    else:
        named[f"{about.kind}_id"] = UUID(about.id)
    audit.record(session, actor.volunteer_id, now=now, **named)


def _holder(
    session: Session, actor: Actor, about: About, phone: str | None, now: datetime
) -> Volunteer | None:
    """Whose number it is: an adult's, the actor's own or a colleague's; of others nothing is told."""
    if phone is None:
        return None
    found = session.scalars(
        sa.select(Volunteer).where(
            Volunteer.phone == phone,
            sa.or_(Volunteer.id == actor.volunteer_id, Volunteer.id.in_(about.colleagues)),
        )
    ).first()
    if found is None or found.age_on(now.astimezone(COUNTRY_ZONE).date()) < ADULT_AGE:
        raise errors.Invalid("contact.phone", "contact-phone")
    return found


def _said_before(
    session: Session, about: About, said: ContactSaid, holder: Volunteer | None
) -> ContactState | None:
    """Whether just this stands or waits already, so that a repeat asks nobody twice."""
    same = sa.select(Contact.state).where(
        Contact.about == about.kind,
        Contact.about_id == about.id,
        Contact.state != ContactState.DECLINED,
        Contact.name.is_not_distinct_from(said.name),
        Contact.link.is_not_distinct_from(said.link),
        Contact.public == said.public,
        Contact.volunteer_id.is_not_distinct_from(holder and holder.id),
    )
    states = set(session.scalars(same))
    return next((one for one in (ContactState.STANDING, ContactState.WAITING) if one in states), None)


def forget_member(session: Session, left: MemberLeft) -> None:
    """Nobody is asked about an organization, or its events, who is no member of it any more."""
    events = sa.select(sa.cast(Event.id, sa.Text)).where(Event.organization_id == left.organization_id)
    session.execute(
        sa.delete(Contact)
        .where(
            Contact.volunteer_id == left.volunteer_id,
            sa.or_(
                sa.and_(
                    Contact.about == ContactOf.ORGANIZATION, Contact.about_id == str(left.organization_id)
                ),
                sa.and_(Contact.about == ContactOf.EVENT, Contact.about_id.in_(events)),
            ),
        )
        .execution_options(synchronize_session=False)
    )


Found = dict[tuple[str, str], ContactSaid]


def _standing(session: Session, about: Iterable[tuple[ContactOf, str]]) -> Found:
    """The contacts that stand, by what they are about, in one query."""
    wanted = set(about)
    if not wanted:
        return {}
    kinds, ids = ([str(one[part]) for one in wanted] for part in (0, 1))
    found = _OF_THESE.rows(session, {"kinds": kinds, "ids": ids})
    return {
        (one.about, one.about_id): ContactSaid(one.name, one.phone, one.link, one.public) for one in found
    }


_THESE = (
    sa.func.unnest(sa.bindparam("kinds", type_=ARRAY(sa.Text)), sa.bindparam("ids", type_=ARRAY(sa.Text)))
    .table_valued("about", "about_id", name="these")
    .render_derived()
)
_OF_THESE = Written(
    sa.select(Contact.about, Contact.about_id, Contact.name, Volunteer.phone, Contact.link, Contact.public)
    .join(_THESE, sa.and_(Contact.about == _THESE.c.about, Contact.about_id == _THESE.c.about_id))
    .outerjoin(Volunteer, Volunteer.id == Contact.volunteer_id)
    .where(Contact.state == ContactState.STANDING)
)


STANDING_OF_EVENT = (
    sa.select(Contact.name, Volunteer.phone, Contact.link, Contact.public)
    .outerjoin(Volunteer, Volunteer.id == Contact.volunteer_id)
    .where(
        Contact.state == ContactState.STANDING,
        sa.or_(
            sa.and_(Contact.about == ContactOf.EVENT, Contact.about_id == sa.cast(Event.id, sa.Text)),
            sa.and_(
                Contact.about == ContactOf.ORGANIZATION,
                Contact.about_id == sa.cast(Event.organization_id, sa.Text),
            ),
        ),
    )
    .order_by(Contact.about == ContactOf.ORGANIZATION)
    .limit(1)
)
"""What makes a ContactSaid of an event that is selected around it: as `by_event` finds it."""


def _said(contact: Contact, phone: str | None) -> ContactSaid:
    return ContactSaid(contact.name, phone, contact.link, contact.public)


def by_event(session: Session, events: Iterable[Event]) -> dict[UUID, ContactSaid]:
    """Whom to ask about each event: its own contact, else its organization's."""
    listed = list(events)
    keys = [(ContactOf.EVENT, str(event.id)) for event in listed]
    keys += [(ContactOf.ORGANIZATION, str(event.organization_id)) for event in listed]
    found = _standing(session, keys)
    named = {
        event.id: found.get((ContactOf.EVENT, str(event.id)))
        or found.get((ContactOf.ORGANIZATION, str(event.organization_id)))
        for event in listed
    }
    return {event_id: contact for event_id, contact in named.items() if contact is not None}


def newest(session: Session, about: About) -> ContactSaid | None:
    """The contact that was said last for just this: it stands, or waits for its holder's yes."""
    row = session.execute(
        sa.select(Contact, Volunteer.phone)
        .outerjoin(Volunteer, Volunteer.id == Contact.volunteer_id)
        .where(
            Contact.about == about.kind,
            Contact.about_id == about.id,
            Contact.state != ContactState.DECLINED,
        )
        .order_by((Contact.state == ContactState.WAITING).desc(), Contact.created_at.desc())
        .limit(1)
    ).first()
    return None if row is None else _said(*row)


def by_organization(session: Session, organization_ids: Iterable[UUID]) -> dict[UUID, ContactSaid]:
    """Whom to ask about each organization."""
    found = _standing(session, ((ContactOf.ORGANIZATION, str(id_)) for id_ in organization_ids))
    return {UUID(id_): contact for (_, id_), contact in found.items()}


def by_region(session: Session, codes: Iterable[str]) -> dict[str, ContactSaid]:
    """Whom to ask in each region."""
    return {
        code: contact
        for (_, code), contact in _standing(session, ((ContactOf.REGION, code) for code in codes)).items()
    }


def to_ask(
    session: Session,
    whom: Ask,
    *,
    event_id: UUID | None = None,
    attendance_id: UUID | None = None,
    organization_id: UUID | None = None,
    subject: str | None = None,
) -> ContactSaid | None:
    """Whom a refusal sends somebody to: of the event or organization, or the coordinator of its region.

    `subject`: of the identity whose own region it is, where neither is known.
    """
    if attendance_id is not None:
        event_id = session.scalar(sa.select(Attendance.event_id).where(Attendance.id == attendance_id))
    event = session.get(Event, event_id) if event_id else None
    if whom is Ask.ORGANIZER:
        return by_event(session, [event]).get(event.id) if event else None
    if event is not None:
        region_code: str | None = event.region_code
    elif organization_id is not None:
        organization = session.get(Organization, organization_id)
        region_code = organization.region_code if organization else None
    else:
        region_code = session.scalar(sa.select(Volunteer.region_code).where(Volunteer.subject == subject))
    return by_region(session, [region_code]).get(region_code) if region_code else None
