"""What it means to know who calls: the verifier's port, and the ways in which a token does not hold."""

from collections.abc import Mapping
from typing import Protocol

from service.people.identities import Identity


class Unauthenticated(Exception):
    """No token, or one that does not hold."""


class Unattested(Unauthenticated):
    """App Check is required, and the app could not show that it is genuine."""


class IdentityUnavailable(Exception):
    """The token cannot be checked now: the key server is out of reach, and its key is not cached."""


class TokenVerifier(Protocol):
    """Turns a bearer token into an identity."""

    def verify(self, token: str) -> Identity:
        """Raises Unauthenticated, IdentityUnavailable."""
        ...

    def prepare(self) -> None:
        """Begin in the background what the first check would have to wait for."""
        ...

    def describe(self) -> Mapping[str, str]:
        """What an operator should know, by name; empty while all is well."""
        ...
