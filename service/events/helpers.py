"""Helpers of one event (R11): its organizers name them; they keep the door, and nothing else."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.events import code_secrets, events, participants, series_scopes
from service.events.series_scopes import Scope
from service.happenings import MemberLeft
from service.models import AuditAction, ConsentName, Event, EventHelper, Membership, Volunteer
from service.models.volunteers import ADULT_AGE
from service.people import consents
from service.platform import outbox

AT_MOST = 30
"""So many doors no event has."""


def name(
    session: Session,
    actor: Actor,
    event_id: UUID,
    volunteer_id: UUID,
    now: datetime,
    scope: Scope = Scope.THIS,
) -> None:
    """Make somebody a helper of an event, or of the later dates of its series, too; they are told, once.

    Who is one already stays one.

    Raises:
        NotFound: no such event or person. Forbidden, NotVerified. TooManyHelpers: at any of the dates.
        SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    dates = _dates(session, actor, event_id, now, scope)
    if session.get(Volunteer, volunteer_id) is None:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    named = [event for event in dates if _is_new(session, event, volunteer_id)]
    and_later = scope is Scope.FOLLOWING
    for event in dates if and_later else named:
        _put(session, actor, event, volunteer_id, now, and_later=and_later)
    _tell(session, actor, named, volunteer_id, now)


def _put(
    session: Session, actor: Actor, event: Event, volunteer_id: UUID, now: datetime, *, and_later: bool
) -> None:
    """Keep who helps; of whoever does already, what it is meant for now."""
    whose = {"event_id": event.id, "volunteer_id": volunteer_id}
    by = {"named_by": actor.volunteer_id, "named_at": now, "and_later": and_later}
    made = insert(EventHelper).values(whose | by)
    meant = {"and_later": made.excluded.and_later}
    session.execute(made.on_conflict_do_update(index_elements=list(whose), set_=meant))


def _tell(session: Session, actor: Actor, named: Sequence[Event], volunteer_id: UUID, now: datetime) -> None:
    """Write down at each of these dates that somebody helps there now; they hear of it once."""
    for event in named:
        events.record(session, actor, AuditAction.HELPER_NAMED, event, now, volunteer_id)
    if named:
        facts = {"role": "event_helper", "title": named[0].title} | ({"series": True} if named[1:] else {})
        outbox.enqueue(session, "role_given", now, facts, event_id=named[0].id, volunteer_id=volunteer_id)


def come_along(
    session: Session, actor: Actor, added: Sequence[Event], before: Sequence[Event], now: datetime
) -> None:
    """Let those help at dates added to a series who help at the date before each, named for the later ones.

    `before`: all that the series had, soonest first. They are told, once.
    """
    named: dict[UUID, list[Event]] = {}
    for event in added:
        earlier = [one.id for one in before if one.starts_at < event.starts_at]
        theirs = sa.select(EventHelper.volunteer_id).where(
            EventHelper.event_id.in_(earlier[-1:]), EventHelper.and_later
        )
        for volunteer_id in session.scalars(theirs.order_by(EventHelper.volunteer_id)):
            _put(session, actor, event, volunteer_id, now, and_later=True)
            named.setdefault(volunteer_id, []).append(event)
    for volunteer_id, dates in named.items():
        _tell(session, actor, dates, volunteer_id, now)


def _is_new(session: Session, event: Event, volunteer_id: UUID) -> bool:
    """Whether somebody does not help there yet. Raises TooManyHelpers where there is no room for them."""
    others = set(session.scalars(sa.select(EventHelper.volunteer_id).where(EventHelper.event_id == event.id)))
    if volunteer_id not in others and len(others) >= AT_MOST:
        raise errors.TooManyHelpers(limit=AT_MOST)
    return volunteer_id not in others


