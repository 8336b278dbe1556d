"""Folding takes the oldest pending rows into the totals, so many at once; a move takes its own along."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from service import happenings
from service.happenings import AttendanceChanged
from service.ledger import ledger
from service.ledger.ledger import FIGURES, FOLD_LOCK, Cell
from service.models import CountPending, CountTotal, Event
from tests.conftest import NOW, Sessions
from tests.makers import make_counted, make_event, make_volunteer


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session)


def totals(session: Session, event: Event) -> dict[str, int]:
    """What is folded of an event where it counts now, by figure, but for zeros."""
    query = sa.select(*CountTotal.__table__.c[FIGURES]).where(
        CountTotal.event_id == event.id,
        CountTotal.day == event.day,
        CountTotal.region_code == event.region_code,
    )
    row = session.execute(query).mappings().first()
    return {name: n for name, n in (row or {}).items() if n}


def pending(session: Session) -> list[int]:
    """The sign-ups of each pending row, in order."""
    return list(session.scalars(sa.select(CountPending.signups).order_by(CountPending.id)))


def where_counted(session: Session, figure: str) -> dict[tuple[Any, ...], int]:
    """Totals and pending rows of a figure, by event, day and region; but for zeros."""
    rows = ledger.all_rows()
    cell = rows.c["event_id", "day", "region_code"]
    found = session.execute(sa.select(*cell, sa.func.sum(rows.c[figure])).group_by(*cell))
    return {tuple(row[:3]): int(row[3]) for row in found if row[3]}


def test_each_figure_is_folded_into_its_own(session: Session, event: Event) -> None:
    told = {name: number for number, name in enumerate(FIGURES, start=1)}
    ledger.add(session, event, **told)
    assert ledger.fold(session, NOW) == 1
    assert totals(session, event) == told


def test_what_is_folded_later_is_added(session: Session, event: Event) -> None:
    for _ in range(3):
        ledger.add(session, event, signups=5, minutes=-2)
    assert ledger.fold(session, NOW) == 3
    ledger.add(session, event, signups=-1, minutes=40)
    assert ledger.fold(session, NOW) == 1
    assert totals(session, event) == {"signups": 14, "minutes": 34}
    assert pending(session) == []


def test_nothing_to_fold(session: Session) -> None:
    assert ledger.fold(session, NOW) == 0


def test_so_many_are_folded_at_once_the_oldest_first(
    session: Session, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "FOLD_AT_ONCE", 2)
    for signups in (1, 2, 4, 8, 16):
        ledger.add(session, event, signups=signups)
    # The rows lie on the disk in another order than they came.
    session.execute(sa.update(CountPending).where(CountPending.signups == 1).values(minutes=1))
    assert ledger.fold(session, NOW) == 2
    assert (totals(session, event), pending(session)) == ({"signups": 3, "minutes": 1}, [4, 8, 16])


def test_the_job_folds_until_nothing_is_pending(
    session: Session, connection: sa.Connection, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "FOLD_AT_ONCE", 2)
    for _ in range(5):
        ledger.add(session, event, signups=1)
    session.commit()
    runtime = SimpleNamespace(
        sessions=sessionmaker(connection, join_transaction_mode="create_savepoint"),
        clock=SimpleNamespace(now=lambda: NOW),
    )
    ledger.fold_all(SimpleNamespace(additional_context={"runtime": runtime}), 0)
    assert (totals(session, event), pending(session)) == ({"signups": 5}, [])


def test_a_fold_leaves_another_at_work_alone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ledger.add(session, make_event(session), signups=1)
    with sessions.begin() as folding, sessions.begin() as late:
        folding.execute(sa.select(sa.func.pg_advisory_xact_lock(FOLD_LOCK)))
        assert ledger.fold(late, NOW) == 0
        assert pending(late) == [1]
    with sessions.begin() as session:
        assert ledger.fold(session, NOW) == 1


def test_a_moved_event_takes_nothing_of_its_neighbours(session: Session, event: Event) -> None:
    """Folded or pending, of this event and this cell alone: not another's there, nor its own elsewhere."""
    other = make_event(session)
    ledger.add(session, event, signups=2)
    ledger.add(session, other, signups=3)
    ledger.fold(session, NOW)
    ledger.add(session, event, signups=5)
    elsewhere = {"event_id": event.id, "day": event.day, "region_code": "KZ-75", "signups": 7}
    session.execute(sa.insert(CountPending).values(elsewhere))
    tomorrow = event.day + timedelta(days=1)
    ledger.move_event(session, event.id, Cell(event.day, "KZ-15"), Cell(tomorrow, "KZ-15"))
    assert where_counted(session, "signups") == {
        (event.id, tomorrow, "KZ-15"): 7,
        (other.id, other.day, "KZ-15"): 3,
        (event.id, event.day, "KZ-75"): 7,
    }


@pytest.mark.parametrize("figure", FIGURES)
def test_a_move_takes_each_figure_along(session: Session, event: Event, figure: str) -> None:
    ledger.add(session, event, **{figure: 4})
    ledger.move_event(session, event.id, Cell(event.day, "KZ-15"), Cell(event.day, "KZ-75"))
    assert where_counted(session, figure) == {(event.id, event.day, "KZ-75"): 4}


def test_an_event_of_which_nothing_is_counted_moves(session: Session, event: Event) -> None:
    ledger.move_event(session, event.id, Cell(event.day, "KZ-15"), Cell(event.day, "KZ-75"))
    assert not any(where_counted(session, figure) for figure in FIGURES)


def test_a_move_to_where_it_is_writes_nothing(session: Session, event: Event) -> None:
    ledger.add(session, event, signups=1)
    ledger.move_event(session, event.id, Cell(event.day, "KZ-15"), Cell(event.day, "KZ-15"))
    assert pending(session) == [1]


def test_whose_attendance_was_counted_is_told(
    session: Session, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[AttendanceChanged] = []
    monkeypatch.setattr(happenings, "tell", lambda _session, happening: told.append(happening))
    ledger.add(session, event, signups=1)
    ledger.fold(session, NOW)
    assert told == []
    people = [make_volunteer(session), make_volunteer(session)]
    for person in people:
        make_counted(session, event, person)
    ledger.add(session, event, volunteer_id=people[0].id, participations=-1)
    ledger.fold(session, NOW)
    assert told == [AttendanceChanged(volunteer_ids=frozenset(one.id for one in people), at=NOW)]
