"""Queries that are written once."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.models import Event, Organization
from service.models.events import EventStatus
from service.platform.written import Written, as_json, columns, from_json, shaped
from tests.makers import make_event, make_organization

BY_IDS = Written(
    sa.select(Event.id, Event.title, Event.status, Event.starts_at, sa.func.count().over().label("number"))
    .where(
        Event.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))),
        Event.status == EventStatus.PUBLISHED,
        Event.capacity.is_(None) | (Event.capacity > sa.bindparam("places", type_=sa.Integer)),
    )
    .order_by(Event.id)
)


def asked(session: Session, ids: list[UUID]) -> list[UUID]:
    return [row.id for row in BY_IDS.rows(session, {"places": 3, "ids": ids, "more": "is not asked for"})]


def test_a_row_has_its_columns_by_name_as_other_queries_have_them(session: Session) -> None:
    event = make_event(session, capacity=4)
    session.flush()
    (row,) = BY_IDS.rows(session, {"ids": [event.id], "places": 3})
    assert (row.id, row.title, row.status) == (event.id, event.title, "published")
    assert row.starts_at == event.starts_at
    assert row.number == 1


def test_values_are_asked_for_each_time_and_none_is_kept(session: Session) -> None:
    one, other = make_event(session, capacity=4), make_event(session, capacity=2)
    assert asked(session, [one.id, other.id]) == [one.id]
    assert asked(session, []) == []
    assert asked(session, [uuid4()]) == []
    assert BY_IDS.given({"ids": [one.id], "places": 1}) != BY_IDS.given({"ids": [one.id], "places": 2})


def test_what_has_a_value_stands_in_the_text_and_the_rest_does_not() -> None:
    text = BY_IDS.text.decode()
    assert "event.status = 'published'" in text
    assert "$1" in text
    assert "$2" in text
    assert "$3" not in text


def test_text_from_people_is_never_part_of_the_text(session: Session) -> None:
    quoted = Written(
        sa.select(sa.bindparam("said", type_=sa.Text).label("said"), sa.literal("it's %s").label("own"))
    )
    (row,) = quoted.rows(session, {"said": "'; DROP TABLE event; --"})
    assert (row.said, row.own) == ("'; DROP TABLE event; --", "it's %s")
    assert b"DROP" not in quoted.text


def test_what_the_session_has_not_written_yet_is_seen(session: Session) -> None:
    event = make_event(session)
    session.flush()
    event.status = EventStatus.CANCELLED
    assert asked(session, [event.id]) == []


def test_a_value_that_is_missing_is_a_mistake(session: Session) -> None:
    with pytest.raises(KeyError):
        BY_IDS.rows(session, {"ids": []})


def test_a_lost_connection_is_told_as_by_other_queries(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    with Session(engine) as session:
        mine = session.scalar(sa.text("SELECT pg_backend_pid()"))
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
        with pytest.raises(sa.exc.OperationalError) as told:
            Written(sa.select(sa.literal(1).label("one"))).rows(session, {})
        assert told.value.connection_invalidated
    engine.dispose()


class Held(NamedTuple):
    id: UUID
    starts_at: datetime


class Known(NamedTuple):
    id: UUID
    name: dict[str, str]


def test_columns_of_two_tables_that_bear_one_name_are_told_apart(session: Session) -> None:
    event = make_event(session)
    query = Written(
        sa.select(*columns(Event, Held), *columns(Organization, Known))
        .select_from(Event)
        .join(Organization, Organization.id == Event.organization_id)
    )
    (row,) = query.rows(session, {})
    assert shaped(row, Held, Known) == (
        Held(event.id, event.starts_at),
        Known(event.organization_id, event.organization.name),
    )


class Told(NamedTuple):
    """Of an event, in JSON."""

    id: UUID
    status: str
    latitude: float
    capacity: int | None
    starts_at: datetime
    hidden_at: datetime | None


def test_what_belongs_to_a_row_is_one_column_of_it(session: Session) -> None:
    moment = datetime(2026, 11, 26, 4, 5, 6, 700, tzinfo=UTC)
    event = make_event(session, starts_at=moment, latitude=51.1234567890123)
    bare = make_organization(session)
    session.flush()
    belongs = Event.organization_id == Organization.id
    held = [Event.id, Event.status, Event.latitude, Event.capacity, Event.starts_at, sa.null()]
    query = Written(
        sa.select(
            as_json(held, belongs).label("one"), as_json(held, belongs, in_order=[Event.id]).label("several")
        )
        .where(Organization.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
        .order_by(Organization.id)
    )
    with_it, without = query.rows(session, {"ids": [event.organization_id, bare.id]})
    expected = Told(event.id, "published", 51.1234567890123, None, moment, None)
    assert from_json(Told, with_it.one) == expected
    assert [from_json(Told, one) for one in with_it.several] == [expected]
    assert (without.one, without.several) == (None, None)
