"""What waits for a coordinator: of one region, of several, of all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.models import Appeal, EventReport, RefusalAppeal, Volunteer
from service.models.base import new_id
from service.people import identities
from service.rulings import waiting
from service.rulings.waiting import Queue, Waiting
from tests.conftest import NOW
from tests.driver import statements
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_organization,
    make_photo,
    make_volunteer,
)

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


def hours_ago(hours: int) -> dict[str, Any]:
    return {"created_at": NOW - timedelta(hours=hours)}


@pytest.fixture
def of_each_kind(session: Session) -> Volunteer:
    """A coordinator of KZ-15, for whom some of each kind waits besides what is theirs or is settled."""
    coordinator = make_coordinator(session, "KZ-15")
    make_organization(session, status="pending", **hours_ago(30))
    make_organization(session, pending_name={"kk": "Жаңа"}, **hours_ago(20))
    make_organization(session, coordinator, status="pending", **hours_ago(90))
    event = make_event(session, region_code="KZ-15")
    own = make_event(session, make_organization(session, coordinator), region_code="KZ-15")
    for hours, at, who in ((7, event, None), (9, event, None), (70, own, None), (71, event, coordinator)):
        began = NOW - timedelta(hours=hours)
        there = who or make_volunteer(session)
        make_attendance(session, at, there, status="review", checked_in_at=began)
    for hours, at, status, decided_at in (
        (5, event, "rejected", None),
        (80, event, "rejected", NOW),
        (81, event, "review", None),
        (82, own, "rejected", None),
    ):
        rejected = make_attendance(session, at, make_volunteer(session), status=status, checked_in_at=NOW)
        said = {"id": new_id(), "text": "мен болдым", "decided_at": decided_at}
        session.add(Appeal(attendance_id=rejected.id, **said, **hours_ago(hours)))
    for hours, who in ((6, None), (83, coordinator)):
        values = {"id": new_id(), "attendance_id": new_id(), "text": "мен болдым", "captured_at": NOW}
        values |= {"refused_as": "outside-area", "volunteer_id": (who or make_volunteer(session)).id}
        session.add(RefusalAppeal(event_id=event.id, **values, **hours_ago(hours)))
    for hours, at, closed_at in ((3, event, None), (60, event, NOW), (61, own, None)):
        sender = make_volunteer(session).id
        values = {"event_id": at.id, "volunteer_id": sender, "reason": "қате", "closed_at": closed_at}
        session.add(EventReport(**values, **hours_ago(hours)))
    make_photo(session, event, uploaded_at=NOW - timedelta(hours=2))
    seen = {"uploaded_at": NOW - timedelta(hours=50), "decided_at": NOW, "shown": True}
    make_photo(session, event, **seen, reported_at=NOW - timedelta(hours=1))
    make_photo(session, event, **seen)
    session.flush()
    return coordinator


EACH_KIND = {
    Waiting.ORGANIZATIONS: Queue(2, NOW - timedelta(hours=30)),
    # With the one of the first fixture, and one that is appealed against.
    Waiting.REVIEWS: Queue(4, NOW - timedelta(hours=9)),
    Waiting.APPEALS: Queue(2, NOW - timedelta(hours=6)),
    Waiting.REPORTS: Queue(1, NOW - timedelta(hours=3)),
    Waiting.PHOTOS: Queue(2, NOW - timedelta(hours=2)),
}


@pytest.mark.parametrize("regions", [{"KZ-15"}, {"KZ-15", "KZ-79"}])
def test_how_much_of_each_kind_and_since_when(
    session: Session, of_each_kind: Volunteer, regions: set[str]
) -> None:
    actor = identities.find_actor(session, of_each_kind.subject)
    assert actor is not None
    actor = replace(actor, regions=frozenset(regions))
    assert waiting.what_waits(session, actor, None) == EACH_KIND


@pytest.mark.usefixtures("of_each_kind")
def test_to_whom_nothing_is_near_nothing_of_it_is_kept_back(session: Session) -> None:
    found = waiting.what_waits(session, coordinator("KZ-15"), None)
    assert {what: queue.number for what, queue in found.items()} == {
        Waiting.ORGANIZATIONS: 3,
        Waiting.REVIEWS: 6,
        Waiting.APPEALS: 4,
        Waiting.REPORTS: 2,
        Waiting.PHOTOS: 2,
    }


def test_the_digest_counts_the_same(session: Session, of_each_kind: Volunteer) -> None:
    rows = session.execute(waiting.by_coordinator()).all()
    assert rows == [(of_each_kind.id, *(EACH_KIND[what].number for what in Waiting))]


def test_those_in_review_are_counted_off_their_index(session: Session) -> None:
    """Each lies on a page of its own among ten million: two seconds for every page of the desk."""
    # Few among many, and PostgreSQL knows: of an empty table it may have said that any index will do.
    event = make_event(session, region_code="KZ-15")
    for _ in range(200):
        make_attendance(session, event, make_volunteer(session))
    session.flush()
    session.execute(sa.text("ANALYZE attendance"))
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    session.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
    # In a table of a few pages the smaller index is as good.
    session.execute(sa.text("DROP INDEX ix_attendance_queue"))
    for regions in ("*", "KZ-15"):
        with statements() as heard:
            waiting.what_waits(session, coordinator(regions), None)
        (asked,) = (one for one in heard if "'reviews'" in one.text)
        plan = "\n".join(row[0] for row in asked.explained("COSTS OFF"))
        assert "Index Only Scan using ix_attendance_review" in plan, plan
