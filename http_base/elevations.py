"""What a bearer call shows to have passed the second factor: `X-Elevation`, bound to account and sign-in."""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

import jwt

from service.people.identities import Identity
from service.people.sessions import POWERS_LAST

HEADER = "X-Elevation"
ALGORITHM = "HS256"
AUDIENCE = "tazalyq-elevation"
_PURPOSE = b"tazalyq: elevations"


def issue(identity: Identity, enrolment_id: UUID, now: datetime, key: str) -> tuple[str, datetime]:
    """An elevation of this account as it signed in, and when it ends."""
    expires_at = (now + POWERS_LAST).replace(microsecond=0)
    claims = {
        "aud": AUDIENCE,
        "sub": identity.subject,
        "auth_time": identity.signed_in_at.timestamp(),
        "enrolment": str(enrolment_id),
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode(claims, _key(key), ALGORITHM), expires_at


def read(elevation: str, identity: Identity, now: datetime, key: str) -> UUID | None:
    """The enrolment that this account has proven; None where the elevation is another's, or over."""
    try:
        # Expiry is checked here, against the one clock: PyJWT would ask the system's.
        claims = jwt.decode(
            elevation,
            _key(key),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"verify_exp": False, "require": ["exp", "sub", "auth_time", "enrolment"]},
        )
    except jwt.InvalidTokenError:
        return None
    is_theirs = claims["sub"] == identity.subject
    is_this_sign_in = claims["auth_time"] == identity.signed_in_at.timestamp()
    if not is_theirs or not is_this_sign_in or datetime.fromtimestamp(claims["exp"], UTC) <= now:
        return None
    return UUID(claims["enrolment"])


def _key(key: str) -> bytes:
    return hmac.digest(key.encode(), _PURPOSE, hashlib.sha256)
