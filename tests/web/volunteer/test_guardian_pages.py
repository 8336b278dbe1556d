"""A minor and their guardian by pages alone: handed on, agreed, seen, withdrawn; who gets nowhere."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications.push import local
from notifications.words import LOCALES
from service.models import Event, Signup, Volunteer
from service.people import guardians
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor

MOTHER = "+996700123456"
OURS, THEIRS = "/kk/account/guardian", "/kk/guardian"
SAID = {"name": "Сәуле Айтқызы", "relation": "mother", "adult": "yes", "parent": "yes", "agrees": "yes"}


@pytest.fixture
def child(session: Session) -> Volunteer:
    return make_volunteer(
        session,
        display_name="Мадина Ерланқызы",
        birth_date=date(NOW.year - 15, 1, 10),
        guardian_name="Сәуле",
        guardian_phone=MOTHER,
    )


@pytest.fixture
def phone(visitor: Visitor, session: Session, child: Volunteer) -> Visitor:
    """The child's."""
    visitor.sign_in(session, child, elevated=False)
    return visitor


@pytest.fixture
def parents(app: Tazalyq) -> Visitor:
    """Another phone, where nobody has signed in."""
    return Visitor(app, app.response_class, use_cookies=True)


def come_in(browser: Visitor, session: Session, number: str = MOTHER) -> Any:
    """Sign in with a number on the way to the guardian's page; where that leads."""
    return by_code(browser, session, browser.page(THEIRS).one("a", class_="btn-wide")["href"], number)


def by_code(browser: Visitor, session: Session, door: str, number: str) -> Any:
    """Where a number's code leads, that was asked for at a door."""
    asked = browser.send(door, {"phone": number}, of="by-code")
    form = browser.page(asked.location).one("form", id="use-code")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    code = local.recent(session, number, 1)[0].code
    return browser.post(form["action"], data=hidden | {"code": code or ""})


def make_link(phone: Visitor) -> str:
    """Press the button, and read the address that the page shows."""
    made = phone.send(OURS, {}, of="make-link")
    assert made.status_code == 200
    return read(made.text).one(id="guardian-link").text.strip()


@pytest.mark.parametrize("language", LOCALES)
def test_the_pages_are_whole_in_every_language(
    phone: Visitor, parents: Visitor, session: Session, language: str
) -> None:
    for path in (OURS, f"{OURS}/change"):
        assert phone.get(path.replace("/kk/", f"/{language}/")).status_code == 200
    assert phone.send(OURS.replace("/kk/", f"/{language}/"), {}, of="make-link").status_code == 200
    assert parents.get(f"/{language}/guardian").status_code == 200
    come_in(parents, session)
    assert parents.get(f"/{language}/guardian").status_code == 200


def test_from_being_told_to_the_sign_up_and_its_end(
    phone: Visitor, parents: Visitor, session: Session, child: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=2), going=0)
    past = make_event(session, starts_at=NOW - timedelta(days=5))
    make_attendance(session, past, child)
    told = phone.get(f"/kk/events/{event.id}/signup")
    assert (told.status_code, told.location) == (303, f"{OURS}?next=/kk/events/{event.id}")
    link = make_link(phone)
    assert re.search(rf"/kk/guardian#{child.id}\.[2-9A-HJ-NP-Z]{{26}}$", link)

    assert come_in(parents, session).location == THEIRS
    before = parents.page(THEIRS)
    assert "Мадина" not in before.text
    agreed = parents.send(THEIRS, SAID | {"secret": link}, of="agree")
    assert (agreed.status_code, agreed.location) == (303, THEIRS)

    phone.send(f"/kk/events/{event.id}/signup", {"companions": "0"}, of="sign-up")
    seen = parents.page(THEIRS)
    assert "Мадина" in seen.text
    assert "Ерланқызы" not in seen.text
    rows = [one.text for one in seen.all(class_="row-name")]
    assert rows[:2] == [event.title["kk"], past.title["kk"]]

    asked = parents.page(f"{THEIRS}/{child.id}/withdraw")
    assert asked.one("h1").text.endswith("Мадина")
    withdrawn = parents.send(f"{THEIRS}/{child.id}/withdraw", {})
    assert withdrawn.location == THEIRS
    session.expire_all()
    signup = session.get_one(Signup, (event.id, child.id))
    assert (signup.status, session.get_one(Event, event.id).going) == ("cancelled", 0)
    assert "Мадина" not in parents.page(THEIRS).text


