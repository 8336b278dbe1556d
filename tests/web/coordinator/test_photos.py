"""Photographs on a coordinator's pages: what waits, reported ones first; shown, or not, with a reason."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.events import photo_files
from service.models import AuditEntry, Event, EventPhoto, PhotoReport, Volunteer
from service.platform import images
from service.platform.files import Files
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_photo, make_volunteer
from tests.service.platform.pictures import photo
from tests.web.visitor import Visitor

LIST = "/kk/coordinator/photos"


@pytest.fixture
def held(session: Session) -> Event:
    return make_event(session, starts_at=NOW - timedelta(days=1), title={"kk": "Елек"})


@pytest.fixture
def coordinator(session: Session) -> Volunteer:
    return make_coordinator(session, "KZ-15")


@pytest.fixture
def at(visitor: Visitor, session: Session, coordinator: Volunteer) -> Visitor:
    visitor.sign_in(session, coordinator)
    return visitor


def rule_of(one: EventPhoto) -> str:
    return f"/kk/coordinator/events/{one.event_id}/photos/{one.id}"


def again(session: Session, one: EventPhoto) -> EventPhoto:
    return session.get_one(EventPhoto, one.id, populate_existing=True)


def test_what_waits_stands_on_the_first_page_and_in_a_list(
    at: Visitor, session: Session, held: Event, coordinator: Volunteer
) -> None:
    by = make_coordinator(session).id
    make_photo(session, held, taken="before")
    reported = make_photo(session, held, shown=True, decided_at=NOW, decided_by=by, reported_at=NOW)
    make_photo(session, held, shown=True, decided_at=NOW, decided_by=by)
    session.add(PhotoReport(photo_id=reported.id, reason="Балам көрінеді", created_at=NOW))
    elsewhere = make_event(session, region_code="KZ-75")
    make_photo(session, elsewhere)
    own = make_event(session)
    make_member(session, own.organization, coordinator)
    make_photo(session, own)
    session.commit()
    home = at.page("/kk/coordinator/").one("main")
    (row,) = (one for one in home.all("a", class_="row") if one["href"].endswith("/coordinator/photos"))
    assert row.one("span", class_="big-count").text == "2"
    items = at.page(LIST).one("ul", class_="photos").all("li")
    assert ["Балам көрінеді" in one.text for one in items] == [True, False]
    assert str(reported.id) in items[0].all("a", class_="btn")[0]["href"]


def test_one_press_shows_it(at: Visitor, session: Session, files: Files, held: Event) -> None:
    one = make_photo(session, held, stored_as=photo_files.write(files, images.make(photo())))
    session.commit()
    page = at.page(rule_of(one))
    assert at.get(page.one("img")["src"]).status_code == 200
    answer = at.send(rule_of(one), {"shown": "yes"})
    assert (answer.status_code, answer.location) == (303, LIST)
    assert again(session, one).is_public
    assert "бәріне көрінеді" in at.page(LIST).text
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert actions == {"photos-read", "photo-ruled"}


def test_an_address_that_is_copied_out_of_the_page_shows_it_for_two_hours(
    at: Visitor, session: Session, files: Files, held: Event, client: FlaskClient, clock: FixedClock
) -> None:
    one = make_photo(session, held, stored_as=photo_files.write(files, images.make(photo())))
    session.commit()
    address = at.page(rule_of(one)).one("img", class_="photo")["src"]
    for later, status in ((timedelta(minutes=119), 200), (timedelta(hours=2), 404)):
        clock.at = NOW + later
        assert client.get(address).status_code == status


def test_what_everybody_sees_already_is_not_offered_to_be_shown(
    at: Visitor, session: Session, held: Event
) -> None:
    by = make_volunteer(session).id
    shown, reported, refused = (
        make_photo(session, held, decided_at=NOW, decided_by=by, **how)
        for how in ({"shown": True}, {"shown": True, "reported_at": NOW}, {"shown": False})
    )
    session.commit()
    offered = {
        one.id: at.page(rule_of(one)).all("button", name="shown") for one in (shown, reported, refused)
    }
    assert {id_: [one["value"] for one in buttons] for id_, buttons in offered.items()} == {
        shown.id: ["no"],
        reported.id: ["yes", "no"],
        refused.id: ["yes", "no"],
    }


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"ready": "child"}, "Ата-анасының келісімінсіз баланың беті көрінеді"),
        ({"ready": "child", "reason": "Сол жақтағы бала"}, "Сол жақтағы бала"),
        ({"reason": "Жарнама"}, "Жарнама"),
    ],
)
def test_not_showing_it_has_a_reason(
    at: Visitor, session: Session, held: Event, typed: dict[str, str], reason: str
) -> None:
    one = make_photo(session, held, shown=True, decided_at=NOW, decided_by=make_volunteer(session).id)
    session.commit()
    refused = at.send(rule_of(one), {"shown": "no"})
    assert refused.status_code == 422
    assert again(session, one).shown
    assert at.send(rule_of(one), {"shown": "no"} | typed).status_code == 303
    assert (again(session, one).shown, again(session, one).reason) == (False, reason)


def test_an_events_page_has_its_photographs_reported_ones_first(
    at: Visitor, session: Session, held: Event
) -> None:
    by = make_volunteer(session).id
    make_photo(session, held, taken="before", shown=True, decided_at=NOW, decided_by=by)
    reported = make_photo(session, held, shown=True, decided_at=NOW, decided_by=by, reported_at=NOW)
    session.commit()
    items = at.page(f"/kk/coordinator/events/{held.id}").one("ul", class_="photos").all("li")
    assert ["Шағым түсті" in one.text for one in items] == [True, False]
    assert str(reported.id) in items[0].all("a", class_="btn")[0]["href"]


def test_of_ones_own_event_another_one_decides(
    at: Visitor, session: Session, held: Event, coordinator: Volunteer
) -> None:
    make_member(session, held.organization, coordinator)
    one = make_photo(session, held)
    session.commit()
    assert at.get(rule_of(one)).status_code == 403
    assert "Шешілді" in at.page(LIST).text or "Бәрі шешілді" in at.page(LIST).text


def test_others_are_not_let_in(visitor: Visitor, session: Session, held: Event) -> None:
    one = make_photo(session, held)
    session.commit()
    for person in (make_volunteer(session), make_coordinator(session, "KZ-75")):
        visitor.sign_in(session, person)
        assert visitor.get(rule_of(one)).status_code == 403
    assert visitor.get(rule_of(one).replace(str(one.id), str(UUID(int=7)))).status_code in (403, 404)
