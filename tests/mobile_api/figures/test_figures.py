"""Every figure of a count: what is summed of what, by district too, and beside the days before."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.figures.periods import before
from service.ledger import ledger
from service.models import (
    Appeal,
    Coordinator,
    CountCheck,
    CountPending,
    Event,
    EventResult,
    Organization,
    RefusalAppeal,
    Volunteer,
)
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_counted,
    make_event,
    make_organization,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]
MAY = "from=2026-05-01&to=2026-05-31"
DISTRICT, OTHER = "151000000", "153200000"
FOREIGN = "751100000"


class Counted:
    """Asks for counts as somebody, everything committed."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        self.session, self.client, self.login = session, client, login
        self.national = make_coordinator(session, "*")
        self.organization = make_organization(session)

    def get(self, query: str, who: Volunteer | None = None) -> Any:
        self.session.commit()
        return self.client.get(f"/v1/counts?{query}", headers=self.login(who or self.national))

    def read(self, query: str, who: Volunteer | None = None) -> dict[str, Any]:
        answer = self.get(query, who)
        assert answer.status_code == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    def rows(self, query: str, *names: str) -> dict[str | None, tuple[Any, ...]]:
        return {row["key"]: tuple(row[name] for name in names) for row in self.read(query)["rows"]}

    def event(self, day: date = date(2026, 5, 16), people: int = 0, **values: Any) -> Event:
        """An event of a day, published, with so many who were there."""
        starts_at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        event = make_event(self.session, self.organization, day=day, starts_at=starts_at, **values)
        ledger.add(self.session, event, events=1)
        for _ in range(people):
            make_counted(self.session, event, make_volunteer(self.session))
        return event

    def result(self, event: Event, **figures: Any) -> None:
        by = event.created_by
        values = {"version": 1, "created_by": by, "created_at": NOW, "updated_by": by, "updated_at": NOW}
        self.session.add(EventResult(event_id=event.id, **values, **figures))


@pytest.fixture
def counted(session: Session, client: FlaskClient, login: Login) -> Counted:
    return Counted(session, client, login)


def test_what_came_of_events_is_summed_and_is_nothing_where_nobody_said_anything(counted: Counted) -> None:
    first, second, third = (counted.event(region_code=code) for code in ("KZ-15", "KZ-15", "KZ-75"))
    counted.event(region_code="KZ-71", people=1)
    counted.result(first, waste_t=Decimal("1.250"), waste_amount=125, waste_unit="bag", trees=4)
    counted.result(second, waste_t=Decimal("0.5"), waste_amount=Decimal("0.5"), waste_unit="t", dumps=0)
    counted.result(third, area_ha=Decimal("2.125"))
    names = ("waste_t", "waste_converted", "trees", "dumps", "area_ha", "machines")
    assert counted.rows(MAY, *names) == {
        "KZ-15": (1.75, True, 4, 0, None, None),
        "KZ-71": (None, False, None, None, None, None),
        "KZ-75": (None, False, None, None, 2.125, None),
    }
    totals = counted.read(MAY)["totals"]
    assert [totals[name] for name in names] == [1.75, True, 4, 0, 2.125, None]


def test_declared_people_are_those_of_groups_and_those_who_came_along(counted: Counted) -> None:
    event = counted.event()
    ledger.add(counted.session, event, headcount=25, collectives=2, companions=3)
    found = counted.read(MAY)
    for figures in (found["totals"], *found["rows"]):
        told = [figures[name] for name in ("declared", "headcount", "collectives", "companions")]
        assert told == [28, 28, 2, 3]


def test_appeals_count_while_they_wait_and_nowhere_else(counted: Counted) -> None:
    session, event = counted.session, counted.event()
    rejected, decided, doubted = (
        make_attendance(session, event, make_volunteer(session), status=status)
        for status in ("rejected", "rejected", "review")
    )
    for attended, decided_at in ((rejected, None), (decided, NOW), (doubted, None)):
        appeal = Appeal(attendance_id=attended.id, id=new_id(), text="мен болдым", created_at=NOW)
        appeal.decided_at = decided_at
        session.add(appeal)
    ledger.add(session, event, in_review=1)
    session.add(
        RefusalAppeal(
            event_id=event.id, volunteer_id=make_volunteer(session).id, id=new_id(), attendance_id=new_id(),
            text="мен болдым", created_at=NOW, captured_at=NOW, refused_as="outside-area",
        )
    )  # fmt: skip
    names = ("appeals", "in_review", "participations")
    assert counted.rows(MAY, *names) == {"KZ-15": (2, 1, 0)}
    assert counted.read(MAY)["totals"]["appeals"] == 2


