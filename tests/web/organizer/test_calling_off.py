"""Cancelling, moving and restoring from a phone, with reasons that each reads in her own language."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import messages, words
from notifications.words import LOCALES
from service.models import Event, Organization, Outbox
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_volunteer
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, starts_at=NOW + timedelta(days=2))


def path(event: Event, act: str) -> str:
    return f"/kk/organizer/events/{event.id}/{act}"


def board(event: Event) -> str:
    return f"/kk/organizer/events/{event.id}"


def owed(session: Session) -> list[Outbox]:
    session.expire_all()
    return list(session.scalars(sa.select(Outbox).order_by(Outbox.created_at, Outbox.id)))


def form_of(desk: Visitor, address: str) -> dict[str, str]:
    return filled(desk.page(address).all("form", method="post")[-1])


@pytest.mark.parametrize("ready", words.READY_REASONS)
def test_a_ready_reason_is_read_by_each_in_her_own_language(
    desk: Visitor, client: FlaskClient, session: Session, event: Event, ready: str
) -> None:
    form = form_of(desk, path(event, "cancel")) | {"ready": ready}
    for _press in range(2):
        assert desk.post(path(event, "cancel"), data=form).location == board(event)
    session.expire_all()
    assert event.is_cancelled
    (entry,) = owed(session)
    for language in LOCALES:
        said = words.translate(f"page.reason.{ready}", language)
        facts = entry.facts | {"event_id": str(event.id)}
        assert said in messages.push_words("event_cancelled", facts, language)[1]
        assert said in desk.get(f"/{language}/events/{event.id}").text
        assert said in desk.page(f"/{language}/organizer/events/{event.id}").text
        headers = {"Accept-Language": language}
        shown = client.get(f"/v1/events/{event.id}", headers=headers).json
        assert shown["cancel_reason"] == said


def test_another_reason_is_read_as_it_was_written(desk: Visitor, session: Session, event: Event) -> None:
    form = form_of(desk, path(event, "cancel"))
    desk.post(path(event, "cancel"), data=form | {"ready": "other", "reason": "Көпір жабық"})
    session.expire_all()
    assert event.cancel_reason == "Көпір жабық"
    assert "Көпір жабық" in desk.get(f"/ru/events/{event.id}").text


@pytest.mark.parametrize(
    ("typed", "bad"), [({}, "ready"), ({"ready": "other"}, "reason"), ({"ready": "no"}, "ready")]
)
def test_without_a_reason_nothing_is_cancelled(
    desk: Visitor, session: Session, event: Event, typed: dict[str, str], bad: str
) -> None:
    answer = desk.post(path(event, "cancel"), data=form_of(desk, path(event, "cancel")) | typed)
    assert answer.status_code == 422
    assert read(answer.text).one("div", class_="errors").one("a")["href"] == f"#{bad}"
    session.expire_all()
    assert event.is_published


def test_it_is_restored_within_a_day_and_calmly_twice(
    desk: Visitor, session: Session, event: Event, clock: FixedClock
) -> None:
    desk.post(path(event, "cancel"), data=form_of(desk, path(event, "cancel")) | {"ready": "weather"})
    main = desk.page(board(event)).one("main")
    assert path(event, "restore") in [link["href"] for link in main.all("a")]
    form = form_of(desk, path(event, "restore"))
    clock.move(timedelta(hours=1))
    for _press in range(2):
        assert desk.post(path(event, "restore"), data=form).location == board(event)
    assert [one.kind for one in owed(session)] == ["event_cancelled", "event_restored"]
    assert event.is_published
    assert desk.get(path(event, "restore")).location == board(event)


def test_what_cannot_come_back_is_not_offered_and_says_why(
    desk: Visitor, session: Session, organization: Organization, clock: FixedClock
) -> None:
    late = make_event(
        session,
        organization,
        starts_at=NOW + timedelta(days=3),
        status="cancelled",
        cancelled_at=NOW - timedelta(hours=25),
        cancelled_by="organizer",
        cancel_reason="Дауыл",
    )
    theirs = make_event(
        session,
        organization,
        starts_at=NOW + timedelta(days=3),
        status="cancelled",
        cancelled_at=NOW,
        cancelled_by="coordinator",
        cancel_reason="Дауыл",
    )
    for event, status in ((late, 409), (theirs, 403)):
        main = desk.page(board(event)).one("main")
        assert path(event, "restore") not in [link["href"] for link in main.all("a")]
        answer = desk.post(path(event, "restore"), data=form_of(desk, path(event, "restore")))
        assert answer.status_code == status


def test_a_move_is_told_with_its_reason(desk: Visitor, session: Session, event: Event) -> None:
    form = form_of(desk, path(event, "move"))
    assert (form["day"], form["starts"], form["ends"]) == ("2026-05-18", "11:00", "14:00")
    typed = {"day": "2026-05-20", "starts": "09:00", "ends": "11:00", "ready": "weather"}
    assert desk.post(path(event, "move"), data=form | typed).location == board(event)
    (entry,) = owed(session)
    assert event.local(event.starts_at).time() == time(9)
    assert event.local(event.ends_at).time() == time(11)
    assert event.day == date(2026, 5, 20)
    for language in LOCALES:
        said = messages.push_words("event_changed", entry.facts | {"event_id": str(event.id)}, language)[1]
        assert words.translate("page.reason.weather", language) in said


def test_a_move_needs_no_reason(desk: Visitor, session: Session, event: Event) -> None:
    assert desk.post(path(event, "move"), data=form_of(desk, path(event, "move")) | {"starts": "10:00"})
    (entry,) = owed(session)
    assert not entry.facts.get("reason")


@pytest.mark.parametrize(
    ("typed", "bad"),
    [
        ({"day": "2026-05-15"}, "day"),
        ({"day": ""}, "day"),
        ({"ends": "09:00"}, "ends"),
        ({"starts": "x"}, "starts"),
    ],
)
def test_a_move_to_nowhere_is_refused_beside_its_field(
    desk: Visitor, session: Session, event: Event, typed: dict[str, str], bad: str
) -> None:
    answer = desk.post(path(event, "move"), data=form_of(desk, path(event, "move")) | typed)
    assert answer.status_code == 422
    assert read(answer.text).one("div", class_="errors").one("a")["href"] == f"#{bad}"
    assert owed(session) == []


def test_of_two_who_move_it_at_once_the_second_is_told(desk: Visitor, session: Session, event: Event) -> None:
    form = form_of(desk, path(event, "move"))
    desk.post(path(event, "move"), data=form | {"starts": "10:00"})
    answer = desk.post(path(event, "move"), data=form | {"starts": "09:00"})
    assert answer.status_code == 412
    again = filled(read(answer.text).all("form", method="post")[-1])
    assert again["starts"] == "09:00"
    assert desk.post(path(event, "move"), data=again).status_code == 303


def test_where_people_were_it_is_not_moved_away(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization)
    make_attendance(session, event, make_volunteer(session))
    form = form_of(desk, path(event, "move"))
    assert desk.post(path(event, "move"), data=form | {"day": "2026-05-20"}).status_code == 409


@pytest.mark.parametrize("act", ["cancel", "move", "restore"])
@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole_in_every_language(
    desk: Visitor, session: Session, event: Event, act: str, language: str
) -> None:
    if act == "restore":
        event.status, event.cancelled_at, event.cancel_reason = "cancelled", NOW, "Дауыл"
        session.commit()
    page = desk.page(path(event, act).replace("/kk/", f"/{language}/"))
    assert page.one("html")["lang"] == language


@pytest.mark.parametrize("act", ["cancel", "move", "restore"])
def test_it_is_ones_own_events_alone(desk: Visitor, session: Session, act: str) -> None:
    assert desk.get(path(make_event(session), act)).status_code == 403
