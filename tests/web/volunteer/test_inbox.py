"""My messages: newest first, read when opened or all at once; nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications.messages import EVENT, KINDS
from notifications.models import InboxItem
from notifications.words import LOCALES
from service.models import Event, Outbox, Volunteer
from service.models.base import new_id
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer
from tests.web.visitor import Visitor
from web.volunteer.inbox import ABOUT, ABOUT_EVENTS

INBOX = "/kk/account/inbox"


def make_message(
    session: Session, person: Volunteer, kind: str = "announcement", event: Event | None = None, **facts: Any
) -> InboxItem:
    """Something that the person was told, in their inbox."""
    told: dict[str, Any] = {"title": {"kk": "Елек"}, "text": "Су алыңыз", "zone": "Asia/Almaty", **facts}
    entry = Outbox(
        id=new_id(), kind=kind, facts=told, created_at=NOW, event_id=None if event is None else event.id
    )
    session.add(entry)
    session.flush()
    item = InboxItem(id=new_id(), outbox_id=entry.id, volunteer_id=person.id, created_at=NOW)
    session.add(item)
    session.commit()
    return item


def unread(mine: Visitor) -> str:
    tab = mine.page("/kk/account/going").one("nav", class_="tabs").one("a", href=INBOX)
    return "".join(one.text.split()[0] for one in tab.all("span", class_="count"))


def test_the_newest_stands_first_and_the_tab_says_how_many_wait(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    make_message(session, volunteer, text="Бірінші")
    make_message(session, volunteer, text="Екінші")
    make_message(session, make_volunteer(session), text="Бөтен")
    first, second = mine.page(INBOX).one("main").all("a", class_="row")
    assert "Екінші" in first.text
    assert "Бірінші" in second.text
    assert "Бөтен" not in mine.page(INBOX).text
    assert unread(mine) == "2"


def test_opened_it_is_read_and_leads_to_what_it_is_about(
    mine: Visitor, session: Session, volunteer: Volunteer, clock: FixedClock
) -> None:
    event = make_event(session)
    item = make_message(session, volunteer, event=event)
    (row,) = mine.page(INBOX).one("main").all("a", class_="row")
    assert "row-new" in row["class"]
    main = mine.page(row["href"]).one("main")
    assert "Су алыңыз" in main.text
    assert main.one("a", class_="btn")["href"] == f"/kk/events/{event.id}"
    session.expire_all()
    assert session.get_one(InboxItem, item.id).read_at == NOW
    assert unread(mine) == ""
    clock.move(timedelta(hours=1))
    mine.page(row["href"])
    session.expire_all()
    assert session.get_one(InboxItem, item.id).read_at == NOW


@pytest.mark.parametrize(
    ("kind", "leads_to"),
    [
        ("invitation", "/kk/account"),
        ("birth_date_set", "/kk/account/settings"),
        ("number_lost", "/kk/account"),
    ],
)
def test_what_is_about_no_event_leads_to_where_it_is_answered(
    mine: Visitor, session: Session, volunteer: Volunteer, kind: str, leads_to: str
) -> None:
    facts = {"organization": {"kk": "Таза"}, "role": "organizer", "birth_date": "2001-01-01"}
    item = make_message(session, volunteer, kind, **facts)
    page = mine.page(f"{INBOX}/{item.id}").one("main")
    assert page.one("a", class_="btn")["href"] == leads_to
    assert mine.get(leads_to).status_code == 200


@pytest.mark.parametrize("kind", ["event_planned", "result_missing", "minor_withdrawn"])
def test_what_organizers_are_told_of_their_event_leads_to_its_board(
    mine: Visitor, session: Session, volunteer: Volunteer, kind: str
) -> None:
    event = make_event(session)
    item = make_message(session, volunteer, kind, event, starts_at=NOW.isoformat(), ends_at=NOW.isoformat())
    page = mine.page(f"{INBOX}/{item.id}").one("main")
    assert page.one("a", class_="btn")["href"] == f"/kk/organizer/events/{event.id}"


def test_every_kind_of_message_leads_somewhere(app: Tazalyq) -> None:
    for kind in KINDS.values():
        is_about_an_event = kind.path == EVENT
        page = (ABOUT_EVENTS if is_about_an_event else ABOUT).get(kind.name)
        assert page or is_about_an_event, kind.name
    for page in (*ABOUT.values(), *ABOUT_EVENTS.values()):
        noun, _, view = page.rpartition(".")
        assert f"{noun}-pages.{view}" in app.view_functions, page


def test_all_that_was_shown_is_read_and_what_came_since_is_not(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    make_message(session, volunteer)
    others = make_message(session, make_volunteer(session))
    form = mine.page(INBOX).one("form", id="read")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    newer = make_message(session, volunteer)
    assert mine.post(INBOX, data=hidden).location == INBOX
    session.expire_all()
    waiting = session.scalars(sa.select(InboxItem.id).where(InboxItem.read_at.is_(None)))
    assert set(waiting) == {others.id, newer.id}


def test_another_persons_message_is_not_there_and_stays_unread(mine: Visitor, session: Session) -> None:
    theirs = make_message(session, make_volunteer(session), text="Құпия")
    answer = mine.get(f"{INBOX}/{theirs.id}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Құпия" not in answer.text
    session.expire_all()
    assert session.get_one(InboxItem, theirs.id).read_at is None


def test_they_are_read_page_by_page(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    for at in range(21):
        make_message(session, volunteer, text=f"№{at:02d}")
    page = mine.page(INBOX).one("main")
    assert len(page.all("a", class_="row")) == 20
    (last,) = mine.page(page.one("a", rel="next")["href"]).one("main").all("a", class_="row")
    assert "№00" in last.text


def test_nothing_yet_says_what_will_come(mine: Visitor) -> None:
    assert mine.page(INBOX).one("main").one("div", class_="empty").all("a")


@pytest.mark.parametrize("up_to", ["", "x", "00000000", "%00"])
def test_a_forged_form_reads_nothing(
    mine: Visitor, session: Session, volunteer: Volunteer, up_to: str
) -> None:
    make_message(session, volunteer)
    assert mine.send(INBOX, {"up_to": up_to}, of="read").status_code == 422
    assert unread(mine) == "1"


@pytest.mark.parametrize("cursor", ["a%00b", "%ED%A0%80", "W10", "x" * 600])
def test_no_forged_cursor_breaks_it(mine: Visitor, cursor: str) -> None:
    assert mine.get(f"{INBOX}?cursor={cursor}").status_code in (200, 422)


def test_nobody_is_asked_to_sign_in(visitor: Visitor) -> None:
    assert visitor.get(INBOX).location == f"/kk/sign-in?next={INBOX}"


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(
    mine: Visitor, session: Session, volunteer: Volunteer, language: str
) -> None:
    item = make_message(session, volunteer)
    for path in ("", f"/{item.id}"):
        assert mine.page(f"/{language}/account/inbox{path}").one("html")["lang"] == language
