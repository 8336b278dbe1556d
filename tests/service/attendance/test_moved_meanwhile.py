"""A first check-in and a change of its event at the same moment, interleaved at each statement of either.

Whoever comes first: the presence is judged by, and counted on, the event as it stands in the end, or one of
the two is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.events import changing
from service.models import Attendance, CountPending, Event, Volunteer
from service.people import identities
from service.platform.database import Connections, within
from service.platform.thresholds import Thresholds
from tests.conftest import Sessions, committing
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer
from tests.waiting import WAIT_S, until_done_or_waiting

ALMOST_MIDNIGHT = datetime(2026, 5, 16, 18, 50, tzinfo=UTC)
"""23:50 in Aktobe: an event that moves a little later moves to the next day, and one may still be there."""

STARTS = ALMOST_MIDNIGHT - timedelta(minutes=20)

CHANGES: Mapping[str, Mapping[str, Any]] = {
    "day": {"starts_at": STARTS + timedelta(minutes=40), "ends_at": STARTS + timedelta(hours=4)},
    "place": {"latitude": 50.4, "longitude": 57.3},
    "area": {"latitude": 50.2839, "longitude": 57.3},
    "walk-ins": {"walk_ins": False},
    "ages": {"min_age": 60},
    "end": {"ends_at": STARTS + timedelta(minutes=25)},
}
REFUSED_THEN = {
    "place": "outside-area",
    "area": "outside-area",
    "walk-ins": "signup-required",
    "ages": "too-young",
}
"""What the check-in is told when the change was there first."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A committed event, who organizes it and who comes."""

    sessions: Sessions
    owner: Volunteer
    event: Event
    person: Volunteer

    def check_in(self, connections: Connections | None = None) -> str:
        """Check in; "stored", or the code of the refusal."""
        position = Position(*AKTOBE, accuracy_m=8, fixed_at=ALMOST_MIDNIGHT)
        sent = SentRecord(
            uuid4(), self.event.id, RecordKind.CHECK_IN, str(uuid4()), ALMOST_MIDNIGHT, timedelta(0), position
        )
        try:
            check_in.record(
                connections or committing(self.sessions),
                self.person.subject,
                sent,
                ALMOST_MIDNIGHT,
                Thresholds(),
            )
        except errors.ServiceError as refusal:
            return refusal.code
        return "stored"

    def change(self, changes: Mapping[str, Any], session: Session | None = None) -> str:
        """Change the event; "changed", or the code of the refusal."""
        with session or self.sessions() as own:
            actor = identities.find_actor(own, self.owner.subject)
            assert actor is not None
            try:
                changing.change(own, actor, self.event.id, 1, changes, ALMOST_MIDNIGHT)
            except errors.ServiceError as refusal:
                return refusal.code
            own.commit()
        return "changed"

    def assert_consistent(self, told: str, changed: str) -> None:
        """Counted once on the day that the event has, or not there at all."""
        with self.sessions() as session:
            day = session.get_one(Event, self.event.id).day
            sums = (
                sa.select(CountPending.day, sa.func.sum(CountPending.participations + CountPending.in_review))
                .where(CountPending.event_id == self.event.id)
                .group_by(CountPending.day)
            )
            counted = {on: int(n) for on, n in session.execute(sums) if n}
            attended = session.scalar(sa.select(sa.func.count()).where(Attendance.event_id == self.event.id))
        assert (counted, attended) == (({day: 1}, 1) if told == "stored" else ({}, 0)), (told, changed)
        assert told == "stored" or changed == "changed"


@pytest.fixture
def stage(sessions: Sessions) -> Stage:
    with sessions.begin() as session:
        owner, person = make_volunteer(session), make_volunteer(session)
        event = make_event(session, make_organization(session, owner), starts_at=STARTS)
        return Stage(sessions, owner, event, person)


@contextmanager
def pausing(
    connection: AbstractContextManager[sa.Connection], pause: Callable[[], None]
) -> Iterator[sa.Connection]:
    """A connection on which `pause` is called before each statement, whatever sends it."""
    send = psycopg.Cursor.execute
    with connection as opened:
        driver: Any = opened.connection.driver_connection

        def execute(cursor: Any, *args: Any, **options: Any) -> Any:
            if cursor.connection is driver:
                pause()
            return send(cursor, *args, **options)

        with patch.object(psycopg.Cursor, "execute", execute):
            yield opened


class Interruption:
    """Lets an act begin at the n-th pause; it goes on by itself when it has to wait."""

    def __init__(self, sessions: Sessions, at: int, act: Callable[[], str]) -> None:
        self._sessions, self._at, self._act = sessions, at, act
        self._pool = ThreadPoolExecutor(1)
        self._pauses = 0
        self._future: Future[str] | None = None

    def pause(self) -> None:
        if self._pauses == self._at:
            self._begin()
        self._pauses += 1

    def _begin(self) -> "Future[str]":
        self._future = self._pool.submit(self._act)
        until_done_or_waiting(self._sessions, self._future)
        return self._future

    def result(self) -> str:
        """What came of the act, which begins now when there were not so many pauses."""
        with self._pool:
            return (self._future or self._begin()).result(WAIT_S)


@pytest.mark.parametrize("statement", range(6))
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_at_each_statement_of_a_first_check_in(stage: Stage, what: str, statement: int) -> None:
    change = Interruption(stage.sessions, statement, lambda: stage.change(CHANGES[what]))
    ours = committing(stage.sessions)
    told = stage.check_in(
        replace(
            ours,
            begin=lambda: pausing(ours.begin(), change.pause),
            each=lambda: pausing(ours.each(), change.pause),
        )
    )
    changed = change.result()
    stage.assert_consistent(told, changed)
    if statement < 2:  # Before the statement that stores: the change is there first.
        assert told == REFUSED_THEN.get(what, "stored")


@pytest.mark.parametrize("statement", range(8))
@pytest.mark.parametrize("what", CHANGES)
def test_a_first_check_in_at_each_statement_of_a_change(stage: Stage, what: str, statement: int) -> None:
    coming = Interruption(stage.sessions, statement, stage.check_in)
    engine: sa.Engine = stage.sessions.kw["bind"]
    with engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *_: coming.pause())
        changed = stage.change(CHANGES[what], Session(connection, expire_on_commit=False))
    stage.assert_consistent(coming.result(), changed)


def test_a_change_waits_for_a_check_in_that_is_being_stored(stage: Stage) -> None:
    """The check-in holds its event before it waits for anything else."""
    engine: sa.Engine = stage.sessions.kw["bind"]
    with engine.connect() as storing, ThreadPoolExecutor(1) as pool:
        stage.check_in(within(storing))
        changing = pool.submit(stage.change, CHANGES["day"])
        until_done_or_waiting(stage.sessions, changing)
        assert not changing.done()
        storing.commit()
        assert changing.result(WAIT_S) == "already-started"
    stage.assert_consistent("stored", "already-started")
