"""An organizer's day in a real browser: from a new event to the report of what came of it."""

import re
from collections.abc import Iterator

import pytest
import requests

from tests.journeys.browser import Look, Open, first
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.organizer import (
    AS_PIXEL_7,
    PEOPLE,
    PIXEL_7,
    Organizer,
    hours_of_now,
    only_page,
    photograph,
    register,
    scanned,
    sign_up,
)
from tests.journeys.processes import Service

TITLE = "Елек жағалауын тазалау"
WITHOUT_SIGNAL = 10
MORE = {
    "+77017770003": "Мадина Оразова",
    "+77017770004": "Ержан Қасымов",
    "+77017770005": "Гүлнар Әбілова",
}
WALK_INS = {"+77017770001": "Гүлнұр Әбенова", "+77017770002": "Данияр Сейітов"}
ANOTHER = "019a1b2c-0000-7000-8000-000000001002"
"""The demo's next event of this organization."""
ADDRESS = "Ақтөбе, Елек жағалауы, көпірдің жаны"


@pytest.fixture
def service(postgres_url: str) -> Iterator[Service]:
    for database_url in fresh_demo(postgres_url):
        with serving(database_url) as running:
            yield running


@first(PIXEL_7, Look(412, 839, scripts=False))
def test_an_organizers_day(window: Open, service: Service, look: Look) -> None:
    organizer = Organizer(service, window(service.url, look, **AS_PIXEL_7))
    organizer.open("")
    organizer.come_in()
    organizer.check("home")
    event_id = creates(organizer)
    publishes(organizer, event_id)
    shares(organizer, event_id)
    for phone, name in MORE.items():
        register(service, phone, name)
    sign_up(service, event_id, [*PEOPLE, *MORE])
    ticks_the_list(organizer, event_id)
    adds_walk_ins(organizer, event_id)
    counts_a_class(organizer, event_id)
    sends_a_message(organizer, event_id)
    calls_off_and_restores(organizer)
    gives_the_result(organizer, event_id)
    prints_the_report(organizer, event_id)


def creates(organizer: Organizer) -> str:
    """In five fields; where, by standing there."""
    organizer.follow("Іс-шара құру")
    organizer.check("new")
    day, begins, ends = hours_of_now()
    organizer.fill("Атауы", TITLE)
    organizer.fill("Күні", day)
    organizer.fill("Басталуы", begins)
    organizer.fill("Аяқталуы", ends)
    organizer.fill("Қайда: мекенжайы", ADDRESS)
    if organizer.seen.look.scripts:
        organizer.press("Мен осындамын")
        organizer.main.get_by_text("Орныңыз анықталды").wait_for()
    else:
        organizer.fill("Кездесетін нүкте", "50.28391, 57.16701")
    organizer.fill("Қанша адам керек?", "40")
    organizer.fill("Не ала келу керек?", "қолғап, су")
    organizer.press("Алдын ала қарау")
    organizer.page.wait_for_url("**/preview")
    organizer.check("preview")
    found = re.search(r"/events/([0-9a-f-]{36})/preview", organizer.page.url)
    assert found is not None
    return found[1]


def publishes(organizer: Organizer, event_id: str) -> None:
    organizer.press("Жариялау")
    organizer.page.wait_for_url(f"**/organizer/events/{event_id}")
    assert organizer.told() == "Жарияланды. Енді бөлісіңіз."
    organizer.check("board")
    shown = organizer.service.call("GET", f"/v1/events/{event_id}").json()
    assert (shown["status"], shown["title"]["kk"], shown["capacity"]) == ("published", TITLE, 40)
    assert shown["meeting_point"]["latitude"] == pytest.approx(50.28391, abs=1e-4)


def shares(organizer: Organizer, event_id: str) -> None:
    organizer.follow("Бөлісу және плакат")
    organizer.check("share")
    address = organizer.main.locator(".address a").get_attribute("href")
    assert address is not None
    assert address.endswith(f"/events/{event_id}")
    poster = organizer.page.context.request.get(f"{organizer.page.url.removesuffix('share')}poster.pdf")
    assert scanned(poster.body()) == address
    assert TITLE in requests.get(address, timeout=20).text


def ticks_the_list(organizer: Organizer, event_id: str) -> None:
    """Everybody, the last ten of them without signal; without scripts there is no page without it."""
    organizer.open(f"events/{event_id}")
    organizer.follow("Тізім")
    if organizer.seen.look.scripts:
        # From now on the phone has its own copy.
        organizer.main.locator("button.present[type=button]").first.wait_for()
    organizer.check("list")
    ready = organizer.main.get_by_role("button", name="Келді: ")
    done = organizer.main.locator(".mark .chip")
    names = [label.removeprefix("Келді: ") for label in organizer.labels(ready)]
    assert len(names) == len(PEOPLE) + len(MORE)
    for number, name in enumerate(names):
        if number == len(names) - WITHOUT_SIGNAL and organizer.seen.look.scripts:
            # What was said so far has arrived.
            organizer.main.locator(".chip-counted").nth(number - 1).wait_for()
            organizer.page.context.set_offline(True)
        organizer.main.get_by_role("button", name=f"Келді: {name}", exact=True).click()
        done.nth(number).wait_for()
    if organizer.seen.look.scripts:
        assert "10" in organizer.told()
        organizer.page.context.set_offline(False)
    organizer.main.locator(".chip-counted").nth(len(names) - 1).wait_for()
    organizer.check("list-ticked")
    listed = organizer.ask(f"/v1/events/{event_id}")
    assert listed["present"] == len(names) == 30


