"""What happens at the same moment, on committed data and connections of their own."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from service import errors
from service.access import Actor
from service.attendance import check_in, presence_facts
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.events import signups
from service.figures import counts
from service.ledger import ledger
from service.models import Attendance, CountPending, Event, PresenceRecord, Signup, Volunteer
from service.people import identities
from service.platform.database import within
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_event, make_volunteer
from tests.waiting import until_done_or_waiting

ALMATY = (43.2389, 76.8897)
_metres = itertools.cycle(range(50))


def report(event_id: UUID, record_id: UUID | None = None, accuracy_m: float = 8) -> SentRecord:
    # Each its own place, a metre apart: many people with one fix would be a doubt.
    latitude = AKTOBE[0] + next(_metres) * 1e-5
    position = Position(latitude, AKTOBE[1], accuracy_m=accuracy_m, fixed_at=NOW)
    return SentRecord(
        id=record_id or uuid4(),
        event_id=event_id,
        kind=RecordKind.CHECK_IN,
        installation_id=str(uuid4()),
        captured_at=NOW,
        clock_ahead=timedelta(0),
        position=position,
    )


def checked_in(sessions: Sessions, person: Volunteer, what: SentRecord) -> tuple[UUID, bool]:
    stored = check_in.record(committing(sessions), person.subject, what, NOW, Thresholds())
    assert stored.attendance is not None
    return UUID(stored.attendance["id"]), stored.repeated


def made(sessions: Sessions, people: int, **event: object) -> tuple[Event, list[Volunteer]]:
    with sessions.begin() as session:
        return make_event(session, **event), [make_volunteer(session) for _ in range(people)]


def test_fifty_check_ins_with_one_id_leave_one_row_and_one_answer(sessions: Sessions) -> None:
    event, (person,) = made(sessions, 1)
    what = report(event.id, uuid4())
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: checked_in(sessions, person, what), range(50)))
    assert {found for found, _ in answers} == {what.id}
    assert sorted(repeated for _, repeated in answers) == [False] + [True] * 49
    with sessions() as session:
        for table in (PresenceRecord, Attendance, CountPending):
            count = session.scalar(sa.select(sa.func.count()).where(table.event_id == event.id))
            assert count == 1, table


def test_check_ins_with_different_ids_share_one_attendance(sessions: Sessions) -> None:
    event, (person,) = made(sessions, 1)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: checked_in(sessions, person, report(event.id)), range(6)))
    assert len({found for found, _ in answers}) == 1
    with sessions() as session:
        pending = session.scalar(
            sa.select(sa.func.sum(CountPending.participations)).where(CountPending.event_id == event.id)
        )
        assert pending == 1


def in_two_places(sessions: Sessions) -> tuple[Volunteer, SentRecord, SentRecord]:
    """One person, at the same moment at two events that are 1,900 km apart."""
    here, (person,) = made(sessions, 1)
    there, _ = made(sessions, 0, latitude=ALMATY[0], longitude=ALMATY[1])
    position = Position(*ALMATY, accuracy_m=8, fixed_at=NOW)
    return person, report(here.id), replace(report(there.id), position=position)


def doubts(sessions: Sessions, *sent: SentRecord) -> list[list[str]]:
    query = sa.select(PresenceRecord.reasons).where(PresenceRecord.id.in_([one.id for one in sent]))
    with sessions() as session:
        return list(session.scalars(query))


def test_what_arrives_between_the_facts_and_the_storing_is_seen(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, first, second = in_two_places(sessions)
    read = presence_facts.read

    def read_and_be_late(*args: Any, **options: Any) -> Any:
        facts = read(*args, **options)
        monkeypatch.undo()
        checked_in(sessions, person, second)
        return facts

    monkeypatch.setattr(presence_facts, "read", read_and_be_late)
    checked_in(sessions, person, first)
    assert doubts(sessions, first, second) == [["travel"], ["travel"]]


def test_what_is_being_stored_meanwhile_is_waited_for(sessions: Sessions) -> None:
    person, first, second = in_two_places(sessions)
    with sessions.kw["bind"].connect() as storing, ThreadPoolExecutor(1) as pool:
        check_in.record(within(storing), person.subject, second, NOW, Thresholds())
        ours = pool.submit(checked_in, sessions, person, first)
        until_done_or_waiting(sessions, ours)
        storing.commit()
        ours.result()
    assert doubts(sessions, first, second) == [["travel"], ["travel"]]


def test_somebody_elses_id_is_refused(sessions: Sessions) -> None:
    event, (first, second) = made(sessions, 2)
    what = report(event.id)
    checked_in(sessions, first, what)
    with pytest.raises(errors.IdReused):
        checked_in(sessions, second, what)


def test_places_are_never_given_twice(sessions: Sessions) -> None:
    event, people = made(sessions, 20, capacity=7, starts_at=NOW + timedelta(days=1))

    def sign_up(person: Volunteer) -> str:
        with sessions.begin() as session:
            actor = identities.find_actor(session, person.subject)
            assert isinstance(actor, Actor)
            return signups.sign_up(session, actor, event.id, 0, NOW).status

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(sign_up, people))
    assert statuses.count("going") == 7
    with sessions() as session:
        stored = session.get_one(Event, event.id)
        assert (stored.going, stored.waitlisted) == (7, 13)
        going = session.scalar(
            sa.select(sa.func.count()).where(Signup.event_id == event.id, Signup.status == "going")
        )
        assert going == 7


def test_counts_are_exact_at_every_moment_of_a_fold(sessions: Sessions) -> None:
    event, people = made(sessions, 60)
    question = counts.CountRequest(event.day, event.day, "event")

    def read() -> int:
        with sessions() as session:
            rows = {row["key"]: row for row in counts.count(session, question, NOW)["rows"]}
        return int(rows[str(event.id)]["participations"]) if str(event.id) in rows else 0

    def fold() -> None:
        with sessions.begin() as session:
            ledger.fold(session, NOW)

    with ThreadPoolExecutor(6) as pool:
        seen = []
        for n, person in enumerate(people, start=1):
            checked_in(sessions, person, report(event.id))
            folding = [pool.submit(fold) for _ in range(2)]
            reads = [pool.submit(read) for _ in range(2)]
            seen += [(n, future.result()) for future in reads]
            for future in folding:
                future.result()
    assert all(expected == found for expected, found in seen)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CountPending)) == 0
