"""Erasure while something else of the same person is under way: one of the two comes first, none is half."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from http_base.problems import is_gone
from service import errors
from service.access import Actor
from service.attendance import check_in
from service.attendance.evidence import Status
from service.events import signups
from service.ledger import ledger, verify
from service.models import Attendance, Event, PresenceRecord, Sighting, Signup, Volunteer
from service.people import erasure, identities, own_export
from service.platform.database import is_deadlock
from service.platform.settings import DEVELOPMENT_SECRET as KEY
from service.platform.thresholds import Thresholds
from service.rulings import reviews
from tests.conftest import NOW, Sessions, committing
from tests.makers import (
    make_coordinator,
    make_counted,
    make_event,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.service.attendance.test_races import report

pytestmark = pytest.mark.usefixtures("app")
ROUNDS = 3
DAY = timedelta(days=1)


class Stage:
    """A person who was at one event, goes to another, and may check in at a third."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            person, owner = make_volunteer(session), make_volunteer(session)
            organization = make_organization(session, owner)
            self.coordinator = make_coordinator(session, "KZ-15")
            self.past = make_event(session, organization, starts_at=NOW - 3 * DAY)
            self.running = make_event(session, organization)
            self.coming = make_event(session, organization, starts_at=NOW + DAY, capacity=1, going=1)
            make_signup(session, self.coming, person)
            self.attended = make_counted(session, self.past, person)
            for event, more in ((self.past, 0), (self.running, 0), (self.coming, 1)):
                ledger.add(session, event, events=1, signups=more)
        self.person_id, self.subject = person.id, str(person.subject)
        self.owner, self.person = self.actor(str(owner.subject)), self.actor(self.subject)

    def actor(self, subject: str) -> Actor:
        with self.sessions() as session:
            found = identities.find_actor(session, subject)
        assert found is not None
        return found

    def erase(self) -> None:
        """As a request does: tried again where others were in the way."""
        for _ in range(10):
            try:
                with self.sessions.begin() as session:
                    erasure.erase(session, self.person, NOW, KEY, keep_certificates=False)
            except errors.Busy:
                continue
            except sa.exc.DBAPIError as error:
                if not is_deadlock(error):
                    raise
                continue
            return
        raise AssertionError("never erased")

    def check_nothing_is_half(self) -> None:
        with self.sessions.begin() as session:
            ledger.fold(session, NOW)
        with self.sessions() as session:
            assert session.get(Volunteer, self.person_id) is None
            for column in (Attendance.volunteer_id, Signup.volunteer_id, PresenceRecord.sender_id):
                assert session.scalar(sa.select(sa.exists().where(column == self.person_id))) is False, column
            assert verify.differences(session) == []
            seen = sa.exists().where(Sighting.volunteer_id == self.person_id)
            assert session.scalar(sa.select(seen)) is False
            assert session.scalar(sa.select(Event.going).where(Event.id == self.coming.id)) == 0
            assert session.get_one(Attendance, self.attended.id).volunteer_id != self.person_id


def checks_in(stage: Stage) -> None:
    check_in.record(committing(stage.sessions), stage.subject, report(stage.running.id), NOW, Thresholds())


def signs_up(stage: Stage) -> None:
    with stage.sessions.begin() as session:
        signups.sign_up(session, stage.person, stage.running.id, 0, NOW, consent_age=16)


def is_ruled_on(stage: Stage) -> None:
    with stage.sessions() as session:
        coordinator = stage.actor(str(stage.coordinator.subject))
        reviews.decide(session, coordinator, stage.attended.id, Status.REJECTED, "x", NOW, Thresholds())
        session.commit()


def is_folded(stage: Stage) -> None:
    with stage.sessions.begin() as session:
        ledger.fold(session, NOW)


def is_moved(stage: Stage) -> None:
    """What the person is counted for counts on another day."""
    with stage.sessions.begin() as session:
        event = session.get_one(Event, stage.past.id, with_for_update=True, populate_existing=True)
        before = ledger.Cell.of(event)
        event.day -= DAY
        ledger.move_event(session, event.id, before, ledger.Cell.of(event))


def is_exported(stage: Stage) -> None:
    with stage.sessions() as session:
        whole = b"".join(own_export.pieces(session, stage.person_id, NOW, str))
        assert whole.endswith(b"}}\n")


def is_erased(stage: Stage) -> None:
    stage.erase()


OPPONENTS: dict[str, Callable[[Stage], None]] = {
    act.__name__: act
    for act in (checks_in, signs_up, is_ruled_on, is_folded, is_moved, is_exported, is_erased)
}


def act(one: Callable[[Stage], None], stage: Stage, at_once: Barrier, delay_s: float) -> None:
    at_once.wait()
    time.sleep(delay_s)
    one(stage)


@pytest.mark.parametrize("name", OPPONENTS)
def test_one_of_the_two_comes_first(sessions: Sessions, name: str) -> None:
    for number in range(ROUNDS):
        stage, at_once = Stage(sessions), Barrier(2)

        # Both orders come, and both at once.
        with ThreadPoolExecutor(2) as pool:
            other = pool.submit(act, OPPONENTS[name], stage, at_once, 0.005 * (number == 1))
            erasing = pool.submit(act, Stage.erase, stage, at_once, 0.005 * (number == 2))
        if name != "is_erased":
            erasing.result()
        else:
            outcomes = [one.exception() for one in (other, erasing)]
            assert [type(one) for one in outcomes if one is not None] == [errors.NotRegistered]
        check_outcome(other.exception())
        stage.check_nothing_is_half()


def check_outcome(error: BaseException | None) -> None:
    """Refused in words, or as what is answered by 404 or tried again."""
    if error is None or isinstance(error, errors.ServiceError):
        return
    assert isinstance(error, sa.exc.DBAPIError), repr(error)
    assert is_gone(error.orig) or is_deadlock(error), repr(error)
