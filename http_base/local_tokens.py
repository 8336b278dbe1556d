"""Local tokens, for machines without a Firebase project."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import jwt

from http_base.identity import Unauthenticated
from service.people.identities import Identity

ISSUER = "tazalyq-local"
ALGORITHM = "HS256"
LIFETIME = timedelta(days=30)
REQUIRED = ["exp", "iat", "auth_time", "sub", "phone"]


class LocalTokens:
    """Issues and checks tokens signed with the service's own key, by the service's own clock."""

    def __init__(self, secret_key: str, now: Callable[[], datetime]) -> None:
        self._key = secret_key
        self._now = now

    def issue(self, subject: str, phone: str) -> tuple[str, datetime]:
        """A token for the account of a phone whose code was right, and when it ends."""
        now = self._now()
        expires_at = (now + LIFETIME).replace(microsecond=0)
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": subject,
            "phone": phone,
            # To the microsecond: in a demo a number may move twice a second.
            "iat": now.timestamp(),
            "auth_time": now.timestamp(),
            "exp": int(expires_at.timestamp()),
        }
        return jwt.encode(claims, self._key, ALGORITHM), expires_at

    def verify(self, token: str) -> Identity:
        """Check a token. Raises Unauthenticated."""
        try:
            # Expiry is checked here, against the one clock: PyJWT would ask the system's.
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=ISSUER,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "require": REQUIRED},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthenticated from error
        if datetime.fromtimestamp(claims["exp"], UTC) <= self._now():
            raise Unauthenticated
        issued_at, signed_in_at = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "auth_time"))
        return Identity(claims["sub"], claims["phone"], issued_at, signed_in_at)

    def prepare(self) -> None:
        """Nothing from outside is needed."""

    def describe(self) -> Mapping[str, str]:
        """Nothing from outside is needed."""
        return {}
