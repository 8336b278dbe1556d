"""Honours: only adults who agreed are named, with true figures, to coordinators of the region."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AuditAction, AuditEntry, Consent, Organization, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_volunteer
from tests.mobile_api.figures.region import Login, Region


class Hall(Region):
    """The region's people, who may agree to be named."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        super().__init__(session, client, login)
        self.client, self.login = client, login

    def put(self, who: Volunteer, *, public: bool) -> Any:
        return self.client.put("/v1/me/honours", json={"public": public}, headers=self.login(who))

    def honoured(self, query: str = "", who: Volunteer | None = None) -> Any:
        return self.client.get(f"/v1/honours?{query}", headers=self.login(who or self.coordinator))

    def named(self, query: str = "") -> list[tuple[str, int, int]]:
        found = self.honoured(query).json["people"]
        return [(one["volunteer_id"], one["events"], one["minutes"]) for one in found]


@pytest.fixture
def hall(session: Session, client: FlaskClient, login: Login) -> Hall:
    return Hall(session, client, login)


def test_only_who_agreed_is_named(hall: Hall) -> None:
    """The second of the people was at two events, the others at one and two."""
    first, second, third = hall.people
    assert hall.named() == []
    assert hall.put(second, public=True).json == {"public": True}
    assert hall.named() == [(str(second.id), 2, 300)]
    hall.put(third, public=True)
    assert hall.named() == [(str(second.id), 2, 300), (str(third.id), 1, 150)]
    assert hall.put(second, public=False).json == {"public": False}
    assert hall.named() == [(str(third.id), 1, 150)]
    mine = hall.client.get("/v1/me/honours", headers=hall.login(third)).json
    assert (mine["public"], mine["milestones"]) == (True, [])
    assert {"what": "events", "number": 5, "so_far": 1} in mine["next"]
    assert hall.client.get("/v1/me/honours", headers=hall.login(first)).json["public"] is False


def test_agreeing_twice_is_agreeing(hall: Hall) -> None:
    for _ in range(2):
        assert hall.put(hall.people[0], public=True).status_code == 200
    for _ in range(2):
        assert hall.put(hall.people[0], public=False).status_code == 200


def test_minors_are_never_named(hall: Hall, clock: FixedClock) -> None:
    eve = NOW.date().replace(year=NOW.year - 18) + timedelta(days=1)
    minor = make_volunteer(hall.session, birth_date=eve)
    make_attendance(hall.session, hall.alga, minor)
    answer = hall.put(minor, public=True)
    assert (answer.status_code, answer.json["code"], answer.json["min_age"]) == (409, "too-young", 18)
    clock.move(timedelta(days=1))
    assert hall.put(minor, public=True).status_code == 200
    assert [row[0] for row in hall.named()] == [str(minor.id)]
    # A coordinator has set the birth date right meanwhile.
    minor.birth_date = date(NOW.year - 17, 1, 1)
    hall.session.flush()
    assert hall.named() == []


def test_who_withdrew_the_consent_is_not_named(hall: Hall) -> None:
    person = hall.people[0]
    hall.put(person, public=True)
    withdrawn = sa.update(Consent).where(Consent.volunteer_id == person.id, Consent.name == "personal_data")
    hall.session.execute(withdrawn.values(withdrawn_at=NOW))
    assert hall.named() == []


def test_only_what_counts_of_these_days_and_this_region(hall: Hall) -> None:
    person = hall.people[2]
    hall.put(person, public=True)
    elsewhere = make_event(hall.session, hall.organization, region_code="KZ-75")
    make_attendance(hall.session, elsewhere, person)
    doubted = make_event(hall.session, hall.organization)
    make_attendance(hall.session, doubted, person, status="review")
    assert hall.named() == [(str(person.id), 1, 150)]
    assert hall.named("from=2026-05-08&to=2026-05-31") == []
    make_attendance(hall.session, make_event(hall.session), person, minutes=100, assumed_minutes=30)
    assert hall.named() == [(str(person.id), 2, 220)]
    national = make_coordinator(hall.session, "*")
    assert [one["events"] for one in hall.honoured("", national).json["people"]] == [3]
    assert [one["events"] for one in hall.honoured("region=KZ-75", national).json["people"]] == [1]


def test_organizations_with_the_figures_behind(hall: Hall) -> None:
    (found,) = hall.honoured().json["organizations"]
    assert found["organization_id"] == str(hall.organization.id)
    assert found["figures"] == {
        "events_held": 3,
        "participations": 5,
        "volunteers": 3,
        "minutes": 750,
        "declared": 69,
        "waste_t": 1.75,
        "trees": 10,
    }
    hall.session.execute(sa.update(Organization).values(status="suspended"))
    assert hall.honoured().json["organizations"] == []


def test_only_coordinators_of_the_region_read_it(hall: Hall) -> None:
    other = make_coordinator(hall.session, "KZ-75")
    for who, query in ((other, "region=KZ-15"), (hall.people[0], ""), (hall.people[0], "region=KZ-15")):
        answer = hall.honoured(query, who)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert hall.honoured("", other).json["people"] == []


def test_a_look_is_recorded(hall: Hall) -> None:
    for _ in range(2):
        hall.honoured("region=KZ-15")
    query = sa.select(AuditEntry).where(AuditEntry.action == AuditAction.HONOURS_READ)
    (entry,) = hall.session.scalars(query)
    assert (entry.actor_id, entry.region_code) == (hall.coordinator.id, "KZ-15")


@pytest.mark.parametrize("query", ["from=2026-05-02&to=2026-05-01", "limit=0", "region=KZ-99", "from=soon"])
def test_what_is_wrong_is_told(hall: Hall, query: str) -> None:
    assert hall.honoured(query).status_code == 422
