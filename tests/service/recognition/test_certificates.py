"""A certificate says what the attendances say; once they say something else it holds no more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from service import errors, recognition_errors
from service.access import Actor
from service.ledger import ledger
from service.models import Attendance, Certificate, Event, Outbox, Volunteer
from service.people import erasure
from service.platform.settings import DEVELOPMENT_SECRET as KEY
from service.recognition import certificates, renewal
from service.recognition.certificates import Wanted
from service.rulings import decisions
from tests.conftest import NOW, Sessions
from tests.makers import make_attendance, make_counted, make_event, make_volunteer

YEAR = Wanted(date(2026, 1, 1), date(2026, 5, 16), "kk")


def acting(person: Volunteer) -> Actor:
    return Actor(person.id, person.phone, person.locale, {}, frozenset())


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def me(person: Volunteer) -> Actor:
    return acting(person)


def some_days_ago(session: Session, days: int) -> Event:
    starts_at = NOW - timedelta(days=days)
    return make_event(session, starts_at=starts_at)


def fold(session: Session) -> None:
    while ledger.fold(session, NOW):
        pass


def renewed(session: Session) -> list[str]:
    """Whose certificates the jobs that wait would look at."""
    jobs = sa.text("SELECT args->>'volunteer_id' FROM procrastinate_jobs WHERE task_name = :task")
    return [str(one) for one in session.scalars(jobs, {"task": renewal.TASK})]


def test_it_says_what_counts_in_the_period_proven_and_assumed_apart(
    session: Session, person: Volunteer, me: Actor
) -> None:
    make_counted(session, some_days_ago(session, 10), person, minutes=90)
    make_counted(session, some_days_ago(session, 3), person, minutes=150, assumed_minutes=40)
    make_counted(session, some_days_ago(session, 300), person, minutes=33)
    for status in ("review", "rejected"):
        make_attendance(session, some_days_ago(session, 4), person, status=status)
    make_attendance(session, some_days_ago(session, 5), person, minutes=None, checked_out_at=None)
    make_counted(session, some_days_ago(session, 5), make_volunteer(session))
    made, repeated = certificates.issue(session, me, YEAR, NOW)
    assert not repeated
    assert (made.events, made.proven_minutes, made.assumed_minutes) == (2, 200, 40)
    assert [line["proven_minutes"] for line in made.lines] == [90, 110]
    assert (made.name, made.initials) == ("Айгүл Серікқызы", "А. С.")
    assert len(made.code) == 16
    assert certificates.by_code(session, made.code).is_valid


def test_the_same_again_is_the_same_one(session: Session, person: Volunteer, me: Actor) -> None:
    make_counted(session, some_days_ago(session, 3), person)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    again, repeated = certificates.issue(session, me, YEAR, NOW + timedelta(hours=1))
    assert (again.id, repeated) == (made.id, True)
    in_russian, _ = certificates.issue(session, me, Wanted(YEAR.first_day, YEAR.last_day, "ru"), NOW)
    assert in_russian.id != made.id
    assert {one.is_valid for one in certificates.of_person(session, me, None, 9)} == {True}


def test_with_another_name_it_is_another_one(session: Session, person: Volunteer, me: Actor) -> None:
    make_counted(session, some_days_ago(session, 3), person)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    person.display_name = "Айгүл Бекова"
    session.flush()
    new, repeated = certificates.issue(session, me, YEAR, NOW)
    assert (repeated, new.name) == (False, "Айгүл Бекова")
    assert certificates.by_code(session, made.code).status == "replaced"


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ((date(2026, 5, 16), date(2026, 5, 15)), "to"),
        ((date(2026, 5, 1), date(2026, 5, 17)), "to"),
        ((date(1996, 5, 16), date(2026, 5, 16)), "from"),
    ],
)
def test_a_period_that_is_none(session: Session, me: Actor, days: tuple[date, date], field: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        certificates.issue(session, me, Wanted(*days, "kk"), NOW)
    assert refused.value.field == field


def test_of_nothing_there_is_none(session: Session, me: Actor) -> None:
    with pytest.raises(recognition_errors.NothingToCertify):
        certificates.issue(session, me, YEAR, NOW)


def test_only_so_many_a_day(session: Session, person: Volunteer, me: Actor) -> None:
    make_counted(session, some_days_ago(session, 3), person)
    first = YEAR.first_day
    for n in range(certificates.A_DAY):
        certificates.issue(session, me, Wanted(first + timedelta(days=n), YEAR.last_day, "kk"), NOW)
    with pytest.raises(errors.TooManyRequests):
        certificates.issue(session, me, Wanted(first + timedelta(days=99), YEAR.last_day, "kk"), NOW)
    # What there is already is given all the same.
    assert certificates.issue(session, me, YEAR, NOW)[1]


Change = Callable[[Attendance], Any]
CHANGES: dict[str, tuple[Change, str]] = {
    "more minutes": (lambda attended: setattr(attended, "minutes", 151), "replaced"),
    "proven that was assumed": (lambda attended: setattr(attended, "assumed_minutes", 0), "replaced"),
    "doubted": (lambda attended: setattr(attended, "status", "review"), "revoked"),
    "still there": (lambda attended: setattr(attended, "minutes", None), "revoked"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_at_the_moment_of_the_change_it_holds_no_more(
    session: Session, person: Volunteer, me: Actor, what: str
) -> None:
    attended = make_counted(session, some_days_ago(session, 3), person, minutes=150, assumed_minutes=30)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    change, becomes = CHANGES[what]
    change(attended)
    session.flush()
    assert certificates.by_code(session, made.code).status == becomes
    assert not certificates.own(session, me, made.id).is_valid


def test_what_counts_late_replaces_it_by_one_with_the_new_hours(
    session: Session, person: Volunteer, me: Actor
) -> None:
    make_counted(session, some_days_ago(session, 3), person, minutes=60)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    fold(session)
    renewal.renew(session, person.id, NOW)
    assert certificates.by_code(session, made.code).is_valid
    assert session.scalars(sa.select(Outbox)).all() == []
    make_counted(session, some_days_ago(session, 9), person, minutes=30)
    before = len(renewed(session))
    fold(session)
    assert renewed(session)[before:] == [str(person.id)]
    (new,) = renewal.renew(session, person.id, NOW)
    assert (new.events, new.proven_minutes, new.language) == (2, 90, "kk")
    former = session.get_one(Certificate, made.id)
    assert (former.status, former.name, former.lines) == ("replaced", None, [])
    assert certificates.by_code(session, new.code).is_valid
    (told,) = session.scalars(sa.select(Outbox))
    assert (told.kind, told.facts, told.volunteer_id) == (
        "certificate_changed",
        {"status": "replaced"},
        person.id,
    )
    assert renewal.renew(session, person.id, NOW) == []


def test_of_what_is_left_of_nothing_it_is_revoked(session: Session, person: Volunteer, me: Actor) -> None:
    attended = make_counted(session, some_days_ago(session, 3), person)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    attended.status = "rejected"
    session.flush()
    assert renewal.renew(session, person.id, NOW) == []
    former = session.get_one(Certificate, made.id, populate_existing=True)
    assert (former.status, former.initials, former.proven_minutes) == ("revoked", "", 0)
    (told,) = session.scalars(sa.select(Outbox))
    assert told.facts == {"status": "revoked"}


def test_nobody_is_looked_at_who_has_none(session: Session, person: Volunteer) -> None:
    before = len(renewed(session))
    make_counted(session, some_days_ago(session, 3), person)
    fold(session)
    assert renewed(session)[before:] == []


def test_a_job_about_who_is_gone_ends(session: Session) -> None:
    clock = SimpleNamespace(now=lambda: NOW)
    runtime = SimpleNamespace(clock=clock, sessions=SimpleNamespace(begin=session.begin_nested))
    context: Any = SimpleNamespace(additional_context={"runtime": runtime})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runtime.sessions, "begin", lambda: _Same(session))
        renewal.renew_by_job.func(context, "0190a000-0000-7000-8000-000000000000")


class _Same:
    """A session that others look after."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, *_raised: object) -> None:
        """Leave it as it is."""


