"""What a region's report is made of says what counts say: of districts, days, events and in all."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.figures.counts import CountRequest
from service.ledger import ledger
from service.models import EventResult
from service.models.base import COUNTRY_ZONE
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_organization, make_volunteer
from tests.proofs.reported import reported_otherwise

ALGA, KOBDA = "153200000", "154000000"
TODAY = NOW.astimezone(COUNTRY_ZONE).date()
PLACES = (ALGA, KOBDA, None, ALGA, KOBDA, ALGA)


@pytest.fixture
def season(session: Session) -> Session:
    """People who come again: to the same district, to another, on the same day, and in another region."""
    organization, people = make_organization(session), [make_volunteer(session) for _ in range(4)]
    for number, district in enumerate((*PLACES, *PLACES)):
        start = NOW - timedelta(days=number // 2 * 5 + 1)
        event = make_event(
            session,
            organization,
            region_code="KZ-15" if number != len(PLACES) else "KZ-75",
            district_code=district,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
        )
        came = people[number % 3 : number % 3 + 2]
        for person in came:
            make_attendance(session, event, person, minutes=50)
        ledger.add(
            session, event, events=1, participations=len(came), minutes=50 * len(came), headcount=number % 2
        )
        if number % 2:
            by = {"created_by": organization.created_by, "updated_by": organization.created_by}
            said: dict[str, Any] = {"waste_t": number / 8, "waste_amount": number, "waste_unit": "bag"}
            times = {"created_at": NOW, "updated_at": NOW}
            session.add(EventResult(event_id=event.id, version=1, trees=number, **by, **said, **times))
    session.flush()
    return session


@pytest.mark.parametrize("folds", [0, 1])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (TODAY - timedelta(days=6), TODAY),
        (TODAY.replace(day=1), date(TODAY.year, TODAY.month, 31)),
        (TODAY - timedelta(days=70), TODAY),
        (date(TODAY.year, 1, 1), date(TODAY.year, 12, 31)),
        (TODAY + timedelta(days=60), TODAY + timedelta(days=61)),
    ],
)
def test_as_counts_say_it(season: Session, first: date, last: date, folds: int) -> None:
    for _ in range(folds):
        ledger.fold(season, NOW)
    question = CountRequest(first, last, "district", ["KZ-15"])
    assert reported_otherwise(season, question, NOW) == []
