"""Forms: text becomes values by the API's schemas, what was typed stays, each field says what is wrong."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from http_base.application import Tazalyq
from http_base.fields import Coordinate, DateTime, Number, Strict, Text, YesNo, whole
from service.errors import Invalid
from tests.web.html import read
from tests.web.visitor import Visitor
from web.forms import Form, read_form, values_of

GOOD = {"title": "Елек жағасы", "kind": "clean-up", "starts_at": "10:00"}


class Place(Strict):
    latitude = Coordinate(90, required=True)
    longitude = Coordinate(180, required=True)


class Body(Strict):
    title = Text(required=True)
    starts_at = DateTime()
    expected = whole(0, 100)
    area_ha = Number(0, 10, allow_none=True)
    open = YesNo()
    agreed = fields.Boolean()
    kinds = fields.List(Text())
    place = fields.Nested(Place)
    note = Text(allow_none=True)


def sent(app: Tazalyq, typed: list[tuple[str, str]], schema: type[Schema] = Body) -> Form:
    with app.test_request_context("/kk/", method="POST", data=MultiDict(typed)):
        return read_form(schema)


def test_text_becomes_what_the_schema_wants(app: Tazalyq) -> None:
    typed = [
        ("title", " Елек жағасы "),
        ("starts_at", "2026-11-26T10:00"),
        ("expected", "1 0"),
        ("area_ha", "2,5"),
        ("open", "yes"),
        ("kinds", "a"),
        ("kinds", ""),
        ("kinds", "b"),
        ("place.latitude", "50,28"),
        ("place.longitude", "57.21"),
        ("csrf_token", "x"),
        ("id", "y"),
    ]
    form = sent(app, typed)
    assert form.errors == {}
    assert form.is_good
    assert form.data == {
        "title": "Елек жағасы",
        "starts_at": datetime(2026, 11, 26, 5, 0, tzinfo=UTC),
        "expected": 10,
        "area_ha": 2.5,
        "open": True,
        "agreed": False,
        "kinds": ["a", "b"],
        "place": {"latitude": 50.28, "longitude": 57.21},
    }


def test_nothing_typed_is_nothing_or_none(app: Tazalyq) -> None:
    empty = [("title", "x"), ("expected", ""), ("area_ha", " "), ("note", ""), ("place.latitude", "")]
    assert sent(app, empty).data == {
        "title": "x",
        "area_ha": None,
        "note": None,
        "open": False,
        "agreed": False,
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("expected", "ten"),
        ("expected", "101"),
        ("expected", "2.5"),
        ("expected", "1_0"),
        ("area_ha", "1_0.5"),
        ("area_ha", "nan"),
        ("area_ha", "1e999"),
        ("starts_at", "2026-13-45T10:00"),
        ("starts_at", "tomorrow"),
        ("title", "\0"),
        ("title", "\ud800"),
        ("place.latitude", "91"),
        ("unheard-of", "x"),
        ("expected", "9" * 400),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(app: Tazalyq, name: str, text: str) -> None:
    with app.test_request_context("/kk/"):
        try:
            made = values_of(Body(), MultiDict([("title", "x"), (name, text)]))
        except ValueError as error:  # pragma: no cover - shows what went wrong
            raise AssertionError(name) from error
    assert made
    typed = [("title", "x"), (name, text)] if name != "title" else [(name, text)]
    form = sent(app, [(key, value.encode("utf-8", "replace").decode()) for key, value in typed])
    assert not form.is_good or name == "title"


def test_a_page_that_is_looked_at_has_a_blank_form(app: Tazalyq) -> None:
    with app.test_request_context("/kk/"):
        form = read_form(Body, title="x", expected=None)
    assert not form.sent
    assert not form.is_good
    assert form.value("title") == "x"
    assert form.value("expected") == ""


def test_a_use_cases_refusal_stands_at_its_field(app: Tazalyq) -> None:
    with app.test_request_context("/ru/", method="POST", data={"title": "x"}):
        form = read_form(Body)
        form.refused(Invalid("title", "required"))
    assert not form.is_good
    assert form.error("title")


def test_errors_are_told_above_and_at_each_field_and_what_was_typed_stays(visitor: Visitor) -> None:
    answer = visitor.send("/kk/dev/design", {"title": "Елек <b>", "kind": "dancing", "note": "Сөз"})
    assert answer.status_code == 422
    page = read(answer.text)
    assert page.one("title").text.startswith("Қате: ")
    summary = page.one(class_="errors")
    assert summary["role"] == "alert"
    assert summary.one("h2").text == "2 өрісті түзетіңіз"
    assert [link["href"] for link in summary.all("a")] == ["#kind", "#starts_at"]
    typed = page.one("input", id="title")
    assert (typed["value"], typed.attributes.get("aria-invalid")) == ("Елек <b>", None)
    assert page.one("textarea", id="note").text.strip() == "Сөз"
    bad = page.one("input", id="starts_at")
    assert bad["aria-invalid"] == "true"
    assert page.one(id=bad["aria-describedby"]).text.strip()


def test_a_good_form_leads_to_a_page_that_says_so_once(visitor: Visitor) -> None:
    answer = visitor.send("/ru/dev/design", GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/ru/dev/design")
    said = "Форма отправлена. Ничего не сохранено."
    assert visitor.page("/ru/dev/design").all(class_="notice")[0].text == said
    assert said not in visitor.page("/ru/dev/design").text


def test_the_notice_is_told_in_the_language_of_the_page_that_shows_it(visitor: Visitor) -> None:
    visitor.send("/ru/dev/design", GOOD)
    assert (
        visitor.page("/en/dev/design").all(class_="notice")[0].text == "The form was sent. Nothing was kept."
    )


@pytest.mark.parametrize("forged", ["x", "", "WyJnb29kIl0.abc.def"])
def test_a_forged_notice_says_nothing(visitor: Visitor, forged: str) -> None:
    visitor.set_cookie("tazalyq_notice", forged)
    assert len(visitor.page("/kk/dev/design").all(class_="notice")) == 4


def test_a_form_keeps_its_id_so_that_what_it_makes_is_made_once(visitor: Visitor) -> None:
    answer = visitor.send("/kk/dev/design", {"title": "x"})
    again = read(answer.text).one("form", id="form").one(name="id")
    assert UUID(again["value"]).version == 7
    repeated = visitor.send("/kk/dev/design", {"id": again["value"], "title": "x"})
    assert read(repeated.text).one(name="id")["value"] == again["value"]
