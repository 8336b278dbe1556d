"""Signing up by pages alone: with companions, twice, late, refused; withdrawing; an offer."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event, Signup, Volunteer
from tests.conftest import NOW
from tests.makers import CONSENTS, make_ban, make_event, make_organization, make_signup, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)
VERSION = CONSENTS["cross_border"]


@pytest.fixture
def person(visitor: Visitor, session: Session) -> Volunteer:
    made = make_volunteer(session)
    visitor.sign_in(session, made)
    return made


def path(event: Event, more: str = "", language: str = "kk") -> str:
    return f"/{language}/events/{event.id}/signup{more}"


def stands(session: Session, event: Event, person: Volunteer) -> tuple[str, int] | None:
    """Status and companions of the sign-up."""
    session.expire_all()
    found = session.get(Signup, (event.id, person.id))
    return None if found is None else (found.status, found.companions)


def going(session: Session, event: Event) -> int:
    session.refresh(event)
    return event.going


def hidden_of(page: Element, form: str = "sign-up") -> dict[str, str]:
    return {one["name"]: one["value"] for one in page.one("form", id=form).all(type="hidden")}


def chosen(page: Element) -> list[str]:
    return [one["value"] for one in page.all("option") if "selected" in one.attributes]


def bar(visitor: Visitor, event: Event) -> str:
    """What the fixed bar of the event's page says."""
    return visitor.page(f"/kk/events/{event.id}").one(class_="bar-bottom").text.strip()


@pytest.mark.parametrize("language", LOCALES)
def test_the_pages_are_whole_in_every_language(
    visitor: Visitor, session: Session, person: Volunteer, language: str
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=10)
    assert visitor.page(path(event, language=language)).one("html")["lang"] == language
    make_signup(session, event, person)
    for more in ("", "/withdraw"):
        assert visitor.page(path(event, more, language))


def test_who_is_nobody_is_led_to_the_door_and_back(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW)
    assert bar(visitor, event) == "Жазылу"
    link = visitor.page(f"/kk/events/{event.id}").one(class_="bar-bottom").one("a")["href"]
    answer = visitor.get(link)
    assert (answer.status_code, answer.location) == (303, f"/kk/sign-in?next={path(event)}")


def test_a_party_signs_up_and_reads_that_it_goes(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=10)
    answer = visitor.send(path(event), {"companions": "3"})
    assert (answer.status_code, answer.location) == (303, f"/kk/events/{event.id}")
    assert stands(session, event, person) == ("going", 3)
    text = visitor.page(answer.location).one("main").text
    for said in ("Жазылдыңыз", "Барамын ✓", "Бірге келетіндер: 3", "Бас тарту"):
        assert said in text


def test_a_second_press_of_the_same_form_changes_nothing(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=10)
    page = visitor.page(path(event))
    typed = hidden_of(page)
    answers = [visitor.post(path(event), data=typed | {"companions": "1"}) for _ in range(3)]
    assert {(one.status_code, one.location) for one in answers} == {(303, f"/kk/events/{event.id}")}
    assert going(session, event) == 2


def test_another_number_of_companions_stands_in_place_of_the_first(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=10, going=2)
    make_signup(session, event, person, companions=1)
    assert chosen(visitor.page(path(event))) == ["1"]
    visitor.send(path(event), {"companions": "0"})
    assert stands(session, event, person) == ("going", 0)
    assert going(session, event) == 1


def test_full_one_stands_in_line_and_reads_the_place_in_it(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=1, going=1)
    make_signup(session, event, make_volunteer(session))
    assert bar(visitor, event) == "Кезекке тұру"
    page = visitor.page(path(event))
    assert page.one("h1").text == "Кезекке тұру"
    answer = visitor.send(path(event), {})
    text = visitor.page(answer.location).one("main").text
    assert "Кезектегі орныңыз: 1" in text
    assert "Орын босаса, хабарлаймыз" in text


