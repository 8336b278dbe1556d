"""Whose age is whose to change, a minor's guardian (fault 6), and what null forgets (fault 9)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import (
    CONSENTS,
    make_coordinator,
    make_event,
    make_organization,
    make_volunteer,
)
from tests.mobile_api.phones import Login

TODAY = NOW.date()
GUARDIAN = {"name": "Серік Ахметов", "phone": "+77019990001"}


def born(years: int, days: int = 0) -> date:
    """The birth date of who turned so many years, and has been for so many days more."""
    return TODAY.replace(year=TODAY.year - years) - timedelta(days=days)


def make_minor(session: Session, years: int = 16, **overrides: Any) -> Volunteer:
    guardian = {"guardian_name": GUARDIAN["name"], "guardian_phone": GUARDIAN["phone"]}
    return make_volunteer(session, **{"birth_date": born(years, 30)} | guardian | overrides)


def patch(client: FlaskClient, headers: dict[str, str], **body: Any) -> Any:
    return client.patch("/v1/me", json=body, headers=headers)


@pytest.mark.parametrize(
    ("before", "after"),
    [(born(16, 30), born(18)), (born(15, 30), born(16)), (born(20), born(17)), (born(17), born(15))],
)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_nobody_makes_themself_older_or_younger_than_16_or_18(
    client: FlaskClient, session: Session, login: Login, before: date, after: date, method: str
) -> None:
    person = make_minor(session, birth_date=before)
    body: dict[str, Any] = {"birth_date": after.isoformat(), "guardian": GUARDIAN}
    if method == "PUT":
        body |= {"display_name": "Айгүл", "locale": "kk", "region": "KZ-15", "consents": CONSENTS}
    answer = client.open("/v1/me", method=method, json=body, headers=login(person))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["birth_date"])
    assert client.get("/v1/me", headers=login(person)).json["birth_date"] == before.isoformat()


def test_a_minor_does_not_become_an_adult_by_dropping_the_guardian(
    client: FlaskClient, session: Session, login: Login
) -> None:
    minor = make_minor(session)
    answer = patch(client, login(minor), birth_date=born(30).isoformat(), guardian=None)
    assert answer.status_code == 422
    assert patch(client, login(minor), guardian=None).json["code"] == "guardian-required"
    assert client.get("/v1/me", headers=login(minor)).json["guardian"] == GUARDIAN


def test_a_mistyped_day_is_ones_own_to_mend(client: FlaskClient, session: Session, login: Login) -> None:
    for person, day in ((make_volunteer(session), date(1995, 3, 9)), (make_minor(session), born(16, 29))):
        answer = patch(client, login(person), birth_date=day.isoformat())
        assert (answer.status_code, answer.json["birth_date"]) == (200, day.isoformat())


@pytest.mark.parametrize(("before", "after"), [(born(16, 30), born(17, 364)), (born(14, 1), born(15, 364))])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_minor_does_not_bring_the_day_nearer(
    client: FlaskClient, session: Session, login: Login, before: date, after: date, method: str
) -> None:
    """To the eve of 16 or 18 is over it: in three days a child of 14 would be an adult, by nobody's word."""
    minor = make_minor(session, birth_date=before)
    body: dict[str, Any] = {"birth_date": after.isoformat(), "guardian": GUARDIAN}
    if method == "PUT":
        body |= {"display_name": "Айгүл", "locale": "kk", "region": "KZ-15", "consents": CONSENTS}
    answer = client.open("/v1/me", method=method, json=body, headers=login(minor))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["birth_date"])
    assert client.get("/v1/me", headers=login(minor)).json["birth_date"] == before.isoformat()


def test_a_child_is_not_its_own_guardian(client: FlaskClient, session: Session, login: Login) -> None:
    minor = make_minor(session)
    spelling = "8 " + str(minor.phone)[2:]
    answer = patch(client, login(minor), guardian={"name": "Мен", "phone": spelling})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["guardian.phone"])


@pytest.mark.parametrize("phone", ["+79161234567", "+996700123456", "+998901234567", "+4915112345678"])
def test_a_guardian_may_live_anywhere(
    client: FlaskClient, session: Session, login: Login, phone: str
) -> None:
    answer = patch(client, login(make_minor(session)), guardian={"name": "Анна", "phone": phone})
    assert (answer.status_code, answer.json.get("guardian", {}).get("phone")) == (200, phone)


