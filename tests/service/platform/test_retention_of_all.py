"""What is kept for a time goes when it is over, and no moment before; each such table has a job for it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from notifications.models import Delivery, InboxItem
from service.models import Ban, Erasure, Outbox, PageSession, WebSignIn
from service.models.base import Base, new_id
from service.platform import personal_data, queue, retention
from service.platform.personal_data import PersonalTable
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_ban, make_event, make_volunteer
from tests.service.people.everywhere import fill

pytestmark = pytest.mark.usefixtures("app")
MOMENT = timedelta(seconds=1)


def run(connection: sa.Connection, task: str) -> None:
    """One turn of a job, at NOW, on the test's own connection."""
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    runtime = Runtime(sessions, FixedClock(NOW), Thresholds(), {})
    queue.app.tasks[task].func(SimpleNamespace(additional_context={"runtime": runtime}), 0)


def test_each_table_that_is_kept_for_a_time_has_a_job(app: object) -> None:
    seen = 0
    for table in personal_data.registered():
        assert (table.kept is not None) == ((table.aged is None) != (table.job is None)), table.name
        seen += table.kept is not None
        if table.aged is not None:
            assert isinstance(Base.metadata.tables[table.name].c[table.aged].type, sa.DateTime), table.name
        if table.job is not None:
            periodic = {one.task.name for one in queue.app.periodic_registry.periodic_tasks.values()}
            assert table.job in periodic, table.name
    assert seen > 10
    assert retention.TASK in queue.app.tasks


def test_rows_by_age_go_when_their_time_is_over(session: Session, connection: sa.Connection) -> None:
    fill(session)
    by_age = [table for table in personal_data.registered() if table.aged is not None]
    before = {}
    for said in by_age:
        table = Base.metadata.tables[said.name]
        young = NOW - (said.kept or timedelta()) + MOMENT
        session.execute(sa.update(table).values({str(said.aged): young}))
        before[said.name] = number(session, said)
        assert before[said.name] > 0, said.name
    run(connection, retention.TASK)
    assert {said.name: number(session, said) for said in by_age} == before
    for said in by_age:
        table = Base.metadata.tables[said.name]
        session.execute(sa.update(table).values({str(said.aged): NOW - (said.kept or timedelta()) - MOMENT}))
    run(connection, retention.TASK)
    assert {said.name: number(session, said) for said in by_age} == dict.fromkeys(before, 0)


def number(session: Session, said: PersonalTable) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables[said.name])) or 0


def owed(session: Session, created_at: datetime, told_at: datetime | None = None, **values: Any) -> Outbox:
    entry = Outbox(id=new_id(), kind="thanks", facts={}, created_at=created_at, **values)
    session.add(entry)
    session.flush()
    if told_at is not None:
        person = make_volunteer(session)
        item = InboxItem(id=new_id(), outbox_id=entry.id, volunteer_id=person.id, created_at=told_at)
        session.add(item)
        session.flush()
        session.add(
            Delivery(
                inbox_item_id=item.id,
                volunteer_id=person.id,
                installation_id="x",
                next_attempt_at=told_at,
                expires_at=told_at,
            )
        )
    session.flush()
    return entry


def test_what_was_owed_lives_as_long_as_an_inbox_has_it(session: Session, connection: sa.Connection) -> None:
    old, older = NOW - timedelta(days=90) - MOMENT, NOW - timedelta(days=400) - MOMENT
    coming = make_event(session, starts_at=NOW + timedelta(days=1))
    past = make_event(session, starts_at=old)
    gone = [
        owed(session, old, old),
        owed(session, old),
        owed(session, old, event_id=past.id),
        owed(session, older, dedupe_key="b"),
    ]
    left = [
        owed(session, old, old + 2 * MOMENT),
        owed(session, old + 2 * MOMENT),
        owed(session, old, event_id=coming.id),
        owed(session, old, dedupe_key="a"),
    ]
    left_ids, gone_ids = {one.id for one in left}, {one.id for one in gone}
    run(connection, "notifications.forget")
    session.expire_all()
    assert set(session.scalars(sa.select(Outbox.id))) == left_ids
    assert gone_ids.isdisjoint(session.scalars(sa.select(InboxItem.outbox_id)))
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_a_ban_outlives_its_end_and_its_person_by_two_years(
    session: Session, connection: sa.Connection
) -> None:
    long_ago, lately = NOW - timedelta(days=730) - MOMENT, NOW - timedelta(days=730) + MOMENT
    erased, years = uuid4(), {"banned_at": NOW - timedelta(days=900)}
    session.add(Erasure(volunteer_id=erased, at=lately))
    left = {
        make_ban(session, make_volunteer(session).id, **years).id,
        make_ban(session, make_volunteer(session).id, lifted_at=lately, **years).id,
        make_ban(session, erased, **years).id,
    }
    for values in ({"lifted_at": long_ago}, {"expires_at": long_ago}):
        make_ban(session, make_volunteer(session).id, **years | values)
    make_ban(session, uuid4(), **years)
    run(connection, "people.forget_bans")
    assert set(session.scalars(sa.select(Ban.id))) == left


def test_signing_in_leaves_nothing_for_long(session: Session, connection: sa.Connection) -> None:
    person = make_volunteer(session)
    for days in (29, 31):
        at = NOW - timedelta(days=days)
        session.add(
            PageSession(
                volunteer_id=person.id,
                token_hash=uuid4().bytes,
                rotated_at=at,
                signed_in_at=at,
                seen_at=at,
                roles="",
                browser="",
                address="",
            )
        )
        session.add(
            WebSignIn(
                code=str(days),
                browser_hash=uuid4().bytes,
                browser="",
                address="",
                created_at=at,
                expires_at=NOW + timedelta(days=30 - days),
            )
        )
    session.flush()
    run(connection, "people.remove_old_sessions")
    run(connection, "people.remove_web_sign_ins")
    assert session.scalar(sa.select(sa.func.count()).select_from(PageSession)) == 1
    assert session.scalars(sa.select(WebSignIn.code)).all() == ["29"]
