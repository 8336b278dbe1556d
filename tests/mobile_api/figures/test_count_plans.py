"""Counts of a season: no grouping looks at the attendances again for each of its groups."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.figures import counts, figures_of_organizations
from service.figures.counts import GROUPINGS, CountRequest
from service.models import Attendance, CountCheck, Volunteer
from tests.conftest import NOW
from tests.driver import forget_plans, is_planned_once, statements
from tests.makers import make_attendance, make_coordinator, make_event, make_volunteer
from tests.service.events.test_search import SEASON

COLUMNS = [
    one.name for one in Attendance.__table__.columns if one.name not in ("id", "event_id", "volunteer_id")
]
PEOPLE, EVENTS = 4, 4_000
MANY = 100
FIRST_DAY = date(2026, 4, 1)
EVERYBODY = sa.text(
    f"""
    INSERT INTO attendance (id, event_id, volunteer_id, {", ".join(COLUMNS)})
    SELECT gen_random_uuid(), event.id, person.id, {", ".join(f"template.{name}" for name in COLUMNS)}
    FROM (SELECT * FROM attendance LIMIT 1) AS template, event,
        (SELECT id FROM volunteer LIMIT {PEOPLE}) AS person
    WHERE NOT EXISTS (
        SELECT FROM attendance AS other WHERE other.event_id = event.id AND other.volunteer_id = person.id
    )
    """  # noqa: S608 - names of our own columns
)
PENDING = sa.text(
    """
    INSERT INTO count_pending (event_id, day, region_code, participations)
    SELECT id, day, region_code, :people FROM event
    """
)


@pytest.fixture
def coordinator(session: Session) -> Volunteer:
    """Of the whole country, with some thousands of events that the same few people were at."""
    event = make_event(session)
    for _ in range(PEOPLE):
        make_attendance(session, event, make_volunteer(session))
    session.execute(SEASON, {"id": event.id})
    session.execute(EVERYBODY)
    session.execute(PENDING, {"people": PEOPLE})
    session.execute(sa.update(CountCheck).values(sightings_since=None))
    session.execute(sa.text("ANALYZE event, attendance, count_pending, count_total"))
    return make_coordinator(session, "*")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A step of a plan and all below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def test_no_grouping_goes_through_the_attendances_in_a_nested_loop(
    client: FlaskClient,
    coordinator: Volunteer,
    login: Callable[[Volunteer], dict[str, str]],
) -> None:
    headers = login(coordinator)
    for group_by in GROUPINGS:
        with statements() as heard:
            answer = client.get(
                f"/v1/counts?from=2026-01-01&to=2026-12-31&group_by={group_by}", headers=headers
            )
        assert answer.json["totals"]["participations"] == PEOPLE * (EVENTS + 1)
        (asked,) = [one for one in heard if "count_total" in one.text]
        ((found,),) = asked.explained("FORMAT JSON")
        assert not [node for node in nodes(found[0]["Plan"]) if is_repeated_often(node)], (group_by, found)


def is_repeated_often(node: dict[str, Any], rows: str = "Plan Rows") -> bool:
    """Whether it is a nested loop whose inner side is gone through for each of many rows."""
    return bool(node["Node Type"] == "Nested Loop" and node["Plans"][0][rows] > MANY)


@pytest.mark.parametrize("group_by", GROUPINGS)
def test_a_question_of_a_few_days_is_planned_once_for_all_days(
    session: Session, connection: sa.Connection, coordinator: Volunteer, group_by: str
) -> None:
    """Planning took twice as long as counting."""
    forget_plans(connection)
    for back in range(12):
        first_day = FIRST_DAY + timedelta(days=back)
        asked = CountRequest(first_day, first_day + timedelta(days=6), group_by, ["KZ-75"])
        counts.count(session, asked, NOW)
    assert is_planned_once(connection, "WITH figures")


@pytest.mark.parametrize("region_codes", [None, ["KZ-75"]])
@pytest.mark.parametrize("days", [7, 365])
def test_what_organizations_are_honoured_for_is_planned_once(
    session: Session,
    connection: sa.Connection,
    coordinator: Volunteer,
    days: int,
    region_codes: list[str] | None,
) -> None:
    """A year of the country, too: then without going through its events one by one."""
    forget_plans(connection)
    with statements() as heard:
        for back in range(12):
            first_day = FIRST_DAY - timedelta(days=back)
            asked = CountRequest(first_day, first_day + timedelta(days=days), "organization", region_codes)
            figures_of_organizations.held(session, asked, NOW)
    assert is_planned_once(connection, "events_held")
    ((found,),) = heard[-1].explained("ANALYZE, FORMAT JSON")
    if days > MANY and region_codes is None:
        assert not [node for node in nodes(found[0]["Plan"]) if is_repeated_often(node, "Actual Rows")], found