def test_taken_back_it_says_nothing_any_more(session: Session, person: Volunteer, me: Actor) -> None:
    make_counted(session, some_days_ago(session, 3), person)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    stranger = acting(make_volunteer(session))
    with pytest.raises(errors.NotFound):
        certificates.own(session, stranger, made.id)
    with pytest.raises(errors.NotFound):
        certificates.take_back(session, stranger, made.id, NOW)
    for _ in range(2):
        certificates.take_back(session, me, made.id, NOW)
    found = certificates.by_code(session, made.code)
    assert (found.status, found.certificate.name, found.certificate.initials) == ("revoked", None, "")
    new, repeated = certificates.issue(session, me, YEAR, NOW)
    assert not repeated
    assert new.code != made.code


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "dashes"])
def test_a_code_as_people_type_it(session: Session, person: Volunteer, me: Actor, typed: str) -> None:
    make_counted(session, some_days_ago(session, 3), person)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    code = made.code
    ways = {"lower": code.lower(), "dashes": "-".join(code[i : i + 4] for i in range(0, 16, 4))}
    assert certificates.by_code(session, ways.get(typed, typed.format(code))).certificate.id == made.id


@pytest.mark.parametrize("typed", ["", "A" * 16, "%", "ҚАЗАҚ", "A" * 5_000])
def test_a_code_that_is_none(session: Session, typed: str) -> None:
    with pytest.raises(errors.NotFound):
        certificates.by_code(session, typed)


