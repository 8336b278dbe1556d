"""Accounts that Firebase has disabled are locked out within minutes, by the unmodified SDK."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from http_base.firebase_accounts import FirebaseAccounts
from service.models import Volunteer
from service.people import accounts
from service.people.accounts import AccountsUnavailable
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.google.keys import PROJECT, Keys
from tests.google.standin import Google
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.mobile_api.phones import Phone

Login = Callable[[Volunteer], dict[str, str]]
LOOKUP = f"/v1/projects/{PROJECT}/accounts:lookup"


@pytest.fixture
def firebase(google: Google, keys: Keys) -> FirebaseAccounts:
    return FirebaseAccounts(PROJECT, keys.service_account)


@pytest.fixture
def ask(connection: sa.Connection, firebase: FirebaseAccounts) -> Callable[..., None]:
    """The job's run at NOW, or some minutes later."""
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    return lambda minutes=0: accounts.check(sessions, firebase, NOW + timedelta(minutes=minutes))


def status(client: FlaskClient, headers: dict[str, str]) -> int:
    return client.get("/v1/me", headers=headers).status_code


def test_disabled_staff_are_locked_out_by_the_next_run(
    client: FlaskClient, session: Session, login: Login, google: Google, ask: Callable[..., None]
) -> None:
    owner, regional = make_volunteer(session), make_coordinator(session)
    make_organization(session, owner)
    for person in (owner, regional):
        headers = login(person)
        google.disabled.add(str(person.subject))
        assert status(client, headers) == 200
        ask()
        refused = client.get("/v1/me", headers=headers)
        assert (refused.status_code, refused.json["code"]) == (401, "unauthenticated")
    google.disabled.clear()
    ask()
    assert status(client, headers) == 200


def test_the_others_are_asked_for_within_a_quarter_of_an_hour(
    client: FlaskClient, session: Session, login: Login, google: Google, ask: Callable[..., None]
) -> None:
    people = [make_volunteer(session) for _ in range(6)]
    google.disabled.update(str(one.subject) for one in people[:3])
    for minutes in range(accounts.ROUNDS):
        ask(minutes)
    assert [status(client, login(one)) for one in people] == [401] * 3 + [200] * 3


def test_a_deleted_account_is_locked_out(
    client: FlaskClient, session: Session, login: Login, google: Google, ask: Callable[..., None]
) -> None:
    make_coordinator(session, "*")
    gone = make_coordinator(session)
    google.deleted.add(str(gone.subject))
    ask()
    assert status(client, login(gone)) == 401


def test_without_an_answer_the_last_one_stays_in_force(
    client: FlaskClient, session: Session, login: Login, google: Google, ask: Callable[..., None]
) -> None:
    locked, free = make_coordinator(session), make_coordinator(session, "*")
    google.disabled.add(str(locked.subject))
    ask()
    google.disabled.symmetric_difference_update({str(locked.subject), str(free.subject)})
    google.accounts_down = True
    ask()
    assert [status(client, login(one)) for one in (locked, free)] == [401, 200]
    details = client.get("/readyz").json["details"]["identity"]
    assert "accounts_of_staff" in details
    google.accounts_down = False
    ask()
    assert [status(client, login(one)) for one in (locked, free)] == [200, 401]
    assert client.get("/readyz").json["details"]["identity"] == {}


def test_an_answer_that_knows_nobody_is_none(firebase: FirebaseAccounts, google: Google) -> None:
    google.deleted.update({"a", "b"})
    with pytest.raises(AccountsUnavailable):
        firebase.locked_out(["a", "b"])


def test_staff_are_asked_for_a_hundred_at_a_time(
    session: Session, google: Google, ask: Callable[..., None]
) -> None:
    for _ in range(101):
        make_coordinator(session, last_seen_at=NOW - timedelta(days=30))
    ask()
    assert google.hits[LOOKUP] == 2


def test_who_is_locked_out_neither_registers_nor_checks_in(
    client: FlaskClient, session: Session, clock: FixedClock, login: Login
) -> None:
    locked, event = make_volunteer(session, disabled_at=NOW), make_event(session)
    phone = Phone(client, clock, login(locked))
    refused = phone.send_live(phone.record("check_in", event, NOW))
    assert (refused.status_code, refused.json["code"]) == (401, "unauthenticated")
    profile = {
        "display_name": "Айгүл",
        "birth_date": "1995-03-08",
        "locale": "kk",
        "region": "KZ-15",
        "consents": {"personal_data": "2026-01"},
    }
    assert client.put("/v1/me", json=profile, headers=phone.headers).status_code == 401
