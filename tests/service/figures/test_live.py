"""A day of action as it goes on: by district who is on site now, the last results, and what lacks one."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.figures import event_lists, live
from service.figures.live import DistrictNow, Live
from service.models import EventResult, Headcount
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_organization, make_volunteer

HERE = Actor(uuid4(), None, "kk", {}, frozenset({"KZ-15"}))


def today(session: Session, region: str | None = "KZ-15", actor: Actor = HERE) -> Live:
    return live.today(session, actor, region, NOW)


def test_who_is_on_site_now_by_district(session: Session) -> None:
    organization = make_organization(session)
    running = make_event(session, organization, district_code="151000000")
    other = make_event(session, organization, district_code="153200000")
    nowhere = make_event(session, organization)
    for event, left in ((running, None), (running, None), (running, NOW), (other, None), (nowhere, NOW)):
        make_attendance(session, event, make_volunteer(session), checked_out_at=left)
    make_attendance(session, running, make_volunteer(session), status="rejected", checked_out_at=None)
    make_attendance(session, other, make_volunteer(session), status="review", checked_out_at=None)
    session.add(
        Headcount(
            event_id=other.id,
            id=uuid4(),
            group_name="7 «А»",
            people=20,
            minutes=60,
            created_by=organization.created_by,
            created_at=NOW,
            changed_by=organization.created_by,
            changed_at=NOW,
        )
    )
    session.flush()
    found = today(session)
    assert list(found.districts) == [
        DistrictNow("151000000", 2, 1, 1),
        DistrictNow("153200000", 2, 1, 1),
        DistrictNow(None, 0, 1, 1),
    ]
    assert found.on_site == 4
    shown = {event.id: (event.on_site, event.came, event.declared) for event in found.events}
    assert shown == {running.id: (2, 3, 0), other.id: (2, 2, 20), nowhere.id: (0, 1, 0)}


def test_declared_are_also_who_came_along(session: Session) -> None:
    """As in the list of events, on an event's page and in the report."""
    event = make_event(session)
    make_attendance(session, event, make_volunteer(session), companions=3)
    make_attendance(session, event, make_volunteer(session), status="review", companions=5)
    session.flush()
    line = event_lists.line_of(session, event.id, NOW)
    assert [one.declared for one in today(session).events] == [line.declared] == [3]


def test_what_began_yesterday_and_goes_on_is_of_the_day(session: Session) -> None:
    began = NOW - timedelta(hours=20)
    overnight = make_event(session, starts_at=began, ends_at=NOW + timedelta(hours=2))
    make_event(session, starts_at=began, ends_at=NOW - timedelta(hours=2))
    assert overnight.day < NOW.date()
    make_attendance(session, overnight, make_volunteer(session), checked_out_at=None)
    found = today(session)
    assert [(one.id, one.is_running) for one in found.events] == [(overnight.id, True)]
    assert found.on_site == 1


def test_nobody_is_on_site_of_what_is_over_or_called_off(session: Session) -> None:
    over = make_event(session, starts_at=NOW - timedelta(hours=4))
    off = make_event(session, status="cancelled", cancelled_at=NOW - timedelta(minutes=30))
    for event in (over, off):
        make_attendance(session, event, make_volunteer(session), checked_out_at=None)
    found = today(session)
    assert {event.id: (event.on_site, event.is_running) for event in found.events} == {
        over.id: (0, False),
        off.id: (0, False),
    }


def test_of_the_day_are_neither_drafts_nor_what_never_began_nor_other_days_and_regions(
    session: Session,
) -> None:
    make_event(session, status="draft")
    make_event(session, status="cancelled", cancelled_at=NOW - timedelta(hours=2))
    make_event(session, starts_at=NOW - timedelta(days=1))
    make_event(session, starts_at=NOW + timedelta(days=1))
    make_event(session, region_code="KZ-75")
    assert list(today(session).events) == []


def test_what_came_in_and_what_is_missing(session: Session) -> None:
    ended = [make_event(session, starts_at=NOW - timedelta(hours=4)) for _ in range(3)]
    running = make_event(session)
    for minutes, event in ((20, ended[0]), (5, ended[1])):
        at = NOW - timedelta(minutes=minutes)
        session.add(
            EventResult(
                event_id=event.id,
                version=1,
                created_by=event.created_by,
                created_at=at,
                updated_by=event.created_by,
                updated_at=at,
            )
        )
    session.flush()
    found = today(session)
    assert [event.id for event in found.results] == [ended[1].id, ended[0].id]
    assert [event.id for event in found.missing] == [ended[2].id]
    assert running.id in {event.id for event in found.events}


def test_of_ones_own_regions_alone(session: Session) -> None:
    here, there = make_event(session), make_event(session, region_code="KZ-75")
    national = Actor(uuid4(), None, "kk", {}, frozenset({"*"}))
    assert {event.id for event in today(session, None).events} == {here.id}
    assert {event.id for event in today(session, None, national).events} == {here.id, there.id}
    with pytest.raises(errors.Forbidden):
        today(session, "KZ-75")
    with pytest.raises(errors.Forbidden):
        today(session, None, Actor(uuid4(), None, "kk", {uuid4(): "owner"}, frozenset()))
    asleep = Actor(uuid4(), None, "kk", {}, frozenset(), elevated=False, asleep=frozenset({"KZ-15"}))
    with pytest.raises(errors.SecondFactorRequired):
        today(session, "KZ-15", asleep)


def test_a_draft_that_was_called_off_in_its_hours_is_no_part_of_the_day(session: Session) -> None:
    make_event(session, status="cancelled", cancelled_at=NOW, never_published=True)
    assert list(today(session).events) == []
