"""The list that anybody may ask for costs as much as it shows, however many events there are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.events import search
from service.events.search import Search
from service.models import Event
from tests.conftest import NOW
from tests.driver import forget_plans, is_planned_once, statements
from tests.makers import make_event

SEASON = sa.text(
    """
    INSERT INTO event (id, starts_at, ends_at, day, {columns})
    SELECT gen_random_uuid(), t, t + interval '3 hours', (t AT TIME ZONE 'Asia/Almaty')::date, {columns}
    FROM event, generate_series(1, 4000) AS n,
        LATERAL (SELECT timestamptz '2026-03-01' + n * interval '1 hour' AS t) AS moment
    WHERE id = :id
    """.format(  # noqa: S608 - names of our own columns
        columns=", ".join(
            column.name
            for column in Event.__table__.columns
            if column.name not in ("id", "starts_at", "ends_at", "day")
        )
    )
)


@pytest.fixture
def season(session: Session) -> None:
    """Events hour by hour from March on: most of them lie far off."""
    session.execute(SEASON, {"id": make_event(session).id})
    session.execute(sa.text("ANALYZE event"))


@pytest.fixture
def plan_of(client: FlaskClient) -> Callable[[str], str]:
    """How PostgreSQL goes about the list of a query."""

    def explain(query: str) -> str:
        with statements() as heard:
            assert len(client.get(f"/v1/events?{query}").json["items"]) == 50
        (found,) = [one for one in heard if "ORDER BY event.starts_at" in one.text]
        # Run: what is asked for each step of a recursion is shown only of one that was.
        return "\n".join(row[0] for row in found.explained("ANALYZE, TIMING OFF"))

    return explain


@pytest.mark.usefixtures("season")
@pytest.mark.parametrize("query", ["", "from=2026-05-20", "kind=cleanup", "from=2026-04-01&to=2026-06-01"])
def test_the_next_events_are_read_off_their_index(plan_of: Callable[[str], str], query: str) -> None:
    plan = plan_of(query)
    assert "ix_event_coming" in plan, plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.usefixtures("season")
@pytest.mark.parametrize("region_code", [None, "KZ-15"])
def test_a_question_of_words_is_planned_once_for_all_words(
    session: Session, connection: sa.Connection, region_code: str | None
) -> None:
    """Planning takes longer than most of these questions."""
    forget_plans(connection)
    for number in range(12):
        days = (NOW.date(), NOW.date() + timedelta(days=60 + number))
        asked = Search(*days, not_over_at=NOW, region_code=region_code, text=f"дерев{number}")
        search.find(session, asked, None, 50)
    assert is_planned_once(connection, "WITH RECURSIVE")
