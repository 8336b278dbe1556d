"""The list that anybody may ask for costs as much as it shows, however many events there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event
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


@contextmanager
def statements(connection: sa.Connection) -> Iterator[list[tuple[str, Any]]]:
    heard: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        heard.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(connection, "before_cursor_execute", hear)


@pytest.fixture
def plan_of(client: FlaskClient, connection: sa.Connection) -> Callable[[str], str]:
    """How PostgreSQL goes about the list of a query."""

    def explain(query: str) -> str:
        with statements(connection) as heard:
            assert len(client.get(f"/v1/events?{query}").json["items"]) == 50
        ((statement, parameters),) = [one for one in heard if "ORDER BY event.starts_at" in one[0]]
        # Run: what is asked for each step of a recursion is shown only of one that was.
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)

    return explain


@pytest.mark.usefixtures("season")
@pytest.mark.parametrize("query", ["", "from=2026-05-20", "kind=cleanup", "from=2026-04-01&to=2026-06-01"])
def test_the_next_events_are_read_off_their_index(plan_of: Callable[[str], str], query: str) -> None:
    plan = plan_of(query)
    assert "ix_event_coming" in plan, plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan
