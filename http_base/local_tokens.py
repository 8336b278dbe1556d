"""Local tokens, for machines without a Firebase project."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import jwt

from http_base.identity import Identity, Unauthenticated

ISSUER = "tazalyq-local"
ALGORITHM = "HS256"
LIFETIME = timedelta(days=30)


class LocalTokens:
    """Issues and checks tokens signed with the service's own key, by the service's own clock."""

    def __init__(self, secret_key: str, now: Callable[[], datetime]) -> None:
        self._key = secret_key
        self._now = now

    def issue(self, phone: str) -> tuple[str, datetime]:
        """A token for a phone whose code was right, and when it ends."""
        expires_at = (self._now() + LIFETIME).replace(microsecond=0)
        claims = {"iss": ISSUER, "aud": ISSUER, "phone": phone, "exp": int(expires_at.timestamp())}
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
                options={"verify_exp": False, "require": ["exp", "phone"]},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthenticated from error
        if datetime.fromtimestamp(claims["exp"], UTC) <= self._now():
            raise Unauthenticated
        return Identity(f"local:{claims['phone']}", claims["phone"])
