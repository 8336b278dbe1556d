"""The list that anybody may ask for, over a year's tens of thousands of events: read off its index."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.geography import places
from service.models import Event
from tests.makers import make_event
from tests.service.events.test_search import plan_of

__all__ = ["plan_of"]
OWN = ("id", "starts_at", "ends_at", "day", "search", "region_code")
SHARED = ", ".join(column.name for column in Event.__table__.columns if column.name not in OWN)
YEAR = sa.text(
    f"""
    INSERT INTO event (id, starts_at, ends_at, day, search, region_code, {SHARED})
    SELECT gen_random_uuid(), t, t + interval '3 hours', (t AT TIME ZONE 'Asia/Almaty')::date, search || n,
        (ARRAY['KZ-15', 'KZ-75'])[1 + n % 2], {SHARED}
    FROM event, generate_series(1, 30000) AS n,
        LATERAL (SELECT timestamptz '2026-01-01' + n * interval '15 minutes' AS t) AS moment
    WHERE id = :id
    """  # noqa: S608 - names of our own columns
)


@pytest.fixture
def _year(session: Session) -> None:
    """An event each quarter of an hour, in two regions by turns."""
    event = make_event(session, search=places.fold("Елек жағалауын тазалау, Ақтөбе"))
    session.execute(YEAR, {"id": event.id})
    session.execute(sa.text("ANALYZE event"))


@pytest.mark.usefixtures("_year")
@pytest.mark.parametrize("asked", ["", "&region=KZ-15"])
def test_two_months_are_read_off_their_index(plan_of: Callable[[str], str], asked: str) -> None:
    plan = plan_of(f"from=2026-05-16&to=2026-07-15{asked}")
    assert "ix_event_coming" in plan, plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.usefixtures("_year")
def test_words_are_read_off_theirs(plan_of: Callable[[str], str]) -> None:
    plan = plan_of(f"from=2026-05-16&to=2026-07-15&q={quote('актобе')}")
    assert "ix_event_words" in plan, plan
    assert "Seq Scan" not in plan