def test_who_comes_back_after_half_a_year_takes_it_back_without_seeing_the_child(
    phone: Visitor, parents: Visitor, session: Session, child: Volunteer, clock: FixedClock
) -> None:
    link = make_link(phone)
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": link}, of="agree")
    assert not parents.page(THEIRS).all(id="unseen-section")
    clock.move(timedelta(days=181))
    come_in(parents, session)
    page = parents.page(THEIRS)
    assert "Мадина" not in page.text
    withdraw = page.one(id="unseen-section").one("a", class_="btn")["href"]
    assert "Мадина" not in parents.page(withdraw).text
    assert parents.send(withdraw, {}).location == THEIRS
    assert not parents.page(THEIRS).all(id="unseen-section")
    assert not guardians.in_force(session, child.id, clock.now())


@pytest.mark.parametrize("number", ["+77015550199", "+996700999999"])
def test_a_stranger_with_the_link_is_told_that_nobody_named_them(
    phone: Visitor, parents: Visitor, session: Session, number: str
) -> None:
    link = make_link(phone)
    come_in(parents, session, number)
    page = parents.page(THEIRS)
    assert not page.all("form", id="agree")
    token = page.one("form", id="sign-out").all(type="hidden")[0]["value"]
    refused = parents.post(THEIRS, data=SAID | {"secret": link, "csrf_token": token})
    assert refused.status_code == 422
    assert "Мадина" not in refused.text


@pytest.mark.parametrize("left_out", ["secret", "name", "relation", "adult", "parent", "agrees"])
def test_what_is_left_out_is_asked_for(
    phone: Visitor, parents: Visitor, session: Session, left_out: str
) -> None:
    said = SAID | {"secret": make_link(phone)}
    come_in(parents, session)
    answer = parents.send(THEIRS, {name: it for name, it in said.items() if name != left_out}, of="agree")
    assert answer.status_code == 422
    assert read(answer.text).one(id=f"{left_out}-error").text


def test_a_wrong_code_stays_in_its_field(phone: Visitor, parents: Visitor, session: Session) -> None:
    make_link(phone)
    come_in(parents, session)
    answer = parents.send(THEIRS, SAID | {"secret": "ABCDE-FGHJK"}, of="agree")
    assert (answer.status_code, read(answer.text).one(id="secret")["value"]) == (422, "ABCDE-FGHJK")


def test_another_number_has_to_agree_anew(
    phone: Visitor, parents: Visitor, session: Session, child: Volunteer
) -> None:
    link = make_link(phone)
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": link}, of="agree")
    wrong = phone.send(
        f"{OURS}/change", {"guardian.name": "Сәуле", "guardian.phone": child.phone}, of="name-guardian"
    )
    assert (wrong.status_code, read(wrong.text).one(id="guardian.phone-error").text != "") == (422, True)
    named = phone.send(
        f"{OURS}/change", {"guardian.name": "Сәуле", "guardian.phone": "+7 916 123 45 67"}, of="name-guardian"
    )
    assert named.location == OURS
    assert "+79161234567" in phone.page(OURS).text
    assert not parents.page(THEIRS).all(id="child-1")


def test_the_child_ends_it_after_a_question(phone: Visitor, parents: Visitor, session: Session) -> None:
    link = make_link(phone)
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": link}, of="agree")
    assert phone.send(f"{OURS}/end", {}).location == OURS
    assert not parents.page(THEIRS).all(id="child-1")
    assert phone.get(f"{OURS}/end").location == OURS


def test_an_adult_needs_nobody(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_volunteer(session), elevated=False)
    assert not visitor.page(OURS).all("form", method="post", id="make-link")


def test_a_guardian_with_a_record_is_not_asked_to_sign_in_anew(
    phone: Visitor, parents: Visitor, session: Session
) -> None:
    mother = make_volunteer(session, phone="+77015550188")
    phone.send(
        f"{OURS}/change", {"guardian.name": "Сәуле", "guardian.phone": mother.phone}, of="name-guardian"
    )
    link = make_link(phone)
    parents.sign_in(session, mother, elevated=False)
    parents.send(THEIRS, SAID | {"secret": link}, of="agree")
    assert parents.page(THEIRS).one(id="child-1").text == "Мадина"


def test_who_signs_out_sees_nothing_any_more(phone: Visitor, parents: Visitor, session: Session) -> None:
    link = make_link(phone)
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": link}, of="agree")
    parents.send(THEIRS, {}, of="sign-out")
    assert "Мадина" not in parents.page(THEIRS).text


def hrefs(page: Element) -> list[str]:
    return [one["href"] for one in page.all("a")]


