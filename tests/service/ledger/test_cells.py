"""What a change writes down: where it counts, and whose attendance it was."""

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance import check_in, groups
from service.attendance.groups import Group
from service.ledger import ledger, verify
from service.ledger.ledger import Cell
from service.models import CountPending, Event
from service.people import identities
from service.platform.database import within
from service.platform.thresholds import Thresholds
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer
from tests.service.attendance.test_races import report

PLACE = ("day", "region_code", "district_code")


def pending(session: Session, event: Event, *columns: str) -> list[tuple[object, ...]]:
    """These columns of the event's pending rows, in order."""
    rows = CountPending.__table__
    query = sa.select(*rows.c[columns]).where(rows.c.event_id == event.id).order_by(rows.c.id)
    return [tuple(row) for row in session.execute(query)]


def test_a_check_in_says_in_one_row_who_became_counted_and_where(
    connection: sa.Connection, session: Session
) -> None:
    event, volunteer = make_event(session, district_code="151000000"), make_volunteer(session)
    session.commit()
    check_in.record(within(connection), str(volunteer.subject), report(event.id), NOW, Thresholds())
    (row,) = pending(session, event, *PLACE, "volunteer_id", "participations")
    assert row == (event.day, "KZ-15", "151000000", volunteer.id, 1)


def test_each_figure_of_an_event_counts_in_its_district(session: Session) -> None:
    event = make_event(session, district_code="153200000")
    ledger.add(session, event, signups=1)
    assert pending(session, event, *PLACE, "signups") == [(event.day, "KZ-15", "153200000", 1)]


def test_an_event_that_moves_to_a_district_leaves_nothing_behind(session: Session) -> None:
    event = make_event(session)
    ledger.add(session, event, signups=2, collectives=1)
    ledger.move_event(session, event.id, Cell.of(event), Cell(event.day, "KZ-15", "153200000"))
    assert pending(session, event, "district_code", "signups", "collectives") == [
        (None, 2, 1), (None, -2, -1), ("153200000", 2, 1),
    ]  # fmt: skip


def test_a_group_counts_once_whatever_its_number(session: Session) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    ledger.add(session, event, events=1)
    actor, group_id = identities.find_actor(session, owner.subject), uuid4()
    assert actor is not None
    for people in (20, 25):
        groups.give(session, actor, event.id, group_id, Group("7А", people, 30), NOW)
    groups.give(session, actor, event.id, uuid4(), Group("7Б", 10, 30), NOW)
    groups.retract(session, actor, event.id, group_id, NOW)
    assert pending(session, event, "headcount", "collectives") == [
        (0, 0), (20, 1), (5, 0), (10, 1), (-25, -1),
    ]  # fmt: skip
    assert verify.differences(session) == []
