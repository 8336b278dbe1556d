"""The function of the database that stores presence: how it is called, and what it refuses."""

import json
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from psycopg import _queries
from sqlalchemy.orm import Session

from service.attendance import presence_queries
from service.attendance.cross_checks import Sighting
from service.attendance.presence_facts import Window
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds
from tests.conftest import NOW

NOTHING: dict[str, Any] = {
    "events": [],
    "locks": [],
    "window": {},
    "checksum": 0,
    "records": [],
    "annotations": [],
    "created": [],
    "changed": [],
    "counts": [],
}


def test_related_records_are_found_inside_the_query(session: Session) -> None:
    """The planner unfolds the function: closed, it would copy all rows, and no index would be chosen anew."""
    sighting = Sighting(("", str(uuid4())), str(uuid4()), NOW, None, 0.0, "phone", NOW.date(), None)
    parameters = Window("local:+77010000000", [sighting], Thresholds()).parameters
    with driver_cursor(session.connection()) as cursor:
        plan = [line for (line,) in cursor.execute("EXPLAIN " + presence_queries.FACTS, parameters)]
    assert "Function Scan on presence_related" not in "\n".join(plan)


@pytest.mark.parametrize("name", ["FACTS", "PAIRS"])
def test_the_driver_keeps_what_it_has_parsed_of_the_queries(name: str) -> None:
    """A longer statement would be parsed anew for each check-in."""
    assert len(getattr(presence_queries, name)) <= _queries.MAX_CACHED_STATEMENT_LENGTH


@pytest.mark.parametrize(
    "seen",
    [
        {"checksum": 1},
        {"events": [{"id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6", "version": 1}]},
        {"changed": [{"id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6", "version": 1}]},
        {"annotations": [{"sender_id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6", "id": None, "reasons": []}]},
    ],
)
def test_what_is_not_there_any_more_is_a_lost_race(session: Session, seen: dict[str, Any]) -> None:
    store = sa.text("SELECT presence_store(CAST(:sent AS json))")
    session.execute(store, {"sent": json.dumps(NOTHING)})
    with pytest.raises(sa.exc.OperationalError) as refused:
        session.execute(store, {"sent": json.dumps(NOTHING | seen)})
    assert getattr(refused.value.orig, "sqlstate", None) == "40001"
