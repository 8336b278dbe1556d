"""Signing a browser in by a phone that is signed in already (R6): needs nothing from outside."""

import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from service import errors
from service.models import Volunteer, WebSignIn
from service.people import sessions
from service.platform import queue, usage_limits
from service.platform.networks import network_of
from service.platform.written import Written

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""None that is taken for another one: no 0, O, 1, I."""

LENGTH = 8
LIVES = timedelta(minutes=2)
SHOWN_AGAIN = timedelta(seconds=45)
"""A code that lives for so long still is shown again to its page."""

LOOKS_AN_HOUR = 60
"""Of one person: so that nobody finds others' codes by trying."""

CODES_AN_HOUR = 2_000
"""Of one address, as sign-in codes: a whole village can share one."""

_REMOVE_TASK = "people.remove_web_sign_ins"


def code_for(session: Session, page: str, browser: str, address: str, now: datetime) -> str:
    """The code that a browser's page shows: the one that it has, or a new one.

    `page`: a secret of this page alone, in this browser: whoever knows it collects what is confirmed.

    Raises:
        TooManyRequests: of this address.
    """
    values = {
        "code": "".join(secrets.choice(LETTERS) for _ in range(LENGTH)),
        "browser_hash": sessions.hash_of(page),
        "browser": browser,
        "address": address,
        "created_at": now,
        "expires_at": now + LIVES,
        "shown_until": now + SHOWN_AGAIN,
    }
    made = _MADE.rows(session, values)
    if made:
        usage_limits.count_use(session, f"web-sign-in:{network_of(address)}", now, CODES_AN_HOUR)
    ((code,),) = made or _SHOWN.rows(session, values)
    return str(code)


def _made() -> ReturningInsert[str]:
    """The new code of a page, unless it has one that is good for a while.

    In one statement: a page that asks twice at once shows one code.
    """
    columns = WebSignIn.__table__.c
    own = ("code", "browser_hash", "browser", "address", "created_at", "expires_at")
    new = insert(WebSignIn).values({name: sa.bindparam(name, type_=columns[name].type) for name in own})
    written = {name: new.excluded[name] for name in own} | {"volunteer_id": None}
    now, until = (sa.bindparam(name, type_=columns.expires_at.type) for name in ("created_at", "shown_until"))
    # One that was confirmed waits for its browser to the end.
    is_used = sa.or_(
        WebSignIn.expires_at <= now,
        sa.and_(WebSignIn.volunteer_id.is_(None), WebSignIn.expires_at <= until),
    )
    return new.on_conflict_do_update(index_elements=["browser_hash"], set_=written, where=is_used).returning(
        WebSignIn.code
    )


_MADE = Written(_made())
_SHOWN = Written(
    sa.select(WebSignIn.code).where(
        WebSignIn.browser_hash == sa.bindparam("browser_hash", type_=sa.LargeBinary)
    )
)


def read_code(typed: str) -> str | None:
    """A code as somebody has typed it, in any case and with spaces or dashes; None: it is none."""
    code = re.sub(r"[\s-]", "", typed).upper()
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def look(session: Session, volunteer_id: UUID, code: str, now: datetime) -> WebSignIn:
    """Which browser somebody is about to sign in.

    Raises:
        NotFound: no such code, or it is over, used, or confirmed by somebody else.
    """
    found = session.scalars(sa.select(WebSignIn).where(_is_open(code, volunteer_id, now))).one_or_none()
    if found is None:
        raise errors.NotFound(errors.Thing.WEB_SIGN_IN)
    return found


def count_look(session: Session, volunteer_id: UUID, now: datetime) -> None:
    """Count a look before it is taken, in a transaction of its own. Raises TooManyRequests."""
    usage_limits.count_use(session, f"web-sign-in-look:{volunteer_id}", now, LOOKS_AN_HOUR)


def confirm(session: Session, volunteer_id: UUID, code: str, now: datetime) -> None:
    """Let the browser of this code be somebody's; it collects that within two minutes. Raises as `look`."""
    confirmed = session.execute(
        sa.update(WebSignIn)
        .where(_is_open(code, volunteer_id, now))
        .values(volunteer_id=volunteer_id, expires_at=now + LIVES)
        .returning(WebSignIn.code)
    ).scalar()
    if confirmed is None:
        raise errors.NotFound(errors.Thing.WEB_SIGN_IN)


def collect(session: Session, page: str, now: datetime) -> str | None:
    """The subject whom this page's browser was confirmed for, once; None: nobody yet."""
    volunteer_id = session.execute(
        sa.delete(WebSignIn)
        .where(
            WebSignIn.browser_hash == sessions.hash_of(page),
            WebSignIn.volunteer_id.is_not(None),
            WebSignIn.expires_at > now,
        )
        .returning(WebSignIn.volunteer_id)
    ).scalar()
    return session.scalar(sa.select(Volunteer.subject).where(Volunteer.id == volunteer_id))


def _is_open(code: str, volunteer_id: UUID, now: datetime) -> sa.ColumnElement[bool]:
    """The code as people write it: in small letters, with a dash or a space."""
    written = "".join(letter for letter in code.upper() if letter in LETTERS)
    return sa.and_(
        WebSignIn.code == written,
        WebSignIn.expires_at > now,
        sa.or_(WebSignIn.volunteer_id.is_(None), WebSignIn.volunteer_id == volunteer_id),
    )


@queue.app.periodic(cron="*/10 * * * *")
@queue.app.task(name=_REMOVE_TASK, queueing_lock=_REMOVE_TASK, pass_context=True)
def remove_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget codes that are over."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        session.execute(sa.delete(WebSignIn).where(WebSignIn.expires_at <= runtime.clock.now()))
