"""The result in one minute: figures, photographs, what is refused by name, and nothing lost."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from service.events import photos
from service.models import AuditEntry, Event, EventPhoto, EventResult, Organization, Volunteer
from service.models.base import new_id
from service.platform import images
from tests.conftest import NOW
from tests.driver import lost_once
from tests.makers import make_event, make_photo, make_volunteer
from tests.service.platform.pictures import photo, png_that_says
from tests.web.html import Element, read
from tests.web.visitor import Visitor


@pytest.fixture
def held(session: Session, organization: Organization) -> Event:
    """Over since yesterday."""
    return make_event(session, organization, starts_at=NOW - timedelta(days=1))


pytestmark = pytest.mark.usefixtures("files")


def path_of(event: Event, language: str = "kk") -> str:
    return f"/{language}/organizer/events/{event.id}/result"


def finish(
    desk: Visitor, event: Event, typed: dict[str, Any], **photos: list[tuple[str, bytes]]
) -> TestResponse:
    """Fill in the page as it stands and press «Аяқтау»."""
    (form,) = desk.page(path_of(event)).all("form", method="post")
    assert form["enctype"] == "multipart/form-data"
    values: dict[str, Any] = {one["name"]: one.attributes.get("value", "") for one in form.all("input")}
    values |= {one["name"]: one.text.strip() for one in form.all("textarea")}
    values |= {one["name"]: "t" for one in form.all("select")} | typed
    for one in form.all("input", type="file"):
        # A browser sends a nameless file where none was chosen.
        given = photos.get(one["name"]) or [("", b"")]
        values[one["name"]] = [FileStorage(io.BytesIO(data), name) for name, data in given]
    boundary, body = encode_multipart(values)
    return desk.post(path_of(event), data=body, content_type=f"multipart/form-data; boundary={boundary}")


def stored(session: Session, event: Event) -> EventResult:
    return session.get_one(EventResult, event.id, populate_existing=True)


def photos_of(session: Session, event: Event) -> list[str]:
    query = (
        sa.select(EventPhoto.taken).where(EventPhoto.event_id == event.id).order_by(EventPhoto.uploaded_at)
    )
    return sorted(session.scalars(query))


def errors_of(answer: TestResponse) -> Element:
    assert answer.status_code == 422
    return read(answer.text).one("div", class_="errors")


def test_a_result_with_photographs_in_one_press(desk: Visitor, session: Session, held: Event) -> None:
    answer = finish(
        desk,
        held,
        {"waste.amount": "77,5", "waste.unit": "bag", "machines": "2", "trees": "1 200", "area_ha": "0,8"},
        before=[("a.jpg", photo(100, 90)), ("b.jpg", photo(101, 90))],
        after=[("c.png", photo(102, 90, "PNG"))],
    )
    assert (answer.status_code, answer.location) == (303, path_of(held))
    result = stored(session, held)
    assert (result.waste_amount, result.waste_unit, result.trees, result.machines) == (
        Decimal("77.5"),
        "bag",
        1200,
        2,
    )
    assert photos_of(session, held) == ["after", "before", "before"]
    page = desk.page(path_of(held))
    assert "Сақталды" in page.one("p", class_="notice-good").text
    assert page.one(id="trees")["value"] == "1200"
    pictures = page.all("img")
    assert len(pictures) == 3
    for one in pictures:
        assert desk.get(one["src"]).status_code == 200
    # There is room for one more after, and for none before.
    assert [one["id"] for one in page.all("input", type="file")] == ["after"]


@pytest.mark.parametrize(("language", "shown"), [("kk", "1,5"), ("ru", "1,5"), ("en", "1.5")])
def test_a_number_stands_in_its_field_as_people_of_that_language_write_it(
    desk: Visitor, session: Session, held: Event, language: str, shown: str
) -> None:
    finish(desk, held, {"waste.amount": "1,5", "area_ha": "1250,125", "trees": "1 200"})
    page = desk.page(path_of(held, language))
    values = {one["id"]: one.attributes.get("value") for one in page.all("input") if "id" in one.attributes}
    assert values["waste.amount"] == shown
    assert values["area_ha"] == f"1250{shown[1]}125"
    assert values["trees"] == "1200"
    assert finish(desk, held, {}).status_code == 303
    assert stored(session, held).area_ha == Decimal("1250.125")


def test_all_fields_may_stay_empty(desk: Visitor, session: Session, held: Event) -> None:
    assert finish(desk, held, {}).status_code == 303
    assert stored(session, held).figures() == dict.fromkeys(stored(session, held).figures())


def test_what_the_page_does_not_ask_at_once_is_kept(desk: Visitor, session: Session, held: Event) -> None:
    """Figures that came by the app or by a coordinator."""
    by = held.created_by
    session.add(
        EventResult(
            event_id=held.id, dumps=3, note="Көктемде жалғасады", version=1,
            created_by=by, created_at=NOW, updated_by=by, updated_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    assert finish(desk, held, {"trees": "5"}).status_code == 303
    result = stored(session, held)
    assert (result.trees, result.dumps, result.note) == (5, 3, "Көктемде жалғасады")


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_photograph_that_is_refused_is_named_and_all_else_is_kept(
    desk: Visitor, session: Session, held: Event, language: str
) -> None:
    large = photo() + b"\0" * images.MAX_BYTES
    answer = finish(
        desk,
        held,
        {"trees": "120"},
        before=[("IMG_0001.jpg", large), ("жаға.png", png_that_says(20_000, 20_000))],
        after=[("good.jpg", photo(90, 90)), ("<b>x</b>.svg", b"<svg/>")],
    )
    said = errors_of(answer)
    assert "«IMG_0001.jpg»" in said.text
    assert "10 МБ" in said.text
    assert "«жаға.png»" in said.text
    assert "«<b>x</b>.svg»" in said.text
    assert "good.jpg" not in said.text
    assert stored(session, held).trees == 120
    assert photos_of(session, held) == ["after"]
    page = read(answer.text)
    assert page.one(id="trees")["value"] == "120"
    assert len(page.all("img")) == 1
    assert "Қалғаны сақталды" in page.text
    # Pressed again as it now stands, without files: done.
    assert page.one("input", name="version")["value"] == "1"


def test_a_field_that_is_wrong_keeps_what_was_typed_and_sent(
    desk: Visitor, session: Session, held: Event
) -> None:
    answer = finish(desk, held, {"trees": "көп", "machines": "2"}, after=[("a.jpg", photo(90, 90))])
    assert "ағаш" in errors_of(answer).text.lower()
    page = read(answer.text)
    assert page.one(id="trees")["value"] == "көп"
    assert page.one(id="machines")["value"] == "2"
    assert session.get(EventResult, held.id) is None
    assert photos_of(session, held) == ["after"]


def test_ten_presses_are_one(desk: Visitor, session: Session, held: Event) -> None:
    (form,) = desk.page(path_of(held)).all("form", method="post")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    for _ in range(3):
        values = hidden | {"trees": "5", "after": [FileStorage(io.BytesIO(photo(90, 90)), "a.jpg")]}
        boundary, body = encode_multipart(values)
        kind = f"multipart/form-data; boundary={boundary}"
        assert desk.post(path_of(held), data=body, content_type=kind).status_code == 303
    assert stored(session, held).version == 1
    assert photos_of(session, held) == ["after"]


def test_the_third_of_a_kind_is_told_the_limit(desk: Visitor, session: Session, held: Event) -> None:
    three = [(f"{number}.jpg", photo(100 + number, 90)) for number in range(3)]
    answer = finish(desk, held, {}, before=three)
    assert "«2.jpg»" in errors_of(answer).text
    assert photos_of(session, held) == ["before", "before"]
    assert stored(session, held).version == 1


def test_two_organizers_at_once_the_later_one_is_told(desk: Visitor, session: Session, held: Event) -> None:
    (form,) = desk.page(path_of(held)).all("form", method="post")
    finish(desk, held, {"trees": "10"})
    finish(desk, held, {"trees": "11"})
    typed = {one["name"]: one["value"] for one in form.all(type="hidden")} | {"trees": "12", "version": "1"}
    answer = desk.post(path_of(held), data=typed)
    assert "басқа біреу" in read(answer.text).one("div", class_="errors").text
    page = read(answer.text)
    assert page.one(id="trees")["value"] == "12"
    assert stored(session, held).trees == 11
    again = typed | {"version": page.one("input", name="version")["value"]}
    assert desk.post(path_of(held), data=again).status_code == 303
    assert stored(session, held).trees == 12


def test_before_the_day_there_are_photographs_of_the_place_alone(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    coming = make_event(session, organization, starts_at=NOW + timedelta(days=3))
    page = desk.page(path_of(coming))
    assert [one["id"] for one in page.all("input", type="file")] == ["before"]
    assert not page.all(id="trees")
    assert finish(desk, coming, {}, before=[("a.jpg", photo(90, 90))]).status_code == 303
    assert photos_of(session, coming) == ["before"]
    assert session.get(EventResult, coming.id) is None


def test_after_fourteen_days_it_is_read(desk: Visitor, session: Session, organization: Organization) -> None:
    old = make_event(session, organization, starts_at=NOW - timedelta(days=20))
    make_photo(session, old)
    page = desk.page(path_of(old))
    assert not page.all("form", method="post")
    assert "мерзімі өтті" in page.text
    assert len(page.all("img")) == 1


def test_a_photograph_is_taken_away_after_a_question(desk: Visitor, session: Session, held: Event) -> None:
    finish(desk, held, {}, after=[("a.jpg", photo(90, 90))])
    (link,) = (one for one in desk.page(path_of(held)).all("a") if one["href"].endswith("/remove"))
    assert photos_of(session, held) == ["after"]
    assert desk.send(link["href"], {}).status_code == 303
    assert photos_of(session, held) == []
    assert desk.send(path_of(held), {}).status_code == 303


def test_a_reason_not_to_show_one_is_read_there(desk: Visitor, session: Session, held: Event) -> None:
    make_photo(
        session, held, decided_at=NOW, decided_by=make_volunteer(session).id, reason="Баланың беті көрінеді"
    )
    assert "Баланың беті көрінеді" in desk.page(path_of(held)).one("main").text


def test_who_does_not_run_the_event_is_not_let_in(
    visitor: Visitor, session: Session, held: Event, organizer: Volunteer
) -> None:
    assert visitor.get(path_of(held)).status_code == 303
    visitor.sign_in(session, make_volunteer(session))
    for path in (path_of(held), f"/kk/organizer/events/{held.id}/photos/{new_id()}/remove"):
        assert visitor.get(path).status_code == 403
        assert visitor.post(path, data={"csrf_token": "x"}).status_code == 403


def test_without_its_token_nothing_is_taken(desk: Visitor, session: Session, held: Event) -> None:
    boundary, body = encode_multipart({"trees": "5", "after": [FileStorage(io.BytesIO(photo()), "a.jpg")]})
    kind = f"multipart/form-data; boundary={boundary}"
    assert desk.post(path_of(held), data=body, content_type=kind).status_code == 403
    assert photos_of(session, held) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_photographs_outlive_a_database_that_starts_anew(
    desk: Visitor, session: Session, held: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = lost_once(monkeypatch, photos, "expect")
    finish(desk, held, {"trees": "5"}, before=[("a.jpg", photo(100, 90))], after=[("b.jpg", photo(101, 90))])
    assert not cut
    assert photos_of(session, held) == ["after", "before"]