@pytest.mark.parametrize("companions", ["11", "-1", "көп", "1.5"])
def test_what_is_no_number_of_companions_stays_in_the_form(
    visitor: Visitor, session: Session, person: Volunteer, companions: str
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    answer = visitor.send(path(event), {"companions": companions})
    assert answer.status_code == 422
    assert read(answer.text).one(class_="errors").all("a", href="#companions")
    assert stands(session, event, person) is None


def test_a_party_that_never_fits_is_told_how_many_places_there_are(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=3)
    answer = visitor.send(path(event), {"companions": "5"})
    assert answer.status_code == 422
    said = read(answer.text).one("span", id="companions-error").text
    assert "3" in said
    assert "6" in said


def test_who_goes_and_wants_more_than_is_free_keeps_the_place(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=3, going=2)
    make_signup(session, event, person)
    answer = visitor.send(path(event), {"companions": "2"})
    assert "Бос орын: 1" in read(answer.text).one("span", id="companions-error").text
    assert stands(session, event, person) == ("going", 0)


@pytest.mark.parametrize("is_read", [True, False], ids=["the page", "the press"])
@pytest.mark.parametrize(
    ("state", "born", "said"),
    [
        ({"min_age": 16}, date(2012, 1, 1), "ең кіші жасы: 16"),
        ({"hazard": True}, date(2010, 1, 1), "18 жастан бастап"),
        ({"status": "cancelled", "cancel_reason": "Дауыл", "cancelled_at": NOW}, None, "Дауыл"),
        ({"starts_at": NOW - timedelta(days=2)}, None, "Іс-шара аяқталды"),
    ],
)
def test_a_refusal_says_why_and_leads_back_to_the_event(
    visitor: Visitor,
    session: Session,
    person: Volunteer,
    state: dict[str, Any],
    born: date | None,
    said: str,
    *,
    is_read: bool,
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    typed = hidden_of(visitor.page(path(event)))
    for name, value in ({"starts_at": TOMORROW} | state).items():
        setattr(event, name, value)
    event.ends_at = event.starts_at + timedelta(hours=3)
    event.day = event.starts_at.date()
    person.birth_date = born or person.birth_date
    session.commit()
    answer = visitor.get(path(event)) if is_read else visitor.post(path(event), data=typed)
    assert answer.status_code == 409
    main = read(answer.text).one("main")
    assert said in main.text
    assert f"/kk/events/{event.id}" in [one["href"] for one in main.all("a")]
    assert stands(session, event, person) is None


def test_who_was_removed_reads_whom_to_ask(visitor: Visitor, session: Session, person: Volunteer) -> None:
    event = make_event(session, starts_at=TOMORROW)
    make_signup(session, event, person, status="cancelled", removed_at=NOW)
    answer = visitor.get(path(event))
    assert answer.status_code == 409
    assert "тізімнен шығарылғансыз" in answer.text


def test_of_an_organization_that_is_not_verified_nobody_new_is_asked(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, make_organization(session, status="suspended"), starts_at=TOMORROW)
    assert not visitor.page(f"/kk/events/{event.id}").all(class_="bar-bottom")
    assert visitor.get(path(event)).status_code == 409


@pytest.mark.parametrize("state", [{"status": "draft"}, {"hidden_by": "coordinator"}])
def test_what_is_not_shown_leads_to_its_page_which_offers_others(
    visitor: Visitor, session: Session, person: Volunteer, state: dict[str, Any]
) -> None:
    event = make_event(session, starts_at=TOMORROW, **state)
    for more in ("", "/withdraw"):
        answer = visitor.get(path(event, more))
        assert (answer.status_code, answer.location) == (303, f"/kk/events/{event.id}")
    assert visitor.get(f"/kk/events/{event.id}").status_code == 404


def test_who_goes_to_a_hidden_event_withdraws(visitor: Visitor, session: Session, person: Volunteer) -> None:
    event = make_event(session, starts_at=TOMORROW, hidden_by="coordinator", going=1)
    make_signup(session, event, person)
    assert visitor.send(path(event, "/withdraw"), {}).status_code == 303
    assert stands(session, event, person) == ("cancelled", 0)


def test_a_missing_consent_is_read_and_given_by_the_same_press(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session, consents={"personal_data": "2026-01"})
    visitor.sign_in(session, person)
    event = make_event(session, starts_at=TOMORROW)
    page = visitor.page(path(event))
    assert [one["id"] for one in page.all("input", type="checkbox")] == ["consents.cross_border"]
    assert "Firebase" in page.one("details").text
    assert VERSION in page.one("summary").text
    refused = visitor.send(path(event), {"companions": "2"})
    assert refused.status_code == 422
    assert stands(session, event, person) is None
    assert chosen(read(refused.text)) == ["2"]
    answer = visitor.send(path(event), {"companions": "2", "consents.cross_border": VERSION})
    assert answer.status_code == 303
    assert stands(session, event, person) == ("going", 2)


def test_a_consent_that_nobody_can_give_is_refused_in_the_form(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session, consents={"personal_data": "2026-01"})
    visitor.sign_in(session, person)
    event = make_event(session, starts_at=TOMORROW)
    answer = visitor.send(path(event), {"consents.cross_border": "1999-01"})
    assert answer.status_code == 422
    assert "нұсқасы ескі" in answer.text


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_place_given_back_goes_to_somebody_only_where_somebody_waits(
    visitor: Visitor, session: Session, person: Volunteer, waiting: int
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=5, going=1, waitlisted=waiting)
    make_signup(session, event, person)
    page = visitor.page(path(event, "/withdraw"))
    assert ("басқа адам" in page.one("main").text) is bool(waiting)
    answer = visitor.send(path(event, "/withdraw"), {})
    told = visitor.page(answer.location).text
    assert "Бас тарттыңыз" in told
    assert "басқа адам" not in told


def test_withdrawing_is_asked_again_and_done_once(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=5, going=1)
    make_signup(session, event, person)
    page = visitor.page(path(event, "/withdraw"))
    assert "Бас тартасыз ба" in page.one("h1").text
    typed = hidden_of(page, "withdraw")
    answers = [visitor.post(path(event, "/withdraw"), data=typed) for _ in range(2)]
    assert {(one.status_code, one.location) for one in answers} == {(303, f"/kk/events/{event.id}")}
    assert stands(session, event, person) == ("cancelled", 0)
    assert "Бас тарттыңыз" in visitor.page(f"/kk/events/{event.id}").text
    assert bar(visitor, event) == "Жазылу"
    # The question is asked of nobody who has nothing to give back.
    assert visitor.get(path(event, "/withdraw")).status_code == 303


def test_an_offer_is_confirmed_on_the_events_page(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=1), capacity=2, offered=1)
    make_signup(session, event, person, status="offered", confirm_by=NOW + timedelta(minutes=20))
    page = visitor.page(f"/kk/events/{event.id}")
    assert page.one("form", id="confirm").one("button").text == "Растау"
    assert visitor.get(path(event, "/confirm")).location == f"/kk/events/{event.id}"
    assert stands(session, event, person) == ("offered", 0)
    for _ in range(2):
        typed = hidden_of(page, "confirm")
        assert visitor.post(path(event, "/confirm"), data=typed).status_code == 303
    assert stands(session, event, person) == ("going", 0)


def test_an_offer_that_has_expired_says_so_and_leads_to_the_event(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=1), capacity=2, offered=1)
    signup = make_signup(session, event, person, status="offered", confirm_by=NOW + timedelta(minutes=20))
    page = visitor.page(f"/kk/events/{event.id}")
    signup.confirm_by = NOW - timedelta(seconds=1)
    session.commit()
    answer = visitor.post(path(event, "/confirm"), data=hidden_of(page, "confirm"))
    assert answer.status_code == 409
    assert "Ұсыныс мерзімі өтті" in answer.text
    assert bar(visitor, event) == "Жазылу"


