"""What organizations kept that they had lost, and lost that they ought to keep."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Invitation, Membership, Organization, Outbox, Volunteer
from service.organizations import verification
from service.organizations.verification import Verdict
from service.people import identities
from tests.conftest import NOW, Sessions
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.waiting import until_done_or_waiting

Login = Callable[[Volunteer], dict[str, str]]


def test_the_last_owner_stays_when_she_invites_herself(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    client.post(
        f"/v1/organizations/{organization.id}/invitations",
        json={"phone": owner.phone, "role": "organizer"},
        headers=login(owner),
    )
    invitation = session.scalars(sa.select(Invitation)).one()
    client.post(f"/v1/me/invitations/{invitation.id}/accept", headers=login(owner))
    query = sa.select(Membership.role).where(Membership.organization_id == organization.id)
    assert session.scalars(query).all() == ["owner"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/announcements", {"text": "спам"}),
        ("PUT", "/attendance/{other}", {"present": True, "reason": "мен көрдім"}),
        ("PUT", "/headcounts/{id}", {"group": "g", "people": 5000, "minutes": 60}),
        ("PATCH", "", {"version": 1, "title": {"kk": "x"}}),
    ],
    ids=["announce", "vouch", "head count", "change"],
)
def test_a_suspended_organization_has_no_powers(
    client: FlaskClient, session: Session, login: Login, method: str, path: str, body: dict[str, object]
) -> None:
    owner, other = make_volunteer(session), make_volunteer(session)
    event = make_event(session, make_organization(session, owner, status="suspended"))
    url = f"/v1/events/{event.id}" + path.format(other=other.id, id=uuid4())
    answer = client.open(url, method=method, json=body, headers=login(owner))
    assert (answer.status_code, answer.json["code"]) == (409, "not-verified")


def test_nobody_signs_up_with_a_suspended_organization(
    client: FlaskClient, session: Session, login: Login
) -> None:
    event = make_event(session, make_organization(session, status="suspended"))
    person = make_volunteer(session)
    answer = client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(person))
    assert (answer.status_code, answer.json["code"]) == (409, "not-verified")


def test_two_coordinators_who_decide_at_once_are_told_of_once(sessions: Sessions) -> None:
    """The later word holds, and the owners hear that one alone."""
    with sessions.begin() as session:
        owner = make_volunteer(session)
        organization = make_organization(session, owner, status="pending")
        first, second = make_coordinator(session), make_coordinator(session)

    def decide(session: Session, by: Volunteer, verdict: Verdict) -> None:
        actor = identities.find_actor(session, by.subject)
        assert actor is not None
        verification.decide(session, actor, organization.id, verdict, NOW)
        session.commit()

    earlier = sessions()
    actor = identities.find_actor(earlier, first.subject)
    assert actor is not None
    verification.decide(earlier, actor, organization.id, Verdict("verified"), NOW)
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(decide, sessions(), second, Verdict("rejected", "жоқ"))
        until_done_or_waiting(sessions, later)
        assert not later.done()
        earlier.commit()
        later.result(10)
    with sessions() as session:
        told = session.scalars(sa.select(Outbox.facts).where(Outbox.organization_id == organization.id)).all()
        assert session.get_one(Organization, organization.id).status == "rejected"
        assert [one["status"] for one in told] == ["rejected"]
