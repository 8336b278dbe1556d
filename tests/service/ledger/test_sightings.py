"""Who was seen where: written by the fold, moved with the event or a ruling; checked and mended."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.attendance.evidence import Status
from service.ledger import checks, ledger, scope_checks, verify
from service.ledger.ledger import Cell
from service.models import (
    CountCheck,
    CountPending,
    Event,
    ScopeTotal,
    Sighting,
    SightingTotal,
    Volunteer,
)
from service.people import identities
from service.platform.thresholds import Thresholds
from service.rulings import reviews
from tests.conftest import NOW
from tests.makers import make_coordinator, make_counted, make_event, make_organization, make_volunteer
from tests.service.ledger.conftest import Run

DISTRICT = "151000000"
MAY, YEAR = 202605, 2026


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


def seen(session: Session, volunteer: Volunteer) -> dict[tuple[str, int], int]:
    """How often somebody was seen, by scope and period."""
    query = sa.select(*Sighting.__table__.c["scope", "period", "n"])
    found = session.execute(query.where(Sighting.volunteer_id == volunteer.id))
    return {(scope, period): n for scope, period, n in found}


def people(session: Session) -> dict[tuple[str, int], int]:
    """How many different people were seen, by scope and period; but for nobody."""
    found = session.execute(sa.select(*SightingTotal.__table__.c["scope", "period", "people"]))
    return {(scope, period): n for scope, period, n in found if n and not scope.startswith("held:")}


def held(session: Session) -> dict[tuple[str, int], int]:
    """At how many events anybody was, by scope and period; but for none."""
    found = session.execute(sa.select(*SightingTotal.__table__.c["scope", "period", "people"]))
    return {(scope[5:], period): n for scope, period, n in found if n and scope.startswith("held:")}


def sums(session: Session, figure: str) -> dict[tuple[str, int], int]:
    """A figure by scope and period; but for zeros."""
    found = session.execute(sa.select(*ScopeTotal.__table__.c["scope", "period", figure]))
    return {(scope, period): n for scope, period, n in found if n}


def everywhere(*scopes: str, n: int = 1) -> dict[tuple[str, int], int]:
    return {(scope, period): n for scope in scopes for period in (MAY, YEAR)}


def uncount(session: Session, event: Event, volunteer: Volunteer) -> None:
    row = {"event_id": event.id, "day": event.day, "region_code": event.region_code}
    session.execute(sa.insert(CountPending).values(volunteer_id=volunteer.id, participations=-1, **row))


def test_who_counts_is_seen_in_four_scopes_by_month_and_year(session: Session, person: Volunteer) -> None:
    event = make_event(session, district_code=DISTRICT)
    make_counted(session, event, person)
    assert seen(session, person) == {}
    ledger.fold(session, NOW)
    scopes = ("KZ", "KZ-15", "KZ-15/151000000", str(event.organization_id))
    assert seen(session, person) == people(session) == everywhere(*scopes)


def test_an_event_without_a_district_is_in_none_of_the_regions_districts(
    session: Session, person: Volunteer
) -> None:
    make_counted(session, make_event(session), person)
    ledger.fold(session, NOW)
    assert ("KZ-15/", MAY) in people(session)


def test_who_comes_again_is_one_person(session: Session, person: Volunteer) -> None:
    organization = make_organization(session)
    for day in (date(2026, 5, 16), date(2026, 5, 17), date(2026, 6, 1)):
        make_counted(session, make_event(session, organization, day=day), person)
        ledger.fold(session, NOW)
    country = {key: n for key, n in seen(session, person).items() if key[0] == "KZ"}
    assert country == {("KZ", MAY): 2, ("KZ", 202606): 1, ("KZ", YEAR): 3}
    assert set(people(session).values()) == {1}


def test_who_counts_no_more_leaves_no_sighting(session: Session, person: Volunteer) -> None:
    first, second = make_event(session), make_event(session)
    for event in (first, second):
        make_counted(session, event, person)
    ledger.fold(session, NOW)
    uncount(session, first, person)
    ledger.fold(session, NOW)
    assert seen(session, person) == everywhere("KZ", "KZ-15", "KZ-15/", str(second.organization_id))
    uncount(session, second, person)
    ledger.fold(session, NOW)
    assert seen(session, person) == people(session) == {}


def test_an_event_where_anybody_was_is_held_once(session: Session) -> None:
    first, second, third = (make_event(session) for _ in range(3))
    for event in (first, first, second):
        make_counted(session, event, make_volunteer(session))
    ledger.add(session, first, headcount=20, collectives=1)
    ledger.add(session, second, companions=3)
    ledger.add(session, third, in_review=1, events=1)
    ledger.fold(session, NOW)
    assert held(session)["KZ", YEAR] == held(session)["KZ-15", MAY] == 2
    ledger.add(session, second, companions=-3)
    ledger.fold(session, NOW)
    assert held(session)["KZ", YEAR] == 2
    ledger.add(session, second, participations=-1)
    ledger.fold(session, NOW)
    assert held(session)["KZ", YEAR] == held(session)["KZ-15/", MAY] == 1


def test_each_figure_is_summed_by_scope_and_period(session: Session) -> None:
    told = {name: number for number, name in enumerate(ledger.FIGURES, start=1)}
    event = make_event(session, district_code=DISTRICT)
    for _ in range(2):
        ledger.add(session, event, **told)
        ledger.fold(session, NOW)
    scopes = ("KZ", "KZ-15", "KZ-15/151000000", str(event.organization_id))
    for name, number in told.items():
        assert sums(session, name) == everywhere(*scopes, n=2 * number), name


def test_what_came_and_went_before_the_fold_was_never_seen(session: Session, person: Volunteer) -> None:
    event = make_event(session)
    make_counted(session, event, person)
    uncount(session, event, person)
    ledger.fold(session, NOW)
    assert seen(session, person) == people(session) == {}


def test_folded_in_parts_it_is_the_same(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "FOLD_AT_ONCE", 2)
    event = make_event(session)
    for _ in range(3):
        volunteer = make_volunteer(session)
        make_counted(session, event, volunteer)
        uncount(session, event, volunteer)
        make_counted(session, make_event(session), volunteer)
    while ledger.fold(session, NOW):
        pass
    assert people(session)["KZ", YEAR] == 3


@pytest.mark.parametrize("folded", ["before", "after"])
@pytest.mark.parametrize(
    ("cell", "scopes"),
    [
        (Cell(date(2026, 5, 16), "KZ-75"), ("KZ-75", "KZ-75/")),
        (Cell(date(2026, 5, 16), "KZ-15", DISTRICT), ("KZ-15", "KZ-15/151000000")),
        (Cell(date(2026, 5, 20), "KZ-15"), ("KZ-15", "KZ-15/")),
    ],
)
def test_people_go_along_with_an_event(
    session: Session, person: Volunteer, cell: Cell, scopes: tuple[str, ...], folded: str
) -> None:
    event = make_event(session)
    make_counted(session, event, person)
    if folded == "before":
        ledger.fold(session, NOW)
    ledger.move_event(session, event.id, Cell.of(event), cell)
    event.day, event.region_code, event.district_code = cell.day, cell.region_code, cell.district_code
    ledger.fold(session, NOW)
    expected = everywhere("KZ", *scopes, str(event.organization_id))
    assert seen(session, person) == people(session) == held(session) == expected
    assert sums(session, "participations") == expected
    ledger.add(session, event, events=1)
    wrong = [*verify.differences(session), *scope_checks.wrong(session)]
    assert [str(one) for one in wrong] == []


def test_an_event_of_many_moves_to_another_month_and_year(session: Session) -> None:
    event, others = make_event(session), [make_volunteer(session) for _ in range(5)]
    for volunteer in others:
        make_counted(session, event, volunteer)
    ledger.move_event(session, event.id, Cell.of(event), Cell(date(2027, 1, 1), "KZ-15"))
    event.day = date(2027, 1, 1)
    ledger.fold(session, NOW)
    assert {key[1] for key in people(session)} == {2027, 202701}
    assert people(session)["KZ", 2027] == 5


def test_a_ruling_moves_the_sighting(session: Session, person: Volunteer) -> None:
    event = make_event(session)
    ledger.add(session, event, events=1)
    attended = make_counted(session, event, person)
    coordinator = identities.find_actor(session, make_coordinator(session).subject)
    assert coordinator is not None
    for status, expected in ((Status.REJECTED, 0), (Status.COUNTED, 1)):
        reviews.decide(session, coordinator, attended.id, status, "дәлел", NOW, Thresholds())
        ledger.fold(session, NOW)
        assert people(session).get(("KZ", YEAR), 0) == expected
    assert scope_checks.wrong(session) == []


class TestChecked:
    """By `flask counts verify`, mended by `rebuild`, told in /readyz."""

    @pytest.fixture(autouse=True)
    def two_people(self, session: Session) -> tuple[Event, UUID]:
        event = make_event(session)
        for _ in range(2):
            make_counted(session, event, make_volunteer(session))
        ledger.add(session, event, events=1)
        ledger.fold(session, NOW)
        return event, event.organization_id

    @pytest.mark.parametrize(
        "wrong",
        [
            sa.update(Sighting).where(Sighting.scope == "KZ").values(n=7),
            sa.delete(Sighting).where(Sighting.scope == "KZ-15", Sighting.period == MAY),
            sa.insert(Sighting).values(scope="KZ-75", period=YEAR, volunteer_id=UUID(int=1), n=1),
            sa.update(SightingTotal).where(SightingTotal.period == YEAR).values(people=5),
            sa.delete(SightingTotal).where(SightingTotal.scope == "KZ"),
            sa.insert(SightingTotal).values(scope="KZ-75", period=YEAR, people=3),
            sa.update(Sighting).where(Sighting.scope == "held:KZ").values(n=7),
            sa.delete(Sighting).where(Sighting.scope == "held:KZ-15"),
            sa.update(ScopeTotal).where(ScopeTotal.period == YEAR).values(minutes=3),
            sa.delete(ScopeTotal).where(ScopeTotal.scope == "KZ-15"),
            sa.insert(ScopeTotal).values(scope="KZ-75", period=YEAR, in_review=3),
        ],
    )
    def test_what_is_wrong_is_found_and_mended(self, run: Run, session: Session, wrong: Any) -> None:
        before = people(session)
        assert run("verify")[0] == 0
        session.execute(wrong)
        code, printed = run("verify")
        assert code == 1
        assert "KZ" in printed
        assert run("rebuild")[0] == 0
        assert run("verify")[0] == 0
        assert people(session) == before
        assert sums(session, "participations") == before
        assert set(held(session).values()) == {1}

    def test_a_difference_names_nobody(self, session: Session) -> None:
        session.execute(sa.update(Sighting).where(Sighting.scope == "KZ", Sighting.period == MAY).values(n=7))
        (found,) = scope_checks.wrong(session)
        assert str(found) == "202605 KZ: 2 seen otherwise; in all 0, seen 0"

    def test_what_waits_is_no_difference(self, session: Session, two_people: tuple[Event, UUID]) -> None:
        event, _ = two_people
        make_counted(session, event, make_volunteer(session))
        assert scope_checks.wrong(session) == []

    def test_who_was_counted_by_the_rows_alone_is_missing(
        self, run: Run, session: Session, two_people: tuple[Event, UUID]
    ) -> None:
        event, _ = two_people
        session.execute(sa.delete(Sighting))
        session.execute(sa.delete(SightingTotal))
        assert run("verify")[0] == 1
        run("rebuild")
        assert people(session) == everywhere("KZ", "KZ-15", "KZ-15/", str(event.organization_id), n=2)

    def test_when_and_what_was_found_stands_in_readyz(
        self, client: FlaskClient, run: Run, session: Session
    ) -> None:
        def told() -> dict[str, Any]:
            found: dict[str, Any] = client.get("/readyz").json["details"]["counts"]
            return found

        assert told() == {"checked_s_ago": None, "wrong": 0, "sightings": True}
        session.execute(sa.update(Sighting).where(Sighting.scope == "KZ", Sighting.period == MAY).values(n=7))
        run("verify")
        assert (told()["wrong"], told()["checked_s_ago"] < 60) == (1, True)
        run("rebuild")
        assert told()["wrong"] == 0


def test_the_release_before_leaves_them_to_be_made(run: Run, session: Session) -> None:
    """It counts without a word about who: nobody reads the sightings until they were made from the rows."""
    session.execute(sa.update(CountCheck).values(sightings_since=None))
    event, volunteer = make_event(session), make_volunteer(session)
    make_counted(session, event, volunteer)
    ledger.add(session, event, events=1)
    session.execute(sa.update(CountPending).values(volunteer_id=None))
    assert not checks.are_scopes_whole(session)
    assert run("verify")[0] == 0
    assert run("rebuild")[0] == 0
    assert checks.are_scopes_whole(session)
    ledger.fold(session, NOW)
    assert people(session)["KZ", YEAR] == 1
    assert run("verify")[0] == 0
