"""Two coordinators decide about one organization at once, in sessions that really commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from service.access import Actor
from service.models import Organization, Outbox
from service.organizations import verification
from service.organizations.verification import Verdict
from service.people import identities
from tests.conftest import NOW, Sessions
from tests.makers import make_coordinator, make_organization, make_volunteer


@pytest.mark.parametrize("verdicts", [("verified", "verified"), ("verified", "rejected")])
def test_the_owners_hear_once_what_holds(sessions: Sessions, verdicts: tuple[str, str]) -> None:
    for _ in range(5):
        with sessions.begin() as session:
            organization = make_organization(session, make_volunteer(session), status="pending")
            subjects = [make_coordinator(session).subject for _ in verdicts]
        with sessions() as session:
            actors = [identities.find_actor(session, subject) for subject in subjects]
        at_once = Barrier(2)

        def decide(actor: Actor | None, verdict: str) -> None:
            assert actor is not None
            with sessions.begin() as session:
                # Both have read it as it was.
                session.get_one(Organization, organization.id)  # noqa: B023 - used within the round
                at_once.wait()  # noqa: B023 - the same
                verification.decide(session, actor, organization.id, Verdict(verdict), NOW)  # noqa: B023

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(decide, actors, verdicts))
        with sessions() as session:
            told = session.scalars(
                sa.select(Outbox.facts["status"].astext).where(Outbox.organization_id == organization.id)
            ).all()
            assert list(told) == [session.get_one(Organization, organization.id).status]
