"""To whom each kind goes: one query a kind, asked when it is spread and again at the moment of sending.

Each gives (outbox_id, volunteer_id, facts); `facts` are the words' data for that person alone, or NULL.
Whoever has cancelled since, or whose event has been moved or called off, is in it no more.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

import h3
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from service.models import (
    AnnouncementTo,
    Attendance,
    Consent,
    Contact,
    ContactState,
    Coordinator,
    Event,
    EventResult,
    EventStatus,
    Invitation,
    InvitationStatus,
    MemberRole,
    Membership,
    Milestone,
    Organization,
    OrganizationStatus,
    Outbox,
    Signup,
    SignupStatus,
    Volunteer,
)
from service.models.events import presence_end
from service.models.volunteers import NATIONAL
from service.people.volunteers import HOME_RESOLUTION
from service.rulings import waiting
from service.rulings.waiting import Waiting

Audience = sa.Select[Any]

NEARBY_KM = 25
"""How far from home an event may be to be worth a push."""

MIN_CELL_SPACING_KM = 5
"""A little less than the distance of two neighbouring H3 cells of resolution 6 anywhere in Kazakhstan."""

EVENT_IS_ON = Event.status == EventStatus.PUBLISHED
MAY_SPEAK = sa.exists().where(
    Organization.id == Event.organization_id, Organization.status == OrganizationStatus.VERIFIED
)
"""The event's organization, which may have been stopped since it said something."""

COMING = (SignupStatus.GOING, SignupStatus.WAITLISTED, SignupStatus.OFFERED)
"""Who goes, or may go yet."""

AS_TOLD = Event.starts_at == sa.cast(Outbox.facts["starts_at"].astext, sa.DateTime(timezone=True))


def _people(volunteer_id: Any, facts: Any = None) -> Audience:
    return sa.select(
        Outbox.id.label("outbox_id"),
        sa.type_coerce(volunteer_id, sa.Uuid).label("volunteer_id"),
        (sa.cast(sa.null(), JSONB) if facts is None else facts).label("facts"),
    ).select_from(Outbox)


def _signed_up(*statuses: str) -> Audience:
    return (
        _people(Signup.volunteer_id)
        .join(Event, Event.id == Outbox.event_id)
        .join(Signup, Signup.event_id == Event.id)
        .where(Signup.status.in_(statuses))
    )


def _told_once() -> Audience:
    """Who goes or waits, but hears of the same change of a series at an earlier date of it."""
    earlier = aliased(Signup)
    dates = sa.func.jsonb_array_elements_text(Outbox.facts["told_at"]).column_valued("date")
    heard = sa.exists().where(
        earlier.volunteer_id == Signup.volunteer_id,
        earlier.status.in_(COMING),
        earlier.event_id.in_(sa.select(sa.cast(dates, sa.Uuid))),
    )
    return _signed_up(*COMING).where(sa.or_(~Outbox.facts.has_key("told_at"), ~heard))  # noqa: W601 - JSONB's, not a dict's


def _not_there_yet() -> Audience:
    there = sa.exists().where(
        Attendance.event_id == Signup.event_id, Attendance.volunteer_id == Signup.volunteer_id
    )
    return _signed_up(SignupStatus.GOING).where(EVENT_IS_ON, AS_TOLD, ~there)


def _announced() -> Audience:
    """Whom the organizer meant, while the event is on and they may speak; an entry that says nothing of whom,
    as older ones, means who goes."""
    meant = sa.func.coalesce(Outbox.facts["to"].astext, AnnouncementTo.GOING)
    goes = Signup.status == SignupStatus.GOING
    there = sa.exists().where(
        Attendance.event_id == Signup.event_id, Attendance.volunteer_id == Signup.volunteer_id
    )
    waits = Signup.status.in_((SignupStatus.WAITLISTED, SignupStatus.OFFERED))
    return _signed_up(*COMING).where(
        EVENT_IS_ON,
        MAY_SPEAK,
        sa.or_(
            sa.and_(meant == AnnouncementTo.GOING, goes),
            sa.and_(meant == AnnouncementTo.NOT_HERE, goes, ~there),
            sa.and_(meant == AnnouncementTo.WAITLISTED, waits),
        ),
    )


def _moved_up() -> Audience:
    return _signed_up(SignupStatus.GOING).where(EVENT_IS_ON, Signup.volunteer_id == Outbox.volunteer_id)


