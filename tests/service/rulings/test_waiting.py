"""What waits for a coordinator: of one region, of several, of all."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.rulings import waiting
from service.rulings.waiting import Waiting
from tests.makers import make_attendance, make_event, make_organization, make_volunteer

REGIONS = ("KZ-15", "KZ-62", "KZ-75")


@pytest.fixture(autouse=True)
def in_review(session: Session) -> None:
    """One attendance in the first region, two in the second, three in the third."""
    organization = make_organization(session)
    for number, code in enumerate(REGIONS, start=1):
        event = make_event(session, organization, region_code=code)
        for _ in range(number):
            make_attendance(session, event, make_volunteer(session), status="review")
    session.flush()


def coordinator(*regions: str) -> Actor:
    return Actor(uuid4(), None, "kk", {}, frozenset(regions))


def reviews(session: Session, actor: Actor, region: str | None = None) -> int:
    return waiting.what_waits(session, actor, region)[Waiting.REVIEWS].number


@pytest.mark.parametrize(
    ("theirs", "number"), [(("KZ-15",), 1), (("KZ-62",), 2), (("KZ-15", "KZ-75"), 4), (("*",), 6)]
)
def test_of_all_of_ones_regions(session: Session, theirs: tuple[str, ...], number: int) -> None:
    assert reviews(session, coordinator(*theirs)) == number


def test_of_one_of_several_regions(session: Session) -> None:
    actor = coordinator("KZ-15", "KZ-62")
    assert [reviews(session, actor, code) for code in ("KZ-15", "KZ-62")] == [1, 2]
    with pytest.raises(errors.Forbidden):
        reviews(session, actor, "KZ-75")


def test_ones_own_organization_is_for_somebody_else(session: Session) -> None:
    event = make_event(session, region_code="KZ-15")
    own = {event.organization_id: "owner"}
    make_attendance(session, event, make_volunteer(session), status="review")
    actor = Actor(uuid4(), None, "kk", own, frozenset({"KZ-15"}))
    assert reviews(session, actor) == 1