@pytest.mark.parametrize("group_by", ["region", "day", "kind", "event"])
def test_an_event_that_was_moved_is_one_event(counted: Counted, group_by: str) -> None:
    """Where it was is a row of zeros once all is folded."""
    event = counted.event(date(2026, 5, 20), people=1)
    counted.result(event, trees=4)
    ledger.fold(counted.session, NOW)
    before = ledger.Cell.of(event)
    event.day, event.region_code, event.ends_at = date(2026, 5, 21), "KZ-75", NOW + timedelta(days=5)
    counted.session.flush()
    ledger.move_event(counted.session, event.id, before, ledger.Cell.of(event))
    ledger.fold(counted.session, NOW)
    names = ("events", "events_coming", "participations", "volunteers", "trees")
    assert list(counted.rows(f"{MAY}&group_by={group_by}", *names).values()) == [(1, 1, 1, 1, 4)]


class TestByDistrict:
    """The rows of a region, of which the one without a district is never missing from the total."""

    @pytest.fixture(autouse=True)
    def events(self, counted: Counted) -> None:
        for people, district in ((1, DISTRICT), (2, OTHER), (4, None)):
            counted.event(people=people, district_code=district)
        counted.event(people=8, region_code="KZ-75", district_code=FOREIGN)
        counted.event(people=16, region_code="KZ-75")

    @pytest.mark.parametrize("are_there_sightings", [True, False])
    @pytest.mark.parametrize("days", [MAY, "from=2026-05-10&to=2026-05-20"])
    def test_each_counts_its_own(self, counted: Counted, days: str, *, are_there_sightings: bool) -> None:
        if not are_there_sightings:
            # As the release before leaves them: it counts without a word about who.
            counted.session.execute(sa.update(CountCheck).values(sightings_since=None))
            counted.session.execute(sa.update(CountPending).values(volunteer_id=None))
        query = f"{days}&group_by=district&region=KZ-15"
        names = ("participations", "volunteers")
        assert counted.rows(query, *names) == {DISTRICT: (1, 1), OTHER: (2, 2), None: (4, 4)}
        totals = counted.read(query)["totals"]
        assert [totals[name] for name in names] == [7, 7]

    def test_those_without_have_a_name(self, counted: Counted) -> None:
        rows = counted.read(f"{MAY}&group_by=district&region=KZ-15")["rows"]
        (without,) = (row for row in rows if row["key"] is None)
        assert without["name"]["kk"] == "Аудансыз"

    def test_of_the_whole_country_those_without_are_one_row(self, counted: Counted) -> None:
        rows = counted.rows(f"{MAY}&group_by=district", "volunteers")
        assert rows == {DISTRICT: (1,), OTHER: (2,), FOREIGN: (8,), None: (20,)}

    @pytest.mark.parametrize("group_by", ["district", "region", "event", "day", "kind", "month"])
    def test_one_alone(self, counted: Counted, group_by: str) -> None:
        query = f"{MAY}&district={OTHER}&group_by={group_by}"
        assert list(counted.rows(query, "participations", "volunteers").values()) == [(2, 2)]
        assert counted.read(query)["totals"]["volunteers"] == 2

    def test_only_ones_own_regions(self, counted: Counted) -> None:
        coordinator = make_coordinator(counted.session, "KZ-15")
        assert counted.read(f"{MAY}&district={DISTRICT}", coordinator)["totals"]["volunteers"] == 1
        assert counted.get(f"{MAY}&district={FOREIGN}", coordinator).status_code == 403
        crossed = f"{MAY}&region=KZ-15&district={FOREIGN}"
        assert counted.read(crossed, coordinator)["totals"]["volunteers"] == 0

    @pytest.mark.parametrize("code", ["15", "991000000", "15100000x", "1510000000", "KZ-15"])
    def test_what_is_no_districts_code(self, counted: Counted, code: str) -> None:
        answer = counted.get(f"{MAY}&district={code}")
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["district"])


