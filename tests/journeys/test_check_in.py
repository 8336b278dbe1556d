"""A check-in in a real browser: without signal, overnight, in two tabs, by two people, by a scanned code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Attendance, Event, PageSession, PresenceRecord
from service.models.base import COUNTRY_ZONE
from tests.journeys.browser import PHONE, PHONE_AT_NIGHT, Look, Open, Window
from tests.journeys.demo import serving_nobody
from tests.journeys.organizer import AS_PIXEL_7, PIXEL_7
from tests.journeys.processes import Service
from tests.journeys.volunteer import KK, RU, Volunteer, Words, cookie_of
from tests.makers import AKTOBE, make_event, make_signup, make_volunteer

THERE, NEAR, FAR = AKTOBE, (AKTOBE[0] + 0.006, AKTOBE[1]), (AKTOBE[0] + 0.1, AKTOBE[1])


@dataclass(slots=True)
class World:
    service: Service
    engine: sa.Engine

    def event(self, **changes: Any) -> Event:
        """Another one that is on, where nobody has been."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            return make_event(session, starts_at=datetime.now(UTC) - timedelta(minutes=30), **changes)

    def person(self, event: Event) -> str:
        """Somebody who goes there; their number."""
        with Session(self.engine) as session, session.begin():
            # Who was not seen for half a year would have to say first that they are themself.
            made = make_volunteer(session, last_seen_at=datetime.now(UTC))
            make_signup(session, session.get_one(Event, event.id), made)
            return str(made.phone)

    def records(self, event: Event) -> list[tuple[str, str]]:
        with Session(self.engine) as session:
            rows = session.scalars(
                sa.select(PresenceRecord)
                .where(PresenceRecord.event_id == event.id)
                .order_by(PresenceRecord.captured_at)
            )
            return [(row.type, row.status) for row in rows]

    def attendance(self, event: Event) -> Attendance:
        with Session(self.engine) as session:
            return session.scalars(sa.select(Attendance).where(Attendance.event_id == event.id)).one()

    def end_before(self, event: Event, ago: timedelta) -> None:
        """As for a page that was left open since."""
        with Session(self.engine) as session, session.begin():
            row = session.get_one(Event, event.id)
            length, row.ends_at = row.ends_at - row.starts_at, datetime.now(UTC) - ago
            row.starts_at = row.ends_at - length

    def end_sessions(self) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(sa.delete(PageSession))


@pytest.fixture(scope="module")
def world(postgres_url: str) -> Iterator[World]:
    for running, engine in serving_nobody(postgres_url):
        yield World(running, engine)


@pytest.fixture
def phone_of(world: World, window: Open) -> Callable[..., Volunteer]:
    """A phone on the event's page, its person signed in."""

    def open_one(
        event: Event, number: str | None = None, look: Look = PIXEL_7, words: Words = KK, **options: Any
    ) -> Volunteer:
        place = {"latitude": THERE[0], "longitude": THERE[1], "accuracy": 12}
        seen = window(world.service.url, look, **{**AS_PIXEL_7, "geolocation": place, **options})
        with Session(world.engine) as session, session.begin():
            number = number or world.person(event)
            seen.page.context.add_cookies([cookie_of(session, number, datetime.now(UTC), world.service.url)])
        found = Volunteer(world.service, seen, words)
        found.open(f"events/{event.id}")
        return found

    return open_one


def local(at: datetime) -> str:
    return f"{at.astimezone(COUNTRY_ZONE):%H:%M}"


def another_tab(phone: Volunteer) -> Volunteer:
    """A page beside it, or after it, in the same browser."""
    context, url = phone.page.context, phone.service.url
    return Volunteer(phone.service, Window(context, url, phone.seen.look, None), phone.words)


def test_a_tap_without_signal_is_sent_once_the_next_day(world: World, phone_of: Any) -> None:
    """Tapped in two tabs; they are closed, the session ends, and the same person signs in the next day."""
    event = world.event()
    number = world.person(event)
    phone: Volunteer = phone_of(event, number)
    phone.reads("Сіз орындасыз")
    assert phone.acts() == [KK.arrive]
    tab = another_tab(phone)
    tab.open(f"events/{event.id}")
    tab.reads("Сіз орындасыз")
    phone.page.context.set_offline(True)
    for one in (phone, tab):
        one.press(KK.arrive)
        said = one.reads("Телефонда сақталды", "Желі пайда болғанда")
    assert phone.acts() == [KK.send, KK.leave]
    (kept,) = phone.kept()
    at = datetime.fromisoformat(kept["captured_at"])
    assert local(at) in said
    phone.check("kept")
    later = another_tab(phone)
    for one in (phone, tab):
        one.page.close()
    world.end_sessions()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    world.service.call("PUT", "/dev/clock", json={"at": tomorrow.isoformat()})
    later.page.context.set_offline(False)
    try:
        later.page.clock.set_fixed_time(tomorrow)
        later.open(f"events/{event.id}/check-in")
        later.come_in(number)
        told = later.reads("Келгеніңіз белгіленді: ", "соңына дейін")
        assert later.kept() == []
    finally:
        world.service.call("DELETE", "/dev/clock")
    assert world.records(event) == [("check_in", "counted")]
    # The page's clock stands still, the service's goes on.
    came = world.attendance(event).checked_in_at
    assert abs(came - at) < timedelta(minutes=1)
    assert local(came) in told


