"""What only a whole event shows, at night: a code passed on in small pieces, when phones have been heard."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pyotp
import pytest
import sqlalchemy as sa

import wiring  # noqa: F401 - registers every task
from service.attendance import check_in, late_doubts, presence_facts
from service.attendance.check_in import Stored
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.ledger import verify
from service.models import Attendance, Event, Organization, Signup, Volunteer
from service.people import identities
from service.platform import queue
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from service.rulings import corrections, reviews
from service.rulings.corrections import Correction
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer

START, END = NOW - timedelta(hours=2), NOW
HEARD = END + timedelta(hours=72)
"""Until then phones may send what they kept without signal."""

MINUTE = timedelta(minutes=1)
COUNTED = (Status.COUNTED, ())
DOUBTED = (Status.REVIEW, ("shared-code",))


class Crowd:
    """An event of two hours, and people who come to it with a position or with a code alone."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            self.owner = make_volunteer(session)
            self.coordinator = make_coordinator(session)
            self.event = make_event(
                session, make_organization(session, self.owner), starts_at=START, ends_at=END
            )

    def person(self, *, is_going: bool = False) -> Volunteer:
        with self.sessions.begin() as session:
            who = make_volunteer(session)
            if is_going:
                signup = Signup(
                    event_id=self.event.id, volunteer_id=who.id, companions=0, created_at=START - MINUTE
                )
                signup.goes(START - MINUTE)
                session.add(signup)
            return who

    def placed(
        self, who: Volunteer, at: datetime, kind: RecordKind = RecordKind.CHECK_IN, metres: float = 0
    ) -> Volunteer:
        """With the position of a phone under the open sky, so far from the meeting point."""
        latitude = AKTOBE[0] + metres / 111_000 + (at - START).total_seconds() * 1e-8
        return self.send(who, at, kind, position=Position(latitude, AKTOBE[1], 8, at))

    def coded(self, who: Volunteer, at: datetime, *, sent_at: datetime | None = None) -> Volunteer:
        """With the code of the minute alone; `sent_at`: kept until then."""
        code = pyotp.TOTP(self.event.code_secret, interval=60).at(at)
        return self.send(who, at, RecordKind.CHECK_IN, code=code, sent_at=sent_at)

    def send(
        self,
        who: Volunteer,
        at: datetime,
        kind: RecordKind,
        *,
        position: Position | None = None,
        code: str | None = None,
        sent_at: datetime | None = None,
    ) -> Volunteer:
        sent = SentRecord(
            uuid4(), self.event.id, kind, str(who.id), at, timedelta(0), position, code, sent_at is not None
        )
        stored = check_in.record(committing(self.sessions), who.subject, sent, sent_at or at, Thresholds())
        assert isinstance(stored, Stored)
        return who

    def come(self, number: int, every: timedelta = 3 * MINUTE) -> list[Volunteer]:
        """So many people with positions, one after the other."""
        return [self.placed(self.person(), START + one * every) for one in range(number)]

    def drip(self, number: int) -> list[Volunteer]:
        """So many people by a code alone, each by one of their own."""
        return [self.coded(self.person(), START + 10 * one * MINUTE) for one in range(number)]

    def share(self, number: int) -> list[Volunteer]:
        """So many people by one code alone."""
        return [self.coded(self.person(), START + timedelta(seconds=one)) for one in range(number)]

    def pass_by(self, now: datetime) -> None:
        """What the worker does by itself of this room's work at a moment."""
        runtime = Runtime(self.sessions, FixedClock(now), Thresholds(), {})
        context = SimpleNamespace(additional_context={"runtime": runtime})
        for periodic in list(queue.app.periodic_registry.periodic_tasks.values()):
            if periodic.task.name.startswith("attendance."):
                periodic.task.func(context, timestamp=0)

    def found(self, people: Sequence[Volunteer]) -> list[tuple[str, tuple[str, ...]]]:
        """What became of each."""
        query = sa.select(Attendance).where(Attendance.event_id == self.event.id)
        with self.sessions() as session:
            rows = {row.volunteer_id: row for row in session.scalars(query)}
        return [(rows[who.id].status, tuple(rows[who.id].reasons)) for who in people]

    def attendance_id(self, who: Volunteer) -> object:
        query = sa.select(Attendance.id).where(
            Attendance.event_id == self.event.id, Attendance.volunteer_id == who.id
        )
        with self.sessions() as session:
            return session.scalars(query).one()


@pytest.fixture
def crowd(sessions: Sessions) -> Iterator[Crowd]:
    made = Crowd(sessions)
    yield made
    # What makers put in without counting it: the event itself, and sign-ups.
    with sessions() as session:
        told = [figures for one in verify.differences(session) for figures in one.figures]
    assert set(told) <= {"events", "signups"}


def test_more_than_a_fifth_by_code_alone_are_for_review(crowd: Crowd) -> None:
    placed, coded = crowd.come(16), crowd.drip(5)
    crowd.pass_by(HEARD - MINUTE)
    assert crowd.found(coded) == [COUNTED] * 5
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 5
    assert crowd.found(placed) == [COUNTED] * 16


def test_a_fifth_is_not_more(crowd: Crowd) -> None:
    coded = crowd.drip(4)
    crowd.come(16)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [COUNTED] * 4


def test_a_share_says_something_once_there_are_twenty(crowd: Crowd) -> None:
    crowd.come(14)
    coded = crowd.drip(5)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [COUNTED] * 5
    crowd.placed(crowd.person(), END - MINUTE)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 5


