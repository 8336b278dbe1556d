"""When the last event was held in a place, whether its figures are folded or wait to be."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.figures.last_held import Places, last_held
from service.ledger import ledger
from service.models import Event
from service.models.base import COUNTRY_ZONE
from tests.conftest import NOW
from tests.driver import statements
from tests.makers import make_event

TODAY = NOW.astimezone(COUNTRY_ZONE).date()
YEAR = Places(["KZ-15", "KZ-62", "KZ-75"], None, TODAY - timedelta(days=366), TODAY)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def event_of(session: Session, days: int, region_code: str = "KZ-15", **overrides: Any) -> Event:
    """One that was on so many days ago, in one of the region's districts, to which nobody has come yet."""
    starts_at = NOW - timedelta(days=days)
    ends_at = starts_at + timedelta(hours=2)
    values = {"region_code": region_code, "starts_at": starts_at, "ends_at": ends_at} | overrides
    made = make_event(session, **values)
    ledger.add(session, made, events=1)
    return made


def held(session: Session, days: int, region_code: str = "KZ-15", **overrides: Any) -> Event:
    made = event_of(session, days, region_code, **overrides)
    ledger.add(session, made, participations=1)
    return made


@pytest.mark.parametrize("is_folded", [True, False])
@pytest.mark.parametrize("figure", ["participations", "headcount", "companions"])
def test_of_each_region_where_anybody_was_or_was_declared(
    session: Session, figure: str, *, is_folded: bool
) -> None:
    for days, region_code in ((9, "KZ-15"), (20, "KZ-15"), (5, "KZ-62")):
        ledger.add(session, event_of(session, days, region_code), **{figure: 2})
    event_of(session, 3)
    event_of(session, 2, "KZ-75")
    if is_folded:
        ledger.fold(session, NOW)
    assert last_held(session, YEAR, NOW) == {"KZ-15": days_ago(9), "KZ-62": days_ago(5)}
    assert last_held(session, replace(YEAR, codes=["KZ-62"]), NOW) == {"KZ-62": days_ago(5)}


def test_of_each_district_of_a_region(session: Session) -> None:
    held(session, 9, district_code="151000000")
    held(session, 4, district_code="151000000")
    held(session, 30, district_code="153200000")
    held(session, 1, district_code=None)
    held(session, 2, "KZ-62", district_code="153200000")
    ledger.fold(session, NOW)
    districts = replace(YEAR, codes=["151000000", "153200000", "153600000"], of_region="KZ-15")
    assert last_held(session, districts, NOW) == {"151000000": days_ago(4), "153200000": days_ago(30)}


def test_of_these_days_alone(session: Session) -> None:
    for days in (0, 5, 366, 367):
        held(session, days)
    for first, last, found in ((366, 1, 5), (366, 5, 5), (366, 6, 366), (365, 6, None), (400, 367, 367)):
        places = replace(YEAR, first_day=days_ago(first), last_day=days_ago(last))
        expected = {} if found is None else {"KZ-15": days_ago(found)}
        assert last_held(session, places, NOW) == expected


def test_who_is_still_there_is_at_none_that_was_held(session: Session) -> None:
    held(session, 9)
    running = held(session, 0, ends_at=NOW + timedelta(hours=1))
    assert last_held(session, YEAR, NOW) == {"KZ-15": days_ago(9)}
    running.status = "cancelled"
    session.flush()
    assert last_held(session, YEAR, NOW) == {"KZ-15": TODAY}


def test_what_has_been_taken_back_since_the_fold_was_not_held(session: Session) -> None:
    held(session, 9)
    latest = held(session, 4)
    ledger.fold(session, NOW)
    ledger.add(session, latest, participations=-1)
    session.flush()
    assert last_held(session, YEAR, NOW) == {"KZ-15": days_ago(9)}


def test_an_event_that_was_moved_was_held_where_it_is(session: Session) -> None:
    moved = held(session, 4)
    ledger.fold(session, NOW)
    before = ledger.Cell.of(moved)
    moved.day, moved.region_code = days_ago(6), "KZ-62"
    session.flush()
    ledger.move_event(session, moved.id, before, ledger.Cell.of(moved))
    for _ in range(2):
        assert last_held(session, YEAR, NOW) == {"KZ-62": days_ago(6)}
        ledger.fold(session, NOW)


@pytest.mark.parametrize("of_region", [None, "KZ-15"])
def test_what_was_before_is_not_read(session: Session, of_region: str | None) -> None:
    """A year of all events is, else: 47 ms with ten million attendances."""
    for days in range(1, 300):
        held(session, days, district_code="151000000")
    ledger.fold(session, NOW)
    for table in ("event", "count_total", "count_pending"):
        session.execute(sa.text(f"ANALYZE {table}"))
    places = replace(YEAR, codes=["151000000" if of_region else "KZ-15"], of_region=of_region)
    with statements() as heard:
        assert last_held(session, places, NOW) == {places.codes[0]: days_ago(1)}
    (plan,) = (asked.explained("ANALYZE, COSTS OFF, TIMING OFF") for asked in heard)
    (read,) = (row[0] for row in plan if " on event " in row[0])
    assert "Index Scan Backward using ix_event_region_code_day" in read
    assert re.search(r"rows=1(\.00)? ", read + " ")  # PostgreSQL 18 says "1.00"
