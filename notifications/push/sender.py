"""One sender a worker process: keeps the gateway full while it claims and settles.

The claims that wait here, those that the gateway has and the results not yet written survive a database that
goes away for a while: nothing is sent again that this process knows to have been sent.
"""

import logging
import os
import queue
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from notifications.push import deliveries, quota
from notifications.push.deliveries import Claim
from notifications.push.gateway import EVERYBODY, Gateway, Push, PushOutcome, PushResult
from service.platform.clock import Clock

logger = logging.getLogger(__name__)
T = TypeVar("T")

POLL_S = 2.0
CLAIM = 500
SETTLE = 250
# Results are written at the latest after this long, and new work is looked for as often.
LATEST_S = 0.25
GATHER_S = 0.01
QUOTA_POLL_S = 0.04
TRIES = 5
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"


@dataclass(frozen=True, slots=True)
class SendRate:
    """How long a lease is, in seconds, and how many pushes all workers may send in a second (0: any)."""

    lease_s: float
    per_second: int = 0

    @property
    def at_once(self) -> int:
        """How many to claim: what can go within two seconds, for what is wanted is judged at the claim."""
        return min(CLAIM, 2 * self.per_second) or CLAIM


class Sender:
    """Sends all that is due, through one gateway. Only one thread at a time runs it."""

    def __init__(
        self, sessions: sessionmaker[Session], clock: Clock, gateway: Gateway, pace: SendRate
    ) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._sessions, self._clock, self._gateway, self._pace = sessions, clock, gateway, pace
        self._waiting: deque[Claim] = deque()
        self._handed: dict[int, Claim] = {}
        self._finished: queue.SimpleQueue[tuple[Claim, PushResult]] = queue.SimpleQueue()
        self._outcomes: list[tuple[Claim, PushResult]] = []
        self._renewed = self._settled = self._looked = self._ask_again = -float("inf")
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Send in a thread of its own whatever becomes due, until `stop`."""
        self._thread = threading.Thread(target=self._keep_running, name="sender", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look now: something has become due."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what has begun, give the rest back, and close the gateway."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._gateway.close()

    def _keep_running(self) -> None:
        while True:
            wait = POLL_S
            try:
                self.run()
            except (OperationalError, InterfaceError, PoolTimeoutError) as error:
                logger.warning("the database is away, trying again: %s", str(error).splitlines()[0])
                wait = 0.5
                self._gather()
            except Exception:
                logger.exception("sending failed, trying again")
            if self._stopping.is_set() and not self._handed:
                return
            self._wake.wait(wait)
            self._wake.clear()

    def run(self) -> None:
        """Send until nothing is due, nothing is on its way and every outcome is written."""
        self._looked = -float("inf")
        while True:
            self._keep_leases()
            self._look_for_work()
            self._hand_over()
            self._gather()
            self._settle()
            if not (self._waiting or self._handed or self._outcomes or self._is_time_to_look()):
                return

    def _transact(self, work: Callable[[Session], T]) -> T:
        """In one transaction; again when PostgreSQL had to choose a victim."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._sessions.begin() as session:
                    return work(session)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state not in (DEADLOCK, SERIALIZATION_FAILURE) or attempt == TRIES:
                    raise
        raise AssertionError

    def _keep_leases(self) -> None:
        """Before a third of the lease is gone: renew ours, and take back what dead senders hold."""
        began = time.monotonic()
        if began - self._renewed < self._pace.lease_s / 3:
            return
        held = [claim.delivery_id for claim in (*self._waiting, *self._handed.values())]

        def work(session: Session) -> int:
            if held:
                deliveries.renew(session, self.owner, held, self._pace.lease_s)
            return deliveries.retract(session)

        lapsed = began - self._renewed > self._pace.lease_s
        if self._transact(work):
            self._looked = -float("inf")
        self._renewed = began
        if lapsed:
            # Others may have taken what we held: only what is in the database still ours is due again.
            self._give_back()

    def _give_back(self) -> None:
        if self._waiting:
            given = list(self._waiting)
            self._transact(lambda session: deliveries.release(session, self.owner, given, self._clock.now()))
            self._waiting.clear()

    def _is_time_to_look(self) -> bool:
        return not self._stopping.is_set() and time.monotonic() - self._looked >= LATEST_S

    def _look_for_work(self) -> None:
        """Claim before the gateway runs dry; once nothing is due, look again only now and then."""
        if self._stopping.is_set():
            self._give_back()
        wanted = self._pace.at_once
        if len(self._waiting) > wanted // 2 or not self._is_time_to_look():
            return
        claims = self._transact(
            lambda session: deliveries.claim(
                session, self._clock.now(), self._pace.lease_s, wanted, self.owner
            )
        )
        self._waiting += [claim for claim in claims if claim.push is not None]
        self._looked = -float("inf") if len(claims) == wanted else time.monotonic()

    def _hand_over(self) -> None:
        """Give the gateway as many as it has room for and the quota allows, while the lease is good."""
        room = self._gateway.at_once - len(self._handed)
        is_lease_good = time.monotonic() - self._renewed < self._pace.lease_s * 2 / 3
        if room <= self._gateway.at_once // 4 or not self._waiting or not is_lease_good:
            return
        room = self._granted(min(room, len(self._waiting)))
        if room:
            self._send([self._waiting.popleft() for _ in range(room)])

    def _granted(self, wanted: int) -> int:
        """How many of these the quota of all workers allows now."""
        if not self._pace.per_second:
            return wanted
        if time.monotonic() < self._ask_again:
            return 0
        granted = self._transact(lambda session: quota.take(session, self._pace.per_second, wanted))
        if not granted:
            self._ask_again = time.monotonic() + QUOTA_POLL_S
        return granted

    def _send(self, claims: Sequence[Claim]) -> None:
        self._handed |= {id(claim): claim for claim in claims}
        pushes: list[Push] = [claim.push for claim in claims if claim.push is not None]
        self._gateway.send(pushes, lambda position, result: self._finished.put((claims[position], result)))

    def _gather(self) -> None:
        """Take in what has become known; wait for the first a moment, and a little for others to join it."""
        if not self._handed:
            if self._waiting:
                time.sleep(GATHER_S)
            return
        try:
            self._note(*self._finished.get(timeout=LATEST_S))
        except queue.Empty:
            return
        time.sleep(GATHER_S)
        while not self._finished.empty():
            self._note(*self._finished.get())

    def _note(self, claim: Claim, result: PushResult) -> None:
        del self._handed[id(claim)]
        self._outcomes.append((claim, result))

    def _settle(self) -> None:
        refused = any(
            result.outcome == PushOutcome.PAUSED and result.scope == EVERYBODY for _, result in self._outcomes
        )
        is_late = time.monotonic() - self._settled >= LATEST_S
        if not self._outcomes or not (
            refused or is_late or len(self._outcomes) >= SETTLE or not self._handed
        ):
            return
        claims, results = zip(*self._outcomes, strict=True)
        self._transact(lambda session: deliveries.settle(session, claims, results, self._clock.now()))
        self._outcomes.clear()
        self._settled = time.monotonic()
        if refused:
            self._give_back()
        if any(claim.probe for claim in claims):
            # What was held back may go now.
            self._looked = -float("inf")
