"""Pages left and come back to in a browser: another language, the button back, another person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from playwright.sync_api import Dialog, Route
from sqlalchemy.orm import Session

from service.models import Event, PageSession, PresenceRecord
from service.models import Volunteer as Person
from tests.journeys.browser import PHONE, PLAIN, Open, Window
from tests.journeys.demo import serving_nobody
from tests.journeys.organizer import AS_PIXEL_7
from tests.journeys.processes import Service
from tests.journeys.volunteer import KK, RU, Volunteer, cookie_of
from tests.makers import AKTOBE, make_event, make_organization, make_signup, make_volunteer

NUMBERS = count(1)
THERE = {"latitude": AKTOBE[0], "longitude": AKTOBE[1], "accuracy": 12}
SETTLED_MS = 900
"""A button that means something else by now takes no press for a moment."""
BROUGHT_BACK = "() => window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


@dataclass(frozen=True, slots=True)
class World:
    service: Service
    engine: sa.Engine

    def event(self, ago: timedelta) -> Event:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            return make_event(session, starts_at=datetime.now(UTC) - ago)

    def number_of(self, event: Event) -> str:
        """Of somebody who goes there."""
        with Session(self.engine) as session, session.begin():
            made = make_volunteer(session, last_seen_at=datetime.now(UTC))
            make_signup(session, session.get_one(Event, event.id), made)
            return str(made.phone)

    def end_sessions(self) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(sa.delete(PageSession))

    def records(self, event: Event) -> list[str]:
        with Session(self.engine) as session:
            wanted = sa.select(PresenceRecord.type).where(PresenceRecord.event_id == event.id)
            return list(session.scalars(wanted.order_by(PresenceRecord.captured_at)))


@pytest.fixture(scope="module")
def world(postgres_url: str) -> Iterator[World]:
    for running, engine in serving_nobody(postgres_url):
        yield World(running, engine)


def registering(world: World, seen: Window, event: Event) -> tuple[Volunteer, str]:
    """Somebody who came by an event's link, at the form that asks who they are."""
    number = f"+7702766{next(NUMBERS):04}"
    person = Volunteer(world.service, seen)
    person.open(f"events/{event.id}/signup")
    person.come_in(number)
    person.page.wait_for_url("**/register**")
    return person, number


@pytest.mark.parametrize("is_refused", [False, True], ids=["typed", "refused"])
def test_another_language_in_a_form_keeps_what_is_typed(
    world: World, window: Open, *, is_refused: bool
) -> None:
    event = world.event(-timedelta(days=1))
    person, number = registering(world, window(world.service.url, PHONE, **AS_PIXEL_7), event)
    page, main = person.page, person.main
    person.fill(KK.name, "Әсел Қуанышқызы")
    main.locator("#region").select_option("KZ-15")
    main.get_by_role("checkbox").first.check()
    if is_refused:
        person.press(KK.register)
        main.locator(".errors").wait_for()
    person.fill(KK.birth_date, "1990-05-01")
    person.check("register-kk")
    page.locator(".languages a[hreflang=ru]").click()
    page.wait_for_url("**/ru/register**")
    person.words = RU
    assert main.get_by_label(RU.name, exact=True).input_value() == "Әсел Қуанышқызы"
    assert main.get_by_label(RU.birth_date, exact=True).input_value() == "1990-05-01"
    assert main.locator("#region").input_value() == "KZ-15"
    boxes = main.get_by_role("checkbox").all()
    assert [box.is_checked() for box in boxes] == [True, *[False] * (len(boxes) - 1)]
    # What nobody has chosen is as the new page has it; nothing is in the address, or stays in the tab.
    if not is_refused:
        assert main.locator("input[name=locale]:checked").input_value() == "ru"
    assert "190" not in page.url.replace(str(event.id), "")
    assert page.evaluate("() => sessionStorage.length") == 0
    person.check("register-ru")
    for box in boxes:
        box.check()
    person.press(RU.register)
    page.wait_for_url(f"**/events/{event.id}/signup")
    with Session(world.engine) as session:
        made = session.scalars(sa.select(Person).where(Person.phone == number)).one()
        assert (made.display_name, str(made.birth_date)) == ("Әсел Қуанышқызы", "1990-05-01")


