"""A season's counts and its queue of reviews: no plan reads the season again for each group."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.figures import counts
from service.models import Attendance, Event, Volunteer
from service.people import identities
from service.rulings import reviews
from tests.conftest import NOW
from tests.driver import Heard, statements
from tests.makers import make_attendance, make_coordinator, make_event, make_volunteer

EVENTS, PEOPLE, ATTENDED = 15_000, 90_000, 450_000
SEASON = (date(2026, 3, 1), date(2026, 9, 1))
FORTNIGHT = (date(2026, 5, 1), date(2026, 5, 17))
ROWS_READ = 3
"""So many times a plan may read each row of what is asked; the nested loop read them 15,000 times."""

pytestmark = pytest.mark.full


def _copies(table: Any, of: str, numbers: int, **values: str) -> sa.TextClause:
    """So many rows like the one with :id, but for these values, which are SQL over `n`."""
    rest = [column.name for column in table.columns if column.name not in values and column.computed is None]
    names, told = ", ".join([*values, *rest]), ", ".join([*values.values(), *rest])
    return sa.text(
        f"INSERT INTO {of} ({names}) SELECT {told} FROM {of}, generate_series(1, {numbers}) AS n"  # noqa: S608
        " WHERE id = :id ON CONFLICT DO NOTHING"
    )


def _id(kind: int, number: str) -> str:
    return f"('00000000-0000-700{kind}-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


START = "(timestamptz '2026-03-01' + n * interval '15 minutes')"
SEASON_ROWS = (
    (
        Event,
        EVENTS,
        {
            "id": _id(0, "n"),
            "starts_at": START,
            "ends_at": f"{START} + interval '3 hours'",
            "day": f"({START} AT TIME ZONE 'Asia/Almaty')::date",
            "region_code": "'KZ-' || (10 + n / 751)",
        },
    ),
    (Volunteer, PEOPLE, {"id": _id(1, "n"), "subject": "'s' || n", "phone": "'p' || n"}),
    (
        Attendance,
        ATTENDED,
        {
            "id": _id(2, "n"),
            "event_id": _id(0, f"1 + n % {EVENTS}"),
            "volunteer_id": _id(1, f"1 + (n * 7919::bigint) % {PEOPLE}"),
            "status": "CASE WHEN n % 50 = 0 THEN 'review' ELSE 'counted' END",
        },
    ),
)


@pytest.fixture
def season(session: Session) -> Session:
    """15,000 events of half a year with 450,000 attendances, a fiftieth of them in review."""
    session.execute(sa.text("SET LOCAL session_replication_role = replica"))
    session.execute(sa.text("SET LOCAL statement_timeout = '120s'"))
    event, person = make_event(session), make_volunteer(session)
    seeds: dict[Any, Any] = {
        Event: event,
        Volunteer: person,
        Attendance: make_attendance(session, event, person),
    }
    for model, numbers, values in SEASON_ROWS:
        name = model.__tablename__
        session.execute(_copies(model.__table__, name, numbers, **values), {"id": seeds[model].id})
    session.execute(
        sa.text(
            "INSERT INTO count_total (day, region_code, event_id, events, participations)"
            " SELECT day, region_code, id, 1, 30 FROM event"
        )
    )
    for name in ("event", "attendance", "volunteer", "count_total"):
        session.execute(sa.text(f"ANALYZE {name}"))
    session.execute(sa.text("SET LOCAL statement_timeout = '30s'"))
    return session


def plan_of(asked: Heard) -> dict[str, Any]:
    """What PostgreSQL did to answer it."""
    ((told,),) = asked.explained("ANALYZE, TIMING OFF, FORMAT JSON")
    found: dict[str, Any] = told[0]["Plan"]
    return found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def rows_read(plan: dict[str, Any]) -> Any:
    """By the node that handles most: rows given and thrown away, each time that it runs."""
    thrown_away = ("Rows Removed by Filter", "Rows Removed by Join Filter")
    return max(
        node["Actual Loops"] * (node["Actual Rows"] + sum(node.get(name, 0) for name in thrown_away))
        for node in nodes(plan)
    )


def test_counts_of_a_season_read_it_a_few_times(season: Session) -> None:
    for group_by in counts.GROUPINGS:
        for first, last in (SEASON, FORTNIGHT):
            request = counts.CountRequest(first, last, group_by)
            with statements() as heard:
                told = counts.count(season, request, NOW)
            (asked,) = [one for one in heard if "count_total" in one.text]
            assert rows_read(plan_of(asked)) <= ROWS_READ * ATTENDED, (group_by, first)
            assert sum(row["participations"] for row in told["rows"]) == told["totals"]["participations"]


@pytest.mark.parametrize("region", [None, "KZ-15"])
def test_the_first_page_of_reviews_reads_no_settled_attendance(season: Session, region: str | None) -> None:
    """9,000 of 450,000 wait: a page of them is far from all."""
    national = identities.find_actor(season, make_coordinator(season, "*").subject)
    assert national is not None
    with statements() as heard:
        assert len(reviews.waiting(season, national, region, None, 51, NOW)) == 51
    read = [one for one in heard if one.text.startswith(("SELECT", "WITH"))]
    assert read
    for asked in read:
        assert rows_read(plan_of(asked)) <= ROWS_READ * ATTENDED / 50, asked.text