def adds_walk_ins(organizer: Organizer, event_id: str) -> None:
    """Two by phone and name; one of them registers in the evening, and finds the event in her record."""
    for phone, name in WALK_INS.items():
        organizer.open(f"events/{event_id}/list")
        organizer.follow("Адам қосу")
        organizer.fill("Телефоны", phone)
        organizer.fill("Аты-жөні", name)
        organizer.press("Келді")
        organizer.main.get_by_text(name).first.wait_for()
    organizer.check("list-walk-ins")
    before = organizer.ask(f"/v1/events/{event_id}")["present"]
    phone, name = next(iter(WALK_INS.items()))
    token = register(organizer.service, phone, name)
    (item,) = organizer.service.call("GET", "/v1/me/record", token).json()["items"]
    assert (item["event"]["id"], item["status"]) == (event_id, "counted")
    assert item["minutes"] > 0
    assert organizer.ask(f"/v1/events/{event_id}")["present"] == before + 1


def counts_a_class(organizer: Organizer, event_id: str) -> None:
    organizer.open(f"events/{event_id}")
    organizer.follow("Топ қосу")
    organizer.fill("Топтың аты", "№12 мектеп, 7-А сыныбы")
    organizer.main.get_by_label("Санаты").select_option(label="Мектеп")
    organizer.fill("Келген адам саны", "25")
    organizer.press("Топ қосу")
    assert organizer.told().startswith("Сақталды")
    organizer.check("groups")
    (group,) = organizer.ask(f"/v1/events/{event_id}/headcounts")["items"]
    assert (group["people"], group["category"]) == (25, "school")


def sends_a_message(organizer: Organizer, event_id: str) -> None:
    organizer.open(f"events/{event_id}")
    organizer.follow("Хабарлама")
    organizer.main.get_by_label("Әлі жоқтарға").check()
    organizer.fill("Мәтіні", "Көпірдің жанында тұрмыз.")
    organizer.press("Жіберу")
    assert organizer.told() == "Хабарлама жіберілді"
    organizer.check("message")
    (sent,) = organizer.ask(f"/v1/events/{event_id}/announcements")["items"]
    assert sent["text"] == "Көпірдің жанында тұрмыз."


def calls_off_and_restores(organizer: Organizer) -> None:
    """Another one, which many go to."""
    organizer.open(f"events/{ANOTHER}")
    organizer.follow("Бас тарту")
    organizer.main.get_by_role("radio").first.check()
    organizer.check("cancel")
    organizer.press("Бас тарту")
    organizer.page.wait_for_url(f"**/events/{ANOTHER}")
    assert organizer.ask(f"/v1/events/{ANOTHER}")["status"] == "cancelled"
    organizer.check("cancelled")
    organizer.follow("Қалпына келтіру")
    organizer.check("restore")
    organizer.press("Қалпына келтіру")
    organizer.page.wait_for_url(f"**/events/{ANOTHER}")
    assert organizer.ask(f"/v1/events/{ANOTHER}")["status"] == "published"


def gives_the_result(organizer: Organizer, event_id: str) -> None:
    organizer.open(f"events/{event_id}")
    organizer.follow("Қорытынды")
    organizer.check("result")
    organizer.fill("Шығарылған қоқыс", "1,5")
    organizer.main.locator('[id="waste.unit"]').select_option(value="t")
    organizer.fill("Отырғызылған ағаш, түп", "12")
    for when, colours in (("before", ("gray", "olive")), ("after", ("green", "teal"))):
        files = [photograph(colour) for colour in colours]
        organizer.main.locator(f"#{when}").set_input_files(files)
    organizer.press("Аяқтау")
    organizer.page.wait_for_url("**/result*")
    assert organizer.told() == "Сақталды. Рақмет!"
    organizer.check("result-given")
    result = organizer.ask(f"/v1/events/{event_id}")["result"]
    assert (result["waste"]["amount"], result["trees"]) == (1.5, 12)
    assert organizer.main.locator(".photos img").count() == 4


def prints_the_report(organizer: Organizer, event_id: str) -> None:
    """One page, with what was counted, apart by verified and declared."""
    answer = organizer.page.context.request.get(
        f"{organizer.service.url}/kk/organizer/events/{event_id}/report.pdf"
    )
    assert answer.status == 200
    said = only_page(answer.body())
    assert TITLE in said
    assert "25" in said
    assert "1,5" in said