def _offered() -> Audience:
    """Who was offered a place, while it is that very offer."""
    confirm_by = sa.cast(Outbox.facts["confirm_by"].astext, sa.DateTime(timezone=True))
    return _signed_up(SignupStatus.OFFERED).where(
        EVENT_IS_ON, Signup.volunteer_id == Outbox.volunteer_id, Signup.confirm_by == confirm_by
    )


def _no_longer_on_the_list() -> Audience:
    """Who was taken off, or has missed an offer, unless she goes again."""
    return _signed_up(SignupStatus.CANCELLED).where(EVENT_IS_ON, Signup.volunteer_id == Outbox.volunteer_id)


def _thanked() -> Audience:
    """Who counts, with their minutes there and in the year of the event."""
    also, then, here = aliased(Attendance), aliased(Event), aliased(Event)
    year = (
        sa.select(sa.func.sum(also.minutes))
        .select_from(also)
        .join(then, then.id == also.event_id)
        .join(here, here.id == Attendance.event_id)
        .where(
            also.volunteer_id == Attendance.volunteer_id,
            also.status == "counted",
            sa.extract("year", then.day) == sa.extract("year", here.day),
        )
        .correlate(Attendance)
        .scalar_subquery()
    )
    minutes = sa.func.jsonb_build_object("minutes", Attendance.minutes, "year_minutes", year)
    return (
        _people(Attendance.volunteer_id, minutes)
        .join(Attendance, Attendance.event_id == Outbox.event_id)
        .where(Attendance.status == "counted", Attendance.minutes.is_not(None))
    )


def _organizers(*which: sa.ColumnElement[bool]) -> Audience:
    """Who runs an event of which all of this is true."""
    return (
        _people(Membership.volunteer_id)
        .join(Event, Event.id == Outbox.event_id)
        .join(Organization, Organization.id == Event.organization_id)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            *which,
            Organization.status == OrganizationStatus.VERIFIED,
            Membership.role.in_((MemberRole.OWNER, MemberRole.ORGANIZER)),
            ~Membership.resting,
        )
    )


def _reached() -> Audience:
    """Who has reached what the entry tells, together with others."""
    return _people(Milestone.volunteer_id).join(Milestone, Milestone.entry_id == Outbox.id)


def _neighbours() -> Audience:
    """Everybody who might come; `recipients` narrows it to those who live near."""
    joined = sa.exists().where(
        Signup.event_id == Event.id,
        Signup.volunteer_id == Volunteer.id,
        Signup.status != SignupStatus.CANCELLED,
    )
    return (
        _people(Volunteer.id)
        .join(Event, Event.id == Outbox.event_id)
        .join(Volunteer, sa.true())
        .where(EVENT_IS_ON, MAY_SPEAK, Event.hidden_by.is_(None), AS_TOLD, ~joined)
    )


def _invited() -> Audience:
    invitation_id = sa.cast(Outbox.facts["invitation_id"].astext, sa.Uuid)
    return (
        _people(Outbox.volunteer_id)
        .join(Invitation, Invitation.id == invitation_id)
        .join(Organization, Organization.id == Invitation.organization_id)
        .where(Invitation.status == InvitationStatus.OPEN, Organization.status == OrganizationStatus.VERIFIED)
    )


def _asked_contact() -> Audience:
    contact_id = sa.cast(Outbox.facts["contact_id"].astext, sa.Uuid)
    return (
        _people(Outbox.volunteer_id)
        .join(Contact, Contact.id == contact_id)
        .where(Contact.state == ContactState.WAITING, Contact.volunteer_id == Outbox.volunteer_id)
    )


def _coordinators_of_organization() -> Audience:
    return (
        _people(Coordinator.volunteer_id)
        .join(Organization, Organization.id == Outbox.organization_id)
        .join(Coordinator, Coordinator.region_code.in_((Organization.region_code, NATIONAL)))
        .where(Organization.status == OrganizationStatus.PENDING, ~Coordinator.resting)
        .distinct()
    )


def _coordinators_of_event() -> Audience:
    return (
        _people(Coordinator.volunteer_id)
        .join(Event, Event.id == Outbox.event_id)
        .join(Coordinator, Coordinator.region_code.in_((Event.region_code, NATIONAL)))
        .where(~Coordinator.resting)
        .distinct()
    )


def _owners() -> Audience:
    return (
        _people(Membership.volunteer_id)
        .join(Membership, Membership.organization_id == Outbox.organization_id)
        .where(Membership.role == MemberRole.OWNER, ~Membership.resting)
    )


