"""Results changed at the same moment, on committed data."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.events import results
from service.events.results import Result, WasteFactors
from service.models import Event, EventResult, Volunteer
from service.people import identities
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_organization, make_volunteer

FACTORS = WasteFactors(bag_t=0.01, m3_t=0.2)


def put(session: Session, owner: Volunteer, event: Event, version: int, trees: int) -> int:
    actor = identities.find_actor(session, owner.subject or "")
    assert actor is not None
    said = Result(figures={"trees": trees})
    return results.put(session, actor, event.id, version, said, FACTORS, NOW).version


def test_of_changes_at_once_from_one_version_one_stands(sessions: Sessions) -> None:
    with sessions.begin() as session:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner))

    def change(trees: int) -> int:
        with suppress(errors.Stale), sessions.begin() as session:
            put(session, owner, event, 1, trees)
            return trees
        return 0

    with sessions.begin() as session:
        assert put(session, owner, event, 0, 1) == 1
    with ThreadPoolExecutor(8) as pool:
        stood = [trees for trees in pool.map(change, range(2, 18)) if trees]
    with sessions() as session:
        stored = session.scalars(sa.select(EventResult).where(EventResult.event_id == event.id)).one()
    assert (len(stood), stored.version) == (1, 2)
    assert [stored.trees] == stood


def test_first_ones_at_once_are_taken_one_by_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner))

    def first(trees: int) -> bool:
        with suppress(errors.Stale), sessions.begin() as session:
            put(session, owner, event, 0, trees)
            return True
        return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(first, range(1, 9))) == 1
