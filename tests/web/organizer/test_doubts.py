"""The doubts of one's own event, and an organizer's word for those who were there."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Attendance, AttendanceDecision, AuditEntry, Event, Organization, Volunteer
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_member, make_signup, make_volunteer
from tests.web.visitor import Visitor


@pytest.fixture
def held(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, starts_at=NOW - timedelta(hours=5))


def path_of(event: Event) -> str:
    return f"/kk/organizer/events/{event.id}/doubts"


def status_of(session: Session, event: Event, person: Volunteer) -> str:
    query = sa.select(Attendance.status).where(
        Attendance.event_id == event.id, Attendance.volunteer_id == person.id
    )
    return str(session.scalar(query))


def test_who_is_doubted_and_why_and_a_word_for_them(desk: Visitor, session: Session, held: Event) -> None:
    doubted = make_volunteer(session, display_name="Дәулет Сейітқали")
    certain = make_volunteer(session, display_name="Болат Серік")
    make_signup(session, held, doubted)
    make_attendance(session, held, doubted, status="review", reasons=["mocked", "weak-accuracy"])
    make_attendance(session, held, certain)
    session.commit()
    main = desk.page(path_of(held)).one("main")
    assert "Дәулет Сейітқали" in main.text
    assert "Болат" not in main.text
    assert "mocked" not in main.text
    assert desk.send(path_of(held), {"ready": "list"}).status_code == 303
    session.expire_all()
    assert status_of(session, held, doubted) == "counted"
    assert session.scalars(sa.select(AttendanceDecision.reason)).all() == ["Тізім бойынша болды"]
    assert "Күмәнді қатысу жоқ" in desk.page(path_of(held)).text
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert actions == {"participants-read", "attendance-corrected"}


def test_ones_own_words_go_before_those_that_are_ready(desk: Visitor, session: Session, held: Event) -> None:
    doubted = make_volunteer(session)
    make_signup(session, held, doubted)
    make_attendance(session, held, doubted, status="review", reasons=["mocked"])
    session.commit()
    assert desk.send(path_of(held), {"ready": "saw", "reason": "Қапты бірге көтердік"}).status_code == 303
    assert session.scalars(sa.select(AttendanceDecision.reason)).all() == ["Қапты бірге көтердік"]


def test_nobody_vouches_for_themself(
    desk: Visitor, session: Session, held: Event, organizer: Volunteer
) -> None:
    make_attendance(session, held, organizer, status="review", reasons=["mocked"])
    session.commit()
    page = desk.page(path_of(held))
    assert not page.all("form", method="post")
    assert "Өз қатысуыңызды өзіңіз түзете алмайсыз: ол туралы үйлестіруші шешеді" in page.text


def test_of_ones_own_people_a_coordinator_decides(
    desk: Visitor, session: Session, held: Event, organization: Organization
) -> None:
    colleague = make_volunteer(session)
    make_member(session, organization, colleague)
    make_attendance(session, held, colleague, status="review", reasons=["mocked"])
    session.commit()
    main = desk.page(path_of(held)).one("main")
    assert main.all("form") == []
    assert "Бұл адам туралы үйлестіруші шешеді" in main.text


def test_of_events_of_others_nothing_is_shown(desk: Visitor, session: Session) -> None:
    assert desk.get(path_of(make_event(session))).status_code == 403
