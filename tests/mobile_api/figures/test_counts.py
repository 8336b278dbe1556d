"""What is counted when the caller does not say what: own regions, own organizations, the running year."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.ledger import ledger
from service.models import Coordinator, Event, Organization, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_coordinator,
    make_counted,
    make_event,
    make_member,
    make_organization,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]
WHOLE_YEAR = "from=2026-01-01&to=2026-12-31"


def make_counted_event(
    session: Session, organization: Organization, day: date, region: str, people: int
) -> Event:
    """An event of a day, with so many people who were there."""
    starts_at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    event = make_event(session, organization, starts_at=starts_at, day=day, region_code=region)
    for _ in range(people):
        make_counted(session, event, make_volunteer(session))
    ledger.add(session, event, events=1)
    return event


class Country:
    """Two organizations and a third, in three regions."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        self._client, self._login = client, login
        self.owner, self.stranger, self.nobody = (make_volunteer(session) for _ in range(3))
        self.first, self.second = (make_organization(session, self.owner) for _ in range(2))
        self.third = make_organization(session, self.stranger)
        self.coordinator = make_coordinator(session, "KZ-15")
        session.add(Coordinator(volunteer_id=self.coordinator.id, region_code="KZ-75", created_at=NOW))
        self.national = make_coordinator(session, "*")
        make_counted_event(session, self.first, date(2026, 1, 1), "KZ-15", 1)
        make_counted_event(session, self.second, date(2026, 12, 31), "KZ-75", 2)
        make_counted_event(session, self.third, date(2026, 5, 16), "KZ-71", 4)
        make_counted_event(session, self.third, date(2025, 12, 31), "KZ-15", 8)
        make_counted_event(session, self.first, date(2027, 1, 1), "KZ-15", 16)
        session.commit()

    def get(self, who: Volunteer, query: str) -> Any:
        return self._client.get(f"/v1/counts?{query}", headers=self._login(who))

    def people(self, who: Volunteer, query: str) -> int:
        answer = self.get(who, query)
        assert answer.status_code == 200, answer.json
        totals = answer.json["totals"]
        assert totals["participations"] == totals["volunteers"]
        assert sum(row["participations"] for row in answer.json["rows"]) == totals["participations"]
        return int(totals["participations"])


@pytest.fixture
def country(session: Session, client: FlaskClient, login: Login) -> Country:
    return Country(session, client, login)


def test_without_days_it_is_the_running_year(country: Country) -> None:
    assert country.people(country.national, "") == 7


def test_the_year_runs_by_the_countrys_clock(country: Country, clock: FixedClock, session: Session) -> None:
    clock.at = datetime(2026, 12, 31, 18, 59, tzinfo=UTC)
    country.national.last_seen_at = clock.at
    session.commit()
    assert country.people(country.national, "") == 7
    clock.at += timedelta(minutes=1)
    assert country.people(country.national, "") == 16


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("from=2026-05-16", 6),
        ("to=2026-05-16", 5),
        ("to=2025-12-31", 8),
        ("from=2025-12-31", 15),
        ("from=2027-01-01", 16),
        ("from=2026-05-16&to=2026-05-16", 4),
    ],
)
def test_one_day_alone_is_completed_by_the_year(country: Country, query: str, people: int) -> None:
    assert country.people(country.national, query) == people


def test_an_owner_gets_the_sum_of_the_own_organizations(country: Country) -> None:
    assert country.people(country.owner, WHOLE_YEAR) == 3
    assert country.people(country.owner, "group_by=organization") == 3
    assert country.people(country.owner, f"organization={country.second.id}") == 2
    assert country.people(country.stranger, "") == 4


def test_an_organizer_counts_like_an_owner(country: Country, session: Session) -> None:
    organizer = make_volunteer(session)
    make_member(session, country.second, organizer)
    session.commit()
    assert country.people(organizer, WHOLE_YEAR) == 2


def test_an_organizer_may_ask_for_a_part_of_the_own(country: Country) -> None:
    assert country.people(country.owner, f"{WHOLE_YEAR}&region=KZ-75") == 2


def test_a_coordinator_gets_the_own_regions(country: Country) -> None:
    assert country.people(country.coordinator, WHOLE_YEAR) == 3
    assert country.people(country.coordinator, "region=KZ-75") == 2
    assert country.people(country.coordinator, f"organization={country.third.id}&from=2025-01-01") == 8


def test_who_organizes_besides_still_gets_the_own_regions(country: Country, session: Session) -> None:
    make_member(session, country.third, country.coordinator)
    session.commit()
    assert country.people(country.coordinator, WHOLE_YEAR) == 3


def test_a_helper_counts_nothing(country: Country, session: Session) -> None:
    helper = make_volunteer(session)
    make_member(session, country.second, helper, role="helper")
    session.commit()
    for query in ("", f"organization={country.second.id}", "region=KZ-75"):
        assert country.get(helper, query).status_code == 403, query


@pytest.mark.parametrize("grouped", ["region", "organization", "event", "day", "week", "month", "kind"])
def test_the_rows_are_those_of_the_own_regions(country: Country, grouped: str) -> None:
    rows = country.get(country.coordinator, f"{WHOLE_YEAR}&group_by={grouped}").json["rows"]
    assert sum(row["participations"] for row in rows) == 3


def test_nobody_counts_what_is_not_theirs(country: Country) -> None:
    refused = (
        (country.nobody, ""),
        (country.owner, f"organization={country.third.id}"),
        (country.coordinator, "region=KZ-71"),
        (country.coordinator, f"region=KZ-71&organization={country.third.id}"),
    )
    for who, query in refused:
        assert country.get(who, query).status_code == 403, query


def test_days_in_the_wrong_order_are_told(country: Country) -> None:
    answer = country.get(country.national, "from=2026-05-16&to=2026-05-15")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_declared_people_stand_under_both_names(session: Session, client: FlaskClient, login: Login) -> None:
    event = make_event(session)
    ledger.add(session, event, events=1, headcount=25)
    counted = client.get(f"/v1/counts?{WHOLE_YEAR}", headers=login(make_coordinator(session, "*"))).json
    for figures in (counted["totals"], *counted["rows"]):
        assert (figures["declared"], figures["headcount"]) == (25, 25)
