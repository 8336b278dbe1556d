"""An event's page: whole for everybody before, while and after it takes place; what is not shown stays so."""

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import ContactOf, Event, EventResult
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_contact,
    make_counted,
    make_event,
    make_organization,
    make_volunteer,
)
from tests.web.html import Element, read
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)
LAST_WEEK = NOW - timedelta(days=7)


def path(event: Event, language: str = "kk") -> str:
    return f"/{language}/events/{event.id}"


def make_result(session: Session, event: Event, **figures: object) -> None:
    by = {"created_by": event.created_by, "created_at": NOW, "updated_by": event.created_by}
    session.add(EventResult(event_id=event.id, version=1, updated_at=NOW, **by, **figures))
    session.flush()


def addresses(page: Element) -> list[str]:
    return [link["href"] for link in page.one("main").all("a")]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("is_full", [True, False])
def test_the_page_is_whole_in_every_language(
    visitor: Visitor, session: Session, language: str, *, is_full: bool
) -> None:
    more = (
        {"description": {"kk": "Бірінші.\n\nЕкінші."}, "bring": ["қолғап", "су"], "min_age": 14}
        if is_full
        else {}
    )
    event = make_event(
        session, starts_at=TOMORROW, accessible=is_full, capacity=20 if is_full else None, **more
    )
    page = visitor.page(path(event, language))
    assert page.one("h1").text == event.title[language]
    assert "Ақтөбе" in page.one("main").text
    plan = page.one("figure").one("svg", role="img")
    assert "Ақтөбе" in plan["aria-label"]
    assert "geo:50.283900,57.167000?q=50.283900,57.167000" in addresses(page)


def test_it_says_when_in_the_events_own_zone_what_to_bring_and_who_organizes(
    visitor: Visitor, session: Session
) -> None:
    event = make_event(session, starts_at=TOMORROW, bring=["қолғап", "су"])
    text = visitor.page(path(event)).one("main").text
    assert "жс, 17 мамыр, 11:00–14:00" in text
    assert "қолғап, су" in text
    assert "Таза Ақтөбе" in text
    assert "Расталған ұйым" in text


def test_an_organization_that_is_verified_no_more_has_no_chip(visitor: Visitor, session: Session) -> None:
    event = make_event(session, make_organization(session, status="suspended"), starts_at=TOMORROW)
    assert "Расталған ұйым" not in visitor.page(path(event)).one("main").text


def test_a_text_of_somebodys_stays_a_text(visitor: Visitor, session: Session) -> None:
    evil = "<script>alert(1)</script>"
    event = make_event(
        session, starts_at=TOMORROW, title={"kk": evil}, description={"kk": evil}, address=evil, bring=[evil]
    )
    page = visitor.page(path(event))
    assert page.one("h1").text == evil
    assert all("src" in script.attributes for script in page.all("script"))
    assert page.one("meta", property="og:title")["content"] == evil


@pytest.mark.parametrize(
    ("capacity", "going", "said"),
    [
        (100, 10, "Бос орын бар"),
        (100, 92, "Бос орын аз қалды"),
        (100, 100, "Бос орын қалмады"),
        (None, 9, None),
    ],
)
def test_places_are_many_few_or_none_and_never_a_number(
    visitor: Visitor, session: Session, capacity: int | None, going: int, said: str | None
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=capacity, going=going)
    text = visitor.page(path(event)).one("main").text
    for one in ("Бос орын бар", "Бос орын аз қалды", "Бос орын қалмады"):
        assert (one in text) == (one == said)


def test_nobody_learns_by_looking_again_that_one_more_goes(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=100, going=10)
    before = visitor.get(path(event)).text
    event.going = 11
    session.flush()
    assert visitor.get(path(event)).text == before


