"""A coordinator's week in a real browser: from signing in to what has changed since the report was sent."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from cli.demo_districts import HELD
from cli.demo_ids import numbered
from service.figures.report_columns import all_columns
from tests.journeys.browser import PC, PHONE, PLAIN, Look, Open
from tests.journeys.coordinator import (
    KK,
    REGION,
    RU,
    Desk,
    Words,
    give_secret,
    in_workbook,
    number,
    same,
)
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service

COLUMNS = {column.key: place for place, column in enumerate(all_columns())}
ALGA, ALGA_EVENT = {"kk": "Алға ауданы", "ru": "Алгинский район"}, numbered(1020)
"""A district, and its event of last week's first free day."""
SHEETS = re.compile(rb"/MediaBox ?\[([^\]]+)\]")
"""The size of each page of a PDF, in points."""
LATE = "+77000000125"
"""Who was in Alga and whose phone had no signal until now."""


@pytest.fixture
def service(postgres_url: str) -> Iterator[Service]:
    """The demo, with the second factor as in production; each journey changes it."""
    for database_url in fresh_demo(postgres_url, give_secret):
        with serving(database_url, SECOND_FACTOR="required") as running:
            yield running


@pytest.mark.parametrize(
    ("look", "words", "door"),
    [
        (PC, KK, "code"),
        (PLAIN, RU, "code"),
        pytest.param(PHONE, KK, "phone", marks=pytest.mark.full),
        pytest.param(Look(1366, 768, scripts=False), KK, "phone", marks=pytest.mark.full),
        pytest.param(PHONE, RU, "code", marks=pytest.mark.full),
    ],
    ids=lambda value: value.name if isinstance(value, Look) else getattr(value, "language", value),
)
def test_a_coordinators_week(
    window: Open, service: Service, tmp_path: Path, look: Look, words: Words, door: str
) -> None:
    desk = Desk(service, window(service.url, look), words)
    comes_in(desk, door)
    sees_last_week(desk)
    decides_an_organization(desk)
    decides_reviews(desk)
    corrects_a_head_count(desk)
    takes_the_report(desk, tmp_path)
    records_it_as_sent(desk)
    sees_what_came_late(desk)


def comes_in(desk: Desk, door: str) -> None:
    desk.open("")
    assert "/sign-in?next=" in desk.page.url
    desk.check("sign-in")
    desk.come_in_by_phone() if door == "phone" else desk.come_in_by_code()
    desk.page.get_by_label(desk.words.one_time).wait_for()
    desk.pass_second_factor()
    desk.page.wait_for_url(f"**/{desk.words.language}/coordinator/")


def sees_last_week(desk: Desk) -> None:
    desk.check("home")
    totals, week = desk.counts()["totals"], list(desk.week().values())
    assert totals["participations"] > 0
    assert [row[0] for row in week] == [
        totals["events_held"],
        totals["participations"] + totals["declared"],
        totals["participations"],
        totals["declared"],
        totals["volunteers"],
        totals["waste_t"],
        totals["trees"],
    ]
    assert all((row[0] or 0) - (row[1] or 0) == pytest.approx(row[2]) for row in week if row[2] is not None)


def decides_an_organization(desk: Desk) -> None:
    desk.section(desk.words.organizations)
    desk.check("organizations")
    waiting = desk.page.locator(
        "ul.rows > li", has_text={"kk": "Жасыл Елек", "ru": "Зелёный Илек"}[desk.words.language]
    )
    waiting.get_by_role("button", name=desk.words.verify).click()
    desk.page.locator("main .notice").first.wait_for()
    desk.check("organization-verified")
    listed = desk.ask("/v1/organizations", region=REGION, status="verified")
    assert str(numbered(3)) in {one["id"] for one in listed["items"]}


def decides_reviews(desk: Desk) -> None:
    """The demo leaves three: two in doubt, one appealed against."""
    before = desk.counts(group_by="region")["totals"]
    desk.section(desk.words.reviews)
    desk.check("reviews")
    boxes = desk.page.locator("input[name=ids]")
    assert boxes.count() == 3
    for box in boxes.all():
        box.check()
    desk.page.get_by_label(desk.words.reason, exact=True).select_option(label=desk.words.ready)
    desk.press(desk.words.accept)
    assert desk.told() == desk.words.decided.format(3)
    assert desk.words.all_decided in desk.page.locator("main").inner_text()
    desk.check("reviews-decided")
    assert desk.counts(group_by="region")["totals"]["in_review"] == 0 <= before["in_review"]


def corrects_a_head_count(desk: Desk) -> None:
    words = desk.words
    desk.section(words.events)
    desk.check("events")
    desk.open(f"events/{ALGA_EVENT}")
    desk.check("event")
    desk.page.locator("main").get_by_role("link", name=words.correct).last.click()
    desk.check("event-group")
    came = desk.page.get_by_label(words.came)
    assert came.input_value() == "22"
    came.fill("24")
    desk.page.get_by_label(words.reason, exact=True).fill("Мектеп тізімі бойынша")
    desk.press(words.save)
    desk.page.wait_for_url(f"**/coordinator/events/{ALGA_EVENT}*")
    assert desk.told() == words.saved
    (group,) = desk.ask(f"/v1/events/{ALGA_EVENT}/headcounts")["items"]
    assert group["people"] == 24