def test_a_press_during_which_the_page_says_something_new_is_one(world: World, phone_of: Any) -> None:
    """A press lasts, and the page is drawn again with each answer and each place that the phone finds."""
    event = world.event()
    # Not where the others stand: many phones at one fix are doubted.
    aside = {"latitude": THERE[0] + 0.0001, "longitude": THERE[1], "accuracy": 12}
    phone: Volunteer = phone_of(event, geolocation=aside)
    phone.reads("Сіз орындасыз")
    phone.main.get_by_role("button", name=KK.arrive, exact=True).first.hover()
    phone.page.mouse.down()
    with phone.page.expect_response("**/check-in/records"):
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_timeout(300)
    phone.page.mouse.up()
    phone.reads("Келгеніңіз белгіленді: ")
    assert world.records(event) == [("check_in", "counted")]


def test_what_is_kept_goes_out_from_whatever_page_is_opened(world: World, phone_of: Any) -> None:
    event = world.event()
    phone: Volunteer = phone_of(event)
    phone.reads("Сіз орындасыз")
    phone.page.context.set_offline(True)
    phone.press(KK.arrive)
    phone.reads("Телефонда сақталды")
    phone.press(KK.leave)
    phone.reads("Телефонда сақталды")
    page = another_tab(phone).page
    phone.page.close()
    page.context.set_offline(False)
    with (
        page.expect_response("**/check-in/records") as asked,
        page.expect_request_finished(lambda request: request.method == "POST"),
    ):
        page.goto(f"{world.service.url}/kk/")
    assert asked.value.status == 200
    assert world.records(event) == [("check_in", "counted"), ("check_out", "counted")]


def test_a_code_that_a_camera_brought_outlives_the_sign_in(world: World, window: Open) -> None:
    event = world.event(capacity=20)
    number = world.person(event)
    seen = window(world.service.url, PIXEL_7, **{**AS_PIXEL_7, "permissions": []})
    phone = Volunteer(world.service, seen)
    code = pyotp.TOTP(event.code_secret, interval=60).now()
    phone.open(f"events/{event.id}#code={code}")
    phone.main.get_by_text("Орын коды оқылды. Келгеніңізді белгілеу үшін кіріңіз.").wait_for()
    assert phone.page.url.endswith(f"/events/{event.id}")
    phone.check("scanned")
    phone.follow(KK.arrive)
    phone.come_in(number)
    phone.reads(f"Орын коды оқылды: {code}")
    phone.press(KK.arrive)
    phone.reads("Келгеніңіз белгіленді")
    held = world.attendance(event)
    assert (held.status, held.evidence) == ("counted", "code")
    # The code is used up: coming back, nothing asks for it again.
    phone.page.reload()
    phone.reads("Келгеніңіз белгіленді")
    assert phone.acts() == [KK.leave, KK.code]
    # And without a position one leaves by a code that is typed.
    phone.press(KK.code)
    phone.fill(KK.code_label, code)
    phone.page.locator("#check-in-by-code button").click()
    phone.reads("Кеткеніңіз белгіленді")


def test_a_doubted_check_in_is_mended_from_a_better_place(world: World, phone_of: Any) -> None:
    """«Қайталау» is no «Кеттім»: who stands in the area now is checked in without a doubt."""
    event = world.event()
    phone: Volunteer = phone_of(event)
    phone.reads("Сіз орындасыз")
    phone.stand_at(*NEAR)
    phone.page.reload()
    phone.press(KK.anyway)
    phone.reads("Тексеруде: ")
    phone.stand_at(*THERE)
    phone.press(KK.again)
    phone.reads("Сіз орындасыз")
    phone.press(KK.arrive)
    phone.reads("Келгеніңіз белгіленді")
    assert [kind for kind, _ in world.records(event)] == ["check_in", "check_in"]
    assert world.attendance(event).status == "counted"


