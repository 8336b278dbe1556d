"""An organization that nobody administers any more: its region's coordinator asks somebody to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AuditAction, AuditEntry, Membership, Organization, Volunteer
from tests.conftest import NOW
from tests.makers import make_ban, make_coordinator, make_member, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
Invite = Callable[..., Any]


@pytest.fixture
def coordinator(session: Session) -> Volunteer:
    return make_coordinator(session)


@pytest.fixture
def invite(client: FlaskClient, login: Login, organization: Organization, coordinator: Volunteer) -> Invite:
    def send(phone: str | None, role: str = "owner", by: Volunteer | None = None) -> Any:
        url, headers = f"/v1/organizations/{organization.id}/invitations", login(by or coordinator)
        return client.post(url, json={"phone": phone, "role": role}, headers=headers)

    return send


def gone(session: Session, owner: Volunteer) -> None:
    session.execute(sa.delete(Membership).where(Membership.volunteer_id == owner.id))


def ban(session: Session, owner: Volunteer) -> None:
    make_ban(session, owner.id)


def rest(session: Session, owner: Volunteer) -> None:
    session.execute(sa.update(Membership).where(Membership.volunteer_id == owner.id).values(resting=True))


def mine(client: FlaskClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: Any = client.get("/v1/me/invitations", headers=headers).json
    return list(found["items"])


@pytest.mark.parametrize("why", [gone, ban, rest])
def test_a_coordinator_asks_somebody_to_administer_what_nobody_does(
    client: FlaskClient,
    session: Session,
    login: Login,
    organization: Organization,
    owner: Volunteer,
    coordinator: Volunteer,
    invite: Invite,
    why: Callable[[Session, Volunteer], None],
) -> None:
    """Also of somebody who organizes there by now: they rise by it."""
    why(session, owner)
    organizer = make_volunteer(session)
    make_member(session, organization, organizer)
    assert invite(organizer.phone).status_code == 202
    (asked,) = mine(client, login(organizer))
    assert asked["role"] == "owner"
    assert (
        client.post(f"/v1/me/invitations/{asked['id']}/accept", headers=login(organizer)).status_code == 200
    )
    assert (
        session.get_one(Membership, (organization.id, organizer.id), populate_existing=True).role == "owner"
    )
    entry = sa.select(AuditEntry.actor_id).where(AuditEntry.action == AuditAction.MEMBER_INVITED)
    assert session.scalars(entry).all() == [coordinator.id]
    # From now on that is the administrators' own business.
    assert invite(make_volunteer(session).phone).status_code == 403


@pytest.mark.parametrize("role", ["owner", "organizer"])
def test_whose_role_rests_there_administers_it_once_they_were_asked_and_said_yes(
    client: FlaskClient,
    session: Session,
    login: Login,
    organization: Organization,
    owner: Volunteer,
    invite: Invite,
    role: str,
) -> None:
    """Somebody else has vouched for them, as whoever confirms a role does."""
    asked = owner
    if role == "organizer":
        asked = make_volunteer(session)
        make_member(session, organization, asked)
        gone(session, owner)
    rest(session, asked)
    assert invite(asked.phone).status_code == 202
    (found,) = mine(client, login(asked))
    client.post(f"/v1/me/invitations/{found['id']}/accept", headers=login(asked))
    (member,) = session.scalars(sa.select(Membership).execution_options(populate_existing=True))
    assert (member.volunteer_id, member.role, member.resting) == (asked.id, "owner", False)
    assert invite(make_volunteer(session).phone).status_code == 403


def test_a_lesser_invitation_puts_no_greater_role_in_force(
    client: FlaskClient, session: Session, login: Login, organization: Organization, owner: Volunteer
) -> None:
    other = make_volunteer(session)
    make_member(session, organization, other, "owner")
    rest(session, owner)
    url = f"/v1/organizations/{organization.id}/invitations"
    client.post(url, json={"phone": owner.phone, "role": "organizer"}, headers=login(other))
    (found,) = mine(client, login(owner))
    client.post(f"/v1/me/invitations/{found['id']}/accept", headers=login(owner))
    member = session.get_one(Membership, (organization.id, owner.id), populate_existing=True)
    assert (member.role, member.resting) == ("owner", True)


def test_whoever_is_asked_next_is_asked_instead(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, invite: Invite
) -> None:
    """A number that was mistyped administers nothing."""
    gone(session, owner)
    stranger, meant = make_volunteer(session), make_volunteer(session)
    for person in (stranger, meant, meant):
        assert invite(person.phone).status_code == 202
    assert mine(client, login(stranger)) == []
    assert len(mine(client, login(meant))) == 1


def test_where_somebody_administers_a_coordinator_asks_nobody(
    session: Session, owner: Volunteer, invite: Invite
) -> None:
    assert invite("+77015550102").json["code"] == "forbidden"
    make_ban(session, owner.id, banned_at=NOW - timedelta(days=9), expires_at=NOW)
    assert invite("+77015550102").status_code == 403, "a ban that is over"


def test_only_an_administrator_is_asked_for_and_only_by_whose_region_it_is(
    session: Session, organization: Organization, owner: Volunteer, coordinator: Volunteer, invite: Invite
) -> None:
    gone(session, owner)
    assert invite("+77015550102", "organizer").status_code == 403
    assert invite("+77015550102", by=make_coordinator(session, "KZ-75")).status_code in (403, 404)
    assert invite("+77015550102", by=make_volunteer(session)).status_code == 403
    make_member(session, organization, coordinator)
    assert invite("+77015550102").status_code == 403
    organization.status = "suspended"
    session.flush()
    assert invite("+77015550102", by=make_coordinator(session)).json["code"] == "not-verified"
