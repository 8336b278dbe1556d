"""Which app calls: Firebase's App Check, by the SDK, over keys that are fetched in the background."""

import itertools
import json
from collections.abc import Collection
from typing import Any

import firebase_admin
import jwt
from firebase_admin import app_check
from google.auth.credentials import AnonymousCredentials

from http_base.published_keys import PublishedKeys

# Checking a signature takes no credential, but the SDK asks for one.
NO_CREDENTIAL: Any = AnonymousCredentials()  # type: ignore[no-untyped-call] # google-auth's
KEYS_LIFE_S = 6 * 3_600
_numbers = itertools.count()


class AppCheck:
    """Checks App Check tokens of one Firebase project. `required`: without a good one nobody is served."""

    def __init__(self, project_id: str, app_ids: Collection[str] = (), *, required: bool = False) -> None:
        """`app_ids`: those that are trusted; none named: every app of the project."""
        self.required = required
        self._app_ids = frozenset(app_ids)
        # A name of its own for each Firebase app of the process.
        name = f"app-check-{next(_numbers)}"
        self._app = firebase_admin.initialize_app(NO_CREDENTIAL, {"projectId": project_id}, name=name)
        # Private, pinned by a test: with the SDK's own client every request waits for a silent key server.
        service: Any = app_check._get_app_check_service(self._app)
        self._keys = AppKeys(service._JWKS_URL, service._APP_CHECK_HEADERS)
        service._jwks_client = self._keys

    def holds(self, token: str) -> bool:
        """Whether a token is good, and of an app that is trusted.

        Raises:
            IdentityUnavailable: it cannot be checked now.
        """
        try:
            claims = app_check.verify_token(token, self._app)
        except (ValueError, jwt.PyJWTError):
            return False
        return not self._app_ids or claims["app_id"] in self._app_ids

    def prepare(self) -> None:
        """Fetch Google's keys in the background."""
        self._keys.published.fetch_in_background()

    def describe(self) -> str | None:
        """What keeps apps from being recognized, for an operator; None while all is well."""
        return self._keys.published.describe()


class AppKeys:
    """Google's keys of App Check, as the SDK asks for them."""

    def __init__(self, url: str, headers: dict[str, Any]) -> None:
        self.published = PublishedKeys(url, _keys, headers=headers, life_s=KEYS_LIFE_S)

    def get_signing_key_from_jwt(self, token: str) -> jwt.PyJWK:
        """The key that a token names.

        Raises:
            jwt.PyJWTError: it names none that is published. IdentityUnavailable: nothing was fetched yet.
        """
        key_id = jwt.get_unverified_header(token).get("kid")
        key: jwt.PyJWK | None = self.published.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise jwt.PyJWKClientError("no key of this id is published")
        return key


def _keys(body: bytes) -> dict[str, jwt.PyJWK]:
    """The published keys, by key id."""
    keys = jwt.PyJWKSet.from_dict(json.loads(body)).keys
    return {key.key_id: key for key in keys if key.key_id is not None}
