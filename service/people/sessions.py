"""Sessions of the pages (R7): begun by signing in, found by a cookie's token, ended by time or by hand."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.happenings import PersonBanned, PhoneMoved
from service.models import PageSession, SecondFactor, Volunteer
from service.platform import queue
from service.platform.written import Written

LIFETIME = timedelta(days=30)
"""How long anybody stays signed in."""

POWERS_LAST = timedelta(hours=12)
"""How long, at most, coordinators stay signed in, and a passed second factor holds."""

POWERS_IDLE = timedelta(minutes=30)
"""After so long without an act both end."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last act is kept."""

LAST_HERE_EVERY = timedelta(days=1)
"""How exactly it is kept when the person was last here."""

FORMER_LASTS = timedelta(seconds=30)
"""How long requests that were under way may bring the token before; it passes no second factor."""

MOST = 20
"""So many sessions a person: one more ends the one that was used least lately."""

_REMOVE_TASK = "people.remove_old_sessions"


@dataclass(frozen=True, slots=True)
class Found:
    """A session that a token is of. `is_former`: the token was replaced some seconds ago."""

    id: UUID
    subject: str
    signed_in_at: datetime
    seen_at: datetime
    elevated_at: datetime | None
    roles: str
    is_former: bool

    def ends_at(self, actor: Actor, *, acts: datetime | None = None) -> datetime:
        """When it ends unless its person does something, or did at `acts`: a coordinator's much sooner."""
        if not actor.regions:
            return self.signed_in_at + LIFETIME
        return min(self.signed_in_at + POWERS_LAST, (acts or self.seen_at) + POWERS_IDLE)

    def is_elevated(self, now: datetime) -> bool:
        """Whether its second factor was passed, and holds."""
        if self.elevated_at is None or self.is_former:
            return False
        return now < min(self.elevated_at + POWERS_LAST, self.seen_at + POWERS_IDLE)


def begin(
    session: Session, actor: Actor, browser: str, address: str, now: datetime, *, former: str | None = None
) -> str:
    """Sign somebody in to a browser, as a new session; returns its token, which is kept nowhere here.

    `former`: the token that the browser had until now, which requests under way may still bring.
    """
    token = new_token()
    session.add(
        PageSession(
            volunteer_id=actor.volunteer_id,
            token_hash=hash_of(token),
            former_hash=None if former is None else hash_of(former),
            rotated_at=now,
            signed_in_at=now,
            seen_at=now,
            elevated_at=None,
            roles=roles_of(actor),
            browser=browser,
            address=address,
        )
    )
    session.flush()
    surplus = (
        sa.select(PageSession.id)
        .where(PageSession.volunteer_id == actor.volunteer_id)
        .order_by(PageSession.seen_at.desc(), PageSession.id.desc())
        .offset(MOST)
    )
    session.execute(
        sa.delete(PageSession).where(PageSession.id.in_(surplus)).execution_options(synchronize_session=False)
    )
    return token


def find(session: Session, token: str, now: datetime) -> Found | None:
    """The session that a cookie's token is of; whether it has ended is for `Found.ends_at`."""
    values = {"digest": hash_of(token), "since": now - FORMER_LASTS}
    row = next(iter(_finding().rows(session, values)), None)
    return None if row is None else Found(**row._asdict())


@cache
def _finding() -> Written:
    """What `Found` has of the session of a token's `digest`, a former one's if it was rotated `since`."""
    digest = sa.bindparam("digest", type_=PageSession.token_hash.type)
    since = sa.bindparam("since", type_=PageSession.rotated_at.type)
    is_former = PageSession.token_hash != digest
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            PageSession.id,
            Volunteer.subject,
            PageSession.signed_in_at,
            PageSession.seen_at,
            PageSession.elevated_at,
            PageSession.roles,
            is_former.label("is_former"),
        )
        .join(Volunteer, Volunteer.id == PageSession.volunteer_id)
        .where(
            Volunteer.subject.is_not(None),
            sa.or_(
                PageSession.token_hash == digest,
                sa.and_(PageSession.former_hash == digest, PageSession.rotated_at > since),
            ),
        )
    )
    return Written(query)


def touch(connection: sa.Connection, session_id: UUID, now: datetime) -> None:
    """Keep that the person has just acted; a second factor that lapsed meanwhile is passed no more."""
    idle = PageSession.seen_at <= now - POWERS_IDLE
    whose = connection.execute(
        sa.update(PageSession)
        .where(PageSession.id == session_id)
        .values(seen_at=now, elevated_at=sa.case((idle, sa.null()), else_=PageSession.elevated_at))
        .returning(PageSession.volunteer_id)
    ).scalar()
    connection.execute(
        sa.update(Volunteer)
        .where(Volunteer.id == whose, Volunteer.last_seen_at < now - LAST_HERE_EVERY)
        .values(last_seen_at=now)
    )


