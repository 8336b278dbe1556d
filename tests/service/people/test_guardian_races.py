"""A guardian, a child and a phone at the same moment, on committed data and connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service import errors, guardian_errors
from service.attendance import check_in, presence_facts
from service.events import signups
from service.models import Attendance, Event, GuardianRelation, Guardianship, Signup, Volunteer
from service.people import guardian_links, guardians, identities
from service.people.guardians import Word
from service.people.identities import Identity
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import make_event, make_volunteer
from tests.service.attendance.test_races import report

MOTHER = "+996700123456"
GUARDIAN = Identity("sms:mother", MOTHER, NOW, NOW)
WORD = Word("Сәуле", GuardianRelation.MOTHER)
ROUNDS = 8


def made(sessions: Sessions, **event: Any) -> tuple[UUID, Volunteer]:
    with sessions.begin() as session:
        child = make_volunteer(session, birth_date=date(NOW.year - 15, 1, 10), guardian_phone=MOTHER)
        return make_event(session, **event).id, child


def link_of(sessions: Sessions, child: Volunteer) -> str:
    with sessions.begin() as session:
        return guardian_links.make_link(session, child.id, NOW).secret


def agree(sessions: Sessions, secret: str) -> None:
    with sessions.begin() as session:
        guardians.accept(session, GUARDIAN, secret, WORD, NOW)


def withdraw(sessions: Sessions, child: Volunteer) -> None:
    with sessions.begin() as session:
        guardians.withdraw(session, GUARDIAN, child.id, NOW)


def sign_up(sessions: Sessions, child: Volunteer, event_id: UUID) -> None:
    with sessions.begin() as session, suppress(guardian_errors.GuardianConsentMissing):
        actor = identities.find_actor(session, child.subject)
        assert actor is not None
        signups.sign_up(session, actor, event_id, 0, NOW)


def at_once(*acts: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


def test_a_sign_up_and_its_withdrawn_consent_never_pass_each_other(sessions: Sessions) -> None:
    for _ in range(ROUNDS):
        event_id, child = made(sessions, starts_at=NOW + timedelta(days=1))
        agree(sessions, link_of(sessions, child))
        at_once(
            lambda child=child, id_=event_id: sign_up(sessions, child, id_),  # type: ignore[misc] # of this round
            lambda child=child: withdraw(sessions, child),  # type: ignore[misc] # of this round
        )
        with sessions() as session:
            signup = session.get(Signup, (event_id, child.id))
            assert signup is None or signup.status == "cancelled"
            assert session.get_one(Event, event_id).going == 0


def test_a_link_is_accepted_once_by_two_at_once(sessions: Sessions) -> None:
    for _ in range(ROUNDS):
        _, child = made(sessions)
        secret = link_of(sessions, child)
        at_once(*[lambda secret=secret: agree(sessions, secret)] * 3)
        with sessions() as session:
            query = sa.select(sa.func.count()).where(Guardianship.child_id == child.id)
            assert session.scalar(query) == 1
        withdraw(sessions, child)


def test_seven_children_at_once_are_one_too_many(sessions: Sessions) -> None:
    secrets = [link_of(sessions, made(sessions)[1]) for _ in range(7)]

    def accept(secret: str) -> bool:
        try:
            agree(sessions, secret)
        except guardian_errors.TooManyChildren:
            return False
        return True

    with ThreadPoolExecutor(7) as pool:
        assert sorted(pool.map(accept, secrets)) == [False] + [True] * 6
    with sessions.begin() as session:
        session.execute(sa.update(Guardianship).values(ended_at=NOW, ended_by="guardian"))


def test_a_consent_that_comes_while_a_check_in_is_judged_settles_it(
    sessions: Sessions, monkeypatch: Any
) -> None:
    event_id, child = made(sessions)
    secret = link_of(sessions, child)
    read = presence_facts.read

    def read_and_be_late(*args: Any, **options: Any) -> Any:
        facts = read(*args, **options)
        monkeypatch.undo()
        agree(sessions, secret)
        return facts

    monkeypatch.setattr(presence_facts, "read", read_and_be_late)
    check_in.record(committing(sessions), child.subject or "", report(event_id), NOW, Thresholds())
    with sessions() as session:
        found = session.scalars(sa.select(Attendance).where(Attendance.event_id == event_id)).one()
        assert (found.status, found.reasons) == ("counted", [])


def test_a_stranger_who_tries_meanwhile_changes_nothing(sessions: Sessions) -> None:
    _, child = made(sessions)
    secret = link_of(sessions, child)
    stranger = Identity("sms:other", "+77015550199", NOW, NOW)

    def try_it() -> None:
        with sessions.begin() as session, suppress(errors.NotFound):
            guardians.accept(session, stranger, secret, WORD, NOW)

    at_once(try_it, lambda: agree(sessions, secret), try_it)
    with sessions() as session:
        query = sa.select(Guardianship.subject).where(Guardianship.child_id == child.id)
        assert session.scalars(query).all() == [GUARDIAN.subject]
