"""Local sign-in codes, for machines without a Firebase project: five minutes, once, five tries."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.models import LocalIdentity, SignInCode
from service.platform import installed, usage_limits
from service.platform.networks import network_of

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=5)
MAX_TRIES = 5


def new_code(
    session: Session, phone: str, address: str, now: datetime, *, per_phone: int, per_address: int, key: str
) -> str:
    """Make a code for the phone and forget the one before; at most so many an hour a phone and an address.

    Raises:
        TooManyRequests: the limit of this hour is reached.
    """
    usage_limits.count_use(session, f"code-phone:{installed.mark_of(phone)}", now, per_phone)
    usage_limits.count_use(session, f"code-address:{network_of(address)}", now, per_address)
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    values = {"code_hash": _hash(phone, code, key), "expires_at": now + CODE_LIFETIME, "tries": 0}
    session.execute(
        insert(SignInCode)
        .values(phone=phone, **values)
        .on_conflict_do_update(index_elements=["phone"], set_=values)
    )
    return code


def count_try(session: Session, phone: str) -> None:
    """Count one try, before it is judged and in a transaction of its own: a refusal must not forgive it."""
    session.execute(sa.update(SignInCode).where(SignInCode.phone == phone).values(tries=SignInCode.tries + 1))


def tries_left(session: Session, phone: str, now: datetime) -> int:
    """How often the code of a phone may still be tried; 0: it has none."""
    tries = session.scalar(
        sa.select(SignInCode.tries).where(SignInCode.phone == phone, SignInCode.expires_at >= now)
    )
    return 0 if tries is None else max(0, MAX_TRIES - tries)


def use_code(session: Session, phone: str, code: str, now: datetime, key: str) -> None:
    """Use the code up. Its try has been counted already.

    Raises:
        BadCode: wrong, used, late, or tried too often; which of these is not told.
    """
    used = session.execute(
        sa.delete(SignInCode)
        .where(
            SignInCode.phone == phone,
            SignInCode.code_hash == _hash(phone, code, key),
            SignInCode.expires_at >= now,
            SignInCode.tries <= MAX_TRIES,
        )
        .returning(SignInCode.phone)
    ).scalar()
    if used is None:
        raise errors.BadCode()


def subject_of(session: Session, phone: str) -> str:
    """Whose account a number signs in to; each number has one of its own until it is moved."""
    found = session.scalar(sa.select(LocalIdentity.subject).where(LocalIdentity.phone == phone))
    return found or f"local:{phone}"


def move_number(session: Session, phone: str, to: str) -> None:
    """Let the account of one number sign in with another; the former one is of somebody new from now on.

    As at Firebase when somebody changes the number of their account and the old SIM is sold.
    """
    subject = subject_of(session, phone)
    session.execute(sa.delete(LocalIdentity).where(LocalIdentity.phone.in_([phone, to])))
    rows = [
        {"phone": phone, "subject": f"local:{uuid4()}"},
        {"phone": to, "subject": subject},
    ]
    session.execute(insert(LocalIdentity), rows if phone != to else rows[1:])


def _hash(phone: str, code: str, key: str) -> str:
    """Keyed, so that a stolen table of six-digit codes cannot simply be tried through."""
    return hmac.new(key.encode(), f"{phone}:{code}".encode(), hashlib.sha256).hexdigest()
