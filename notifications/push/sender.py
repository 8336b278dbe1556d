"""One sender a worker process: keeps the gateway full while it claims and settles.

The claims that wait here, those that the gateway has and the results not yet written survive a database that
goes away for a while: nothing is sent again that this process knows to have been sent.
"""

import os
import queue
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from notifications.push import deliveries, quota
from notifications.push.deliveries import Claim
from notifications.push.gateway import EVERYBODY, Gateway, Push, PushOutcome, PushResult
from service.platform import logs
from service.platform.clock import Clock
from service.platform.failures import name_of

logger = logs.get(__name__)
T = TypeVar("T")

POLL_S = 2.0
CLAIM = 500
SETTLE = 250
# Results are written at the latest after this long, and new work is looked for as often.
LATEST_S = 0.25
# How often what dead senders hold is looked for.
DEAD_S = 2.0
# No more is held than goes in so many seconds: what is urgent or unwanted is judged at the claim.
WORK_S = 2
GATHER_S = 0.01
QUOTA_POLL_S = 0.04
TRIES = 5
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"


@dataclass(frozen=True, slots=True)
class SendRate:
    """How long a lease is, in seconds, and how many pushes all workers may send in a second (0: any)."""

    lease_s: float
    per_second: int = 0


@dataclass(slots=True)
class Cadence:
    """Something that is done every so many seconds, and at once when that is asked for."""

    seconds: float
    _done_at: float | None = None

    def due(self) -> bool:
        """Whether it is to be done."""
        return self.age() >= self.seconds

    def age(self) -> float:
        """How many seconds ago it was done; infinite when it was not, or has been asked for."""
        return float("inf") if self._done_at is None else time.monotonic() - self._done_at

    def done(self, at: float | None = None) -> None:
        """It has been done, now or at a moment of the monotonic clock."""
        self._done_at = time.monotonic() if at is None else at

    def now(self) -> None:
        """Let it be due."""
        self._done_at = None


@dataclass(slots=True)
class Speed:
    """How many pushes a second the gateway manages, measured while it has some."""

    per_second: float = 0.0
    _window: Cadence = field(default_factory=lambda: Cadence(LATEST_S))
    _count: int = 0

    def begin(self) -> None:
        """The gateway has been given some."""
        if self._window.age() == float("inf"):
            self._window.done()

    def note(self, count: int, *, is_idle: bool) -> None:
        """So many have become known; `is_idle`: the gateway has none left."""
        self._count += count
        elapsed = self._window.age()
        if not self._count or (elapsed < LATEST_S and not is_idle):
            return
        measured = self._count / max(elapsed, 0.001)
        self.per_second = (self.per_second + measured) / 2 if self.per_second else measured
        self._count = 0
        self._window.done()
        if is_idle:
            self._window.now()


