"""The ledger is held against the rows that it sums up, by `flask counts verify`, and mended by `rebuild`."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.ledger import ledger, rebuild, verify
from service.models import CountPending, CountTotal, Event, EventResult, Headcount
from tests.conftest import NOW, Sessions
from tests.makers import make_attendance, make_counted, make_event, make_signup, make_volunteer
from tests.service.ledger.conftest import Run
from tests.waiting import until_done_or_waiting


@pytest.fixture
def event(session: Session) -> Event:
    """Published, with somebody signed up, people in each state, and a group; counted as it should be."""
    event = make_event(session)
    for status in ("going", "cancelled", "waitlisted"):
        make_signup(session, event, make_volunteer(session), status=status)
    make_counted(session, event, make_volunteer(session))
    make_counted(session, event, make_volunteer(session), minutes=90, assumed_minutes=40)
    make_attendance(session, event, make_volunteer(session), status="review")
    make_attendance(session, event, make_volunteer(session), status="rejected")
    for people, taken_back in ((25, False), (7, True)):
        session.add(
            Headcount(
                event_id=event.id, id=uuid4(), group_name="7А", people=people, minutes=60,
                taken_back=taken_back,
                created_by=event.created_by, created_at=NOW, changed_by=event.created_by, changed_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    ledger.add(session, event, events=1, signups=1, in_review=1, headcount=25, collectives=1)
    return event


def pending(session: Session, event_id: UUID, **values: Any) -> None:
    session.add(CountPending(event_id=event_id, **{"day": NOW.date(), "region_code": "KZ-15"} | values))


def test_a_right_ledger_is_right_before_and_after_a_fold(run: Run, event: Event, session: Session) -> None:
    assert run("verify")[0] == 0
    ledger.fold(session, NOW)
    assert run("verify")[0] == 0
    make_event(session, status="draft")
    assert run("verify")[0] == 0


def test_each_difference_is_printed(run: Run, event: Event, session: Session) -> None:
    ledger.fold(session, NOW)
    session.execute(
        sa.update(CountTotal).where(CountTotal.event_id == event.id).values(minutes=1_000, headcount=24)
    )
    code, printed = run("verify")
    assert code == 1
    (line,) = [line for line in printed.splitlines() if str(event.id) in line]
    for part in ("2026-05-16", "KZ-15", "minutes", "1000", "200", "headcount", "24", "25"):
        assert part in line
    assert "participations" not in line
    assert line.endswith("minutes 1000, by the rows 200; headcount 24, by the rows 25")


@pytest.mark.parametrize(
    "wrong",
    [
        {"participations": 1},
        {"day": NOW.date() - timedelta(days=1), "in_review": 2},
        {"region_code": "KZ-75", "minutes": -5},
        {"signups": 1},
        {"events": -1},
        {"minutes_assumed": 3},
    ],
)
def test_what_was_counted_wrong_is_found_and_mended(
    run: Run, event: Event, session: Session, wrong: dict[str, Any]
) -> None:
    pending(session, event.id, **wrong)
    assert run("verify")[0] == 1
    assert run("rebuild")[0] == 0
    assert run("verify")[0] == 0
    ledger.fold(session, NOW)
    assert run("verify")[0] == 0


@pytest.mark.parametrize(
    "wrong",
    [{"region_code": "KZ-75"}, {"day": NOW.date() - timedelta(days=1)}, {"district_code": "154000000"}],
)
def test_a_result_that_stands_elsewhere_than_its_event_is_found_and_mended(
    run: Run, event: Event, session: Session, wrong: dict[str, Any]
) -> None:
    session.add(
        EventResult(
            event_id=event.id, trees=10, version=1,
            created_by=event.created_by, created_at=NOW, updated_by=event.created_by, updated_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    assert run("verify") == (0, "All counts are what the rows say.\n")
    session.execute(sa.update(EventResult).values(wrong))
    code, printed = run("verify")
    (line,) = [line for line in printed.splitlines() if str(event.id) in line]
    (told,) = wrong.values()
    assert (code, str(told) in line, "KZ-15" in line) == (1, True, True)
    assert run("rebuild")[0] == 0
    assert run("verify")[0] == 0


def test_what_was_never_counted_is_found_and_mended(run: Run, event: Event, session: Session) -> None:
    make_attendance(session, event, make_volunteer(session))
    make_attendance(session, make_event(session), make_volunteer(session))
    assert run("verify")[0] == 1
    assert run("rebuild")[0] == 0
    assert run("verify")[0] == 0


def test_an_event_where_nobody_counts_yet_is_counted_right(session: Session) -> None:
    event = make_event(session)
    make_attendance(session, event, make_volunteer(session), status="review")
    ledger.add(session, event, events=1, in_review=1)
    assert verify.differences(session) == []


def test_differences_come_by_day_then_region_then_event(session: Session) -> None:
    first, second = sorted((uuid4(), uuid4()))
    yesterday = NOW.date() - timedelta(days=1)
    cells = [
        (yesterday, "KZ-75", second),
        (NOW.date(), "KZ-15", first),
        (NOW.date(), "KZ-15", second),
        (NOW.date(), "KZ-75", first),
    ]
    for day, region_code, event_id in (cells[n] for n in (3, 1, 0, 2)):
        pending(session, event_id, day=day, region_code=region_code, signups=1)
    session.flush()
    found = [(one.day, one.region_code, one.event_id) for one in verify.differences(session)]
    assert found == cells


def test_verifying_takes_as_long_as_it_takes_in_its_own_transaction_alone(sessions: Sessions) -> None:
    limit = sa.text("SELECT current_setting('statement_timeout')")
    with sessions() as session:
        verify.differences(session)
        assert session.scalar(limit) == "0"
        session.commit()
        assert session.scalar(limit) == "30s"


def test_two_rebuilds_at_once_mend_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        event_id = make_event(session).id
    with sessions() as first, sessions() as second, ThreadPoolExecutor(1) as pool:
        assert [one.event_id for one in rebuild.rebuild(first)] == [event_id]
        later = pool.submit(rebuild.rebuild, second)
        until_done_or_waiting(sessions, later)
        first.commit()
        assert later.result(10) == []
        second.commit()
    with sessions() as session:
        assert verify.differences(session) == []


def test_figures_of_an_event_that_is_not_there_are_found(run: Run, session: Session) -> None:
    nowhere = uuid4()
    pending(session, nowhere, participations=1)
    code, printed = run("verify")
    assert code == 1
    assert str(nowhere) in printed
    run("rebuild")
    assert run("verify")[0] == 0


def test_rebuilding_what_is_right_changes_nothing(run: Run, event: Event, session: Session) -> None:
    def rows() -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(CountPending)) or 0

    before = rows()
    assert run("rebuild")[0] == 0
    assert rows() == before


def test_a_moved_event_takes_along_what_is_in_its_cell_alone(event: Event, session: Session) -> None:
    """Somebody counted on another day stays there, to be found: the move takes nothing twice."""
    strayed = event.day - timedelta(days=3)
    pending(session, event.id, day=strayed, participations=5)
    session.flush()
    before, after = (ledger.Cell(event.day + timedelta(days=n), event.region_code) for n in (0, 1))
    ledger.move_event(session, event.id, before, after)
    sums = (
        sa.select(CountPending.day, sa.func.sum(CountPending.participations))
        .where(CountPending.event_id == event.id)
        .group_by(CountPending.day)
    )
    found = {day: int(n) for day, n in session.execute(sums)}
    assert found == {strayed: 5, before.day: 0, after.day: 2}
