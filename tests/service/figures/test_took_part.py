"""How many took part by day or by place, as a count says it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.figures import counts
from service.figures.counts import CountRequest
from service.ledger import ledger
from service.models.base import COUNTRY_ZONE
from tests.conftest import NOW
from tests.makers import make_event


@pytest.mark.parametrize("group_by", ["day", "region", "district"])
@pytest.mark.parametrize("days", [7, 90])
def test_as_a_count_says_it(session: Session, group_by: str, days: int) -> None:
    for number in range(1, 7):
        event = make_event(
            session,
            region_code="KZ-15" if number % 2 else "KZ-62",
            district_code="151000000" if number == 1 else None,
            starts_at=NOW - timedelta(days=number * 2),
            ends_at=NOW - timedelta(days=number * 2, hours=-2),
        )
        ledger.add(
            session, event, events=1, participations=number, headcount=2 * number, companions=number % 3
        )
    session.flush()
    today = NOW.astimezone(COUNTRY_ZONE).date()
    question = CountRequest(today - timedelta(days=days), today, group_by, ["KZ-15"])
    counted = counts.count(session, question, NOW)["rows"]
    expected = {row["key"]: (row["participations"], row["declared"]) for row in counted}
    assert expected
    assert counts.took_part(session, question) == expected
