"""The second factor (R5): enrolled, passed, guarded, reset; thieves of codes and numbers get nowhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Coordinator, EnrolmentSecret, Outbox, PageSession, SecondFactor, Volunteer
from service.models.audit import AuditEntry
from service.people import identities, second_factor, sessions
from service.platform.settings import DEVELOPMENT_SECRET, SecondFactorMode
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
STEP = timedelta(seconds=30)


@pytest.fixture
def mode(request: pytest.FixtureRequest, app: Tazalyq) -> Iterator[SecondFactorMode]:
    """As production has it, unless the test says otherwise."""
    wanted = getattr(request, "param", SecondFactorMode.REQUIRED)
    services = app.extensions["tazalyq"]
    before = services.settings
    services.settings = replace(before, second_factor=wanted)
    yield wanted
    services.settings = before


@pytest.fixture
def owner(session: Session) -> Volunteer:
    made = make_volunteer(session)
    make_organization(session, made)
    return made


class Person:
    """Somebody with an authenticator app."""

    def __init__(self, client: FlaskClient, clock: FixedClock, headers: dict[str, str]) -> None:
        self.client, self.clock, self.headers = client, clock, headers
        self.app: pyotp.TOTP | None = None

    def begin(self, secret: str | None = None) -> Any:
        body = {} if secret is None else {"secret": secret}
        answer = self.client.post("/v1/me/second-factor", json=body, headers=self.headers)
        if answer.status_code == 200:
            uri = answer.json["otpauth_uri"]
            self.app = pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])
        return answer

    @property
    def code(self) -> str:
        assert self.app is not None
        return self.app.at(self.clock.now())

    def confirm(self, code: str | None = None) -> Any:
        body = {"totp": code or self.code}
        return self.client.put("/v1/me/second-factor", json=body, headers=self.headers)

    def elevate(self, code: str | None = None) -> Any:
        body = {"totp": code or self.code}
        answer = self.client.post("/v1/me/elevation", json=body, headers=self.headers)
        if answer.status_code == 200:
            self.headers = self.headers | {"X-Elevation": answer.json["elevation"]}
        return answer

    def enrol(self, secret: str | None = None) -> None:
        assert self.begin(secret).status_code == 200
        assert self.confirm().status_code == 204
        self.clock.move(STEP)


@pytest.fixture
def person_of(
    client: FlaskClient, clock: FixedClock, login: Login, mode: Any
) -> Callable[[Volunteer], Person]:
    return lambda volunteer: Person(client, clock, login(volunteer))


def secret_for(session: Session, volunteer: Volunteer) -> str:
    made = second_factor.new_secret(session, volunteer.id, NOW, DEVELOPMENT_SECRET)
    assert made is not None
    return made


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


@pytest.fixture
def coordinator(session: Session, person_of: Any) -> Person:
    """One who has enrolled."""
    made = make_coordinator(session)
    person: Person = person_of(made)
    person.enrol(secret_for(session, made))
    return person


REVIEWS = "/v1/reviews"


def reviews(person: Person) -> Any:
    return person.client.get(REVIEWS, headers=person.headers)


def test_powers_need_the_factor_and_a_volunteers_own_rights_do_not(coordinator: Person) -> None:
    assert code_of(reviews(coordinator)) == (403, "second-factor-required")
    assert coordinator.client.get("/v1/me", headers=coordinator.headers).json["coordinates"]
    assert coordinator.elevate().status_code == 200
    assert reviews(coordinator).status_code == 200


def test_an_elevation_lasts_12_hours(coordinator: Person) -> None:
    answer = coordinator.elevate().json
    assert answer["expires_at"].startswith("2026-05-16T18:00:30")
    coordinator.clock.move(timedelta(hours=12) - STEP)
    assert reviews(coordinator).status_code == 200
    coordinator.clock.move(STEP)
    assert code_of(reviews(coordinator)) == (403, "second-factor-required")


def test_an_elevation_is_of_one_account_and_one_sign_in(
    coordinator: Person, session: Session, person_of: Any, login: Login
) -> None:
    coordinator.elevate()
    other = make_coordinator(session)
    thief: Person = person_of(other)
    thief.headers["X-Elevation"] = coordinator.headers["X-Elevation"]
    assert code_of(reviews(thief)) == (403, "second-factor-required")
    volunteer = session.scalars(sa.select(Volunteer).where(Volunteer.id != other.id)).first()
    assert volunteer is not None
    coordinator.clock.move(timedelta(seconds=1))
    anew = login(volunteer) | {"X-Elevation": coordinator.headers["X-Elevation"]}
    assert code_of(coordinator.client.get(REVIEWS, headers=anew)) == (403, "second-factor-required")


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "ұ", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_what_is_no_elevation_elevates_nobody(coordinator: Person, forged: str) -> None:
    coordinator.headers["X-Elevation"] = forged.encode().decode("latin-1")
    assert code_of(reviews(coordinator)) == (403, "second-factor-required")


@pytest.mark.parametrize("mode", [SecondFactorMode.PAGES, SecondFactorMode.OFF], indirect=True)
def test_a_field_app_that_cannot_do_it_yet_works_in_these_modes(
    session: Session, client: FlaskClient, login: Login, mode: SecondFactorMode
) -> None:
    assert client.get(REVIEWS, headers=login(make_coordinator(session))).status_code == 200
    details = client.get("/readyz").json["details"]["identity"]
    assert ("second_factor" in details) is (mode == SecondFactorMode.PAGES)


def test_an_owner_enrols_without_a_secret(owner: Volunteer, person_of: Any, session: Session) -> None:
    person: Person = person_of(owner)
    organization_id = identities.find_actor(session, owner.subject).organizations.popitem()[0]  # type: ignore[union-attr] # registered
    members = f"/v1/organizations/{organization_id}/members"
    assert code_of(person.client.get(members, headers=person.headers)) == (403, "second-factor-required")
    person.enrol()
    person.elevate()
    assert person.client.get(members, headers=person.headers).status_code == 200


def test_a_coordinators_first_takes_the_one_time_secret(session: Session, person_of: Any) -> None:
    made = make_coordinator(session)
    person: Person = person_of(made)
    assert code_of(person.begin()) == (403, "enrolment-secret-required")
    secret = secret_for(session, made)
    assert code_of(person.begin("AAAA-BBBB-CCCC-DDDD")) == (403, "enrolment-secret-required")
    # As people type: without dashes, in small letters.
    person.enrol(secret.replace("-", " ").lower())
    assert session.scalars(sa.select(EnrolmentSecret)).all() == []
    assert person.elevate().status_code == 200


def test_a_secret_is_of_one_person_for_7_days(session: Session, person_of: Any) -> None:
    made, other = make_coordinator(session), make_coordinator(session)
    secret = secret_for(session, made)
    assert code_of(person_of(other).begin(secret)) == (403, "enrolment-secret-required")
    person: Person = person_of(made)
    person.clock.move(timedelta(days=7))
    assert code_of(person.begin(secret)) == (403, "enrolment-secret-required")


def test_who_enrolled_as_an_owner_cannot_pass_as_a_coordinator(
    owner: Volunteer, session: Session, person_of: Any, client: FlaskClient
) -> None:
    """A stolen number suffices to enrol an owner's; it must not suffice for a region."""
    person: Person = person_of(owner)
    person.enrol()
    session.add(Coordinator(volunteer_id=owner.id, region_code="KZ-15", created_at=NOW))
    session.flush()
    assert code_of(person.elevate()) == (409, "second-factor-missing")
    person.enrol(secret_for(session, owner))
    assert person.elevate().status_code == 200