def test_who_has_a_record_comes_back_from_their_account(
    phone: Visitor, parents: Visitor, session: Session, child: Volunteer
) -> None:
    mother = make_volunteer(session, phone="+77015550144")
    parents.sign_in(session, mother, elevated=False)
    assert THEIRS not in hrefs(parents.page("/kk/account"))
    child.guardian_phone = mother.phone
    session.commit()
    assert THEIRS in hrefs(parents.page("/kk/account"))
    agreed = parents.send(THEIRS, SAID | {"secret": make_link(phone)}, of="agree")
    assert agreed.status_code == 303
    assert THEIRS in hrefs(parents.page("/kk/account"))


def test_who_has_none_and_lost_the_link_comes_back_by_their_number(
    phone: Visitor, parents: Visitor, session: Session
) -> None:
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": make_link(phone)}, of="agree")
    parents.send(THEIRS, {}, of="sign-out")
    landed = by_code(parents, session, "/kk/sign-in", MOTHER).location
    assert THEIRS in hrefs(parents.page(landed))
    assert "Мадина" in parents.page(THEIRS).text


DATA = f"{THEIRS}/data"


def test_who_has_no_record_reads_what_is_held_of_them_and_has_it_erased(
    phone: Visitor, parents: Visitor, session: Session, child: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=2), going=0)
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": make_link(phone)}, of="agree")
    phone.send(f"/kk/events/{event.id}/signup", {"companions": "0"}, of="sign-up")
    page = parents.page(THEIRS)
    assert DATA in hrefs(page)
    held = parents.page(DATA).one("main").text
    for said in (MOTHER, "Сәуле Айтқызы", "Анасы", "Баланың профилінде"):
        assert said in held
    copy = parents.send(DATA, {}, of="copy-form")
    assert "attachment" in copy.headers["Content-Disposition"]
    assert [row["name"] for row in json.loads(copy.text)["held"]["guardianship"]["rows"]] == ["Сәуле Айтқызы"]
    assert (child.phone or "") not in copy.text

    asked = parents.page(f"{DATA}/erase").one("main").text
    assert "Мадина" in asked
    assert event.title["kk"] in asked
    assert parents.send(f"{DATA}/erase", {"word": "жойма"}, of="erase").status_code == 422
    session.expire_all()
    assert session.get_one(Signup, (event.id, child.id)).status == "going"
    done = parents.send(f"{DATA}/erase", {"word": "жою"}, of="erase")
    assert "Деректеріңіз жойылды" in parents.page(done.location).text
    session.expire_all()
    assert session.get_one(Signup, (event.id, child.id)).status == "cancelled"
    assert (child.guardian_name, child.guardian_phone) == (None, None)
    assert (parents.get(DATA).location or "").startswith("/kk/sign-in")
    # The child names somebody anew.
    named = {"guardian.name": "Сәуле", "guardian.phone": MOTHER}
    assert phone.get(OURS).status_code == 200
    assert phone.send(f"{OURS}/change", named, of="name-guardian").location == OURS


def test_the_third_copy_in_an_hour_is_refused(parents: Visitor, session: Session, child: Volunteer) -> None:
    come_in(parents, session, child.guardian_phone or "")
    assert [parents.send(DATA, {}, of="copy-form").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("language", LOCALES)
def test_the_pages_of_their_data_are_whole_in_every_language(
    phone: Visitor, parents: Visitor, session: Session, language: str
) -> None:
    come_in(parents, session)
    parents.send(THEIRS, SAID | {"secret": make_link(phone)}, of="agree")
    for path in (DATA, f"{DATA}/erase"):
        assert parents.page(path.replace("/kk/", f"/{language}/")).one("html")["lang"] == language


def test_who_has_a_record_is_led_to_its_own_pages(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_volunteer(session))
    assert visitor.get(DATA).location == "/kk/account/data"
    assert visitor.get(f"{DATA}/erase").location == "/kk/account/data/erase"


def test_a_record_that_waits_for_its_birth_date_is_opened_first(
    parents: Visitor, session: Session, clock: FixedClock
) -> None:
    person = make_volunteer(session)
    clock.move(timedelta(days=181))
    come_in(parents, session, person.phone or "")
    assert (parents.get(DATA).location or "").startswith("/kk/register")
    assert parents.get(f"{DATA}/erase").location.startswith("/kk/register")
    assert session.get(Volunteer, person.id) is not None


def test_nobody_who_has_proven_no_number_has_any(visitor: Visitor) -> None:
    for path in (DATA, f"{DATA}/erase"):
        assert (visitor.get(path).location or "").startswith("/kk/sign-in")
