"""What who is signed in sees of themself on an event's page, and that nobody else ever does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.models import Announcement, Volunteer
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_signup, make_volunteer
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


def text_of(visitor: Visitor, event_id: Any, language: str = "kk") -> str:
    return visitor.page(f"/{language}/events/{event_id}").one("main").text


@pytest.mark.parametrize(
    ("signup", "said"),
    [
        ({}, "Барамын ✓"),
        ({"companions": 3}, "Бірге келетіндер: 3"),
        ({"status": "waitlisted", "queue_number": 2}, "Кезектегі орныңыз: 2"),
        ({"status": "offered", "confirm_by": NOW + timedelta(minutes=20)}, "11:20"),
    ],
)
def test_it_says_what_somebody_is_to_the_event(
    visitor: Visitor, session: Session, person: Volunteer, signup: dict[str, Any], said: str
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=1), capacity=5)
    make_signup(session, event, make_volunteer(session), status="waitlisted", queue_number=1)
    make_signup(session, event, person, **signup)
    assert said not in text_of(visitor, event.id)
    visitor.sign_in(session, person)
    assert said in text_of(visitor, event.id)


@pytest.mark.parametrize(
    "signup", [{"status": "cancelled"}, {"status": "offered", "confirm_by": NOW - timedelta(minutes=1)}]
)
def test_who_withdrew_or_let_an_offer_expire_is_nothing_to_it(
    visitor: Visitor, session: Session, person: Volunteer, signup: dict[str, Any]
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    make_signup(session, event, person, **signup)
    visitor.sign_in(session, person)
    text = text_of(visitor, event.id)
    assert "Барамын ✓" not in text
    assert "Растаудың соңғы уақыты" not in text


def test_who_was_there_is_told_so_and_who_was_rejected_is_not(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW - timedelta(days=20))
    make_attendance(session, event, person)
    visitor.sign_in(session, person)
    # As long as something may still be sent, the check-in's own line says it.
    assert "Сіз осы іс-шарада болдыңыз" in text_of(visitor, event.id)
    rejected = make_volunteer(session)
    make_attendance(session, event, rejected, status="rejected")
    visitor.sign_in(session, rejected)
    assert "болдыңыз" not in text_of(visitor, event.id)


@pytest.mark.parametrize("signed_up", [True, False])
def test_who_is_there_still_reads_what_the_organizer_tells(
    visitor: Visitor,
    session: Session,
    person: Volunteer,
    signed_up: bool,  # noqa: FBT001 - a case
) -> None:
    event = make_event(session)
    said = "Автобус 15:00-де қақпадан"
    made = {"event_id": event.id, "sent_to": "going", "created_by": event.created_by, "created_at": NOW}
    session.add(Announcement(text=said, **made))
    if signed_up:
        make_signup(session, event, person)
    make_attendance(session, event, person)
    visitor.sign_in(session, person)
    # Who came without signing up is told nothing by it, as by the API.
    assert (said in text_of(visitor, event.id)) == signed_up


def test_what_one_session_is_told_is_kept_by_no_cache(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    make_signup(session, event, person)
    anonymous = visitor.get(f"/kk/events/{event.id}")
    assert anonymous.headers["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in anonymous.headers["Vary"]
    assert "Set-Cookie" not in anonymous.headers
    visitor.sign_in(session, person)
    mine = visitor.get(f"/kk/events/{event.id}", headers={"If-None-Match": anonymous.headers["ETag"]})
    assert mine.status_code == 200
    assert mine.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in mine.headers["Vary"]
    assert "ETag" not in mine.headers


@pytest.mark.parametrize("cookie", ["", "x", "a" * 4_000])
def test_a_session_that_is_none_sees_what_everybody_sees_and_is_kept_apart(
    visitor: Visitor, session: Session, cookie: str
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    everybodys = visitor.get(f"/kk/events/{event.id}").text
    visitor.set_cookie("tazalyq_dev", cookie)
    answer = visitor.get(f"/kk/events/{event.id}")
    assert answer.text == everybodys
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_who_is_signed_up_sees_a_hidden_event_and_nobody_else_does(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, hidden_by="coordinator", hidden_reason="Шағым")
    make_signup(session, event, person)
    visitor.sign_in(session, make_volunteer(session))
    assert visitor.get(f"/kk/events/{event.id}").status_code == 404
    visitor.sign_in(session, person)
    text = text_of(visitor, event.id)
    assert "көпшілікке көрсетілмейді" in text
    assert "Барамын ✓" in text
    assert "Шағым" not in text


def test_the_notice_of_a_post_is_shown_to_its_session_alone(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    visitor.set_cookie("tazalyq_notice", "forged")
    assert "Set-Cookie" not in visitor.get(f"/kk/events/{event.id}").headers
    visitor.sign_in(session, person)
    assert "tazalyq_notice" in str(visitor.get(f"/kk/events/{event.id}").headers.getlist("Set-Cookie"))
