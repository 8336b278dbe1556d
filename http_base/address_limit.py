"""How many requests one address may make in a minute: only the calls that ask for it pay for it."""

import time

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from service import errors
from service.platform import logs
from service.platform.failures import name_of
from service.platform.networks import network_of

logger = logs.get(__name__)

ANSWERS_WITHIN_S = 0.5
"""What says nothing for so long is away: it must not hold the threads of the service."""


class AddressLimit:
    """Counts requests by address in a storage that all processes may share (`memory://`, Redis, Valkey)."""

    def __init__(self, storage_uri: str, per_minute: int) -> None:
        is_far = storage_uri.startswith(("redis", "valkey"))
        names = ("socket_timeout", "socket_connect_timeout") if is_far else ()
        patience = dict.fromkeys(names, ANSWERS_WITHIN_S)
        storage = storage_from_string(storage_uri, wrap_exceptions=True, **patience)
        self._window = FixedWindowRateLimiter(storage)
        self._item = RateLimitItemPerMinute(per_minute)

    def count(self, address: str) -> None:
        """Count one request of an address, or of what else asks. While the storage is away all pass: what
        guards secrets is in PostgreSQL.

        Raises:
            TooManyRequests.
        """
        who = network_of(address)
        try:
            if self._window.hit(self._item, who):
                return
            reset_at = self._window.get_window_stats(self._item, who).reset_time
        except StorageError as error:
            logger.warning("requests of one address are not limited now", error=name_of(error))
            return
        raise errors.TooManyRequests(retry_after_s=max(1, round(reset_at - time.time())))
