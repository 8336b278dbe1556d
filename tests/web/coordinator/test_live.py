"""A day of action as a coordinator follows it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import AuditEntry
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_member, make_volunteer
from tests.web.coordinator.test_events import make_result
from tests.web.html import read
from tests.web.visitor import Visitor

LIVE = "/kk/coordinator/live"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_who_is_on_site_what_came_in_and_what_is_missing(desk: Visitor, session: Session) -> None:
    running = make_event(session, title={"kk": "Жүріп жатыр"})
    make_attendance(session, running, make_volunteer(session), checked_out_at=None)
    make_attendance(session, running, make_volunteer(session), checked_out_at=NOW - timedelta(minutes=5))
    early = NOW - timedelta(hours=4)
    make_event(session, title={"kk": "Қорытындысыз"}, starts_at=early)
    make_result(session, make_event(session, title={"kk": "Қорытындылы"}, starts_at=early))
    main = desk.page(LIVE).one("main")
    figures = {
        one.all("span")[1].text: one.all("span")[0].text for one in main.one("div", class_="figures").all("p")
    }
    assert figures["Қазір орнында"] == "1"
    assert figures["Бүгін келген"] == "2"
    assert figures["Жүріп жатқаны / бүгінгі іс-шаралар"] == "1 / 3"
    missing, results = main.all("ul", class_="rows")
    assert "Қорытындысыз" in missing.text
    assert "Қорытындылы" in results.text
    (remind,) = (link for link in main.all("a") if link.text == "Ескерту")
    ticked = desk.page(remind["href"]).all("input", name="ids")
    assert len(ticked) == 1
    assert ticked[0].has("checked", "")


def test_the_part_is_sent_again_only_when_something_has_changed(
    desk: Visitor, session: Session, clock: FixedClock
) -> None:
    event = make_event(session)
    whole = desk.get(LIVE)
    (asks,) = (one for one in read(whole.text).all("div") if "hx-get" in one.attributes)
    assert 10_000 <= int(asks["hx-trigger"].removeprefix("every ").removesuffix("ms")) < 13_000
    part = desk.get(asks["hx-get"], headers=PART)
    assert part.text.strip() in whole.text
    assert part.headers["Cache-Control"] == "private, no-cache"
    assert "HX-Request-Type" in part.headers["Vary"]
    asked = PART | {"If-None-Match": part.headers["ETag"]}
    again = desk.get(LIVE, headers=asked)
    assert (again.status_code, again.text) == (304, "")
    make_attendance(session, event, make_volunteer(session), checked_out_at=None)
    assert desk.get(LIVE, headers=asked).status_code == 200


def test_a_day_without_events_says_where_they_are(desk: Visitor) -> None:
    assert desk.page(LIVE).one("div", class_="empty").one("a")["href"] == "/kk/coordinator/events/calendar"


def test_a_look_is_recorded_once_while_the_page_asks_anew(desk: Visitor, session: Session) -> None:
    make_event(session)
    desk.page(LIVE)
    for _ in range(2):
        desk.get(LIVE, headers=PART)
    (entry,) = session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.region_code) == ("live-read", "KZ-15")


def test_another_regions_day_and_an_organizers(visitor: Visitor, session: Session) -> None:
    event = make_event(session, title={"kk": "Бөтен"})
    organizer = make_volunteer(session)
    make_member(session, event.organization, organizer)
    visitor.sign_in(session, organizer)
    assert visitor.get(LIVE).status_code == 403
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    assert "Бөтен" not in visitor.get(LIVE).text
    assert visitor.get(f"{LIVE}?region=KZ-15").status_code == 403


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(desk: Visitor, session: Session, language: str) -> None:
    desk.page(f"/{language}/coordinator/live")
    make_result(session, make_event(session, starts_at=NOW - timedelta(hours=4)))
    make_event(session, starts_at=NOW - timedelta(hours=4))
    desk.page(f"/{language}/coordinator/live")