def _coordinators_of_waiting() -> Audience:
    """Coordinators for whom something waits, with how much of what."""
    waits = waiting.by_coordinator().subquery()
    counts = sa.func.jsonb_build_object(*(part for what in Waiting for part in (str(what), waits.c[what])))
    return _people(waits.c.volunteer_id, counts).join(waits, sa.true())


def _agreed_to_older() -> Audience:
    """Whose consent stands, but to no version as new as the one that is told; versions sort as text.

    Of an entry that names somebody, they alone.
    """
    told = Outbox.facts["version"].astext
    stands = sa.exists().where(
        Consent.volunteer_id == Volunteer.id,
        Consent.name == Outbox.facts["consent"].astext,
        Consent.withdrawn_at.is_(None),
    )
    older, newer = stands.where(Consent.version < told), stands.where(Consent.version >= told)
    is_told = sa.or_(Outbox.volunteer_id.is_(None), Outbox.volunteer_id == Volunteer.id)
    return _people(Volunteer.id).join(Volunteer, is_told).where(older, ~newer)


_going_as_told = _signed_up(SignupStatus.GOING).where(EVENT_IS_ON, AS_TOLD)
_result_is_said = sa.exists().where(EventResult.event_id == Event.id)
_the_person = _people(Outbox.volunteer_id).where(Outbox.volunteer_id.is_not(None))

AUDIENCES: Mapping[str, Audience] = {
    "announcement": _announced(),
    "event_changed": _told_once().where(EVENT_IS_ON, AS_TOLD),
    "event_cancelled": _told_once().where(Event.status == EventStatus.CANCELLED),
    "event_restored": _told_once().where(EVENT_IS_ON, AS_TOLD),
    "event_hidden": _told_once().where(EVENT_IS_ON, Event.hidden_by.is_not(None)),
    "event_shown": _told_once().where(EVENT_IS_ON, Event.hidden_by.is_(None)),
    "waitlist_moved_up": _moved_up(),
    "place_offered": _offered(),
    "offer_expired": _no_longer_on_the_list(),
    "removed": _no_longer_on_the_list(),
    "reminder_24h": _going_as_told,
    "reminder_2h": _going_as_told,
    "check_in_open": _not_there_yet(),
    "nearby_event": _neighbours(),
    "thanks": _thanked(),
    "milestone": _reached(),
    "certificate_changed": _the_person,
    "result_missing": _organizers(
        Event.status != EventStatus.DRAFT,
        ~Event.never_published,
        presence_end(Event) > Event.starts_at,
        ~_result_is_said,
    ),
    "event_planned": _organizers(Event.status == EventStatus.DRAFT),
    "listed": _the_person,
    "attendance_denied": _coordinators_of_event(),
    "review_decided": _the_person,
    "organization_decided": _owners(),
    "organization_answered": _coordinators_of_organization(),
    "invitation": _invited(),
    "role_given": _the_person,
    "contact_asked": _asked_contact(),
    "number_lost": _the_person,
    "staff_number_lost": _the_person,
    "record_detached": _the_person,
    "second_factor_reset": _the_person,
    "staff_second_factor_reset": _the_person,
    "birth_date_set": _the_person,
    "consent_changed": _agreed_to_older(),
    "guardian_needed": _the_person,
    "guardian_asked": _the_person,
    "guardian_accepted": _the_person,
    "guardian_withdrew": _the_person,
    "guardian_ended": _the_person,
    "minor_withdrawn": _organizers(EVENT_IS_ON),
    "waiting_digest": _coordinators_of_waiting(),
}


def recipients(session: Session, entry: Outbox) -> Audience:
    """The audience of one entry of the outbox."""
    query = AUDIENCES[entry.kind].where(Outbox.id == entry.id)
    if entry.kind == "nearby_event" and entry.event_id is not None:
        event = session.get_one(Event, entry.event_id)
        query = query.where(Volunteer.home_cell.in_(cells_near(event.latitude, event.longitude)))
    return query


def cells_near(latitude: float, longitude: float) -> list[int]:
    """The home cells whose centre lies within reach of a place."""
    centre = h3.latlng_to_cell(latitude, longitude, HOME_RESOLUTION)
    disk = h3.grid_disk(centre, ceil(NEARBY_KM / MIN_CELL_SPACING_KM))
    return [
        int(h3.str_to_int(cell))
        for cell in disk
        if h3.great_circle_distance((latitude, longitude), h3.cell_to_latlng(cell), unit="km") <= NEARBY_KM
    ]
