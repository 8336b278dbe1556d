"""What an organizer's lists hold, at their edges."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.events.plans import MAX_DURATION
from service.figures import own_events
from service.figures.own_events import OwnList
from service.models import EventStatus
from tests.conftest import NOW
from tests.driver import statements
from tests.makers import make_event, make_organization, make_volunteer


def test_the_longest_event_is_todays_until_its_end_wherever_its_clocks_are(session: Session) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    actor = Actor(owner.id, owner.phone, "kk", {organization.id: "owner"}, frozenset())
    for hour in range(24):
        now = NOW + timedelta(hours=hour)
        starts_at = now - MAX_DURATION + timedelta(seconds=1)
        ids = {
            make_event(
                session,
                organization,
                starts_at=starts_at,
                ends_at=starts_at + MAX_DURATION,
                zone=zone,
                day=(starts_at + timedelta(hours=ahead)).date(),
            ).id
            for zone, ahead in (("Etc/GMT+12", -12), ("Asia/Almaty", 5), ("Etc/GMT-14", 14))
        }
        listed = own_events.of_actor(session, actor, None, 20, now)
        assert ids <= {line.id for line in listed[OwnList.TODAY]}


def test_the_past_of_several_organizations_goes_on_where_it_stopped(session: Session) -> None:
    owner = make_volunteer(session)
    organizations = [make_organization(session, owner) for _ in range(3)]
    actor = Actor(owner.id, owner.phone, "kk", {one.id: "owner" for one in organizations}, frozenset())
    held = [
        make_event(session, one, starts_at=NOW - timedelta(days=days))
        for days in (9, 5, 5, 3)
        for one in organizations
    ]
    make_event(session, organizations[0], starts_at=NOW - timedelta(days=4), status=EventStatus.DRAFT)
    make_event(session, make_organization(session), starts_at=NOW - timedelta(days=4))
    newest_first = sorted(((one.starts_at, one.id) for one in held), reverse=True)
    seen: list[tuple[datetime, UUID]] = []
    while len(seen) < len(held):
        listed = own_events.of_actor(session, actor, seen[-1] if seen else None, 5, NOW)
        page = [(line.starts_at, line.id) for line in listed[OwnList.PAST]]
        assert page == newest_first[len(seen) :][:5]
        seen += page


def test_a_long_past_and_few_drafts_are_read_from_indexes(session: Session) -> None:
    organization = make_organization(session, owner := make_volunteer(session))
    for days in range(2, 100):
        make_event(session, organization, starts_at=NOW - timedelta(days=days))
    session.execute(sa.text("ANALYZE event"))
    # So few rows are quicker read whole; what is asked is whether the indexes serve.
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    actor = Actor(owner.id, owner.phone, "kk", {organization.id: "owner"}, frozenset())
    with statements() as heard:
        assert len(own_events.of_actor(session, actor, None, 5, NOW)[OwnList.PAST]) == 5
    plan = "\n".join(line for (line,) in heard[-1].explained("ANALYZE, COSTS off, TIMING off"))
    (read,) = re.findall(r"Backward using ix_event_organization_id_starts_at .*rows=([\d.]+)", plan)
    assert float(read) == 5
    assert "using ix_event_unpublished" in plan