@pytest.mark.parametrize(
    "words", [KK, pytest.param(RU, marks=pytest.mark.full)], ids=lambda words: words.language
)
def test_a_phone_with_bad_luck(world: World, window: Open, phone_of: Any, words: Words) -> None:
    """Back, a code of ten minutes ago, no permission, a frozen fix, a quick finger, a page of yesterday."""
    event = world.event()
    number = world.person(event)
    seen = window(world.service.url, PIXEL_7, **{**AS_PIXEL_7, "permissions": []})
    phone = Volunteer(world.service, seen, words)
    says = {name: said[words is RU] for name, said in STATES.items()}
    totp = pyotp.TOTP(event.code_secret, interval=60)

    phone.open(f"events/{event.id}#code={totp.at(datetime.now(UTC) - timedelta(minutes=10))}")
    phone.follow(words.arrive)
    phone.come_in(number)
    phone.press(words.arrive)
    phone.reads(says["late"])
    phone.press(words.again)
    phone.reads(says["denied"])
    phone.press(words.allow)
    phone.reads(says["barred"])
    assert phone.acts() == [words.again, words.code]
    for _ in range(3):
        phone.page.go_back()
        phone.main.wait_for()
    assert phone.page.url.endswith(f"/events/{event.id}")
    assert seen.wrong == []

    frozen: Volunteer = phone_of(event, number, words=words)
    frozen.page.add_init_script(AT_ONCE + FROZEN)
    frozen.page.reload()
    for button in (words.arrive, words.again):
        frozen.press(button)
        frozen.reads(says["lost"])

    quick: Volunteer = phone_of(event, words=words)
    quick.reads(says["inside"])
    quick.tap_twice(words.arrive)
    quick.reads(says["sent"])
    quick.page.go_back()
    quick.page.go_forward()
    quick.reads(says["sent"])
    assert world.records(event) == [("check_in", "counted")]

    yesterday = world.event()
    left_open: Volunteer = phone_of(yesterday, number, words=words)
    left_open.reads(says["inside"])
    world.end_sessions()
    world.end_before(yesterday, timedelta(hours=17))
    left_open.press(words.arrive)
    left_open.reads(says["ended"])
    left_open.page.locator("#check-in-acts a").click()
    left_open.come_in(number)
    left_open.reads(says["over"])
    assert left_open.acts() == [words.look]
    assert world.records(yesterday) == []


STATES: dict[str, tuple[str, str]] = {
    # what the line says in Kazakh and in Russian
    "denied": ("Геолокация өшірулі.", "Геолокация выключена."),
    "barred": ("Браузер орныңызды көрсетпейді.", "Браузер не показывает, где вы."),
    "lost": ("Орныңыз анықталмады.", "Не удалось определить, где вы."),
    "weak": ("Дәлдігі төмен: 420 м.", "Точность низкая: 420 м."),
    "old": ("(10 мин)", "(10 мин назад)"),
    "inside": ("Сіз орындасыз", "Вы на месте"),
    "outside": ("Аумаққа дейін 11 км", "До места 11 км"),
    "kept": ("Телефонда сақталды", "Сохранено в телефоне"),
    "sent": ("Келгеніңіз белгіленді", "Приход отмечен"),
    "left": ("Кеткеніңіз белгіленді", "Уход отмечен"),
    "doubted": ("Тексеруде: ", "На проверке: "),
    "refused": ("рұқсат етілетіні", "допускается"),
    "late": ("Код сәйкес келмеді.", "Код не подошёл."),
    "ended": ("Сеанс аяқталды", "Сеанс закончился"),
    "over": ("Кеш болды.", "Слишком поздно."),
}
FROZEN = "navigator.geolocation.watchPosition = () => 1;"
OLD = """navigator.geolocation.watchPosition = (found) => {
    const coords = {latitude: 50.2839, longitude: 57.167, accuracy: 9};
    setTimeout(() => found({timestamp: Date.now() - 600000, coords}), 50);
    return 1;
};"""
AT_ONCE = "window.setTimeout = ((set) => (act, ms) => set(act, ms === 20000 ? 300 : ms))(window.setTimeout);"
"""Twenty seconds pass at once."""

STEPS = count(1)


@pytest.mark.full
@pytest.mark.parametrize("look", [PHONE, PHONE_AT_NIGHT], ids=lambda look: look.name)
@pytest.mark.parametrize("words", [KK, RU], ids=lambda words: words.language)
@pytest.mark.parametrize("state", [name for name in STATES if name not in ("late", "ended", "over")])
def test_each_state_is_looked_at(world: World, phone_of: Any, state: str, words: Words, look: Look) -> None:
    """With `--shots`: pictures of each; axe finds nothing in any."""
    event = world.event()
    number = world.person(event)
    options: dict[str, Any] = {}
    if state in ("denied", "barred"):
        options["permissions"] = []
    phone: Volunteer = phone_of(event, number, look, words, **options)
    bring_about(phone, state)
    phone.reads(STATES[state][words is RU])
    phone.check(f"check-in-{state}")


def bring_about(phone: Volunteer, state: str) -> None:
    """Bring a phone into a state."""
    words, page = phone.words, phone.page
    if state in ("lost", "old", "weak"):
        page.add_init_script(AT_ONCE)
    if state in ("lost", "old"):
        page.add_init_script(FROZEN if state == "lost" else OLD)
    stands = {"weak": (*THERE, 420), "outside": FAR, "refused": FAR, "doubted": NEAR}
    latitude, *rest = stands.get(state, THERE)
    # Five people with exactly the same fix within an hour would be doubted.
    phone.stand_at(latitude + next(STEPS) * 1e-6, *rest)
    page.reload()
    if state in ("denied", "barred", "lost"):
        phone.press(words.arrive)
    elif state in ("refused", "doubted"):
        phone.press(words.anyway)
    elif state in ("kept", "sent", "left"):
        phone.reads(STATES["inside"][words is RU])
        page.context.set_offline(state == "kept")
        phone.press(words.arrive)
    if state == "barred":
        phone.press(words.allow)
    if state == "left":
        phone.press(words.leave)