def test_a_text_that_stands_on_the_page_of_one_language_alone_comes_back(world: World, window: Open) -> None:
    """As the description of an event does, which an organizer types in the language of the page."""
    with Session(world.engine) as session, session.begin():
        owner = make_volunteer(session, last_seen_at=datetime.now(UTC))
        make_organization(session, owner=owner)
        session.flush()
        cookie = cookie_of(session, str(owner.phone), datetime.now(UTC), world.service.url)
    seen = window(world.service.url, PHONE, **AS_PIXEL_7)
    seen.page.context.add_cookies([cookie])
    page = seen.open("/kk/organizer/events/new")
    token = page.locator("main input[name=id]").input_value()
    page.locator("[name='title.kk']").fill("Өзенді тазалау")
    page.locator("main details summary").last.click()
    page.locator("[name='description.kk']").fill("Бірінші жол")
    page.locator("#hazard").check()
    for language in ("ru", "kk"):
        page.locator(f".languages a[hreflang={language}]").click()
        page.wait_for_url(f"**/{language}/organizer/events/new")
        assert page.locator("[name='title.kk']").input_value() == "Өзенді тазалау"
        assert page.locator("[name='description.kk']").input_value() == "Бірінші жол"
        assert page.locator("#hazard").is_checked()
        # Sent from either page, it is made once.
        assert page.locator("main input[name=id]").input_value() == token


def test_what_was_typed_is_for_the_next_page_alone(world: World, window: Open) -> None:
    event = world.event(-timedelta(days=1))
    person, _ = registering(world, window(world.service.url, PHONE, **AS_PIXEL_7), event)
    person.fill(KK.name, "Әсел Қуанышқызы")
    person.page.route("**/ru/register**", lambda route: route.abort())
    person.page.locator(".languages a[hreflang=ru]").click()
    person.page.wait_for_timeout(200)
    person.open("")
    person.open("register")
    assert person.main.get_by_label(KK.name, exact=True).input_value() == ""


def test_without_scripts_the_form_says_that_the_language_comes_first(world: World, window: Open) -> None:
    event = world.event(-timedelta(days=1))
    person, _ = registering(world, window(world.service.url, PLAIN), event)
    assert "Тілді алдымен таңдаңыз" in person.main.inner_text()
    person.check("register-plain")


def phone_of(world: World, window: Open, number: str) -> Volunteer:
    """A phone whose person is signed in."""
    seen = window(world.service.url, PHONE, **{**AS_PIXEL_7, "geolocation": THERE})
    with Session(world.engine) as session, session.begin():
        seen.page.context.add_cookies([cookie_of(session, number, datetime.now(UTC), world.service.url)])
    return Volunteer(world.service, seen)


def goes_back(phone: Volunteer) -> None:
    """By the browser's button. A tool's own way waits for a load, which one brought back whole never has."""
    phone.page.evaluate("() => { history.back(); }")


def loses_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def test_a_page_that_is_brought_back_says_what_holds_now(world: World, window: Open) -> None:
    event = world.event(timedelta(minutes=30))
    number = world.number_of(event)
    phone, another = (phone_of(world, window, number) for _ in range(2))
    for one in (phone, another):
        one.open(f"events/{event.id}")
        one.reads("Сіз орындасыз")
    another.press(KK.arrive)
    another.reads("Келгеніңіз белгіленді")
    # Chromium loads anew what has asked for something that is not to be kept; others bring it back.
    phone.page.evaluate(BROUGHT_BACK)
    phone.reads("Келгеніңіз белгіленді")
    assert phone.acts() == [KK.leave, KK.code]
    # Left before the answer to a tap came, which had been stored: it arrives once.
    phone.page.wait_for_timeout(SETTLED_MS)
    phone.page.route("**/check-in/records", loses_the_answer)
    with phone.page.expect_event("requestfailed"):
        phone.press(KK.leave)
    phone.page.unroute("**/check-in/records")
    phone.open("")
    goes_back(phone)
    phone.reads("Кеткеніңіз белгіленді")
    assert world.records(event) == ["check_in", "check_out"]


