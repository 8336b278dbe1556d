"""My events, and how my organizations stand."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Organization, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_contact,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_volunteer,
)
from tests.web.html import read
from tests.web.visitor import Visitor

HOME = "/kk/organizer/"


def test_todays_stands_first_then_what_comes_drafts_and_the_past(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    today = make_event(session, organization, title={"kk": "Бүгінгі"}, going=120)
    make_attendance(session, today, make_volunteer(session))
    make_event(session, organization, title={"kk": "Ертеңгі"}, starts_at=NOW + timedelta(days=1), going=7)
    make_event(session, organization, title={"kk": "Жазылмаған"}, starts_at=NOW, status="draft")
    over = make_event(session, organization, title={"kk": "Өткен"}, starts_at=NOW - timedelta(days=2))
    make_attendance(session, over, make_volunteer(session))
    make_event(session, title={"kk": "Бөтен"})
    main = desk.page(HOME).one("main")
    tile = main.one("a", class_="tile")
    assert tile["href"] == f"/kk/organizer/events/{today.id}"
    assert "Бүгінгі" in tile.text
    assert "Күтіледі: 120 · Келген: 1" in tile.text
    coming, drafts, past, _organizations = main.all("ul", class_="rows")
    assert "Ертеңгі" in coming.text
    assert "Күтіледі: 7" in coming.text
    assert "Жазылмаған" in drafts.text
    assert "Күтіледі" not in drafts.text
    assert "Келген: 1" in past.text
    assert "Қорытындысы жоқ" in past.text
    assert "Бөтен" not in main.text


def test_the_past_is_read_page_by_page(desk: Visitor, session: Session, organization: Organization) -> None:
    for days in range(1, 23):
        make_event(session, organization, title={"kk": f"№{days:02d}"}, starts_at=NOW - timedelta(days=days))
    main = desk.page(HOME).one("main")
    assert [f"№{days:02d}" in main.text for days in (1, 20, 21)] == [True, True, False]
    (following,) = main.all("a", rel="next")
    main = desk.page(following["href"]).one("main")
    assert [f"№{days:02d}" in main.text for days in (1, 20, 21, 22)] == [False, False, True, True]
    assert main.all("a", href=HOME)


def test_an_event_of_yesterday_that_still_runs_is_todays(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    starts_at = NOW - timedelta(hours=20)
    make_event(session, organization, starts_at=starts_at, ends_at=NOW + timedelta(hours=1))
    main = desk.page(HOME).one("main")
    assert len(main.all("a", class_="tile")) == 1
    assert len(main.all("ul", class_="rows")) == 1


def test_nothing_yet_is_no_dead_end(desk: Visitor) -> None:
    main = desk.page(HOME).one("main")
    assert "Әзірге іс-шара жоқ" in main.text
    assert main.one("div", class_="empty").all("a")


@pytest.mark.parametrize("status", ["pending", "asked", "rejected", "suspended"])
def test_who_waits_reads_how_it_stands_and_whom_to_ask(
    visitor: Visitor, session: Session, status: str
) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner, status=status, name={"kk": "Жас Толқын"})
    coordinator = make_coordinator(session, phone="+77011112233")
    make_contact(session, coordinator, name="Айгерім Нұрланова")
    visitor.sign_in(session, owner, elevated=False)
    (state,) = visitor.page(HOME).all("section", class_="notice")
    assert "Жас Толқын" in state.text
    assert "Айгерім Нұрланова" in state.text
    assert state.one("a")["href"] == "tel:+77011112233"


def test_who_signs_in_as_an_organizer_comes_here(
    visitor: Visitor, session: Session, organizer: Volunteer
) -> None:
    visitor.sign_in(session, organizer, elevated=False)
    assert visitor.get("/kk/sign-in").location == HOME


def test_a_coordinator_who_organizes_too_goes_to_the_coordinators_pages(
    visitor: Visitor, session: Session, organization: Organization
) -> None:
    both = make_coordinator(session)
    make_member(session, organization, both)
    visitor.sign_in(session, both)
    assert visitor.get("/kk/sign-in").location == "/kk/coordinator/"


def test_the_account_leads_here(desk: Visitor) -> None:
    assert any(link["href"] == HOME for link in desk.page("/kk/account").one("main").all("a"))


def test_nobody_is_asked_to_sign_in(visitor: Visitor) -> None:
    assert visitor.get(HOME).location == f"/kk/sign-in?next={HOME}"


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(
    desk: Visitor, session: Session, organization: Organization, language: str
) -> None:
    make_event(session, organization)
    assert desk.page(f"/{language}/organizer/").one("html")["lang"] == language


@pytest.mark.parametrize("cursor", ["a%00b", "%ED%A0%80", "W10", "x" * 600])
def test_no_forged_cursor_breaks_it(desk: Visitor, cursor: str) -> None:
    answer = desk.get(f"{HOME}?cursor={cursor}")
    assert answer.status_code in (200, 422)
    assert read(answer.text).one("h1").text
