"""The second factor (R5): enrolled once, proven by codes of an authenticator app, reset by others.

RFC 6238 as every app has it: SHA-1, 6 digits, 30 seconds.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pyotp
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.audit import audit
from service.models import EnrolmentSecret, SecondFactor
from service.models.audit import AuditAction
from service.models.base import new_id
from service.people import numbers, sessions
from service.platform import outbox, usage_limits

ISSUER = "Tazalyq"
STEP_S, DIGITS, STEPS_AROUND = 30, 6, 1
TRIES_AN_HOUR, TRIES_A_DAY = 5, 20
"""So that codes cannot be tried through; a right one forgives the tries before it. Each place that is known
has so many, and all others of a person together: a stranger who signs in again and again gets no more."""

PLACES = 10
"""So many places are known: the newest."""

CONFIRM_WITHIN = timedelta(minutes=15)
ENROL_WITHIN = timedelta(days=7)
"""How long the one-time secret of a coordinator waits for its person."""

RESET_WITHIN = timedelta(hours=24)
"""How long the word of one national coordinator waits for another's."""

_SEAL = b"tazalyq: second factors"


class Enrolment(NamedTuple):
    """What an authenticator app is given: `uri` as a QR, `secret` to type in base32."""

    uri: str
    secret: str


@dataclass(frozen=True, slots=True)
class State:
    """What a person has. `may_prove`: it suffices for the roles that they have now."""

    confirmed_at: datetime | None
    is_pending: bool
    may_prove: bool
    needs_secret: bool


def state_of(session: Session, actor: Actor, now: datetime) -> State:
    """What the actor has enrolled, and what an enrolment would ask of them."""
    found = session.get(SecondFactor, actor.volunteer_id, populate_existing=True)
    may_prove = found is not None and _suffices(found, actor)
    is_pending = (
        found is not None and found.pending_at is not None and found.pending_at > now - CONFIRM_WITHIN
    )
    confirmed_at = None if found is None else found.confirmed_at
    return State(confirmed_at, is_pending, may_prove, _coordinates(actor) and not may_prove)


def begin(
    session: Session,
    actor: Actor,
    secret: str | None,
    now: datetime,
    key: str,
    *,
    proven: bool,
    here: UUID | None = None,
    place: str | None = None,
) -> Enrolment:
    """Begin to enrol an app, in place of one that was begun and not confirmed.

    `secret`: the one-time secret, which coordinators need for their first; `proven`: whether the factor in
    force was passed, which replacing it takes; `here`: the session whose page begins, and shows it again;
    `place`: as `count_try`'s.

    Raises:
        EnrolmentSecretRequired: a coordinator's first, without the right secret. SecondFactorRequired: one is
            in force and was not passed.
    """
    found = _lock(session, actor.volunteer_id)
    vouched = secret is not None and _is_secret(session, actor.volunteer_id, secret, now, key)
    if secret is not None and not vouched:
        raise errors.EnrolmentSecretRequired()
    if not vouched:
        if _coordinates(actor) and not _suffices(found, actor):
            raise errors.EnrolmentSecretRequired()
        if found.confirmed_at is not None and not proven:
            raise errors.SecondFactorRequired()
    made = pyotp.random_base32()
    found.pending, found.pending_at = _fernet(key).encrypt(made.encode()), now
    found.pending_vouched, found.pending_here = vouched or found.is_vouched, here
    if vouched or proven:
        _know(found, place)
    session.flush()
    return _enrolment(actor, made)


def pending(session: Session, actor: Actor, now: datetime, key: str, *, here: UUID) -> Enrolment | None:
    """The enrolment that was begun in the session `here`, and waits for its first code.

    What began it was shown there alone: whoever else is signed in as the actor may have their number only.
    """
    found = session.get(SecondFactor, actor.volunteer_id, populate_existing=True)
    if found is None or found.pending is None or found.pending_at is None or found.pending_here != here:
        return None
    if found.pending_at <= now - CONFIRM_WITHIN:
        return None
    return _enrolment(actor, _opened(found.pending, key))


def count_try(session: Session, volunteer_id: UUID, now: datetime, place: str | None = None) -> None:
    """Count one try, before it is judged and in a transaction of its own: a refusal must not forgive it.

    `place`: a phone's sign-in or a browser, by what nobody else can bring; None: none that could be known.

    Raises:
        TooManyRequests; TooManyCodes: where nobody is known, so that they may be a stranger's.
    """
    found = session.get(SecondFactor, volunteer_id, populate_existing=True)
    tries = _tries_of(volunteer_id, found, place)
    try:
        usage_limits.count_use(session, tries, now, TRIES_AN_HOUR)
        usage_limits.count_use(session, f"{tries}:day", now, TRIES_A_DAY, usage_limits.DAY)
    except errors.TooManyRequests as error:
        if tries == _tries_of(volunteer_id, None, None):
            raise errors.TooManyCodes(**error.data) from error
        raise