def test_of_who_has_signed_out_nothing_is_brought_back(world: World, window: Open) -> None:
    """Chromium forgets such pages by itself, others do not: by the cookie the page knows that it is over."""
    phone = phone_of(world, window, world.number_of(world.event(timedelta(minutes=30))))
    page, context = phone.page, phone.page.context
    phone.open("account/record")
    page.evaluate("() => { document.body.dataset.before = 'yes'; }")
    page.evaluate(BROUGHT_BACK)
    page.wait_for_timeout(300)
    assert page.locator("body").get_attribute("data-before") == "yes"
    context.add_cookies([{"name": "tazalyq_here", "value": "0", "url": world.service.url}])
    with page.expect_navigation():
        page.evaluate(BROUGHT_BACK)
    assert page.locator("body").get_attribute("data-before") is None
    tab = Volunteer(world.service, Window(context, world.service.url, PHONE, None))
    tab.open("account")
    tab.page.locator("#sign-out button").click()
    tab.page.wait_for_url("**/sign-in")
    phone.open("")
    goes_back(phone)
    page.wait_for_url("**/sign-in?next=/kk/account/record")


def test_who_says_that_they_are_there_is_asked_no_more_to_sign_up(world: World, window: Open) -> None:
    """By walking in: the bar of signing up goes with the tap, though nothing has arrived yet."""
    event = world.event(timedelta(minutes=30))
    with Session(world.engine) as session, session.begin():
        number = str(make_volunteer(session, last_seen_at=datetime.now(UTC)).phone)
    phone = phone_of(world, window, number)
    phone.open(f"events/{event.id}")
    phone.reads("Сіз орындасыз")
    bar = phone.page.locator(".bar-bottom")
    assert bar.is_visible()
    phone.page.context.set_offline(True)
    phone.press(KK.arrive)
    phone.reads("Телефонда сақталды")
    assert not bar.is_visible()
    phone.check("kept-walk-in")
    phone.page.context.set_offline(False)  # it sends by itself
    phone.reads("Келгеніңіз белгіленді")
    assert not bar.is_visible()


def test_two_people_with_one_phone(world: World, window: Open) -> None:
    """What the first has tapped is not shown to the second, nor sent as theirs; it waits for the first."""
    event = world.event(timedelta(minutes=30))
    mine, another = world.number_of(event), world.number_of(event)
    phone = phone_of(world, window, mine)
    phone.open(f"events/{event.id}")
    phone.reads("Сіз орындасыз")
    world.end_sessions()
    phone.press(KK.arrive)
    phone.reads("Телефонда сақталды", "Сеанс аяқталды")
    assert len(phone.kept()) == 1
    phone.follow("Кіру")
    phone.come_in(another)
    phone.reads("Сіз орындасыз")
    assert "сақталды" not in phone.main.inner_text()
    phone.press(KK.arrive)
    phone.reads("Келгеніңіз белгіленді")
    assert (world.records(event), len(phone.kept())) == (["check_in"], 1)
    # The second has nothing that waits: nothing is asked when they go.
    signs_out(phone)
    assert len(phone.kept()) == 1
    phone.open(f"events/{event.id}/check-in")
    phone.come_in(mine)
    phone.reads("Келгеніңіз белгіленді")
    assert (world.records(event), phone.kept()) == (["check_in"] * 2, [])


def test_who_signs_out_takes_their_own_taps_away_and_is_asked_first(world: World, window: Open) -> None:
    event = world.event(timedelta(minutes=30))
    phone = phone_of(world, window, world.number_of(event))
    phone.open(f"events/{event.id}")
    phone.reads("Сіз орындасыз")
    phone.page.route("**/check-in/records", lambda route: route.abort())
    phone.press(KK.arrive)
    phone.reads("Телефонда сақталды")
    asked: list[str] = []
    for is_sure in (False, True):
        phone.page.once("dialog", answering(asked, yes=is_sure))
        phone.open("account")
        phone.page.locator("#sign-out button").click()
        if is_sure:
            phone.page.wait_for_url("**/sign-in")
        assert len(phone.kept()) == (0 if is_sure else 1)
    assert ["жіберілмеген" in said for said in asked] == [True, True]


def answering(asked: list[str], *, yes: bool) -> Callable[[Dialog], None]:
    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if yes:
            dialog.accept()
        else:
            dialog.dismiss()

    return answer


def signs_out(phone: Volunteer) -> None:
    phone.open("account")
    phone.page.locator("#sign-out button").click()
    phone.page.wait_for_url("**/sign-in")