def name_by_phone(
    session: Session, actor: Actor, event_id: UUID, phone: str, now: datetime, scope: Scope = Scope.THIS
) -> None:
    """Make who has this number a helper, where the actor can know of it; of others nothing is told.

    Raises:
        As `name`. Invalid: it is of no adult member of the organization, nor of an adult on the event's list.
    """
    event = _to_staff(session, actor, event_id, is_locked=False)
    is_member = sa.exists().where(
        Membership.organization_id == event.organization_id, Membership.volunteer_id == Volunteer.id
    )
    is_known = sa.or_(is_member, participants.is_listed(event.id, Volunteer.id))
    found = session.scalars(sa.select(Volunteer).where(Volunteer.phone == phone, is_known)).first()
    day = event.local(now).date()
    if (
        found is None
        or found.age_on(day) < ADULT_AGE
        or ConsentName.PERSONAL_DATA not in consents.of_people(session, [found.id], now)[found.id]
    ):
        raise errors.Invalid("phone", "helper-phone")
    name(session, actor, event_id, found.id, now, scope)


def dismiss(
    session: Session,
    actor: Actor,
    event_id: UUID,
    volunteer_id: UUID,
    now: datetime,
    scope: Scope = Scope.THIS,
) -> None:
    """Let somebody help no more, here or at the later dates of its series, too.

    The codes that their phone holds of an event to come are right no more.

    Raises:
        NotFound: no such event, or not a helper of it. Forbidden, NotVerified. SeriesStarted, Invalid: as
        `series_scopes.with_others`.
    """
    dates = _dates(session, actor, event_id, now, scope)
    theirs = sa.select(EventHelper).where(
        EventHelper.event_id.in_([event.id for event in dates]), EventHelper.volunteer_id == volunteer_id
    )
    held = {one.event_id: one for one in session.scalars(theirs.execution_options(populate_existing=True))}
    if event_id not in held:
        raise errors.NotFound(errors.Thing.MEMBER)
    for event in dates:
        if event.id in held:
            session.delete(held[event.id])
            events.record(session, actor, AuditAction.HELPER_DISMISSED, event, now, volunteer_id)
    code_secrets.renew(session, sorted(held), now)
    session.flush()


def forget_member(session: Session, left: MemberLeft) -> None:
    """Who belongs to an organization no more helps at none of its events to come, unless named anew."""
    coming = sa.select(Event.id).where(Event.organization_id == left.organization_id, Event.ends_at > left.at)
    session.execute(
        sa.delete(EventHelper)
        .where(EventHelper.volunteer_id == left.volunteer_id, EventHelper.event_id.in_(coming))
        .execution_options(synchronize_session=False)
    )


def helps(session: Session, event_id: UUID, volunteer_id: UUID) -> bool:
    """Whether somebody was named for this very event."""
    return session.get(EventHelper, (event_id, volunteer_id)) is not None


def of_event(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Sequence[tuple[UUID, str]]:
    """(volunteer_id, display_name) of its helpers, by when they were named; that they were read is recorded.

    Raises:
        NotFound: no such event. Forbidden, NotVerified.
    """
    event = _to_staff(session, actor, event_id, is_locked=False)
    rows = session.execute(
        sa.select(Volunteer.id, Volunteer.display_name)
        .join(EventHelper, EventHelper.volunteer_id == Volunteer.id)
        .where(EventHelper.event_id == event_id)
        .order_by(EventHelper.named_at, Volunteer.id)
    ).all()
    if rows:
        events.record_read(session, actor, AuditAction.PARTICIPANTS_READ, event, now)
    shown = consents.shown_names(session, {row.id: row.display_name for row in rows}, now)
    return [(row.id, shown[row.id]) for row in rows]


def _dates(session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope) -> list[Event]:
    """The event and, of its series, the others of the scope, held; this one first."""
    if scope is Scope.THIS:
        return [_to_staff(session, actor, event_id)]
    event, later = series_scopes.with_others(session, actor, event_id, Permission.NAME_HELPERS, now, scope)
    return [event, *later]


def _to_staff(session: Session, actor: Actor, event_id: UUID, *, is_locked: bool = True) -> Event:
    """The event for who names its helpers; locked, they are named one after another."""
    event = (events.lock_places if is_locked else events.get)(session, event_id)
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    require(actor, Permission.NAME_HELPERS, events.target_of(event))
    return event