def test_five_by_one_code_alone_are_for_review_where_few_came_meanwhile(crowd: Crowd) -> None:
    """Nine of an event passed unseen; large ones hid such a group altogether."""
    placed = crowd.come(30)
    coded = crowd.share(5)
    other = crowd.coded(crowd.person(), START + 60 * MINUTE)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 5
    assert crowd.found([*placed, other]) == [COUNTED] * 31


def test_four_by_one_code_may_well_be_there(crowd: Crowd) -> None:
    coded = crowd.share(4)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [COUNTED] * 4


def test_five_of_a_class_that_came_at_once_may_well_be_there(crowd: Crowd) -> None:
    """A bus of 25, of whom five allow no position."""
    crowd.come(20, every=timedelta(seconds=6))
    coded = crowd.share(5)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [COUNTED] * 5


def test_kept_by_people_who_were_going_it_is_no_better(crowd: Crowd) -> None:
    coded = [
        crowd.coded(crowd.person(is_going=True), START + timedelta(seconds=one), sent_at=END)
        for one in range(5)
    ]
    assert crowd.found(coded) == [COUNTED] * 5
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 5


def test_whoever_has_shown_a_place_is_not_by_code_alone(crowd: Crowd) -> None:
    """Also on leaving; a place that is itself in doubt says nothing."""
    coded = crowd.share(5)
    crowd.placed(coded[0], START + 90 * MINUTE, RecordKind.CHECK_OUT)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [COUNTED] * 5
    doubtful = crowd.share(1)[0]
    crowd.placed(doubtful, START + 90 * MINUTE, RecordKind.CHECK_OUT, metres=600)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found([coded[0], *coded[1:], doubtful]) == [COUNTED, *[DOUBTED] * 5]


def test_who_is_heard_later_changes_nothing(crowd: Crowd) -> None:
    """Whatever the night in which it is looked at, the same records count."""
    coded = crowd.share(5)
    late = crowd.coded(crowd.person(is_going=True), START, sent_at=HEARD + 10 * MINUTE)
    for one in range(30):
        who = crowd.person()
        at = START + timedelta(seconds=one)
        position = Position(AKTOBE[0] + one * 1e-5, AKTOBE[1], 8, at)
        crowd.send(who, at, RecordKind.CHECK_IN, position=position, sent_at=HEARD + 10 * MINUTE)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 5
    assert crowd.found([late]) == [(Status.REVIEW, ("late-sync",))]


def test_what_staff_decided_stays_above_it(crowd: Crowd) -> None:
    coded = crowd.share(6)
    vouched, rejected, reviewed = coded[:3]
    with crowd.sessions() as session:
        owner = identities.find_actor(session, crowd.owner.subject)
        assert owner is not None
        for who, is_present in ((vouched, True), (rejected, False)):
            said = Correction(is_present, None, "мен көрдім")
            corrections.correct(session, owner, crowd.event.id, who.id, said, END, Thresholds())
        session.commit()
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert [status for status, _ in crowd.found(coded)] == [
        "counted", "rejected", "review", "review", "review", "review",
    ]  # fmt: skip
    with crowd.sessions() as session:
        coordinator = identities.find_actor(session, crowd.coordinator.subject)
        assert coordinator is not None
        held = crowd.attendance_id(reviewed)
        reviews.decide(session, coordinator, held, Status.COUNTED, "x", HEARD, Thresholds())
        session.commit()
    crowd.pass_by(HEARD + timedelta(hours=49))
    assert crowd.found([reviewed]) == [(Status.COUNTED, ("shared-code",))]


def test_one_that_changes_meanwhile_is_doubted_all_the_same(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's record says one thing while the attendance says another."""
    coded = crowd.share(6)
    read_pairs = presence_facts.read_pairs

    def reading(*args: Any, **options: Any) -> Any:
        pairs = read_pairs(*args, **options)
        monkeypatch.undo()
        with crowd.sessions.begin() as other:
            other.execute(
                sa.update(Attendance)
                .where(Attendance.volunteer_id == coded[2].id)
                .values(version=Attendance.version + 1)
            )
        return pairs

    monkeypatch.setattr(presence_facts, "read_pairs", reading)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 6


def test_many_are_doubted_some_at_a_time(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_doubts, "CHUNK", 2)
    coded = crowd.share(7)
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 7


def test_a_code_told_elsewhere_is_another(crowd: Crowd) -> None:
    """Two who come by code alone at one event, and three at another of the same minute, are no five."""
    coded = crowd.share(3)
    with crowd.sessions.begin() as session:
        crowd.event = make_event(
            session, session.get_one(Organization, crowd.event.organization_id), starts_at=START, ends_at=END
        )
    coded += crowd.share(2)
    crowd.pass_by(HEARD + timedelta(hours=25))
    with crowd.sessions() as session:
        theirs = Attendance.volunteer_id.in_([who.id for who in coded])
        assert set(session.scalars(sa.select(Attendance.status).where(theirs))) == {"counted"}


def test_it_is_looked_at_for_two_weeks(crowd: Crowd) -> None:
    """A worker that stood still for a week has missed nothing; nothing is looked at for ever."""
    coded = crowd.share(5)
    crowd.pass_by(HEARD + timedelta(days=15))
    assert crowd.found(coded) == [COUNTED] * 5
    crowd.pass_by(HEARD + timedelta(days=10))
    assert crowd.found(coded) == [DOUBTED] * 5


def test_an_event_that_was_called_off_is_looked_at_as_well(crowd: Crowd) -> None:
    coded = crowd.share(5)
    with crowd.sessions.begin() as session:
        event = session.get_one(Event, crowd.event.id)
        event.status, event.cancelled_at, event.cancel_reason = "cancelled", START + 30 * MINUTE, "дауыл"
    crowd.pass_by(HEARD + timedelta(hours=25))
    assert crowd.found(coded) == [DOUBTED] * 5