def test_what_was_begun_before_somebody_coordinates_uses_up_no_secret(
    owner: Volunteer, person_of: Any, session: Session
) -> None:
    person = person_of(owner)
    person.begin()
    session.add(Coordinator(volunteer_id=owner.id, region_code="KZ-15", created_at=NOW))
    session.flush()
    secret = secret_for(session, owner)
    person.confirm()
    person.enrol(secret)
    assert person.elevate().status_code == 200


def test_a_step_of_time_is_taken_once(coordinator: Person) -> None:
    code = coordinator.code
    assert coordinator.elevate(code).status_code == 200
    assert code_of(coordinator.elevate(code)) == (422, "invalid")
    coordinator.clock.move(STEP)
    # The one before is still within its 90 seconds, and taken.
    assert code_of(coordinator.elevate(code)) == (422, "invalid")
    assert coordinator.elevate().status_code == 200


def test_the_first_code_is_not_taken_again_to_elevate(owner: Volunteer, person_of: Any) -> None:
    person: Person = person_of(owner)
    person.begin()
    code = person.code
    assert person.confirm(code).status_code == 204
    assert code_of(person.elevate(code)) == (422, "invalid")


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "абвгде", "-1", "１２３４５６"])
def test_what_is_no_code_of_now(coordinator: Person, code: str) -> None:
    assert coordinator.app is not None
    assert coordinator.client.post(
        "/v1/me/elevation", json={"totp": code}, headers=coordinator.headers
    ).status_code in (422,)