class Sender:
    """Sends all that is due, through one gateway. Only one thread at a time runs it."""

    def __init__(
        self, sessions: sessionmaker[Session], clock: Clock, gateway: Gateway, pace: SendRate
    ) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._sessions, self._clock, self._gateway, self._pace = sessions, clock, gateway, pace
        self._waiting: deque[Claim] = deque()
        self._handed: dict[UUID, Claim] = {}
        self._finished: queue.SimpleQueue[tuple[Claim, PushResult]] = queue.SimpleQueue()
        self._outcomes: list[tuple[Claim, PushResult]] = []
        self._speed = Speed()
        self._renewal, self._search_of_dead = Cadence(pace.lease_s / 3), Cadence(DEAD_S)
        self._look, self._settling, self._refusal = (
            Cadence(LATEST_S),
            Cadence(LATEST_S),
            Cadence(QUOTA_POLL_S),
        )
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

    def leave(self) -> None:
        """Begin with nothing more: what has begun is finished, the rest given back. Waits for nothing."""
        self._stopping.set()
        self._wake.set()

    def stop(self) -> None:
        """Leave, wait until that is done, and close the gateway."""
        self.leave()
        if self._thread is not None:
            self._thread.join()
        self._gateway.close()

    def _keep_running(self) -> None:
        while True:
            wait = POLL_S
            try:
                self.run()
            except (OperationalError, InterfaceError, PoolTimeoutError) as error:
                logger.warning("the database is away, trying again", error=name_of(error))
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
        self._look.now()
        while True:
            self._keep_leases()
            self._claim()
            self._send()
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
        """Before a third of the lease is gone renew ours; now and then take back what dead senders hold."""
        if self._renewal.due():
            began, lapsed = time.monotonic(), self._renewal.age() > self._pace.lease_s
            held = [claim.delivery_id for claim in (*self._waiting, *self._handed.values())]
            if held:
                self._transact(
                    lambda session: deliveries.renew(session, self.owner, held, self._pace.lease_s)
                )
            self._renewal.done(began)
            if lapsed:
                # Others may have taken what we held: only what is in the database still ours is due again.
                self._give_back()
        if self._search_of_dead.due():
            if self._transact(deliveries.retract):
                self._look.now()
            self._search_of_dead.done()

    def _give_back(self) -> None:
        if self._waiting:
            given = list(self._waiting)
            self._transact(lambda session: deliveries.release(session, self.owner, given, self._clock.now()))
            self._waiting.clear()

    def _is_time_to_look(self) -> bool:
        return not self._stopping.is_set() and self._look.due()

    def _most_held(self) -> int:
        """What can go within two seconds: by the quota, and as the gateway has shown; at first a little."""
        most = max(self._gateway.at_once // 3, int(WORK_S * self._speed.per_second), 1)
        return min(most, CLAIM, WORK_S * self._pace.per_second or CLAIM)

    def _claim(self) -> None:
        """Claim before the gateway runs dry; once nothing is due, look again only now and then."""
        if self._stopping.is_set():
            self._give_back()
        most = self._most_held()
        wanted = most - len(self._waiting) - len(self._handed)
        if wanted <= most // 4 or not self._is_time_to_look():
            return
        claims = self._transact(
            lambda session: deliveries.claim(
                session, self._clock.now(), self._pace.lease_s, wanted, self.owner
            )
        )
        live = [claim for claim in claims if claim.push is not None]
        self._waiting.extendleft(claim for claim in reversed(live) if claim.push and claim.push.urgent)
        self._waiting.extend(claim for claim in live if claim.push and not claim.push.urgent)
        self._look.done()
        if len(claims) == wanted:
            self._look.now()

    def _send(self) -> None:
        """Give the gateway as many as it has room for and the quota allows, while the lease is good."""
        room = self._gateway.at_once - len(self._handed)
        is_lease_good = self._renewal.age() < self._pace.lease_s * 2 / 3
        if room <= self._gateway.at_once // 4 or not self._waiting or not is_lease_good:
            return
        claims = [self._waiting.popleft() for _ in range(self._granted(min(room, len(self._waiting))))]
        if not claims:
            return
        self._handed |= {claim.delivery_id: claim for claim in claims}
        self._speed.begin()
        pushes: list[Push] = [claim.push for claim in claims if claim.push is not None]
        self._gateway.send(pushes, lambda position, result: self._finished.put((claims[position], result)))

    def _granted(self, wanted: int) -> int:
        """How many of these the quota of all workers allows now."""
        if not self._pace.per_second:
            return wanted
        if not self._refusal.due():
            return 0
        granted = self._transact(lambda session: quota.take(session, self._pace.per_second, wanted))
        if not granted:
            self._refusal.done()
        return granted

    def _gather(self) -> None:
        """Take in what has become known; wait for the first a moment, and a little for others to join it."""
        if not self._handed:
            if self._waiting:
                time.sleep(GATHER_S)
            return
        known = len(self._outcomes)
        try:
            self._note(*self._finished.get(timeout=LATEST_S))
        except queue.Empty:
            return
        time.sleep(GATHER_S)
        while not self._finished.empty():
            self._note(*self._finished.get())
        self._speed.note(len(self._outcomes) - known, is_idle=not self._handed)

    def _note(self, claim: Claim, result: PushResult) -> None:
        del self._handed[claim.delivery_id]
        self._outcomes.append((claim, result))

    def _settle(self) -> None:
        """Write what has become known: often enough, in batches that are worth a transaction."""
        is_due = self._settling.due() or len(self._outcomes) >= SETTLE or not self._handed
        refused = any(
            result.outcome == PushOutcome.PAUSED and result.scope == EVERYBODY for _, result in self._outcomes
        )
        if not self._outcomes or not (refused or is_due):
            return
        claims, results = zip(*self._outcomes, strict=True)
        self._transact(lambda session: deliveries.settle(session, claims, results, self._clock.now()))
        self._outcomes.clear()
        self._settling.done()
        if refused:
            self._give_back()
        if any(claim.probe for claim in claims):
            # What was held back may go now.
            self._look.now()
