"""Head counts changed at the same moment, on committed data."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import sqlalchemy as sa

from service.attendance import check_in, groups
from service.attendance.groups import Group
from service.models import CountPending, Headcount
from service.people import identities
from service.platform.database import within
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_organization, make_volunteer
from tests.service.attendance.test_races import report


def test_changes_at_once_leave_the_counts_exact(sessions: Sessions) -> None:
    with sessions.begin() as session:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner))
    ids = [uuid4() for _ in range(3)]

    def change(n: int) -> None:
        with sessions.begin() as session:
            actor = identities.find_actor(session, owner.subject)
            assert actor is not None
            if n % 7 == 6:
                groups.retract(session, actor, event.id, ids[0], NOW)
            else:
                group = Group("7 «Б»", people=n + 1, minutes=60)
                groups.give(session, actor, event.id, ids[n % 3], group, NOW)

    change(0)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(change, range(60)))
    with sessions() as session:
        stored = session.scalars(sa.select(Headcount).where(Headcount.event_id == event.id)).all()
        counted = session.scalar(
            sa.select(sa.func.sum(CountPending.headcount)).where(CountPending.event_id == event.id)
        )
    assert len(stored) == 3
    assert counted == sum(headcount.counted for headcount in stored)


def test_one_group_confirmed_many_times_at_once_counts_once(sessions: Sessions) -> None:
    group_id = uuid4()
    with sessions.begin() as session:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner))

    def say(**said: int) -> None:
        with sessions.begin() as session:
            actor = identities.find_actor(session, owner.subject)
            assert actor is not None
            groups.give(session, actor, event.id, group_id, Group("7-А", **said), NOW)

    say(expected=25)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: say(people=24), range(16)))
    with sessions() as session:
        sums = (sa.func.sum(getattr(CountPending, name)) for name in ("headcount", "collectives"))
        assert session.execute(sa.select(*sums).where(CountPending.event_id == event.id)).one() == (24, 1)


def test_a_head_count_in_the_making_does_not_hold_up_check_ins(sessions: Sessions) -> None:
    with sessions.begin() as session:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner))
    with sessions() as giving, sessions.kw["bind"].connect() as checking:
        actor = identities.find_actor(giving, owner.subject)
        assert actor is not None
        groups.give(giving, actor, event.id, uuid4(), Group("7 «Б»", 20, 60), NOW)
        checking.execute(sa.text("SET LOCAL lock_timeout = '500ms'"))
        connections = within(checking)
        check_in.record(connections, owner.subject, report(event.id), NOW, Thresholds())
        giving.rollback()
