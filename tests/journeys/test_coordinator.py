"""A coordinator's week in a real browser: from signing in to what has changed since the report was sent."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from service.figures.report_columns import all_columns, definitions, short_columns
from tests.journeys import season
from tests.journeys.browser import PC, PHONE, PLAIN, Look, Open, plain
from tests.journeys.coordinator import (
    FIGURES,
    KK,
    RU,
    Desk,
    Words,
    in_workbook,
    number,
    same,
)
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.office import Cells, Office, same_cells
from tests.journeys.processes import Service
from tests.journeys.stages import REGION, Stage, demo, send_late

COLUMNS = {column.key: place for place, column in enumerate(all_columns())}
OF_AN_EVENT = [column for column in FIGURES if column != "events"]
SHEETS = re.compile(rb"/MediaBox ?\[([^\]]+)\]")
"""The size of each page of a PDF, in points."""


@pytest.fixture
def on_the_demo(postgres_url: str) -> Iterator[tuple[Service, Stage]]:
    """The demo, with the second factor as in production; each journey changes it."""
    stages: list[Stage] = []

    def prepare(session: Session) -> None:
        stages.append(demo(session))

    for database_url in fresh_demo(postgres_url, prepare):
        with serving(database_url, SECOND_FACTOR="required") as running:
            yield running, stages[-1]


@pytest.mark.parametrize(
    ("look", "words", "door"),
    [
        (PC, KK, "code"),
        pytest.param(PLAIN, RU, "code", marks=pytest.mark.full),
        pytest.param(PHONE, KK, "phone", marks=pytest.mark.full),
        pytest.param(Look(1366, 768, scripts=False), KK, "phone", marks=pytest.mark.full),
        pytest.param(PHONE, RU, "code", marks=pytest.mark.full),
    ],
    ids=lambda value: value.name if isinstance(value, Look) else getattr(value, "language", value),
)
def test_a_coordinators_week(
    window: Open,
    on_the_demo: tuple[Service, Stage],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    look: Look,
    words: Words,
    door: str,
) -> None:
    service, stage = on_the_demo
    is_full = request.node.get_closest_marker("full") is not None
    office: Office | None = request.getfixturevalue("office") if is_full else None
    plays_the_week(Desk(service, window(service.url, look), words, stage), door, tmp_path, office)


@pytest.mark.full
@pytest.mark.parametrize(("look", "words"), [(PC, KK)], ids=["kk"])
def test_a_coordinators_week_at_the_end_of_a_season(
    window: Open, postgres_url: str, tmp_path: Path, office: Office, look: Look, words: Words
) -> None:
    for database_url in season.played(postgres_url):
        for service, stage in season.on_stage(database_url):
            plays_the_week(Desk(service, window(service.url, look), words, stage), "code", tmp_path, office)


def plays_the_week(desk: Desk, door: str, folder: Path, office: Office | None) -> None:
    """`office`: what the files are opened by as well."""
    comes_in(desk, door)
    sees_last_week(desk)
    decides_an_organization(desk)
    decides_reviews(desk)
    corrects_a_head_count(desk)
    kept = takes_the_report(desk, folder)
    if office is not None:
        opens_the_workbook(desk, kept, office)
        opens_the_pdf(desk, folder, office)
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
        round(totals["waste_t"], 1),
        totals["trees"],
    ]
    for last, before, change in week:
        # Each is rounded by itself, to one place.
        assert change is None or (last or 0) - (before or 0) == pytest.approx(change, abs=0.11)


def decides_an_organization(desk: Desk) -> None:
    desk.section(desk.words.organizations)
    desk.check("organizations")
    waiting = desk.page.locator("ul.rows > li", has_text=desk.stage.name[desk.words.language])
    waiting.get_by_role("button", name=desk.words.verify).click()
    desk.page.locator("main .notice").first.wait_for()
    desk.check("organization-verified")
    listed = desk.ask("/v1/organizations", region=REGION, status="verified")
    assert str(desk.stage.organization) in {one["id"] for one in listed["items"]}


def decides_reviews(desk: Desk) -> None:
    """At least three, all at once."""
    before = desk.counts(group_by="region")["totals"]
    desk.section(desk.words.reviews)
    desk.check("reviews")
    boxes = desk.page.locator("input[name=ids]")
    assert boxes.count() == desk.stage.reviews >= 3
    for box in boxes.all():
        box.check()
    desk.page.get_by_label(desk.words.reason, exact=True).select_option(label=desk.words.ready)
    desk.press(desk.words.accept)
    assert desk.told() == desk.words.decided.format(desk.stage.reviews)
    assert desk.words.all_decided in desk.page.locator("main").inner_text()
    desk.check("reviews-decided")
    assert desk.counts(group_by="region")["totals"]["in_review"] == 0 <= before["in_review"]


def corrects_a_head_count(desk: Desk) -> None:
    words, event = desk.words, desk.stage.event
    desk.section(words.events)
    desk.check("events")
    desk.open(f"events/{event}")
    desk.check("event")
    desk.page.locator("main").get_by_role("link", name=words.correct).last.click()
    desk.check("event-group")
    came = desk.page.get_by_label(words.came)
    assert came.input_value() == str(desk.stage.people)
    came.fill(str(desk.stage.people + 2))
    desk.page.get_by_label(words.reason, exact=True).fill("Мектеп тізімі бойынша")
    desk.press(words.save)
    desk.page.wait_for_url(f"**/coordinator/events/{event}*")
    assert desk.told() == words.saved
    (group,) = desk.ask(f"/v1/events/{event}/headcounts")["items"]
    assert group["people"] == desk.stage.people + 2


def takes_the_report(desk: Desk, folder: Path) -> Path:
    """The page, the file and the counts have the same numbers; returns the workbook."""
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
    district = written[desk.stage.district[desk.words.language]]
    assert number(district[COLUMNS["people_declared"] - 1]) >= desk.stage.people
    kept = desk.download("Excel (XLSX)", folder)
    assert kept.name.startswith(f"TazaQazaqstan_{REGION}_")
    head = in_workbook(kept, len(written))
    assert list(head[0]) == [column.column.names["kk"] for column in all_columns()]
    assert list(head[1]) == [column.column.names["ru"] for column in all_columns()]
    for packed, (name, cells) in zip(head[2:], written.items(), strict=True):
        assert desk.words.language != "kk" or packed[0] == name
        for place, column in list(enumerate(all_columns()))[2:31]:
            assert packed[place] == number(cells[place - 1]), (name, column.key)
    assert set("ғқ") <= set("".join(str(packed[0]) for packed in head[2:]).casefold())
    return kept


def opens_the_workbook(desk: Desk, kept: Path, office: Office) -> None:
    """In LibreOffice: all three sheets are what was written, and what the counts say by day and by event."""
    sheets = office.sheets(kept)
    same_cells(kept, sheets)
    assert set("әғқңөұүі") <= set(str(sheets).casefold())
    counted = desk.counts(group_by="day")
    figures = {date.fromisoformat(row["key"]).strftime("%m/%d/%Y"): row for row in counted["rows"]}
    days = table(sheets["Күндер"], "Күні")
    assert figures.keys() | {"Барлығы"} == {row["Күні"] for row in days}
    for row in days:
        same(row, figures.get(row["Күні"], counted["totals"]))
    events = [
        (row["Іс-шара"], *(number(row[column]) or 0 for column in OF_AN_EVENT))
        for row in table(sheets["Іс-шаралар"], "Іс-шара")
    ]
    counted_events = [
        (row["name"]["kk"], *(row[FIGURES[column]] or 0 for column in OF_AN_EVENT))
        for row in desk.counts(group_by="event")["rows"]
        if row["events_held"]
    ]
    assert sorted(events) == sorted(counted_events) != []


def table(sheet: Cells, first: str) -> list[dict[str, str]]:
    """The rows below the two rows of heads, by the keys of their columns, and by the name of the `first`."""
    keys = {column.column.names["kk"]: column.key for column in all_columns()}
    start = next(place for place, row in enumerate(sheet) if row[0] == first)
    names = [keys.get(name, name) for name in sheet[start]]
    return [dict(zip(names, row, strict=False)) for row in sheet[start + 2 :] if row[0]]


def opens_the_pdf(desk: Desk, folder: Path, office: Office) -> None:
    """The page's twelve columns, row by row, as poppler reads them."""
    desk.open("report")
    desk.page.locator(".table-report").wait_for()
    written = desk.report()
    assert len(next(iter(written.values()))) == len(short_columns()) - 1
    table_said = " ".join(cell for name, cells in written.items() for cell in (name, *cells) if cell)
    said = plain(office.text(desk.download("PDF", folder)))
    assert table_said in said
    for text in (text["kk"] for text in definitions()):
        assert text in said


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
    sent_page, frozen, before = desk.page.url, desk.report(), verified_there(desk)
    send_late(desk.service, desk.stage.late, desk.stage.event, desk.stage.now())
    desk.page.goto(sent_page)
    in_review = all_columns()[COLUMNS["in_review"]].column.names[desk.words.language]
    changed = changed_there(desk)
    assert changed == {in_review: "0 → 1"}
    desk.check("report-changed")
    desk.open("reviews")
    desk.page.locator("input[name=ids]").check()
    desk.page.get_by_label(desk.words.reason, exact=True).select_option(label=desk.words.ready)
    desk.press(desk.words.accept)
    desk.page.goto(sent_page)
    verified = all_columns()[COLUMNS["people_verified"]].column.names[desk.words.language]
    changed = changed_there(desk)
    assert changed[verified] == f"{before} → {before + 1}"
    assert in_review not in changed
    assert desk.report() == frozen
    desk.check("report-changed-people")


def verified_there(desk: Desk) -> int:
    """How many were counted last week in the district of the stage's event."""
    rows = desk.counts(group_by="district")["rows"]
    (found,) = [row for row in rows if row["name"]["kk"] == desk.stage.district["kk"]]
    return int(found["participations"])


def changed_there(desk: Desk) -> dict[str, str]:
    """By the name of a column."""
    there = desk.stage.district[desk.words.language]
    return {column: said for (name, column), said in desk.changes().items() if name == there}
