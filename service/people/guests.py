"""Guests of the pages: who has proven a number in a browser and has no record, or a dormant one.

A guest may register, and look after a child as its guardian; to everything else they are nobody.
"""

from datetime import datetime, timedelta

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import PageGuest
from service.people import sessions
from service.people.identities import Identity
from service.platform import queue

LIFETIME = timedelta(days=30)
"""How long a browser stays signed in, as of who has a record."""

_REMOVE_TASK = "people.remove_old_guests"


def begin(session: Session, identity: Identity) -> str:
    """Let somebody in as a guest, whose number has just been proven; returns their browser's token."""
    token = sessions.new_token()
    # Whoever had the number before, and proved it to another account, is its holder no more.
    session.execute(
        sa.delete(PageGuest).where(
            PageGuest.phone == identity.phone,
            PageGuest.subject != identity.subject,
            PageGuest.issued_at < identity.issued_at,
        )
    )
    session.add(
        PageGuest(
            token_hash=sessions.hash_of(token),
            subject=identity.subject,
            phone=identity.phone,
            issued_at=identity.issued_at,
            signed_in_at=identity.signed_in_at,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> Identity | None:
    """Who has proven their number in the browser with this token; None: nobody, or too long ago."""
    guest = session.get(PageGuest, sessions.hash_of(token))
    if guest is None or guest.signed_in_at <= now - LIFETIME:
        return None
    return Identity(guest.subject, guest.phone, guest.issued_at, guest.signed_in_at)


def end(session: Session, token: str) -> None:
    """Forget the guest of a browser, if it has one."""
    session.execute(sa.delete(PageGuest).where(PageGuest.token_hash == sessions.hash_of(token)))


@queue.app.periodic(cron="43 * * * *")
@queue.app.task(name=_REMOVE_TASK, queueing_lock=_REMOVE_TASK, pass_context=True)
def remove_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget the guests whom no browser can be any more."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        session.execute(sa.delete(PageGuest).where(PageGuest.signed_in_at <= runtime.clock.now() - LIFETIME))