def confirm(
    session: Session,
    actor: Actor,
    code: str,
    now: datetime,
    key: str,
    *,
    here: UUID | None = None,
    place: str | None = None,
) -> None:
    """Let the app that was begun be in force, by its first code. The try has been counted.

    Replacing another one ends the person's sessions, but the one `here`, and what was known of places.

    Raises:
        NotEnrolled: nothing was begun lately. Invalid: not its code.
    """
    found = _lock(session, actor.volunteer_id)
    if found.pending is None or found.pending_at is None or found.pending_at <= now - CONFIRM_WITHIN:
        raise errors.NotEnrolled()
    step = _step_of(_opened(found.pending, key), code, now, 0)
    _forgive(session, found, place)
    if found.confirmed_at is not None:
        sessions.end_all(session, actor.volunteer_id, besides=here)
        found.places = []
    _know(found, place)
    found.secret, found.confirmed_at, found.enrolment_id = found.pending, now, new_id()
    found.is_vouched, found.last_step = found.pending_vouched, step
    found.pending = found.pending_at = found.pending_here = None
    found.pending_vouched = False
    if found.is_vouched:
        session.execute(sa.delete(EnrolmentSecret).where(EnrolmentSecret.volunteer_id == actor.volunteer_id))
    _record(session, actor, AuditAction.SECOND_FACTOR_ENROLLED, actor.volunteer_id, now)
    session.flush()


def prove(
    session: Session, actor: Actor, code: str, now: datetime, key: str, *, place: str | None = None
) -> UUID:
    """Pass the factor with a code that was not taken yet; the try has been counted. Returns the enrolment.

    Raises:
        NotEnrolled: the actor has none, or one that does not suffice for a coordinator. Invalid: not a code
            of these 90 seconds, or taken before.
    """
    found = _lock(session, actor.volunteer_id)
    if found.secret is None or found.enrolment_id is None or not _suffices(found, actor):
        raise errors.NotEnrolled()
    found.last_step = _step_of(_opened(found.secret, key), code, now, found.last_step)
    _record(session, actor, AuditAction.ELEVATED, actor.volunteer_id, now)
    _forgive(session, found, place)
    _know(found, place)
    session.flush()
    return found.enrolment_id


def is_current(session: Session, actor: Actor, enrolment_id: UUID) -> bool:
    """Whether an enrolment that was proven is still the one in force, and suffices."""
    found = session.get(SecondFactor, actor.volunteer_id)
    return found is not None and found.enrolment_id == enrolment_id and _suffices(found, actor)


def new_secret(session: Session, volunteer_id: UUID, now: datetime, key: str) -> str | None:
    """A one-time secret for a coordinator to enrol with, in place of the one before.

    None: they have enrolled with one already.
    """
    found = session.get(SecondFactor, volunteer_id, populate_existing=True)
    if found is not None and found.is_vouched:
        return None
    letters = base64.b32encode(secrets.token_bytes(10)).decode()
    secret = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    values = {"secret_hash": _hash(volunteer_id, secret, key), "expires_at": now + ENROL_WITHIN}
    session.execute(
        insert(EnrolmentSecret)
        .values(volunteer_id=volunteer_id, **values)
        .on_conflict_do_update(index_elements=["volunteer_id"], set_=values)
    )
    return secret