@pytest.mark.parametrize("phone", ["12", "", "+1"])
def test_a_guardians_number_is_a_number(
    client: FlaskClient, session: Session, login: Login, phone: str
) -> None:
    answer = patch(client, login(make_minor(session)), guardian={"name": "Анна", "phone": phone})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["guardian.phone"])


def test_what_is_not_changed_is_not_judged(client: FlaskClient, session: Session, login: Login) -> None:
    """A minor whose record has no guardian yet, and a child of today's rules, still change their language."""
    for person in (make_volunteer(session, birth_date=born(16, 30)), make_minor(session, 12)):
        assert patch(client, login(person), locale="ru").json.get("locale") == "ru"


def test_a_coordinator_of_the_region_sets_a_birth_date(
    client: FlaskClient, session: Session, login: Login
) -> None:
    parent = make_volunteer(session, phone=GUARDIAN["phone"])
    minor = make_minor(session)
    url, body = f"/v1/volunteers/{minor.id}/birth-date", {"birth_date": born(18, 5).isoformat()}
    for stranger in (make_volunteer(session), make_coordinator(session, "KZ-75"), minor):
        assert client.put(url, json=body, headers=login(stranger)).status_code == 403
    coordinator = make_coordinator(session, "KZ-15")
    answer = client.put(url, json=body, headers=login(coordinator))
    assert (answer.status_code, answer.json) == (200, {"id": str(minor.id)} | body)
    assert client.get("/v1/me", headers=login(minor)).json["birth_date"] == body["birth_date"]
    told = session.scalars(sa.select(Outbox.volunteer_id).where(Outbox.kind == "birth_date_set")).all()
    assert set(told) == {minor.id, parent.id}
    assert client.put(url, json=body, headers=login(coordinator)).status_code == 200
    assert len(session.scalars(sa.select(Outbox).where(Outbox.kind == "birth_date_set")).all()) == 2


def test_a_coordinator_sets_no_impossible_date_and_none_of_their_own(
    client: FlaskClient, session: Session, login: Login
) -> None:
    coordinator, person = make_coordinator(session, "KZ-15"), make_volunteer(session)
    headers = login(coordinator)
    for day, code in ((TODAY + timedelta(days=1), "invalid"), (born(12), "too-young")):
        body = {"birth_date": day.isoformat()}
        answer = client.put(f"/v1/volunteers/{person.id}/birth-date", json=body, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (422, code)
    body = {"birth_date": born(40).isoformat()}
    own = client.put(f"/v1/volunteers/{coordinator.id}/birth-date", json=body, headers=headers)
    assert own.status_code == 403
    nobody = client.put(f"/v1/volunteers/{uuid4()}/birth-date", json=body, headers=headers)
    assert nobody.status_code == 404


def home_of(session: Session, person: Volunteer) -> int | None:
    return session.scalar(sa.select(Volunteer.home_cell).where(Volunteer.id == person.id))


def test_null_forgets_the_home_and_silence_keeps_it(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session)
    headers = login(person)
    patch(client, headers, home={"latitude": 50.28, "longitude": 57.16})
    patch(client, headers, locale="ru")
    assert home_of(session, person) is not None
    assert patch(client, headers, home=None).status_code == 200
    assert home_of(session, person) is None


def test_null_forgets_an_adults_guardian(client: FlaskClient, session: Session, login: Login) -> None:
    person = make_minor(session, 18)
    assert patch(client, login(person), guardian=None).json["guardian"] is None


@pytest.mark.parametrize(("name", "value"), [("capacity", 40), ("min_age", 16), ("district", "15-02")])
def test_null_clears_what_an_event_may_go_without(
    client: FlaskClient, session: Session, login: Login, name: str, value: Any
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=NOW + timedelta(days=3))
    url, headers = f"/v1/events/{event.id}", login(owner)
    given = client.patch(url, json={"version": event.version, name: value}, headers=headers).json
    assert given[name] == value
    cleared = client.patch(url, json={"version": given["version"], name: None}, headers=headers).json
    assert cleared[name] is None
    assert client.get(url).json[name] is None