def rotate(
    connection: sa.Connection, token: str, actor: Actor, now: datetime, *, elevated: bool = False
) -> str | None:
    """Give a session another token; `elevated`: because its second factor has just been passed.

    Else because of other roles: that is no act of its person, and what was passed counts for a region only
    where it was vouched for. None: somebody was faster, and the token is none any more.
    """
    new = new_token()
    values = {
        "token_hash": hash_of(new),
        "former_hash": hash_of(token),
        "rotated_at": now,
        "roles": roles_of(actor),
    }
    if elevated:
        values |= {"elevated_at": now, "seen_at": now}
    elif actor.regions:
        values["elevated_at"] = sa.case((_is_vouched(), PageSession.elevated_at), else_=sa.null())
    rotated = connection.execute(
        sa.update(PageSession)
        .where(PageSession.token_hash == hash_of(token))
        .values(values)
        .returning(PageSession.id)
    ).scalar()
    return None if rotated is None else new


def _is_vouched() -> sa.ColumnElement[bool]:
    """Whether a session's person has enrolled as coordinators do, by the secret that was given to them."""
    return sa.exists().where(SecondFactor.volunteer_id == PageSession.volunteer_id, SecondFactor.is_vouched)


def all_of(session: Session, actor: Actor, now: datetime) -> Sequence[PageSession]:
    """The person's sessions that have not ended, the last used first."""
    used_since, begun_since = (
        (now - POWERS_IDLE, now - POWERS_LAST)
        if actor.with_powers().regions
        else (now - LIFETIME, now - LIFETIME)
    )
    return session.scalars(
        sa.select(PageSession)
        .where(
            PageSession.volunteer_id == actor.volunteer_id,
            PageSession.seen_at > used_since,
            PageSession.signed_in_at > begun_since,
        )
        .order_by(PageSession.seen_at.desc(), PageSession.id.desc())
    ).all()


def end(session: Session, volunteer_id: UUID, session_id: UUID) -> None:
    """End one session of a person. Raises NotFound: they have no such one."""
    ended = session.execute(
        sa.delete(PageSession)
        .where(PageSession.id == session_id, PageSession.volunteer_id == volunteer_id)
        .returning(PageSession.id)
    ).scalar()
    if ended is None:
        raise errors.NotFound(errors.Thing.SESSION)


def end_one(session: Session, session_id: UUID) -> None:
    """End a session, if it has not ended already."""
    session.execute(sa.delete(PageSession).where(PageSession.id == session_id))


def end_all(session: Session, volunteer_id: UUID, *, besides: UUID | None = None) -> None:
    """End every session of a person, `besides` the one given."""
    session.execute(
        sa.delete(PageSession)
        .where(PageSession.volunteer_id == volunteer_id, PageSession.id.is_distinct_from(besides))
        .execution_options(synchronize_session=False)
    )


def end_of_subjects(session: Session, subjects: Collection[str]) -> None:
    """End every session of these accounts."""
    whose = sa.select(Volunteer.id).where(Volunteer.subject.in_(subjects))
    session.execute(
        sa.delete(PageSession)
        .where(PageSession.volunteer_id.in_(whose))
        .execution_options(synchronize_session=False)
    )


def end_of_moved(session: Session, moved: PhoneMoved) -> None:
    """Whose number is theirs no more signs in anew: what proved who they are does not any more."""
    end_all(session, moved.volunteer_id)


def end_of_banned(session: Session, banned: PersonBanned) -> None:
    """A ban ends what was begun before it."""
    end_all(session, banned.volunteer_id)


def new_token() -> str:
    """A cookie's token: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is kept of a token. Not keyed: nobody can try 256 random bits through."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def roles_of(actor: Actor) -> str:
    """A digest of the roles in force."""
    roles = sorted(f"{organization}={role}" for organization, role in actor.organizations.items())
    return hashlib.sha256("\n".join([*roles, *sorted(actor.regions)]).encode()).hexdigest()


@queue.app.periodic(cron="41 * * * *")
@queue.app.task(name=_REMOVE_TASK, queueing_lock=_REMOVE_TASK, pass_context=True)
def remove_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget the sessions that nobody can use any more."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        session.execute(
            sa.delete(PageSession).where(PageSession.signed_in_at <= runtime.clock.now() - LIFETIME)
        )
