"""Photographs on an event's page for everybody, and the way to have one hidden at once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.events import photo_files
from service.models import Event, EventPhoto, PhotoReport
from service.platform import images
from service.platform.files import Files
from tests.conftest import NOW
from tests.makers import make_event, make_photo, make_volunteer
from tests.service.platform.pictures import photo
from tests.web.html import read
from tests.web.visitor import Visitor


@pytest.fixture
def held(session: Session) -> Event:
    return make_event(session, starts_at=NOW - timedelta(days=1))


@pytest.fixture
def shown(session: Session, files: Files, held: Event) -> EventPhoto:
    by = make_volunteer(session).id
    stored_as = photo_files.write(files, images.make(photo(900, 600)))
    made = make_photo(session, held, stored_as=stored_as, shown=True, decided_at=NOW, decided_by=by)
    make_photo(session, held, taken="before")
    session.commit()
    return made


def path_of(event: Event) -> str:
    return f"/kk/events/{event.id}"


def test_what_a_coordinator_has_shown_is_there(visitor: Visitor, held: Event, shown: EventPhoto) -> None:
    page = visitor.page(path_of(held))
    (image,) = page.one("ul", class_="photos").all("img")
    assert image["loading"] == "lazy"
    answer = visitor.get(image["src"])
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert len(answer.data) < 30_000, "over 2G"
    (link,) = (one for one in page.all("a") if "/large?" in one["href"])
    assert visitor.get(link["href"]).status_code == 200


def test_anybodys_report_hides_it_at_once(
    client: FlaskClient, visitor: Visitor, session: Session, held: Event, shown: EventPhoto
) -> None:
    page = visitor.page(path_of(held))
    source = page.one("ul", class_="photos").all("img")[0]["src"]
    (link,) = (one for one in page.all("a") if one["href"].endswith("/report"))
    form = visitor.page(link["href"])
    assert not form.all("input", name="csrf_token"), "this page knows nobody"
    refused = visitor.post(link["href"], data={"reason": " "})
    assert refused.status_code == 422
    answer = visitor.post(link["href"], data={"reason": "Балам көрінеді"})
    assert answer.status_code == 200
    assert "жасырылды" in answer.text
    assert "public" not in answer.headers["Cache-Control"]
    assert visitor.get(source).status_code == 404
    assert not visitor.page(path_of(held)).all("ul", class_="photos")
    # The button pressed twice says the same, and is one report.
    assert visitor.post(link["href"], data={"reason": "Балам көрінеді"}).status_code == 200
    assert session.scalars(sa.select(PhotoReport.reason)).all() == ["Балам көрінеді"]
    assert visitor.get(link["href"]).status_code == 404


def test_who_is_signed_in_is_nobody_there(
    visitor: Visitor, session: Session, held: Event, shown: EventPhoto
) -> None:
    visitor.sign_in(session, session.get_one(EventPhoto, shown.id) and make_volunteer(session))
    first = visitor.get(path_of(held))
    assert "Set-Cookie" not in first.headers
    assert len(read(first.text).all("img")) == 1


def test_of_a_hidden_event_nothing_is_told(
    visitor: Visitor, session: Session, held: Event, shown: EventPhoto
) -> None:
    source = visitor.page(path_of(held)).all("img")[0]["src"]
    held.hidden_by = "coordinator"
    session.commit()
    assert visitor.get(source).status_code == 404
    assert visitor.get(f"{path_of(held)}/photos/{shown.id}/report").status_code == 404
    assert visitor.post(f"{path_of(held)}/photos/{shown.id}/report", data={"reason": "x"}).status_code == 404
