"""Who may be asked to join, for how long, how often, and what an answer changes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import audience
from service.models import Invitation, Organization, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_member, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


class Inviting:
    """An owner who invites, and people who answer."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner = make_volunteer(session)
        self.organization = make_organization(session, self.owner)

    @property
    def url(self) -> str:
        return f"/v1/organizations/{self.organization.id}"

    def invite(self, phone: str, role: str = "organizer", by: Volunteer | None = None) -> Any:
        body = {"phone": phone, "role": role}
        return self.client.post(f"{self.url}/invitations", json=body, headers=self.login(by or self.owner))

    def mine(self, person: Volunteer) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/v1/me/invitations", headers=self.login(person)).json[
            "items"
        ]
        return found

    def answer(self, person: Volunteer, invitation_id: Any, how: str = "accept") -> Any:
        return self.client.post(f"/v1/me/invitations/{invitation_id}/{how}", headers=self.login(person))

    def ids(self, phone: str) -> list[Any]:
        query = sa.select(Invitation.id).where(Invitation.phone == phone).order_by(Invitation.id)
        return list(self.session.scalars(query))

    def roles(self) -> dict[str, str]:
        members = self.client.get(f"{self.url}/members", headers=self.login(self.owner)).json["items"]
        return {member["volunteer_id"]: member["role"] for member in members}

    def sent(self, person: Volunteer) -> int:
        query = sa.select(sa.func.count()).where(
            Outbox.kind == "invitation", Outbox.volunteer_id == person.id
        )
        return int(self.session.scalar(query) or 0)


@pytest.fixture
def inviting(client: FlaskClient, session: Session, login: Login) -> Inviting:
    return Inviting(client, session, login)


def test_open_ones_are_seen_from_both_sides(inviting: Inviting) -> None:
    person = make_volunteer(inviting.session)
    inviting.invite(person.phone)
    (mine,) = inviting.mine(person)
    assert mine["organization"]["id"] == str(inviting.organization.id)
    assert (mine["role"], mine["status"]) == ("organizer", "open")
    listed = inviting.client.get(f"{inviting.url}/invitations", headers=inviting.login(inviting.owner)).json
    (seen,) = listed["items"]
    assert (seen["id"], seen["phone"], seen["role"]) == (mine["id"], person.phone, "organizer")
    for one in (mine, seen):
        assert datetime.fromisoformat(one["expires_at"]) == NOW + timedelta(days=14)
    inviting.answer(person, mine["id"])
    assert inviting.mine(person) == []


def test_it_can_be_withdrawn(inviting: Inviting) -> None:
    person = make_volunteer(inviting.session)
    inviting.invite(person.phone)
    (invitation_id,) = inviting.ids(person.phone)
    url = f"{inviting.url}/invitations/{invitation_id}"
    other = Inviting(inviting.client, inviting.session, inviting.login)
    for one, status in ((person, 403), (other.owner, 403)):
        assert inviting.client.delete(url, headers=inviting.login(one)).status_code == status
    foreign = f"{other.url}/invitations/{invitation_id}"
    assert inviting.client.delete(foreign, headers=inviting.login(other.owner)).status_code == 404
    for _ in range(2):
        assert inviting.client.delete(url, headers=inviting.login(inviting.owner)).status_code == 204
    refused = inviting.answer(person, invitation_id)
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")
    assert inviting.mine(person) == []


@pytest.mark.parametrize("how", ["accept", "decline"])
def test_after_two_weeks_it_is_over(inviting: Inviting, clock: FixedClock, how: str) -> None:
    person = make_volunteer(inviting.session)
    inviting.invite(person.phone)
    (invitation_id,) = inviting.ids(person.phone)
    clock.move(timedelta(days=14, seconds=1))
    assert inviting.mine(person) == []
    refused = inviting.answer(person, invitation_id, how)
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")
    assert str(person.id) not in inviting.roles()
    # Asked again, it is open again, and the person hears.
    assert inviting.invite(person.phone).status_code == 202
    assert inviting.sent(person) == 2
    (mine,) = inviting.mine(person)
    assert inviting.answer(person, mine["id"]).status_code == 200
    assert inviting.roles()[str(person.id)] == "organizer"


