"""Firebase's word about accounts: which are disabled, or deleted."""

from collections.abc import Sequence
from uuid import uuid4

import firebase_admin
import google.auth.exceptions
from firebase_admin import auth, credentials, exceptions

from service.people.accounts import AccountsUnavailable
from service.platform.failures import name_of

TIMEOUT_S = 10


class FirebaseAccounts:
    """Asks Firebase by the unmodified SDK."""

    def __init__(self, project_id: str, credentials_file: str, timeout_s: float = TIMEOUT_S) -> None:
        self._app = firebase_admin.initialize_app(
            credentials.Certificate(credentials_file),
            {"projectId": project_id, "httpTimeout": timeout_s},
            name=f"accounts-{uuid4()}",
        )

    def locked_out(self, subjects: Sequence[str]) -> frozenset[str]:
        """Which accounts are disabled or deleted.

        Raises:
            AccountsUnavailable: no answer, or one that knows nobody: then the project is not the phones' one.
        """
        try:
            found = auth.get_users([auth.UidIdentifier(subject) for subject in subjects], self._app)
        except (exceptions.FirebaseError, google.auth.exceptions.GoogleAuthError, ValueError) as error:
            raise AccountsUnavailable(name_of(error)) from error
        if not found.users:
            raise AccountsUnavailable(f"Firebase knows none of {len(subjects)} accounts")
        disabled = {user.uid for user in found.users if user.disabled}
        return frozenset(disabled | {one.uid for one in found.not_found})