def ask_reset(session: Session, actor: Actor, volunteer_id: UUID, now: datetime) -> bool:
    """A national coordinator's word for taking somebody's factor away; True: it was the second one's.

    Raises:
        Forbidden: not a national coordinator, or about oneself. NotFound: they have none.
    """
    require(actor, Permission.APPOINT_COORDINATORS)
    if volunteer_id == actor.volunteer_id:
        raise errors.Forbidden()
    found = session.get(SecondFactor, volunteer_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise errors.NotFound(errors.Thing.SECOND_FACTOR)
    asked_lately = found.reset_asked_at is not None and found.reset_asked_at > now - RESET_WITHIN
    if asked_lately and found.reset_asked_by != actor.volunteer_id:
        _record(session, actor, AuditAction.SECOND_FACTOR_RESET, volunteer_id, now, state="done")
        reset(session, volunteer_id, now)
        return True
    _record(session, actor, AuditAction.SECOND_FACTOR_RESET, volunteer_id, now, state="asked")
    found.reset_asked_by, found.reset_asked_at = actor.volunteer_id, now
    session.flush()
    return False


def reset(session: Session, volunteer_id: UUID, now: datetime) -> None:
    """Take a person's factor away: their sessions end; they and the national coordinators are told.

    Raises:
        NotFound: they have none.
    """
    gone = session.execute(
        sa.delete(SecondFactor)
        .where(SecondFactor.volunteer_id == volunteer_id)
        .returning(SecondFactor.volunteer_id)
    ).scalar()
    if gone is None:
        raise errors.NotFound(errors.Thing.SECOND_FACTOR)
    session.execute(sa.delete(EnrolmentSecret).where(EnrolmentSecret.volunteer_id == volunteer_id))
    sessions.end_all(session, volunteer_id)
    outbox.enqueue(session, "second_factor_reset", now, {}, volunteer_id=volunteer_id)
    numbers.tell_national(session, "staff_second_factor_reset", now, {}, besides=volunteer_id)


def reseal(found: SecondFactor, name: str, key: str, former: Sequence[str]) -> bool | None:
    """Seal a row's `secret` or `pending` with the present SECRET_KEY, where a former one has sealed it.

    Returns whether it had to be; None: no key opens it.
    """
    sealed = getattr(found, name)
    for number, one in enumerate((key, *former)):
        try:
            opened = _fernet(one).decrypt(sealed)
        except InvalidToken:
            continue
        if number:
            setattr(found, name, _fernet(key).encrypt(opened))
        return number > 0
    return None


def _record(
    session: Session, actor: Actor, action: AuditAction, subject_id: UUID, now: datetime, **detail: str
) -> None:
    audit.record(session, actor.volunteer_id, action, subject_id=subject_id, detail=detail, now=now)


def _coordinates(actor: Actor) -> bool:
    return bool(actor.regions or actor.asleep)


def _suffices(found: SecondFactor, actor: Actor) -> bool:
    """A coordinator's began with the one-time secret: a stolen number alone cannot enrol."""
    return found.confirmed_at is not None and (found.is_vouched or not _coordinates(actor))


def _lock(session: Session, volunteer_id: UUID) -> SecondFactor:
    """The person's row, held; made where there was none."""
    session.execute(insert(SecondFactor).values(volunteer_id=volunteer_id).on_conflict_do_nothing())
    return session.get_one(SecondFactor, volunteer_id, with_for_update=True, populate_existing=True)


def _enrolment(actor: Actor, secret: str) -> Enrolment:
    account = actor.phone or str(actor.volunteer_id)
    return Enrolment(_totp(secret).provisioning_uri(name=account, issuer_name=ISSUER), secret)


def _totp(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)


def _step_of(secret: str, code: str, now: datetime, after: int) -> int:
    """The step of time whose code this is, later than `after`. Raises Invalid."""
    given, present = "".join(code.split()), int(now.timestamp()) // STEP_S
    found = None
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        is_it = hmac.compare_digest(_totp(secret).generate_otp(step).encode(), given.encode())
        if is_it and step > after:
            found = step
    if found is None:
        raise errors.Invalid("totp", "totp")
    return found


def _is_secret(session: Session, volunteer_id: UUID, secret: str, now: datetime, key: str) -> bool:
    found = session.get(EnrolmentSecret, volunteer_id, with_for_update=True, populate_existing=True)
    if found is None or found.expires_at <= now:
        return False
    return hmac.compare_digest(found.secret_hash, _hash(volunteer_id, secret, key))


def _hash(volunteer_id: UUID, secret: str, key: str) -> bytes:
    written = "".join(letter for letter in secret.upper() if letter.isalnum())
    purpose = hmac.digest(key.encode(), _SEAL, hashlib.sha256)
    return hmac.digest(purpose, f"{volunteer_id}:{written}".encode(), hashlib.sha256)


def _fernet(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(key.encode(), _SEAL + b", sealed", hashlib.sha256)))


def _opened(sealed: bytes, key: str) -> str:
    """What was sealed. Raises NotEnrolled: under a former SECRET_KEY, so that it has to be enrolled anew."""
    try:
        return _fernet(key).decrypt(sealed).decode()
    except InvalidToken as error:
        raise errors.NotEnrolled() from error


def _tries_of(volunteer_id: UUID, found: SecondFactor | None, place: str | None) -> str:
    """What tries are counted as: of a place that is known, or of all others."""
    if found is not None and place is not None and (digest := _digest(place)) in found.places:
        return f"totp:{volunteer_id}:{digest[:32]}"
    return f"totp:{volunteer_id}"


def _know(found: SecondFactor, place: str | None) -> None:
    """Its person has proven something at this place: strangers are counted elsewhere from now on."""
    if place is not None:
        digest = _digest(place)
        found.places = [*(one for one in found.places if one != digest), digest][-PLACES:]


def _digest(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()


def _forgive(session: Session, found: SecondFactor, place: str | None) -> None:
    tries = _tries_of(found.volunteer_id, found, place)
    usage_limits.forget(session, [tries, f"{tries}:day"])
