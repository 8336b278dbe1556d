"""Photographs of events: sent by organizers, shown one by one by a coordinator, hidden by anybody's report.

Files go under names of ours that are never used twice. A photograph's row decides what there is: files of
none are taken away by `photo_files`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require, require_coordinator
from service.audit import audit
from service.events import events, photo_files, results
from service.models import AuditAction, Event, EventPhoto, PhotoReport, PhotoWhen
from service.models.base import new_id
from service.models.photos import PHOTO_WAITS
from service.platform import images, queue, usage_limits
from service.platform.files import Files
from service.platform.networks import network_of

OF_EACH = 2
"""Photographs of an event before, and as many after."""

TRIES_AN_HOUR = 60
"""Of one person: each costs a moment of the processor, whatever comes of it."""

REPORTS_AN_HOUR = 30
"""Of one address or person."""

REPORTS_KEPT = 20
"""Of one photograph; one is enough to hide it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that somebody sends. `id`: their own, under which it is stored once; `data`: as it came."""

    when: PhotoWhen
    data: bytes
    id: UUID | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def expect(session: Session, actor: Actor, event_id: UUID, sent: Sent, now: datetime) -> EventPhoto | None:
    """Whether this file may be looked at: the photograph where it stands already, else one more try counted.

    The view commits before the file is decoded: a refused one was a try, too, and no connection is held.

    Raises:
        NotFound, Forbidden, NotVerified, NotPublished, Cancelled, ResultClosed, TooManyPhotos, IdReused.
        TooManyRequests.
    """
    event = _open(session, actor, events.get_visible(session, actor, event_id), now)
    stored = _stored(session, event.id, sent)
    if stored is None:
        _check_number(session, event.id, sent.when)
        usage_limits.count_use(session, f"photo:{actor.volunteer_id}", now, TRIES_AN_HOUR)
    return stored


def add(
    session: Session,
    files: Files,
    actor: Actor,
    event_id: UUID,
    sent: Sent,
    made: images.Made,
    now: datetime,
) -> EventPhoto:
    """Keep what was made of the file that was sent; the same file again is the photograph that stands.

    Raises:
        What `expect` raises, TooManyRequests aside.
    """
    stored_as = photo_files.write(files, made)
    photo = None
    try:
        photo = _add(session, actor, event_id, sent, made, stored_as, now)
    finally:
        if photo is None or photo.stored_as != stored_as:
            photo_files.remove(files, stored_as)
    return photo


def _add(
    session: Session,
    actor: Actor,
    event_id: UUID,
    sent: Sent,
    made: images.Made,
    stored_as: UUID,
    now: datetime,
) -> EventPhoto:
    event = _open(session, actor, events.lock_places(session, event_id), now)
    if (stored := _stored(session, event.id, sent)) is not None:
        return stored
    _check_number(session, event.id, sent.when)
    photo = EventPhoto(
        id=sent.id or new_id(),
        event_id=event.id,
        taken=sent.when,
        digest=sent.digest,
        stored_as=stored_as,
        width=made.width,
        height=made.height,
        uploaded_by=actor.volunteer_id,
        uploaded_at=now,
        shown=False,
    )
    try:
        with session.begin_nested():
            session.add(photo)
    except IntegrityError as error:
        # The event is locked: its id has just become another event's.
        raise errors.IdReused() from error
    detail = {"photo": str(photo.id), "when": sent.when}
    events.record(session, actor, AuditAction.PHOTO_ADDED, event, now, detail=detail)
    return photo


def _open(session: Session, actor: Actor, event: Event, now: datetime) -> Event:
    """The event, where this actor may send photographs of it now: as of its result, also before it begins."""
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    require(actor, Permission.GIVE_RESULT, events.target_of(event))
    results.check_open(event, actor, now)
    return event


def _stored(session: Session, event_id: UUID, sent: Sent) -> EventPhoto | None:
    """The photograph that this file is already. Raises IdReused: its id stands for another."""
    if (
        sent.id is not None
        and (found := session.get(EventPhoto, sent.id, populate_existing=True)) is not None
    ):
        if (found.event_id, found.taken, found.digest) != (event_id, sent.when, sent.digest):
            raise errors.IdReused()
        return found
    return session.scalars(
        sa.select(EventPhoto).where(
            EventPhoto.event_id == event_id, EventPhoto.taken == sent.when, EventPhoto.digest == sent.digest
        )
    ).one_or_none()


def _check_number(session: Session, event_id: UUID, when: PhotoWhen) -> None:
    query = sa.select(sa.func.count()).where(EventPhoto.event_id == event_id, EventPhoto.taken == when)
    if (session.scalar(query) or 0) >= OF_EACH:
        raise errors.TooManyPhotos(limit=OF_EACH)


def remove(session: Session, actor: Actor, event_id: UUID, photo_id: UUID, now: datetime) -> None:
    """Take a photograph away, as its event's organizer or coordinator, whenever: every size of it is gone.

    Raises:
        NotFound: none of this event, or gone already. Forbidden, NotVerified.
    """
    event = events.lock_places(session, event_id)
    photo = _locked(session, actor, event, photo_id)
    require(actor, Permission.GIVE_RESULT, events.target_of(event))
    session.delete(photo)
    queue.defer(session, photo_files.REMOVE_TASK, stored_as=str(photo.stored_as))
    events.record(session, actor, AuditAction.PHOTO_REMOVED, event, now, detail={"photo": str(photo_id)})


def rule(
    session: Session,
    actor: Actor,
    event_id: UUID,
    photo_id: UUID,
    *,
    shown: bool,
    reason: str | None,
    now: datetime,
) -> EventPhoto:
    """Show a photograph to everybody, or not; what was reported of it is settled. Repeated: no change.

    `reason`: why it is not shown, for its organizer.

    Raises:
        NotFound. Forbidden, OwnOrganization: not a coordinator of its region, or of one's own event.
    """
    event = events.get_visible(session, actor, event_id)
    photo = _locked(session, actor, event, photo_id)
    require(actor, Permission.RULE_PHOTO, events.target_of(event))
    said = None if shown else reason
    if not photo.waits and (photo.shown, photo.reason) == (shown, said):
        return photo
    photo.shown, photo.reason, photo.reported_at = shown, said, None
    photo.decided_by, photo.decided_at = actor.volunteer_id, now
    session.execute(sa.delete(PhotoReport).where(PhotoReport.photo_id == photo.id))
    detail = {"photo": str(photo.id), "shown": shown}
    events.record(session, actor, AuditAction.PHOTO_RULED, event, now, detail=detail)
    return photo


def report(
    session: Session,
    actor: Actor | None,
    event_id: UUID,
    photo_id: UUID,
    reason: str,
    now: datetime,
    *,
    address: str,
) -> None:
    """Say what is wrong with a photograph: nobody sees it until a coordinator has ruled.

    `address`: from where it is said, by whoever is not signed in. Sent again it is one report.

    Raises:
        NotFound: no such photograph that the actor may see. TooManyRequests.
    """
    event = events.get_visible(session, actor, event_id)
    photo = _locked(session, actor, event, photo_id)
    who = f"address:{network_of(address)}" if actor is None else str(actor.volunteer_id)
    usage_limits.count_use(session, f"photo-report:{who}", now, REPORTS_AN_HOUR)
    photo.reported_at = photo.reported_at or now
    by = None if actor is None else actor.volunteer_id
    said = session.execute(
        sa.select(PhotoReport.reason, PhotoReport.volunteer_id).where(PhotoReport.photo_id == photo.id)
    ).all()
    if (reason, by) not in [tuple(row) for row in said] and len(said) < REPORTS_KEPT:
        session.add(PhotoReport(photo_id=photo.id, volunteer_id=by, reason=reason, created_at=now))
        session.flush()


def _locked(session: Session, actor: Actor | None, event: Event, photo_id: UUID) -> EventPhoto:
    """A photograph of a visible event, locked. Raises NotFound: none, or one that the actor may not know of.

    One that everybody saw until it was reported can be reported by others, too.
    """
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    photo = session.get(EventPhoto, photo_id, with_for_update=True, populate_existing=True)
    if photo is None or photo.event_id != event.id or not (photo.shown or sees_all(actor, event)):
        raise errors.NotFound(errors.Thing.PHOTO)
    return photo


def sees_all(actor: Actor | None, event: Event) -> bool:
    """Whether somebody sees photographs that are not shown (yet): who runs the event, its coordinators."""
    return may(actor, Permission.SEE_HIDDEN, events.target_of(event))


def of_event(session: Session, actor: Actor | None, event: Event) -> Sequence[EventPhoto]:
    """An event's photographs as the actor may see them: before, then after, in the order of their sending."""
    found = all_of(session, event)
    return found if sees_all(actor, event) else [photo for photo in found if photo.is_public]


