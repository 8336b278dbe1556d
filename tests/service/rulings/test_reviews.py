"""The queue of reviews: which come first, page by page, and what each rests on."""

from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.models import Appeal, Attendance, AttendanceDecision, Event, RefusalAppeal
from service.models.base import new_id
from service.rulings import history, reviews
from service.rulings.history import Asked, Grounds, Said
from tests.conftest import NOW
from tests.driver import statements
from tests.makers import make_attendance, make_event, make_organization, make_volunteer

ASKED: tuple[dict[str, Any], ...] = (
    {"region_code": None},
    {"region_code": "KZ-62"},
    {"region_code": None, "reason": "mocked"},
    {"region_code": "KZ-15", "reason": "mocked"},
)


def coordinator(session: Session) -> Actor:
    """Of the country, and of an organization with an attendance in review of its own."""
    own = make_organization(session)
    make_attendance(session, make_event(session, own), make_volunteer(session), status="review")
    return Actor(make_volunteer(session).id, None, "kk", {own.id: "owner"}, frozenset({"*"}))


@pytest.fixture
def queue(session: Session) -> list[Attendance]:
    """Those that wait, the oldest first, made in another order: in review, or appealed against."""
    organization = make_organization(session)
    events = [make_event(session, organization, region_code=code) for code in ("KZ-15", "KZ-62")]
    ways = cycle(("review", "review", "appealed", "rejected", "counted", "heard"))
    waiting = []
    for number, way in zip((7, 2, 5, 11, 3, 8, 1, 10, 6, 12, 4, 9, 0, 13), ways, strict=False):
        made = make_attendance(
            session,
            events[number % 2],
            make_volunteer(session),
            status={"appealed": "rejected", "heard": "rejected"}.get(way, way),
            # Two each at the same moment: then it goes by their ids.
            checked_in_at=NOW - timedelta(days=9, hours=-(number // 2)),
            reasons=["mocked"] if number % 3 else ["speed"],
        )
        if way in ("appealed", "heard"):
            decided_at = NOW if way == "heard" else None
            asked = {"id": new_id(), "text": "мен болдым", "created_at": NOW, "decided_at": decided_at}
            session.add(Appeal(attendance_id=made.id, **asked))
        if way in ("review", "appealed"):
            waiting.append(made)
    session.flush()
    return sorted(waiting, key=lambda made: (made.checked_in_at, made.id))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("limit", [1, 2, 3, reviews.AT_MOST])
def test_those_that_wait_longest_come_first_page_by_page(
    session: Session, queue: list[Attendance], asked: dict[str, Any], limit: int
) -> None:
    actor, found, after = coordinator(session), [], None
    for _ in queue:
        page = reviews.waiting(session, actor, after=after, limit=limit, now=NOW, **asked)
        assert len(page) <= limit
        found += page
        after = page[-1].sort_key if page else after
    expected = [
        made
        for made in queue
        if asked["region_code"] in (None, session.get_one(Event, made.event_id).region_code)
        and asked.get("reason", made.reasons[0]) == made.reasons[0]
    ]
    assert len(expected) > 1
    assert [item.attendance.id for item in found] == [made.id for made in expected]
    assert [item.volunteer.id for item in found] == [made.volunteer_id for made in expected]
    assert [item.event.id for item in found] == [made.event_id for made in expected]


def test_what_each_rests_on_comes_with_it(session: Session, queue: list[Attendance]) -> None:
    first, second, *_ = queue
    by = make_volunteer(session).id
    later, earlier = NOW - timedelta(hours=1, microseconds=7), NOW - timedelta(days=1)
    words: dict[str, Any] = {"attendance_id": first.id, "decided_by": by, "before": None, "after": {}}
    for said in (
        Said("coordinator", "rejected", None, "«жоқ»", later, later),
        Said("organizer", "counted", 90, "", later, earlier),
    ):
        values = said._asdict() | {"said_at": said.moment, "id": new_id(), **words}
        del values["moment"]
        session.add(AttendanceDecision(**values))
    heard = {"id": new_id(), "text": "бардым", "created_at": earlier, "decided_at": later}
    session.add(
        RefusalAppeal(
            event_id=second.event_id,
            volunteer_id=second.volunteer_id,
            attendance_id=second.id,
            captured_at=earlier,
            refused_as="outside-area",
            decision="counted",
            reason="",
            decided_by=by,
            **heard,
        )
    )
    session.flush()
    one, other, *_ = reviews.waiting(session, coordinator(session), None, None, 9, NOW)
    assert [said.role for said in one.grounds.decisions] == ["organizer", "coordinator"]
    assert one.grounds.decisions[1] == Said("coordinator", "rejected", None, "«жоқ»", later, later)
    assert other.grounds.heard == Asked(**heard)
    assert not other.grounds.decisions
    assert not other.grounds.records


def test_an_attendance_that_has_just_gone_rests_on_nothing(session: Session) -> None:
    """Who reads a list has read it before what its lines rest on."""
    gone = new_id()
    assert history.grounds_of(session, [gone]) == {gone: Grounds([], [], None)}


def appealed_refusal(session: Session, event: Event, distance_m: int | None) -> RefusalAppeal:
    asked = {"id": new_id(), "text": "бардым", "created_at": NOW, "captured_at": event.starts_at}
    made = RefusalAppeal(
        event_id=event.id,
        volunteer_id=make_volunteer(session).id,
        attendance_id=new_id(),
        refused_as="outside-area",
        distance_m=distance_m,
        **asked,
    )
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_behind_the_last_appeal_of_a_refusal_the_queue_goes_on_with_attendances(
    session: Session, queue: list[Attendance], limit: int
) -> None:
    """Of a page that is full of refusals no attendance is read."""
    event, actor = session.get_one(Event, queue[0].event_id), coordinator(session)
    refused = [appealed_refusal(session, event, metres) for metres in (300, 900, None)]
    found: list[Any] = []
    for _ in range(len(queue)):
        after = found[-1].sort_key if found else None
        with statements() as heard:
            page = reviews.waiting(session, actor, None, after, limit, NOW)
        is_full_of_them = len(found) + limit <= len(refused)
        assert any("AS records" in one.text for one in heard) is not is_full_of_them
        found += page
    expected = [made.attendance_id for made in refused] + [made.id for made in queue]
    assert [item.attendance.id for item in found] == expected


@pytest.mark.parametrize("asked", ASKED)
def test_a_page_is_read_off_the_index_in_its_order(session: Session, asked: dict[str, Any]) -> None:
    """With ten million attendances, sorting all that wait for each page took two seconds."""
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    session.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
    session.execute(sa.text("SET LOCAL enable_sort = off"))
    actor = coordinator(session)
    with statements() as heard:
        reviews.waiting(session, actor, after=None, limit=21, now=NOW, **asked)
    (text,) = (one for one in heard if "AS records" in one.text)
    plan = "\n".join(row[0] for row in text.explained("COSTS OFF"))
    assert "Index Scan using ix_attendance_queue" in plan, plan
