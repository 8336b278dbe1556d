"""Installations belong to nobody but who uses them: anybody can name any id (fault 8)."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Device, Volunteer
from tests.clock import FixedClock
from tests.makers import make_device, make_event, make_volunteer
from tests.mobile_api.phones import Login, Phone

HERS = "c8vJx2bQTk"


def body(value: str) -> dict[str, Any]:
    return {"platform": "android", "kind": "fid", "value": value, "app_version": "1.0"}


def put(client: FlaskClient, headers: dict[str, str], installation: str, value: str) -> Any:
    return client.put(f"/v1/me/devices/{installation}", json=body(value), headers=headers)


def values_of(session: Session, person: Volunteer) -> list[str]:
    query = sa.select(Device.value).where(Device.volunteer_id == person.id).order_by(Device.seen_at)
    return list(session.scalars(query))


def check_in(phone: Phone, event: Any, number: int) -> str:
    """From a place of one's own: the same fix is another rule's."""
    position = {"latitude": event.latitude + number / 100_000}
    answer = phone.send_live(phone.record("check_in", event, phone.clock.now(), position=position))
    assert answer.status_code == 201
    return str(answer.json["status"])


def test_naming_anothers_installation_takes_no_pushes_away(
    client: FlaskClient, session: Session, login: Login
) -> None:
    she, stranger = make_volunteer(session), make_volunteer(session)
    assert put(client, login(she), HERS, "her phone").status_code == 204
    assert put(client, login(stranger), HERS, "another").status_code == 204
    assert values_of(session, she) == ["her phone"]
    assert client.delete(f"/v1/me/devices/{HERS}", headers=login(stranger)).status_code == 204
    assert values_of(session, she) == ["her phone"]


def test_a_value_moves_with_the_phone(client: FlaskClient, session: Session, login: Login) -> None:
    first, second = make_volunteer(session), make_volunteer(session)
    put(client, login(first), HERS, "the phone")
    put(client, login(second), "other", "the phone")
    assert (values_of(session, first), values_of(session, second)) == ([], ["the phone"])


def test_strangers_who_name_an_installation_put_its_owner_into_no_review(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    """Whoever comes first: doubted are those to whom the phone was not registered before that day."""
    event = make_event(session)
    she, *strangers = (make_volunteer(session) for _ in range(6))
    make_device(session, she, installation_id=HERS)
    order = [*strangers[:2], she, *strangers[2:]]
    phones = {one.id: Phone(client, clock, login(one), installation=HERS) for one in order}
    for number, one in enumerate(order):
        check_in(phones[one.id], event, number)
    final = {who: phone.history()[str(event.id)]["status"] for who, phone in phones.items()}
    assert final.pop(she.id) == "counted"
    assert set(final.values()) == {"review"}


def test_a_phone_that_is_passed_round_is_doubted_all_the_same(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    """Each signs in on it, which registers it to them; whose it was before has it no more."""
    event, value = make_event(session), "one phone"
    people = [make_volunteer(session) for _ in range(5)]
    make_device(session, people[0], installation_id=HERS, value=value)
    phones = [Phone(client, clock, login(one), installation=HERS) for one in people]
    for number, phone in enumerate(phones):
        put(client, phone.headers, HERS, value)
        check_in(phone, event, number)
        clock.move(timedelta(minutes=1))
    final = [phone.history()[str(event.id)]["status"] for phone in phones[1:]]
    assert final == ["review"] * 4


def test_the_21st_device_lets_the_oldest_go(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    person, other = make_volunteer(session), make_volunteer(session)
    put(client, login(other), "other", "another's")
    for number in range(23):
        assert put(client, login(person), f"phone-{number}", f"value-{number}").status_code == 204
        clock.move(timedelta(minutes=1))
    assert values_of(session, person) == [f"value-{number}" for number in range(3, 23)]
    put(client, login(person), "phone-3", "value-3")
    assert len(values_of(session, person)) == 20
    assert values_of(session, other) == ["another's"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("installation", ["a%00b", "%00", "x" * 201, "%E2%80%8B", "%E2%80%AE", "%20"])
def test_an_id_that_cannot_be_is_refused_whole(
    client: FlaskClient,
    session: Session,
    login: Login,
    caplog: pytest.LogCaptureFixture,
    method: str,
    installation: str,
) -> None:
    person = make_volunteer(session)
    json = body("secret-value") if method == "PUT" else None
    answer = client.open(f"/v1/me/devices/{installation}", method=method, json=json, headers=login(person))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert list(answer.json["errors"]) == ["installation_id"]
    assert values_of(session, person) == []
    assert "secret-value" not in caplog.text


@pytest.mark.parametrize("path", ["consents/%00", "consents/" + "x" * 3_000, "consents/%E2%80%AE"])
def test_no_path_is_taken_for_another(client: FlaskClient, session: Session, login: Login, path: str) -> None:
    answer = client.delete(f"/v1/me/{path}", headers=login(make_volunteer(session)))
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_the_longest_id_is_taken_as_it_is(client: FlaskClient, session: Session, login: Login) -> None:
    person, longest = make_volunteer(session), "x" * 200
    assert put(client, login(person), longest, "v").status_code == 204
    assert session.scalars(sa.select(Device.installation_id)).all() == [longest]