def test_the_days_before_stand_beside(counted: Counted) -> None:
    for people, day in ((1, date(2026, 4, 30)), (2, date(2026, 5, 1)), (4, date(2026, 3, 31))):
        counted.event(day, people)
    found = counted.read(f"{MAY}&compare=previous&group_by=month")
    assert [row["volunteers"] for row in found["rows"]] == [2]
    then = found["previous"]
    assert (then["from"], then["to"]) == ("2026-04-01", "2026-04-30")
    assert [(row["key"], row["volunteers"]) for row in then["rows"]] == [("2026-04", 1)]
    assert then["totals"]["participations"] == 1
    assert "previous" not in counted.read(MAY)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("2026-05-01 2026-05-31", "2026-04-01 2026-04-30"),
        ("2026-03-01 2026-03-31", "2026-02-01 2026-02-28"),
        ("2028-03-01 2028-03-31", "2028-02-01 2028-02-29"),
        ("2026-01-01 2026-01-31", "2025-12-01 2025-12-31"),
        ("2026-01-01 2026-12-31", "2025-01-01 2025-12-31"),
        ("2026-04-01 2026-06-30", "2026-01-01 2026-03-31"),
        ("2025-11-01 2026-01-31", "2025-08-01 2025-10-31"),
        ("2026-11-16 2026-11-22", "2026-11-09 2026-11-15"),
        ("2026-05-16 2026-05-16", "2026-05-15 2026-05-15"),
        ("2026-01-01 2026-01-30", "2025-12-02 2025-12-31"),
        ("2026-05-02 2026-05-31", "2026-04-02 2026-05-01"),
    ],
)
def test_which_days_come_before(days: str, expected: str) -> None:
    first, last = map(date.fromisoformat, days.split())
    assert before(first, last) == tuple(map(date.fromisoformat, expected.split()))


@pytest.mark.parametrize(
    "query",
    [
        "from=0001-01-01&to=0001-12-31&compare=previous",
        "from=9999-01-01&to=9999-12-31",
        "compare=next",
        "group_by=project",
        "project=01a20b43-da95-76d9-b7ca-338e67a4b6e6",
    ],
)
def test_what_cannot_be_counted_is_told(counted: Counted, query: str) -> None:
    assert counted.get(query).status_code == 422


class TestDifferentPeople:
    """Somebody who came often is one person, in each row and in all."""

    @pytest.fixture(autouse=True)
    def one_person(self, counted: Counted) -> None:
        session, person = counted.session, make_volunteer(counted.session)
        elsewhere = make_organization(session)
        places: list[tuple[Organization, date, str]] = [
            (counted.organization, date(2026, 5, 1), "KZ-15"),
            (counted.organization, date(2026, 5, 31), "KZ-15"),
            (elsewhere, date(2026, 5, 31), "KZ-75"),
            (counted.organization, date(2026, 6, 1), "KZ-15"),
        ]
        for organization, day, region in places:
            starts_at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
            event = make_event(session, organization, starts_at=starts_at, region_code=region)
            make_counted(session, event, person)

    @pytest.mark.parametrize("folded", [True, False])
    @pytest.mark.parametrize(
        "days", [MAY, "from=2026-01-01&to=2026-12-31", "from=2026-05-01&to=2026-06-30", "from=2026-05-02"]
    )
    @pytest.mark.parametrize(
        "group_by", ["region", "district", "organization", "event", "kind", "day", "week", "month"]
    )
    def test_is_one_everywhere(self, counted: Counted, days: str, group_by: str, *, folded: bool) -> None:
        if folded:
            ledger.fold(counted.session, NOW)
        found = counted.read(f"{days}&group_by={group_by}")
        assert {figures["volunteers"] for figures in (found["totals"], *found["rows"])} == {1}
        assert found["totals"]["participations"] in (3, 4)

    def test_who_coordinates_two_regions_counts_nobody_twice(self, counted: Counted) -> None:
        coordinator = make_coordinator(counted.session, "KZ-15")
        counted.session.add(
            Coordinator(volunteer_id=coordinator.id, region_code="KZ-75", created_at=NOW - timedelta(days=1))
        )
        found = counted.read(MAY, coordinator)
        assert (len(found["rows"]), found["totals"]["volunteers"]) == (2, 1)

    def test_of_an_organization_in_a_region(self, counted: Counted) -> None:
        for query, expected in (
            (f"organization={counted.organization.id}", 1),
            (f"organization={counted.organization.id}&region=KZ-75", 0),
            (f"organization={counted.organization.id}&region=KZ-15", 1),
        ):
            assert counted.read(f"{MAY}&{query}")["totals"]["volunteers"] == expected
