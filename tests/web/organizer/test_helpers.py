"""Who helps at one event, on an organizer's page: named by a number that she can know, seen, and let go."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from notifications.words import LOCALES
from service.models import AuditEntry, Event, EventHelper, EventSeries, Organization, Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.visitor import Visitor

PHONE = "+77015554567"


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, starts_at=NOW + timedelta(days=2))


@pytest.fixture
def aigul(session: Session, event: Event) -> Volunteer:
    aigul = make_volunteer(session, display_name="Айгүл Серікқызы", phone=PHONE)
    make_signup(session, event, aigul)
    session.commit()
    return aigul


def path(event: Event, more: str = "") -> str:
    return f"/kk/organizer/events/{event.id}/helpers{more}"


def board(event: Event) -> str:
    return f"/kk/organizer/events/{event.id}"


def name(desk: Visitor, event: Event, phone: str = PHONE) -> TestResponse:
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    return desk.post(path(event), data=form | {"phone": phone})


def helping(session: Session, event: Event) -> list[Volunteer]:
    session.expire_all()
    mine = sa.select(Volunteer).join(EventHelper, EventHelper.volunteer_id == Volunteer.id)
    return list(session.scalars(mine.where(EventHelper.event_id == event.id)))


def audited(session: Session) -> list[str]:
    done = sa.select(AuditEntry.action).where(AuditEntry.subject_id.is_not(None))
    return list(session.scalars(done.order_by(AuditEntry.id)))


def test_somebody_on_the_list_is_named_is_seen_and_is_let_go(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer, organizer: Volunteer
) -> None:
    assert path(event) in [link["href"] for link in desk.page(board(event)).one("main").all("a")]
    assert "Айгүл" not in desk.page(board(event)).one("main").text
    for _press in range(2):
        assert name(desk, event, "8 701 555 45 67").location == path(event)
    assert helping(session, event) == [aigul]
    for address in (path(event), board(event)):
        assert "Айгүл Серікқызы" in desk.page(address).one("main").text
    told = session.scalars(sa.select(Outbox).where(Outbox.kind == "role_given")).all()
    assert [(one.volunteer_id, one.facts["role"]) for one in told] == [(aigul.id, "event_helper")]

    ask = path(event, f"/{aigul.id}/dismiss")
    assert ask in [link["href"] for link in desk.page(path(event)).one("main").all("a")]
    page = desk.page(ask)
    assert "Айгүл Серікқызы" in page.one("h1").text
    assert helping(session, event) == [aigul]
    sure = filled(page.all("form", method="post")[-1])
    for _press in range(2):
        assert desk.post(ask, data=sure).location == path(event)
    assert helping(session, event) == []
    assert desk.get(ask).location == path(event)
    assert "Айгүл" not in desk.page(board(event)).one("main").text
    assert audited(session) == ["helper-named", "helper-dismissed"]


def test_of_a_series_the_later_dates_are_chosen_on_the_page(
    desk: Visitor, session: Session, organization: Organization, event: Event, aigul: Volunteer
) -> None:
    series = EventSeries(rrule="FREQ=WEEKLY", created_at=NOW)
    session.add(series)
    session.flush()
    later = [
        make_event(
            session, organization, starts_at=event.starts_at + timedelta(weeks=week), series_id=series.id
        )
        for week in (1, 2)
    ]
    assert not desk.page(path(event)).all("input", name="scope")
    event.series_id = series.id
    session.commit()
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    assert form["scope"] == "this"
    sent = form | {"phone": PHONE, "scope": "following"}
    assert desk.post(path(event), data=sent).location == path(event)
    helped = sa.select(sa.func.count()).select_from(EventHelper)
    assert session.scalar(helped) == 3
    ask = path(later[0], f"/{aigul.id}/dismiss")
    sure = filled(desk.page(ask).all("form", method="post")[-1])
    assert sure["scope"] == "this"
    assert desk.post(ask, data=sure | {"scope": "following"}).location == path(later[0])
    assert helping(session, event) == [aigul]
    assert session.scalar(helped) == 1
    # At no later date does she help: there is nothing to choose from.
    assert not desk.page(path(event, f"/{aigul.id}/dismiss")).all("input", name="scope")


def test_who_is_named_finds_the_list_on_the_page_of_events(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer
) -> None:
    name(desk, event)
    desk.sign_in(session, aigul, elevated=False)
    links = [link["href"] for link in desk.page("/kk/organizer/").one("main").all("a")]
    assert f"/kk/organizer/events/{event.id}/list" in links
    assert desk.get(path(event)).status_code == 403
    assert desk.post(path(event), data={"phone": PHONE}).status_code == 403


@pytest.mark.parametrize("who", ["member", "there", "waiting"])
def test_whom_an_organizer_can_know_is_named(
    desk: Visitor, session: Session, organization: Organization, event: Event, who: str
) -> None:
    person = make_volunteer(session, phone=PHONE)
    if who == "member":
        make_member(session, organization, person, role="helper")
    elif who == "waiting":
        make_signup(session, event, person, status="waitlisted")
    else:
        make_signup(session, event, person)
        make_attendance(session, event, person)
    assert name(desk, event).location == path(event)
    assert helping(session, event) == [person]


@pytest.mark.parametrize(
    "who", ["nobody", "stranger", "withdrawn", "elsewhere", "minor", "no-consent", "typed", "", "12"]
)
def test_of_others_nothing_is_told(desk: Visitor, session: Session, event: Event, who: str) -> None:
    phone = who if who in ("", "12") else PHONE
    if who not in ("nobody", "", "12"):
        born = date(2009, 3, 1) if who == "minor" else date(1990, 1, 1)
        person = make_volunteer(session, phone=PHONE, birth_date=born, display_name="Дина Сейітова")
        if who == "withdrawn":
            make_signup(session, event, person, status="cancelled")
        elif who == "elsewhere":
            make_member(session, make_organization(session), person)
            make_signup(session, make_event(session), person)
        elif who in ("minor", "no-consent"):
            make_signup(session, event, person)
        elif who == "typed":
            make_attendance(session, event, person)
        if who == "no-consent":
            withdraw_consent(session, person)
    answer = name(desk, event, phone)
    assert answer.status_code == 422
    page = read(answer.text)
    assert page.one("div", class_="errors").one("a")["href"] == "#phone"
    assert page.one("input", id="phone")["value"] == phone
    assert "Дина" not in answer.text
    assert helping(session, event) == []
    if phone == PHONE:
        assert page.one("span", id="phone-error").text.startswith("Ұйым мүшелері мен")


def withdraw_consent(session: Session, person: Volunteer) -> None:
    session.execute(
        sa.text("UPDATE consent SET withdrawn_at = :now WHERE volunteer_id = :id"),
        {"now": NOW, "id": person.id},
    )


def test_an_event_that_is_over_or_off_asks_for_nobody(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    past = make_event(session, organization, starts_at=NOW - timedelta(days=2))
    off = make_event(session, organization, status="cancelled", cancelled_at=NOW, cancel_reason="Дауыл")
    for event in (past, off):
        assert path(event) not in [link["href"] for link in desk.page(board(event)).one("main").all("a")]


def test_too_many_are_refused_in_words(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer, organizer: Volunteer
) -> None:
    for _ in range(30):
        person = make_volunteer(session)
        session.add(
            EventHelper(event_id=event.id, volunteer_id=person.id, named_by=organizer.id, named_at=NOW)
        )
    session.commit()
    answer = name(desk, event)
    assert answer.status_code == 409
    assert "30" in answer.text
    assert len(helping(session, event)) == 30


def test_that_helpers_were_read_is_written_down_and_nothing_where_there_are_none(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer
) -> None:
    desk.page(board(event))
    desk.page(path(event))
    looked = sa.select(sa.func.count()).where(
        AuditEntry.event_id == event.id, AuditEntry.action == "participants-read"
    )
    assert session.scalar(looked) == 0
    name(desk, event)
    for _look in range(3):
        desk.page(board(event))
    assert session.scalar(looked) == 1


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole_in_every_language(
    desk: Visitor, event: Event, aigul: Volunteer, language: str
) -> None:
    name(desk, event)
    for more in ("", f"/{aigul.id}/dismiss"):
        page = desk.page(path(event, more).replace("/kk/", f"/{language}/"))
        assert page.one("html")["lang"] == language


def test_it_is_ones_own_events_alone(desk: Visitor, session: Session) -> None:
    event = make_event(session)
    for more in ("", f"/{event.id}/dismiss"):
        assert desk.get(path(event, more)).status_code == 403
