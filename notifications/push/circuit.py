"""What is paused because our configuration is refused: one row a scope, shared by all workers.

The scope is a platform when only its key is refused (APNs, say), else everybody ("*"). While a scope is
paused one push a minute is tried; the first that is answered properly ends the pause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notifications.models import PushPause
from notifications.push.gateway import EVERYBODY, Push
from service.platform import logs

logger = logs.get(__name__)

PROBE_AFTER = timedelta(minutes=1)
PAUSE = timedelta(minutes=1)
"""So long waits what cannot go for a reason that is not its own."""

# Across processes only the database's clock is the same for all; nobody moves it.
CLOCK = sa.func.clock_timestamp()


def pauses(session: Session) -> Mapping[str, PushPause]:
    """What is paused at the moment, by scope; mostly nothing."""
    return {pause.scope: pause for pause in session.scalars(sa.select(PushPause))}


def pause(session: Session, scope: str, reason: str) -> None:
    """Pause a scope; one that is paused already stays so from when it was, and is probed later."""
    probe_at = CLOCK + PROBE_AFTER
    paused = session.scalars(
        insert(PushPause)
        .values(scope=scope, reason=reason, since=CLOCK, probe_at=probe_at)
        .on_conflict_do_update(index_elements=["scope"], set_={"reason": reason, "probe_at": probe_at})
        .returning(PushPause.since)
    ).one()
    logger.error("push is paused: the configuration is refused", scope=scope, since=paused, reason=reason)


def resume(session: Session, scope: str) -> None:
    """End a pause."""
    if session.scalars(sa.delete(PushPause).where(PushPause.scope == scope).returning(PushPause.scope)).all():
        logger.warning("push works again", scope=scope)


def take_probe(session: Session, scope: str) -> bool:
    """Whether the caller is to try one push now: one sender a minute is."""
    taken = session.scalars(
        sa.update(PushPause)
        .where(PushPause.scope == scope, PushPause.probe_at <= CLOCK)
        .values(probe_at=CLOCK + PROBE_AFTER)
        .returning(PushPause.scope)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.all())


@dataclass(frozen=True, slots=True)
class Go:
    """A push may be sent. `probe`: the paused scope that it is to try."""

    probe: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A push is due again at `until`, and why."""

    reason: str
    until: datetime


class Pauses:
    """What is paused at the moment of one claim, and which of its pushes may go all the same."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._paused = pauses(session)
        self._asked: set[str] = set()
        self.is_shut = EVERYBODY in self._paused and not take_probe(session, EVERYBODY)
        """Everything is paused, and it is not this claim's turn to try."""

    def admit(self, push: Push) -> Go | Hold:
        """Whether a push may go: of what is paused one in a claim, when it is our turn."""
        if push.platform in self._paused and not self._is_turn(push.platform):
            return Hold(f"{push.platform} is paused", self._now + PAUSE)
        if EVERYBODY in self._paused:
            if EVERYBODY in self._asked:
                return Hold("push is paused", self._now)
            self._asked.add(EVERYBODY)
            return Go(EVERYBODY)
        return Go(push.platform if push.platform in self._paused else None)

    def _is_turn(self, platform: str) -> bool:
        if platform in self._asked:
            return False
        self._asked.add(platform)
        return take_probe(self._session, platform)


def describe(session: Session) -> dict[str, str]:
    """One line for the operator a scope that is paused."""
    return {
        scope: f"paused since {_seconds(paused.since)}: {paused.reason}"
        for scope, paused in pauses(session).items()
    }


def _seconds(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
