"""What is done to a date of a series, or to others with it: publishing, calling off, hiding, and back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.events import calling_off, events, plans, restoring, series_scopes, visibility
from service.events.series_scopes import Scope
from service.events.told import Told
from service.models import Event
from service.platform import outbox


def publish(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Let everybody see this date, or the drafts among this and the later ones; returns them.

    Who lives near is told of the first that comes out.

    Raises:
        As `events.publish`; NotADraft: none of them is.
        SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    if scope is Scope.THIS:
        return [events.publish(session, actor, event_id, now)]
    events.hold_organization(session, event_id)
    event, later = series_scopes.with_others(session, actor, event_id, Permission.CHANGE_EVENT, now)
    drafts = [one for one in (event, *later) if one.is_draft]
    if not drafts:
        raise errors.NotADraft(event_status=event.status)
    for one in drafts:
        events.let_out(session, actor, one, now)
    outbox.enqueue(session, "nearby_event", now, plans.facts_of(drafts[0]), event_id=drafts[0].id)
    return drafts


def cancel(
    session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Call off this date, or others with it that are on; who goes to several hears once. Returns all of them.

    Raises:
        As `calling_off.cancel`. SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    if scope is Scope.THIS:
        return [calling_off.cancel(session, actor, event_id, reason, now)]
    event, others = series_scopes.with_others(session, actor, event_id, Permission.CANCEL_EVENT, now, scope)
    others = [one for one in others if series_scopes.is_on(event, one)]
    told = Told() if others else None
    for one in series_scopes.soonest_first(event, others):
        if not one.is_cancelled:
            calling_off.take_off(session, actor, one, reason, now, told)
    return [event, *others]


def restore(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Let this date take place after all, or those of the others, too, that were called off with it.

    Another date that was called off by itself stays off. Returns what is restored, or stands already, this
    one first.

    Raises:
        As `restoring.restore`. SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    if scope is Scope.THIS:
        return [restoring.restore(session, actor, event_id, now)]
    events.hold_organization(session, event_id)
    event, others = series_scopes.with_others(session, actor, event_id, Permission.RESTORE_EVENT, now, scope)
    if not event.is_cancelled:
        return [event]
    together = [one for one in others if series_scopes.is_off_with(event, one)]
    told = Told() if together else None
    for one in series_scopes.soonest_first(event, together):
        restoring.bring_back(session, actor, one, now, told)
    return [event, *together]


def hide(
    session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Take this date out of sight, or others with it; returns them, this one first.

    Drafts nobody sees, and what is hidden for a reason of its own keeps it.

    Raises:
        As `visibility.hide`. SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    if scope is Scope.THIS:
        return [visibility.hide(session, actor, event_id, reason, now)]
    event, others = series_scopes.with_others(session, actor, event_id, Permission.HIDE_EVENT, now, scope)
    if event.is_draft:
        raise errors.NotPublished()
    is_seen, is_hidden_as = series_scopes.is_seen, series_scopes.is_hidden_as
    seen = [one for one in others if is_seen(event, one) or is_hidden_as(event, one)]
    told = Told() if seen else None
    for one in series_scopes.soonest_first(event, seen):
        visibility.take_out_of_sight(session, actor, one, reason, now, told)
    return [event, *seen]


def show(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Bring this date back into sight, or those of the others, too, that are hidden as it is; this one first.

    Another date that was hidden for a reason of its own stays hidden.

    Raises:
        As `visibility.show`. SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    if scope is Scope.THIS:
        return [visibility.show(session, actor, event_id, now)]
    event, others = series_scopes.with_others(session, actor, event_id, Permission.HIDE_EVENT, now, scope)
    together = [one for one in others if series_scopes.is_hidden_as(event, one)]
    told = Told() if together else None
    for one in series_scopes.soonest_first(event, together):
        visibility.bring_into_sight(session, actor, one, now, told)
    return [event, *together]