def test_of_many_events_the_first_are_named(session: Session, person: Volunteer, me: Actor) -> None:
    for days in range(certificates.LINES + 3):
        make_counted(session, some_days_ago(session, days + 1), person, minutes=60)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    assert (made.events, made.proven_minutes) == (certificates.LINES + 3, 60 * (certificates.LINES + 3))
    assert len(made.lines) == certificates.LINES
    assert made.lines[0]["day"] < made.lines[-1]["day"]


def test_with_its_person_it_is_revoked(session: Session, person: Volunteer, me: Actor) -> None:
    attended = make_counted(session, some_days_ago(session, 3), person)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    erasure.erase(session, me, NOW, KEY, keep_certificates=False)
    found = certificates.by_code(session, made.code)
    session.refresh(attended)
    assert (found.status, found.certificate.name, found.certificate.initials) == ("revoked", None, "")
    assert found.certificate.volunteer_id == attended.volunteer_id != me.volunteer_id


def test_left_to_stand_it_tells_hours_and_initials(session: Session, person: Volunteer, me: Actor) -> None:
    make_counted(session, some_days_ago(session, 3), person, minutes=90)
    made, _ = certificates.issue(session, me, YEAR, NOW)
    erasure.erase(session, me, NOW, KEY, keep_certificates=True)
    fold(session)
    found = certificates.by_code(session, made.code)
    assert found.is_valid
    kept = found.certificate
    assert (kept.name, kept.initials, kept.proven_minutes) == (None, "А. С.", 90)
    assert kept.volunteer_id != me.volunteer_id


def test_asked_for_ten_times_at_once_it_is_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        person = make_volunteer(session)
        make_counted(session, some_days_ago(session, 3), person)
    me = acting(person)

    def ask(_: int) -> str:
        with sessions.begin() as session:
            return certificates.issue(session, me, YEAR, NOW)[0].code

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(ask, range(10)))) == 1


def test_a_ruling_waits_for_the_certificate_that_is_made_of_what_it_changes(sessions: Sessions) -> None:
    with sessions.begin() as session:
        person = make_volunteer(session)
        make_counted(session, some_days_ago(session, 3), person)
    with sessions.begin() as making:
        made, _ = certificates.issue(making, acting(person), YEAR, NOW)
        with sessions() as ruling:
            ruling.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError):
                decisions.lock_person(ruling, person.id)
    with sessions.begin() as ruling:
        decisions.lock_person(ruling, person.id)
        assert certificates.by_code(ruling, made.code).is_valid
