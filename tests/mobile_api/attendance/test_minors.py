"""Minors at events: nobody is refused; a missing consent is a doubt that it settles, in any order."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.attendance import minors
from service.happenings import EventChanged
from service.models import Attendance, Event, GuardianRelation, Signup, Volunteer
from service.people import guardian_links, guardians
from service.people.guardians import Word
from service.people.identities import Identity
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_signup, make_volunteer
from tests.mobile_api.phones import START, Login, Phone

MOTHER = "+996700123456"
GUARDIAN = Identity(f"sms:{MOTHER}", MOTHER, NOW - timedelta(days=1), NOW - timedelta(days=1))
FIFTEEN, SEVENTEEN, NINETEEN = (date(NOW.year - age, 1, 10) for age in (15, 17, 19))

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


@pytest.fixture
def child(session: Session) -> Volunteer:
    return make_volunteer(
        session, birth_date=FIFTEEN, guardian_name="Сәуле", guardian_phone=MOTHER, display_name="Мадина"
    )


@pytest.fixture
def phone(client: FlaskClient, clock: FixedClock, login: Login, child: Volunteer) -> Phone:
    return Phone(client, clock, login(child))


def agree(session: Session, child: Volunteer, at: Any = NOW) -> None:
    link = guardian_links.make_link(session, child.id, at)
    guardians.accept(session, GUARDIAN, link.secret, Word("Сәуле", GuardianRelation.MOTHER), at)
    session.commit()


def look(session: Session, child: Volunteer) -> None:
    """As the job does."""
    minors.settle(session, child.id, NOW, Thresholds())
    session.commit()


def state(session: Session, child: Volunteer) -> tuple[str, list[str]]:
    session.expire_all()
    found = session.scalars(sa.select(Attendance).where(Attendance.volunteer_id == child.id)).one()
    return found.status, found.reasons


def test_without_a_consent_it_is_a_doubt_and_the_consent_settles_it(
    session: Session, phone: Phone, child: Volunteer, event: Event
) -> None:
    came = phone.send_live(phone.record("check_in", event, NOW))
    assert (came.status_code, came.json["status"]) == (201, "review")
    assert came.json["reasons"] == ["guardian-consent"]
    agree(session, child)
    look(session, child)
    assert state(session, child) == ("counted", [])
    guardians.withdraw(session, GUARDIAN, child.id, NOW + timedelta(hours=1))
    look(session, child)
    assert state(session, child) == ("counted", [])


def test_a_consent_that_was_taken_back_before_is_none(
    session: Session, phone: Phone, child: Volunteer, event: Event
) -> None:
    agree(session, child, NOW - timedelta(hours=3))
    guardians.withdraw(session, GUARDIAN, child.id, NOW - timedelta(hours=2))
    session.commit()
    phone.send_live(phone.record("check_in", event, NOW))
    assert state(session, child) == ("review", ["guardian-consent"])


@pytest.mark.parametrize("order", list(permutations(("come", "agree", "adult", "child"))))
def test_whatever_comes_first(
    session: Session, phone: Phone, child: Volunteer, event: Event, order: tuple[str, ...]
) -> None:
    """Coming, the consent, and a birth date that is wrong for a while: in the end all is known, and one."""
    for step in order:
        if step == "come":
            phone.send([phone.record("check_in", event, START)])
        elif step == "agree":
            child.birth_date = FIFTEEN
            agree(session, child)
        else:
            child.birth_date = NINETEEN if step == "adult" else FIFTEEN
            session.commit()
        look(session, child)
    child.birth_date = FIFTEEN
    session.commit()
    look(session, child)
    assert state(session, child) == ("counted", [])


def test_a_better_fix_does_not_settle_it_and_staff_may(
    session: Session, client: FlaskClient, login: Login, phone: Phone, child: Volunteer, event: Event
) -> None:
    phone.send([phone.record("check_in", event, START), phone.record("check_in", event, NOW)])
    assert state(session, child) == ("review", ["guardian-consent"])
    coordinator = make_coordinator(session)
    session.commit()
    attendance_id = session.scalar(sa.select(Attendance.id))
    url = f"/v1/reviews/{attendance_id}"
    body = {"decision": "reject", "reason": "Ата-анасы келіспейді."}
    assert client.put(url, json=body, headers=login(coordinator)).status_code == 200
    agree(session, child)
    look(session, child)
    assert state(session, child)[0] == "rejected"


@pytest.mark.parametrize(("birth_date", "reasons"), [(SEVENTEEN, ["hazard"]), (NINETEEN, [])])
def test_dangerous_work_is_a_doubt_about_minors_alone(
    session: Session, phone: Phone, child: Volunteer, birth_date: date, reasons: list[str]
) -> None:
    child.birth_date = birth_date
    event = make_event(session, hazard=True)
    session.commit()
    phone.send_live(phone.record("check_in", event, NOW))
    assert state(session, child)[1] == reasons
    event.hazard = False
    session.flush()
    minors.follow_event(session, EventChanged(at=NOW, event_id=event.id, changed=frozenset({"hazard"})))
    look(session, child)
    assert state(session, child) == ("counted", [])


def test_a_job_looks_at_each_minor_of_an_event_that_is_dangerous_now(
    session: Session, phone: Phone, child: Volunteer, event: Event
) -> None:
    phone.send_live(phone.record("check_in", event, NOW))
    changed = EventChanged(at=NOW, event_id=event.id, changed=frozenset({"hazard"}))
    minors.follow_event(session, changed)
    jobs = session.scalars(
        sa.text("SELECT args ->> 'volunteer_id' FROM procrastinate_jobs WHERE task_name = :task"),
        {"task": minors.TASK},
    ).all()
    assert jobs == [str(child.id)]


def test_a_birth_date_that_was_wrong_takes_a_minor_off_what_is_dangerous(
    session: Session, client: FlaskClient, login: Login, child: Volunteer
) -> None:
    child.birth_date = NINETEEN
    event = make_event(
        session, starts_at=NOW + timedelta(days=2), hazard=True, capacity=1, going=1, waitlisted=1
    )
    make_signup(session, event, child)
    waiting = make_volunteer(session)
    make_signup(session, event, waiting, status="waitlisted", queue_number=1)
    coordinator = make_coordinator(session)
    session.commit()
    url = f"/v1/volunteers/{child.id}/birth-date"
    body = {"birth_date": FIFTEEN.isoformat()}
    assert client.put(url, json=body, headers=login(coordinator)).status_code == 200
    session.expire_all()
    rows = session.execute(sa.select(Signup.volunteer_id, Signup.status))
    assert dict(rows.all()) == {child.id: "cancelled", waiting.id: "going"}


def test_who_was_here_before_is_not_doubted_for_sixty_days(
    session: Session, phone: Phone, child: Volunteer, event: Event
) -> None:
    child.guardian_grace_until = NOW + timedelta(days=1)
    session.commit()
    phone.send_live(phone.record("check_in", event, NOW))
    assert state(session, child) == ("counted", [])