def test_it_can_be_accepted_to_the_last_moment(inviting: Inviting, clock: FixedClock) -> None:
    person = make_volunteer(inviting.session)
    inviting.invite(person.phone)
    (invitation_id,) = inviting.ids(person.phone)
    clock.move(timedelta(days=14))
    assert inviting.answer(person, invitation_id).status_code == 200
    clock.move(timedelta(days=1))
    # The same answer again, whenever.
    assert inviting.answer(person, invitation_id).status_code == 200


def test_accepting_never_lowers_a_role(inviting: Inviting) -> None:
    inviting.invite(inviting.owner.phone, "organizer")
    (invitation_id,) = inviting.ids(inviting.owner.phone)
    assert inviting.answer(inviting.owner, invitation_id).status_code == 200
    assert inviting.roles() == {str(inviting.owner.id): "owner"}


def test_accepting_raises_a_role(inviting: Inviting) -> None:
    person = make_volunteer(inviting.session)
    make_member(inviting.session, inviting.organization, person)
    inviting.invite(person.phone, "owner")
    (invitation_id,) = inviting.ids(person.phone)
    inviting.answer(person, invitation_id)
    assert inviting.roles()[str(person.id)] == "owner"


def test_who_was_taken_out_does_not_come_back_by_an_old_invitation(inviting: Inviting) -> None:
    person = make_volunteer(inviting.session)
    make_member(inviting.session, inviting.organization, person)
    inviting.invite(person.phone, "owner")
    (invitation_id,) = inviting.ids(person.phone)
    url = f"{inviting.url}/members/{person.id}"
    assert inviting.client.delete(url, headers=inviting.login(inviting.owner)).status_code == 204
    refused = inviting.answer(person, invitation_id)
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")
    assert str(person.id) not in inviting.roles()
    # A new one is a new word.
    assert inviting.invite(person.phone).status_code == 202
    (mine,) = inviting.mine(person)
    assert inviting.answer(person, mine["id"]).status_code == 200


def test_a_member_leaves_by_oneself_but_not_the_last_owner(inviting: Inviting) -> None:
    person = make_volunteer(inviting.session)
    make_member(inviting.session, inviting.organization, person)
    mine = f"{inviting.url}/members/{person.id}"
    assert inviting.client.delete(mine, headers=inviting.login(person)).status_code == 204
    assert inviting.roles() == {str(inviting.owner.id): "owner"}
    url = f"{inviting.url}/members/{inviting.owner.id}"
    for answer in (
        inviting.client.delete(url, headers=inviting.login(inviting.owner)),
        inviting.client.put(url, json={"role": "organizer"}, headers=inviting.login(inviting.owner)),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "sole-owner")


@pytest.mark.parametrize("state", ["pending", "asked", "rejected", "suspended"])
def test_an_organization_that_is_not_verified_takes_nobody_in(inviting: Inviting, state: str) -> None:
    person, newcomer = make_volunteer(inviting.session), "+77015550177"
    for phone in (person.phone, newcomer):
        inviting.invite(phone)
    inviting.session.execute(
        sa.update(Organization).where(Organization.id == inviting.organization.id).values(status=state)
    )
    refused = inviting.invite("+77015550178")
    assert (refused.status_code, refused.json["code"]) == (409, "not-verified")
    (invitation_id,) = inviting.ids(person.phone)
    answer = inviting.answer(person, invitation_id)
    assert (answer.status_code, answer.json["code"]) == (409, "not-verified")
    assert inviting.answer(person, invitation_id, "decline").status_code == 200
    assert inviting.mine(person) == []


@pytest.mark.parametrize("state", ["pending", "asked", "suspended"])
def test_its_name_stands_in_no_push(inviting: Inviting, state: str) -> None:
    person = make_volunteer(inviting.session)
    inviting.invite(person.phone)
    entry = inviting.session.scalars(sa.select(Outbox).where(Outbox.kind == "invitation")).one()
    assert len(inviting.session.execute(audience.recipients(inviting.session, entry)).all()) == 1
    inviting.session.execute(
        sa.update(Organization).where(Organization.id == inviting.organization.id).values(status=state)
    )
    assert inviting.session.execute(audience.recipients(inviting.session, entry)).all() == []
