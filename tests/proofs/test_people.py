"""What people could not do with their own record, and what others could do with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from service.people import consents, volunteers
from service.people.identities import Identity
from service.people.volunteers import Profile
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_volunteer
from tests.mobile_api.phones import Phone

Login = Callable[[Volunteer], dict[str, str]]
PROFILE = Profile("А", date(1990, 1, 1), "kk", "KZ-15", consents={"personal_data": "2026-01"})
FIRST, SECOND = "+77010000001", "+77010000002"


def register(session: Session, subject: str, phone: str, minute: int = 0) -> tuple[Volunteer, bool]:
    """Register with a token of a minute of the hour before NOW."""
    issued_at = NOW - timedelta(minutes=60 - minute)
    identity = Identity(subject, phone, issued_at, issued_at)
    return volunteers.register(session, identity, PROFILE, NOW, min_age=14, phone_regions=["KZ"])


def held_home(session: Session, person: Volunteer) -> int | None:
    return session.scalar(sa.select(Volunteer.home_cell).where(Volunteer.id == person.id))


def test_a_number_moves_to_somebody_who_is_registered(session: Session) -> None:
    """She has changed her number to one that another record held: it leaves that one."""
    hers, _ = register(session, "uid-a", FIRST, 1)
    his, _ = register(session, "uid-b", SECOND, 2)
    again, is_new = register(session, "uid-a", SECOND, 3)
    assert (again.id, is_new) == (hers.id, False)
    assert (hers.phone, his.phone) == (SECOND, None)


def test_a_double_tap_registers_once(sessions: Sessions) -> None:
    gate = Barrier(2)

    def tap(_turn: int) -> bool:
        with sessions.begin() as session:
            session.connection()
            gate.wait(5)
            return register(session, "uid-z", "+77019999999")[1]

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(tap, range(2))) == [False, True]


def test_a_withdrawal_outlives_a_change_made_from_an_older_reading(sessions: Sessions) -> None:
    with sessions.begin() as session:
        person = make_volunteer(session)
    withdrawing, changing = sessions(), sessions()
    read = volunteers.get(changing, person.id)
    consents.withdraw(withdrawing, person.id, "cross_border", NOW)
    withdrawing.commit()
    phone = str(person.phone)
    volunteers.change(changing, read, {"display_name": "Жаңа"}, NOW, min_age=14, phone=phone)
    changing.commit()
    with sessions() as session:
        assert set(consents.versions(session, person.id)) == {"personal_data"}
        assert session.get_one(Volunteer, person.id).display_name == "Жаңа"


@pytest.mark.parametrize(
    "held",
    [{}, {"personal_data": "2025-01", "cross_border": "2025-01"}],
    ids=["withdrawn", "an older text"],
)
def test_ones_own_record_is_changed_without_a_new_consent(
    client: FlaskClient, session: Session, login: Login, held: dict[str, str]
) -> None:
    person = make_volunteer(session, consents=held)
    answer = client.patch("/v1/me", json={"locale": "ru"}, headers=login(person))
    assert (answer.status_code, answer.json["locale"]) == (200, "ru")


def test_a_minor_of_before_changes_what_is_not_about_age(
    client: FlaskClient, session: Session, login: Login
) -> None:
    """Registered without a guardian, by the rules of then: her language is hers all the same."""
    minor = make_volunteer(session, birth_date=NOW.date() - timedelta(days=16 * 366))
    answer = client.patch("/v1/me", json={"locale": "ru"}, headers=login(minor))
    assert (answer.status_code, answer.json["locale"]) == (200, "ru")
    refused = client.patch("/v1/me", json={"birth_date": "1990-01-01"}, headers=login(minor))
    assert refused.status_code == 422


def test_a_home_can_be_taken_back(client: FlaskClient, session: Session, login: Login) -> None:
    person = make_volunteer(session)
    home = {"latitude": 50.28, "longitude": 57.16}
    assert client.patch("/v1/me", json={"home": home}, headers=login(person)).status_code == 200
    assert held_home(session, person) is not None
    assert client.patch("/v1/me", json={"home": None}, headers=login(person)).status_code == 200
    assert held_home(session, person) is None


@pytest.mark.parametrize("version", ["2019-01", "2026-01"])
def test_signing_up_and_checking_in_ask_one_function_for_consent(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, version: str
) -> None:
    event = make_event(session)
    person = make_volunteer(session, consents={"personal_data": version, "cross_border": version})
    phone = Phone(client, clock, login(person))
    signed_up = client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(person))
    walked_in = phone.send_live(phone.record("check_in", event, NOW))
    both = [signed_up.status_code < 300, walked_in.status_code < 300]
    assert both == [version == "2026-01"] * 2