class TestLeftOpen:
    """A page that was open while its session ended, or another began."""

    def test_who_is_signed_out_signs_in_and_finds_what_was_chosen(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        event = make_event(session, starts_at=TOMORROW)
        typed = hidden_of(visitor.page(path(event)))
        visitor.delete_cookie("tazalyq_dev")
        answer = visitor.post(path(event), data=typed | {"companions": "4"})
        assert answer.status_code == 303
        assert answer.location == f"/kk/sign-in?next={path(event)}?companions%3D4"
        visitor.sign_in(session, person)
        back = visitor.get(answer.location)
        page = visitor.page(back.location)
        assert chosen(page) == ["4"]

    def test_who_signed_in_anew_presses_once_more(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        event = make_event(session, starts_at=TOMORROW)
        typed = hidden_of(visitor.page(path(event)))
        visitor.sign_in(session, person)
        answer = visitor.post(path(event), data=typed | {"companions": "4"})
        assert answer.status_code == 403
        assert stands(session, event, person) is None
        page = read(answer.text)
        assert chosen(page) == ["4"]
        again = hidden_of(page)
        assert visitor.post(path(event), data=again | {"companions": "4"}).status_code == 303

    def test_another_site_sends_nobody_anywhere(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        event = make_event(session, starts_at=TOMORROW)
        for more in ("", "/withdraw", "/confirm"):
            answer = visitor.post(path(event, more), data={}, headers={"Origin": "https://evil.example"})
            assert answer.status_code == 403
        visitor.delete_cookie("tazalyq_dev")
        answer = visitor.post(path(event), data={}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert stands(session, event, person) is None


@pytest.mark.parametrize(
    "companions", ["11", "999999999999", "0001000", "000" + "9" * 5000, "-1", "x", "١", ""], ids=len
)
def test_an_address_that_asks_for_odd_companions_is_taken_as_one_without(
    visitor: Visitor, session: Session, person: Volunteer, companions: str
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    page = visitor.page(path(event) + f"?companions={companions}")
    assert chosen(page) == ["0"]


def test_who_is_banned_is_told_whom_to_ask(visitor: Visitor, session: Session, person: Volunteer) -> None:
    event = make_event(session, starts_at=TOMORROW)
    make_ban(session, person.id, marks=["x"])
    session.commit()
    for asked in (path(event), f"/kk/events/{event.id}"):
        answer = visitor.get(asked)
        assert answer.status_code == 403
        assert "Қатысуға тыйым салынды" in answer.text
