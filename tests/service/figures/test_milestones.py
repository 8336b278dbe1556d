"""Milestones: told once, by the greatest that is new, whatever corrections do."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.audience import recipients
from service.figures import milestones
from service.models import Milestone, Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_organization, make_volunteer

HOUR = timedelta(hours=1)


def been(session: Session, person: Volunteer, times: int, ended: datetime, **values: object) -> None:
    """Somebody who counts at so many events that ended then, 150 minutes at each."""
    organization = make_organization(session)
    for _ in range(times):
        event = make_event(session, organization, starts_at=ended - 3 * HOUR)
        make_attendance(session, event, person, **values)


def told(session: Session) -> list[tuple[str, int, list[object]]]:
    """(what, number, to whom) of each entry."""
    return [
        (
            entry.facts["what"],
            entry.facts["number"],
            [row.volunteer_id for row in session.execute(recipients(session, entry))],
        )
        for entry in session.scalars(sa.select(Outbox).where(Outbox.kind == "milestone").order_by(Outbox.id))
    ]


def reach(session: Session, at: datetime = NOW) -> None:
    assert milestones.reach(session, at) is None


def test_the_greatest_new_one_of_each_kind_is_told_once(session: Session) -> None:
    person, other = make_volunteer(session), make_volunteer(session)
    been(session, person, 11, NOW - 3 * HOUR)
    been(session, other, 5, NOW - 3 * HOUR)
    reach(session)
    assert told(session) == [
        ("events", 5, [other.id]),
        ("events", 10, [person.id]),
        ("hours", 10, [other.id]),
        ("hours", 25, [person.id]),
    ]
    reached = {(one.what, one.number) for one in milestones.mine(session, person.id)[0]}
    assert reached == {("events", 5), ("events", 10), ("hours", 10), ("hours", 25)}
    reach(session, NOW + HOUR)
    assert len(told(session)) == 4


def test_a_correction_takes_nothing_back_and_tells_nothing_twice(session: Session) -> None:
    person = make_volunteer(session)
    been(session, person, 5, NOW - 3 * HOUR)
    reach(session)
    before = told(session)
    session.execute(sa.text("UPDATE attendance SET status = 'rejected'"))
    reach(session, NOW + HOUR)
    session.execute(sa.text("UPDATE attendance SET status = 'counted'"))
    reach(session, NOW + 2 * HOUR)
    assert told(session) == before
    assert session.scalar(sa.select(sa.func.count()).select_from(Milestone)) == 2


def test_what_is_assumed_or_in_review_reaches_nothing(session: Session) -> None:
    person, doubted = make_volunteer(session), make_volunteer(session)
    been(session, person, 4, NOW - 3 * HOUR, minutes=600, assumed_minutes=600)
    been(session, doubted, 5, NOW - 3 * HOUR, status="review")
    reach(session)
    assert told(session) == []


def test_what_is_ahead(session: Session) -> None:
    person = make_volunteer(session)
    been(session, person, 6, NOW - 3 * HOUR)
    reach(session)
    ahead = [(one.what, one.number, one.so_far) for one in milestones.mine(session, person.id)[1]]
    assert ahead == [("events", 10, 6), ("hours", 25, 15)]
    assert [one.so_far for one in milestones.mine(session, make_volunteer(session).id)[1]] == [0, 0]


def test_events_of_long_ago_are_looked_at_when_somebody_comes_again(session: Session) -> None:
    person = make_volunteer(session)
    been(session, person, 4, NOW - timedelta(days=40))
    reach(session)
    assert told(session) == []
    been(session, person, 2, NOW - timedelta(days=40))
    assert [one.reached_at for one in milestones.mine(session, person.id)[0]] == [None, None]
    been(session, person, 1, NOW - 3 * HOUR)
    reach(session)
    assert [one[:2] for one in told(session)] == [("events", 5), ("hours", 10)]
