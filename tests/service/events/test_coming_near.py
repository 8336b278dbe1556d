"""What is offered in place of an event: of the nearest the soonest first, never itself."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import search
from service.models import Event
from tests.conftest import NOW
from tests.makers import make_event

CENTRE = (50.3, 57.2)
KM = 1 / 111.2
"""Of latitude, in degrees."""


def make(session: Session, kilometres: float, days: float, **overrides: Any) -> Event:
    place = {"latitude": CENTRE[0] + kilometres * KM, "longitude": CENTRE[1]}
    return make_event(session, starts_at=NOW + timedelta(days=days), **(place | overrides))


def near(session: Session, limit: int = 3, **asked: Any) -> list[Event]:
    return list(search.coming_near(session, CENTRE, NOW, limit, **asked))


def test_of_the_nearest_the_soonest_come_first(session: Session) -> None:
    far = make(session, 99, 1)
    near_ones = [make(session, km, days) for km, days in ((60, 2), (0.2, 4), (8, 3))]
    assert near(session) == [near_ones[0], near_ones[2], near_ones[1]]
    assert near(session, 4)[0] == far


def test_itself_takes_no_ones_place(session: Session) -> None:
    itself, *others = (make(session, km, 1 + km) for km in range(4))
    assert near(session, but=itself.id) == others


def test_what_is_beyond_or_later_is_offered_where_there_is_nothing_else(session: Session) -> None:
    itself = make(session, 0, 20)
    beyond, later = make(session, 101, 3), make(session, 1, 21)
    assert near(session, but=itself.id) == [beyond, later]
    inside = make(session, 99, 4)
    assert near(session, but=itself.id) == [inside]


def test_what_nobody_can_join_is_not_offered(session: Session) -> None:
    joined = make(session, 5, 1)
    make(session, 1, 1, status="draft")
    make(session, 1, 1, hidden_by="coordinator")
    make(session, 1, -1)
    make(session, 1, 1, min_age=18)
    make(session, 1, 1, hazard=True)
    assert near(session, age=17) == [joined]
    assert len(near(session, age=18)) == 3


def test_what_a_row_tells_is_there_at_once(session: Session) -> None:
    make(session, 1, 1, capacity=30)
    session.expunge_all()
    (one,) = near(session)
    told = {
        "id",
        "title",
        "kind",
        "starts_at",
        "zone",
        "address",
        "address_names",
        "capacity",
        "going",
        "offered",
    }
    assert not told & sa.inspect(one).unloaded