def all_of(session: Session, event: Event) -> Sequence[EventPhoto]:
    """An event's photographs, whoever may see them; in the same order."""
    return session.scalars(_OF_EVENT, {"event_id": event.id}).all()


_OF_EVENT = (
    sa.select(EventPhoto)
    .where(EventPhoto.event_id == sa.bindparam("event_id"))
    .order_by(EventPhoto.taken.desc(), EventPhoto.uploaded_at, EventPhoto.id)
)


def waiting(
    session: Session, actor: Actor, region_code: str | None, limit: int, now: datetime
) -> Sequence[tuple[EventPhoto, Event]]:
    """What waits in the regions that the actor coordinates, or in one: reported ones first, then the oldest.

    Of one's own events another one decides. That they were read is recorded. Raises Forbidden.
    """
    require_coordinator(actor)
    audit.record_read(session, actor.volunteer_id, AuditAction.PHOTOS_READ, region_code=region_code, now=now)
    query = (
        sa.select(EventPhoto, Event)
        .join(Event, Event.id == EventPhoto.event_id)
        .where(PHOTO_WAITS, Event.organization_id.not_in(list(actor.organizations)))
        .order_by(EventPhoto.reported_at, EventPhoto.id)
        .limit(limit)
    )
    if actor.coordinated_regions is not None:
        query = query.where(Event.region_code.in_(actor.coordinated_regions))
    if region_code is not None:
        query = query.where(Event.region_code == region_code)
    return [(photo, event) for photo, event in session.execute(query)]


