"""What people have consented to, and who asks (fault 7)."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    CONSENTS,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.phones import Login, Phone, outcomes

OLD = {"personal_data": "2019-01", "cross_border": "2019-01"}


def withdraw(client: FlaskClient, login: Login, person: Volunteer, *names: str) -> None:
    for name in names or tuple(CONSENTS):
        assert client.delete(f"/v1/me/consents/{name}", headers=login(person)).status_code == 204


def test_another_version_locks_nobody_out_of_the_own_record(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session, consents=OLD)
    changed = client.patch("/v1/me", json={"locale": "ru"}, headers=login(person))
    assert (changed.status_code, changed.json.get("locale")) == (200, "ru")  # type: ignore[union-attr]
    assert sorted(changed.json["missing_consents"]) == ["cross_border", "personal_data"]


def test_who_has_withdrawn_still_changes_the_own_record(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session)
    withdraw(client, login, person)
    changed = client.patch("/v1/me", json={"locale": "ru"}, headers=login(person))
    assert changed.status_code == 200
    given = client.patch("/v1/me", json={"consents": CONSENTS}, headers=login(person))
    assert (given.json["consents"], given.json["missing_consents"]) == (CONSENTS, [])


def test_sign_up_and_presence_ask_the_same(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event, person = make_event(session), make_volunteer(session, consents=OLD)
    phone = Phone(client, clock, login(person))
    joined = client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(person))
    came = phone.send_live(phone.record("check_in", event, NOW))
    assert (joined.status_code, joined.json["code"]) == (409, "consent-missing")
    assert (came.status_code, came.json["code"]) == (409, "consent-missing")


def test_presence_is_judged_by_what_was_in_force_then(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    """Withdrawn on the way home, sent in the evening: it counts; what was captured after that does not."""
    event, person = make_event(session), make_volunteer(session)
    phone = Phone(client, clock, login(person))
    clock.move(timedelta(minutes=10))
    withdraw(client, login, person, "personal_data")
    before = phone.record("check_in", event, NOW)
    after = phone.record("check_in", event, NOW + timedelta(minutes=20))
    clock.move(timedelta(hours=1))
    assert outcomes(phone.send([after, before])) == ["consent-missing", "stored"]


def test_given_again_counts_for_what_arrives_from_then_on(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event, person = make_event(session), make_volunteer(session)
    phone = Phone(client, clock, login(person))
    withdraw(client, login, person)
    withdraw(client, login, person)
    clock.move(timedelta(minutes=10))
    client.patch("/v1/me", json={"consents": CONSENTS}, headers=login(person))
    between = phone.record("check_in", event, NOW + timedelta(minutes=5))
    later = phone.record("check_in", event, NOW + timedelta(minutes=10))
    clock.move(timedelta(minutes=5))
    # Who gives it before they send has consented to what their phone kept until then.
    assert outcomes(phone.send([between, later])) == ["stored", "stored"]
    assert client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(person)).status_code == 200


def test_without_consent_lists_show_initials_alone(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner, person = make_volunteer(session), make_volunteer(session, display_name="Айгүл Серікқызы")
    organization = make_organization(session, owner)
    event = make_event(session, organization)
    make_signup(session, event, person)
    make_member(session, organization, person)
    withdraw(client, login, person, "personal_data")
    listed = client.get(f"/v1/events/{event.id}/participants", headers=login(owner)).json["items"]
    assert [(one["display_name"], one["phone"]) for one in listed] == [("А. С.", None)]
    members = client.get(f"/v1/organizations/{organization.id}/members", headers=login(owner)).json["items"]
    assert "А. С." in [one["display_name"] for one in members]
    assert "Айгүл Серікқызы" not in str(members)[str(members).index(str(person.id)) :]


def test_a_coordinator_without_consent_is_listed_by_initials(
    client: FlaskClient, session: Session, login: Login
) -> None:
    national = make_coordinator(session, "*", display_name="Дәурен")
    regional = make_coordinator(session, "KZ-15", display_name="Жанар Ахметова")
    withdraw(client, login, regional, "personal_data")
    items = client.get("/v1/coordinators", headers=login(national)).json["items"]
    shown = {one["volunteer_id"]: (one["display_name"], one["phone"]) for one in items}
    assert shown[str(regional.id)] == ("Ж. А.", None)
    assert shown[str(national.id)] == ("Дәурен", national.phone)


@pytest.mark.parametrize("version", ["2019-01", "2030-01", "x"])
def test_only_a_text_that_can_be_read_can_be_agreed_to(
    client: FlaskClient, session: Session, login: Login, version: str
) -> None:
    answer = client.patch(
        "/v1/me", json={"consents": {"cross_border": version}}, headers=login(make_volunteer(session))
    )
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["consents.cross_border"])