@pytest.mark.parametrize("for_everybody", [True, False])
def test_a_phone_is_shown_to_who_is_signed_in_and_else_where_its_holder_said_so(
    visitor: Visitor, session: Session, *, for_everybody: bool
) -> None:
    holder = make_volunteer(session)
    event = make_event(session, starts_at=TOMORROW)
    make_contact(session, holder, about=ContactOf.EVENT, about_id=str(event.id), public=for_everybody)
    nobodys = visitor.get(path(event)).text
    assert "Ерлан Сейітұлы" in nobodys
    assert (holder.phone in nobodys) == for_everybody
    visitor.sign_in(session, make_volunteer(session))
    assert holder.phone in visitor.get(path(event)).text


def test_the_page_is_shared_by_address_and_code_and_chats_say_what_it_is(
    visitor: Visitor, session: Session, client: FlaskClient
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    told = client.get(f"/v1/events/{event.id}", headers={"Accept-Language": "ru"}).get_json()["url"]
    page = visitor.page(told.removeprefix("http://127.0.0.1:8000") + "?utm_source=whatsapp")
    assert page.one("html")["lang"] == "ru"
    assert told in addresses(page)
    assert page.one("meta", property="og:url")["content"] == told
    assert page.one("meta", property="og:title")["content"] == "Уборка берега Илека"
    assert "17 мая" in page.one("meta", property="og:description")["content"]
    assert page.one("svg", class_="qr")


@pytest.mark.parametrize("path_of", ["/kk/events/{id}", "/kk/events/00000000-0000-4000-8000-000000000000"])
def test_what_everybody_is_shown_is_kept_for_a_minute_and_is_nobodys(
    visitor: Visitor, session: Session, path_of: str
) -> None:
    asked = path_of.format(id=make_event(session, starts_at=TOMORROW).id)
    first = visitor.get(asked)
    visitor.set_cookie("tazalyq_notice", "whatever")
    again = visitor.get(asked)
    assert (again.headers["ETag"], again.text) == (first.headers["ETag"], first.text)
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Cookie" in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers


def test_it_is_put_into_calendars_and_sent_to_chats(
    visitor: Visitor, session: Session, client: FlaskClient
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    found = addresses(visitor.page(path(event, "ru")))
    calendar = f"/v1/events/{event.id}/calendar.ics?lang=ru"
    assert calendar in found
    answer = client.get(calendar)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "Уборка берега Илека" in answer.text
    told = quote(f"http://127.0.0.1:8000/ru/events/{event.id}", safe="")
    chats = [one for one in found if one.startswith(("https://wa.me/?text=", "https://t.me/share/url?url="))]
    assert len(chats) == 2
    assert all(told in one.replace("/", "%2F") for one in chats)


def test_an_answer_that_still_holds_is_not_sent_again(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW)
    tag = visitor.get(path(event)).headers["ETag"]
    answer = visitor.get(path(event), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    event.title = {"kk": "Басқа атау"}
    session.flush()
    assert visitor.get(path(event), headers={"If-None-Match": tag}).status_code == 200


def test_while_it_goes_on_it_says_so(visitor: Visitor, session: Session) -> None:
    text = visitor.page(path(make_event(session))).one("main").text
    assert "Қазір өтіп жатыр" in text


def test_over_it_says_what_came_of_it_as_declared_and_not_who_was_there(
    visitor: Visitor, session: Session
) -> None:
    event = make_event(session, starts_at=LAST_WEEK, capacity=70, going=37)
    for _ in range(7):
        make_counted(session, event, make_volunteer(session))
    make_result(session, event, waste_t=2.5, waste_amount=2.5, waste_unit="t", trees=1_200, note="Рақмет!")
    coming = make_event(session, starts_at=TOMORROW)
    page = visitor.page(path(event, "ru"))
    shown = {
        one.one("span", class_="figure-label").text: one.one("span", class_="figure-value").text
        for one in page.one("div", class_="figures").all("p")
    }
    assert {label: value.replace("\xa0", " ") for label, value in shown.items()} == {
        "мусор": "2,5 т",
        "деревья": "1 200",
    }
    assert all(one.has("class", "declared") for one in page.all("span", class_="figure-label"))
    text = page.one("main").text
    assert "Рақмет!" in text
    assert "Мероприятие прошло" in text
    assert not any(str(number) in text for number in (37, 70, 33))
    assert "Как участвовать" not in text
    assert f"/ru/events/{coming.id}" in addresses(page)


def test_a_number_of_places_has_the_singular_noun_in_kazakh(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=NOW - timedelta(days=1))
    make_result(session, event, places=1)
    result = visitor.page(f"/kk/events/{event.id}").one("section", **{"aria-labelledby": "result"})
    assert result.one("span", class_="figure-label").text == "орын"


def test_over_without_a_result_nothing_is_said_of_one(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=LAST_WEEK)
    make_attendance(session, event, make_volunteer(session))
    page = visitor.page(path(event))
    assert not page.all("div", class_="figures")
    assert "Қорытынды" not in page.one("main").text


def test_called_off_it_says_when_it_was_to_be_why_and_what_comes_next(
    visitor: Visitor, session: Session
) -> None:
    event = make_event(
        session, starts_at=TOMORROW, status="cancelled", cancel_reason="Дауыл күтіледі", cancelled_at=NOW
    )
    near = make_event(session, starts_at=TOMORROW + timedelta(days=2))
    far = make_event(session, starts_at=TOMORROW, latitude=43.24, longitude=76.9, region_code="KZ-75")
    page = visitor.page(path(event))
    alert = page.one("p", role="alert")
    assert "Бұл іс-шара өтпейді" in alert.text
    assert "жс, 17 мамыр, 11:00" in alert.text
    assert "Дауыл күтіледі" in page.one("main").text
    assert f"/kk/events/{near.id}" in addresses(page)
    assert f"/kk/events/{far.id}" not in addresses(page)
    assert f"/kk/events/{event.id}" not in addresses(page)
    assert not any(address.startswith("geo:") for address in addresses(page))


def test_called_off_without_a_reason_nothing_is_made_up(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW, status="cancelled", cancelled_at=NOW)
    text = visitor.page(path(event)).one("main").text
    assert "Себебі" not in text
    assert "Жақын күндері іс-шара жоқ" in text


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "state",
    [{"status": "draft"}, {"status": "cancelled", "never_published": True}, {"hidden_by": "coordinator"}],
)
def test_of_what_is_not_shown_nothing_is_told_but_the_next_ones(
    visitor: Visitor, session: Session, language: str, state: dict[str, object]
) -> None:
    secret = {"kk": "Құпия атау"}
    event = make_event(session, starts_at=TOMORROW, title=secret, hidden_reason="Шағым", **state)
    coming = make_event(session, starts_at=TOMORROW)
    answer = visitor.get(path(event, language))
    assert answer.status_code == 404
    assert "Құпия" not in answer.text
    assert "Шағым" not in answer.text
    assert f"/{language}/events/{coming.id}" in addresses(read(answer.text))


def test_its_own_people_see_no_draft_here(visitor: Visitor, session: Session) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=TOMORROW, status="draft")
    visitor.sign_in(session, owner)
    assert visitor.get(path(event)).status_code == 404


def test_an_unknown_event_offers_those_of_the_country_soonest_first(
    visitor: Visitor, session: Session
) -> None:
    later = make_event(session, starts_at=TOMORROW + timedelta(days=40))
    sooner = make_event(session, starts_at=TOMORROW, latitude=43.24, longitude=76.9, region_code="KZ-75")
    answer = visitor.get(f"/kk/events/{uuid4()}")
    assert answer.status_code == 404
    page = read(answer.text)
    assert page.one("title").text == "Іс-шара табылмады – Tazalyq"
    assert addresses(page)[:2] == [f"/kk/events/{one.id}" for one in (sooner, later)]


def test_an_address_that_is_no_events_is_a_page(visitor: Visitor) -> None:
    for odd in ("x", "%00", "1" * 300):
        assert visitor.get(f"/kk/events/{odd}", headers={"Accept": "text/html"}).status_code == 404


def test_near_ones_are_of_two_weeks_and_else_the_countrys(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW, status="cancelled", cancelled_at=NOW, id=new_id())
    late = make_event(session, starts_at=NOW + timedelta(days=30))
    assert f"/kk/events/{late.id}" in addresses(visitor.page(path(event)))