def one_of(session: Session, actor: Actor | None, event: Event, photo_id: UUID) -> EventPhoto:
    """One of an event's photographs that the actor sees. Raises NotFound."""
    for photo in of_event(session, actor, event):
        if photo.id == photo_id:
            return photo
    raise errors.NotFound(errors.Thing.PHOTO)


def is_in_sight_of_everybody(event_id: sa.SQLColumnExpression[UUID]) -> sa.Exists:
    """Whether an event has a photograph which everybody sees."""
    seen = sa.and_(EventPhoto.shown, EventPhoto.reported_at.is_(None))
    return sa.exists().where(EventPhoto.event_id == event_id, seen)


def reports_of(session: Session, photos: Iterable[EventPhoto]) -> dict[UUID, list[str]]:
    """What was said against each of them, the oldest first; for coordinators."""
    found: dict[UUID, list[str]] = {}
    ids = [photo.id for photo in photos]
    if not ids:
        return found
    query = (
        sa.select(PhotoReport.photo_id, PhotoReport.reason)
        .where(PhotoReport.photo_id.in_(ids))
        .order_by(PhotoReport.id)
    )
    for photo_id, reason in session.execute(query):
        found.setdefault(photo_id, []).append(reason)
    return found


def to_serve(session: Session, photo_id: UUID, *, for_staff: bool) -> UUID:
    """Under what the files of a photograph lie that somebody has an address of; `for_staff`: whose it is.

    Raises:
        NotFound: it is gone; or it is not for everybody (any more), and the address was.
    """
    photo = session.get(EventPhoto, photo_id)
    if photo is None or not (for_staff or _is_for_everybody(session, photo)):
        raise errors.NotFound(errors.Thing.PHOTO)
    return photo.stored_as


def _is_for_everybody(session: Session, photo: EventPhoto) -> bool:
    event = events.get(session, photo.event_id)
    return photo.is_public and events.is_visible(session, None, event)