def takes_the_report(desk: Desk, folder: Path) -> None:
    """The page, the file and the counts have the same numbers."""
    desk.open("")
    desk.follow(desk.words.open_report)
    desk.check("report")
    fits_one_sheet(desk, folder)
    desk.page.locator("#columns").select_option(label=desk.words.all_columns)
    desk.press({"kk": "Көрсету", "ru": "Показать"}[desk.words.language])
    desk.page.locator(".table-report th", has_text="КАТО").first.wait_for()
    desk.check("report-all")
    written = desk.report()
    counted = desk.counts(group_by="district")
    figures = {row["key"]: row for row in counted["rows"]}
    assert len(written) > 8
    for name, cells in written.items():
        row = dict(zip(list(COLUMNS)[1:], cells, strict=True))
        is_total = name == list(written)[-1]
        same(row, counted["totals"] if is_total else figures.get(row["kato"] or None, {}))
    assert number(written[ALGA["kk"]][COLUMNS["people_declared"] - 1]) >= 24
    kept = desk.download("Excel (XLSX)", folder)
    assert kept.name.startswith(f"TazaQazaqstan_{REGION}_")
    head = in_workbook(kept, len(written))
    assert list(head[0]) == [column.column.names["kk"] for column in all_columns()]
    assert list(head[1]) == [column.column.names["ru"] for column in all_columns()]
    for packed, (name, cells) in zip(head[2:], written.items(), strict=True):
        assert packed[0] == name
        for place, column in list(enumerate(all_columns()))[2:31]:
            assert packed[place] == number(cells[place - 1]), (name, column.key)
    assert set("әғқңөұүһі") & set("".join(written).casefold()) >= set("ғқ")


def fits_one_sheet(desk: Desk, folder: Path) -> None:
    """Printed: twelve columns and all districts on one A4, lying."""
    printed = folder / "report.pdf"
    desk.seen.print(printed, f"report-printed-{desk.words.language}")
    (size,) = SHEETS.findall(printed.read_bytes())
    assert [round(float(side)) for side in size.split()] == [0, 0, 842, 595]


def records_it_as_sent(desk: Desk) -> None:
    desk.follow(desk.words.record)
    desk.check("report-send")
    desk.press(desk.words.record)
    desk.page.wait_for_url("**/coordinator/report/sent/*")
    assert desk.told().startswith(desk.words.recorded)
    assert desk.words.no_changes in desk.page.locator("main").inner_text()
    desk.check("report-sent")


def sees_what_came_late(desk: Desk) -> None:
    """First as a doubt, since it came so late; then, decided, as one more who was there."""
    sent_page, frozen = desk.page.url, desk.report()
    send_late(desk.service)
    desk.page.goto(sent_page)
    in_review = all_columns()[COLUMNS["in_review"]].column.names[desk.words.language]
    changed = changed_in_alga(desk)
    assert changed == {in_review: "0 → 1"}
    desk.check("report-changed")
    desk.open("reviews")
    desk.page.locator("input[name=ids]").check()
    desk.page.get_by_label(desk.words.reason, exact=True).select_option(label=desk.words.ready)
    desk.press(desk.words.accept)
    desk.page.goto(sent_page)
    verified = all_columns()[COLUMNS["people_verified"]].column.names[desk.words.language]
    changed = changed_in_alga(desk)
    assert changed[verified] == "6 → 7"
    assert in_review not in changed
    assert desk.report() == frozen
    desk.check("report-changed-people")


def changed_in_alga(desk: Desk) -> dict[str, str]:
    """By the name of a column."""
    alga = ALGA[desk.words.language]
    return {column: said for (name, column), said in desk.changes().items() if name == alga}


def send_late(service: Service) -> None:
    """The records that a phone has kept since the event of Alga."""
    token = service.sign_in(LATE)
    event = service.call("GET", f"/v1/events/{ALGA_EVENT}", token).json()
    came = datetime.fromisoformat(event["starts_at"]) + timedelta(minutes=11)
    place = {"latitude": HELD[0].spot.latitude + 0.0002, "longitude": HELD[0].spot.longitude, "accuracy_m": 9}
    records = [
        {
            "type": kind,
            "id": str(uuid4()),
            "event_id": str(ALGA_EVENT),
            "captured_at": at.isoformat(),
            "position": place | {"fixed_at": at.isoformat()},
        }
        for kind, at in (("check_in", came), ("check_out", came + timedelta(minutes=90)))
    ]
    body = {"sent_at": datetime.now(UTC).isoformat(), "installation_id": "kept-offline", "records": records}
    answer = service.call("POST", "/v1/attendance/batch", token, json=body)
    assert answer.status_code == 200, answer.text
    assert [one["outcome"] for one in answer.json()["results"]] == ["stored", "stored"], answer.text