def test_codes_cannot_be_tried_through(coordinator: Person) -> None:
    answers = [coordinator.elevate("000000").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    # The right one either, until the hour is over.
    assert coordinator.elevate().status_code == 429
    coordinator.clock.move(timedelta(hours=1))
    assert coordinator.elevate().status_code == 200
    # Which forgives the tries before it.
    coordinator.clock.move(STEP)
    assert [coordinator.elevate("000000").status_code for _ in range(4)] == [422] * 4
    assert coordinator.elevate().status_code == 200


def test_no_more_than_20_tries_a_day(coordinator: Person) -> None:
    coordinator.clock.move(timedelta(hours=13))
    answers = []
    for _ in range(5):
        answers += [coordinator.elevate("000000").status_code for _ in range(5)]
        coordinator.clock.move(timedelta(hours=1))
    assert answers.count(422) == 20


def test_confirming_is_limited_as_well(owner: Volunteer, person_of: Any) -> None:
    person: Person = person_of(owner)
    person.begin()
    assert [person.confirm("000000").status_code for _ in range(6)] == [422] * 5 + [429]


def test_of_two_who_enrol_at_once_the_last_begun_is_in_force(owner: Volunteer, person_of: Any) -> None:
    one, two = person_of(owner), person_of(owner)
    one.begin()
    two.begin()
    assert code_of(one.confirm()) == (422, "invalid")
    assert two.confirm().status_code == 204
    assert code_of(two.confirm()) == (409, "second-factor-missing")


def test_what_was_begun_waits_for_15_minutes(owner: Volunteer, person_of: Any) -> None:
    person: Person = person_of(owner)
    assert code_of(person.confirm("000000")) == (409, "second-factor-missing")
    person.begin()
    person.clock.move(timedelta(minutes=15))
    assert code_of(person.confirm()) == (409, "second-factor-missing")


def test_one_in_force_is_replaced_only_by_who_passed_it(coordinator: Person, session: Session) -> None:
    assert code_of(coordinator.begin()) == (403, "second-factor-required")
    coordinator.elevate()
    former = coordinator.app
    assert coordinator.begin().status_code == 200
    # Until it is confirmed the former one is in force.
    assert reviews(coordinator).status_code == 200
    assert coordinator.confirm().status_code == 204
    # And what was proven with it is worth nothing any more.
    assert code_of(reviews(coordinator)) == (403, "second-factor-required")
    coordinator.clock.move(STEP)
    assert former is not None
    assert code_of(coordinator.elevate(former.at(coordinator.clock.now()))) == (422, "invalid")
    assert coordinator.elevate().status_code == 200
    assert reviews(coordinator).status_code == 200


@pytest.mark.parametrize("mode", [SecondFactorMode.OFF, SecondFactorMode.PAGES], indirect=True)
def test_no_mode_lets_one_in_force_be_replaced_unproven(
    owner: Volunteer, person_of: Any, mode: SecondFactorMode
) -> None:
    person: Person = person_of(owner)
    person.enrol()
    assert code_of(person.begin()) == (403, "second-factor-required")


class TestReset:
    @pytest.fixture
    def nationals(self, session: Session, person_of: Any) -> list[Person]:
        """Three, who have passed their factors."""
        found = []
        for _ in range(3):
            made = make_coordinator(session, "*")
            person: Person = person_of(made)
            person.enrol(secret_for(session, made))
            person.elevate()
            found.append(person)
        return found

    def reset(self, by: Person, volunteer_id: Any) -> Any:
        return by.client.post(f"/v1/volunteers/{volunteer_id}/second-factor/reset", headers=by.headers)

    def test_it_takes_two_who_are_told_and_ends_all_sessions(
        self, nationals: list[Person], coordinator: Person, session: Session
    ) -> None:
        coordinator.elevate()
        me = coordinator.client.get("/v1/me", headers=coordinator.headers).json["id"]
        volunteer = session.get_one(Volunteer, me)
        actor = identities.find_actor(session, volunteer.subject)
        assert actor is not None
        sessions.begin(session, actor, "", "", NOW)
        one, two, _ = nationals
        assert self.reset(one, me).json == {"state": "asked"}
        assert self.reset(one, me).json == {"state": "asked"}
        assert reviews(coordinator).status_code == 200
        assert self.reset(two, me).json == {"state": "done"}
        assert code_of(reviews(coordinator)) == (403, "second-factor-required")
        assert session.scalars(sa.select(PageSession)).all() == []
        told = session.execute(
            sa.select(Outbox.kind, Outbox.volunteer_id).where(Outbox.kind.like("%second_factor_reset"))
        ).all()
        assert len(told) == 4
        assert ("second_factor_reset", volunteer.id) in told
        assert code_of(self.reset(two, me)) == (404, "not-found")
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == volunteer.id))
        assert list(actions).count("second-factor-reset") == 3

    def test_a_word_waits_for_24_hours(self, nationals: list[Person], coordinator: Person) -> None:
        me = coordinator.client.get("/v1/me", headers=coordinator.headers).json["id"]
        one, two, _ = nationals
        self.reset(one, me)
        one.clock.move(timedelta(hours=24))
        for person in nationals:
            assert person.elevate().status_code == 200
        assert self.reset(two, me).json == {"state": "asked"}

    def test_nobody_resets_their_own_and_no_other_coordinator_does(
        self, nationals: list[Person], coordinator: Person
    ) -> None:
        mine = nationals[0].client.get("/v1/me", headers=nationals[0].headers).json["id"]
        assert code_of(self.reset(nationals[0], mine)) == (403, "forbidden")
        coordinator.elevate()
        assert code_of(self.reset(coordinator, mine)) == (403, "forbidden")

    def test_an_appointing_national_hands_out_the_secret(
        self, nationals: list[Person], session: Session, person_of: Any
    ) -> None:
        new = make_volunteer(session)
        body = {"phone": new.phone, "region": "KZ-15"}
        headers = nationals[0].headers
        client = nationals[0].client
        first = client.put("/v1/coordinators", json=body, headers=headers).json["enrolment_secret"]
        second = client.put("/v1/coordinators", json=body, headers=headers).json["enrolment_secret"]
        person: Person = person_of(new)
        assert code_of(person.begin(first)) == (403, "enrolment-secret-required")
        person.enrol(second)
        assert client.put("/v1/coordinators", json=body, headers=headers).json["enrolment_secret"] is None


def test_secrets_are_sealed_and_one_of_a_former_key_has_to_be_enrolled_anew(
    coordinator: Person, session: Session, app: Tazalyq
) -> None:
    assert coordinator.app is not None
    row = session.scalars(sa.select(SecondFactor)).one()
    assert row.secret is not None
    assert coordinator.app.secret.encode() not in row.secret
    actor = identities.find_actor(session, session.get_one(Volunteer, row.volunteer_id).subject)
    assert actor is not None
    with pytest.raises(Exception, match="second-factor-missing"):
        second_factor.prove(session, actor, coordinator.code, coordinator.clock.now(), "k" * 40)
