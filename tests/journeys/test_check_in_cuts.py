"""A phone that loses its way at random moments, also after the service's COMMIT: nothing is lost or doubled.

The phones run the page's own modules (frontend/src/check-in) in Node; the service is a real one.
"""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cli.assets import NODE
from service.models import Attendance, PresenceRecord
from service.people import identities, sessions
from tests.journeys.cutting import CUTS, cut_way
from tests.journeys.demo import serving_nobody
from tests.journeys.processes import Service
from tests.makers import AKTOBE, make_event, make_signup, make_volunteer

TRIES = 60
SCRIPT = "tests/journeys/check_in_phone.mjs"


@pytest.fixture
def served(postgres_url: str) -> Iterator[tuple[Service, sa.Engine]]:
    yield from serving_nobody(postgres_url)


def people_of(session: Session, number: int) -> list[dict[str, Any]]:
    """So many who go to one event that is on, each signed in on a phone of their own."""
    at = datetime.now(UTC)
    event = make_event(session, starts_at=at - timedelta(minutes=30))
    found = []
    for one in range(number):
        person = make_volunteer(session)
        make_signup(session, event, person)
        known = identities.find(session, person.subject)
        assert known is not None
        token = sessions.begin(session, known.actor, "Chrome", "127.0.0.1", at)
        found.append(
            {
                "id": str(person.id),
                "cookie": f"tazalyq_dev={token}",
                "event": str(event.id),
                "installation": f"web-{one:032x}",
                "latitude": AKTOBE[0] + one * 1e-5,
                "longitude": AKTOBE[1],
            }
        )
    return found


@pytest.mark.parametrize(("people", "cuts_at_least"), [(4, 8), pytest.param(30, 50, marks=pytest.mark.full)])
def test_nothing_is_lost_and_nothing_doubled(
    served: tuple[Service, sa.Engine], people: int, cuts_at_least: int
) -> None:
    service, engine = served
    with Session(engine) as session, session.begin():
        phones = people_of(session, people)
    with cut_way(service.port, seed=people) as way:
        said = subprocess.run(
            [NODE / "bin" / "node", SCRIPT],
            input=json.dumps({"way": way.url, "people": phones, "tries": TRIES}),
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        ).stdout
    told = {one["id"]: one for one in map(json.loads, said.splitlines())}
    assert way.cuts.total() >= cuts_at_least, way.cuts
    if people > 10:
        assert set(way.cuts) == set(CUTS)
        print(f"\n{way.cuts.total()} cuts: {dict(way.cuts)}")  # noqa: T201 - evidence, with -s
    with Session(engine) as session:
        for phone in phones:
            one = told[phone["id"]]
            assert (one["left"], one["refused"], one["held"]) == ([], [], "left")
            stored = session.scalars(
                sa.select(PresenceRecord)
                .where(PresenceRecord.sender_id == phone["id"])
                .order_by(PresenceRecord.captured_at)
            ).all()
            assert [str(record.id) for record in stored] == one["ids"]
            assert [record.type for record in stored] == ["check_in", "check_out"]
            (held,) = session.scalars(
                sa.select(Attendance).where(Attendance.volunteer_id == phone["id"])
            ).all()
            assert (held.status, held.reasons) == ("counted", [])
            assert held.checked_out_at is not None
