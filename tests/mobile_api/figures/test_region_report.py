"""The report of a region: who may, which numbers, from what it is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cli import demo_load
from http_base.downloads import XLSX
from service.figures.report_columns import all_columns
from service.ledger import ledger
from service.models import Coordinator, Volunteer
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_photo
from tests.mobile_api.figures.region import ALGA, KOBDA, SILENT, WEEK, Login, Region


@pytest.fixture
def region(session: Session, client: FlaskClient, login: Login) -> Region:
    return Region(session, client, login)


def test_a_row_a_district_in_the_order_of_their_list_and_one_for_events_without(region: Region) -> None:
    found = region.get().json
    assert [row["district"] for row in found["rows"]] == [ALGA, KOBDA, SILENT, None]
    assert [row["name"]["kk"] for row in found["rows"]] == [
        "Алға ауданы", "Қобда ауданы", "Ойыл ауданы", "Аудансыз"
    ]  # fmt: skip
    assert (found["region"], found["period"]) == ("KZ-15", WEEK)
    assert (found["first_day"], found["last_day"]) == ("2026-05-04", "2026-05-10")
    assert [column["key"] for column in found["columns"]] == [column.key for column in all_columns()]
    assert found["total"]["name"] == {"kk": "Барлығы", "ru": "Итого", "en": "Total"}
    assert found["definitions"][0]["kk"].startswith("Расталған – телефонның орны")
    assert datetime.fromisoformat(found["as_of"]) == NOW


def test_verified_and_declared_stand_side_by_side(region: Region) -> None:
    cells = region.cells()
    names = (
        "events",
        "people_total",
        "people_verified",
        "people_different",
        "people_declared",
        "collectives",
    )
    assert [cells[ALGA][name] for name in names] == [1, 31, 2, 2, 29, 2]
    assert [cells[KOBDA][name] for name in names] == [1, 42, 2, 2, 40, 1]
    assert [cells[None][name] for name in names] == [1, 1, 1, 1, None, None]
    assert [cells["total"][name] for name in names] == [3, 74, 5, 3, 69, 3]
    assert cells[ALGA]["hours_verified"] == 5.0


GROUPS = ("state", "firms", "pupils", "students", "ngo", "residents")


def test_groups_are_divided_by_category_and_the_rest_are_residents(region: Region) -> None:
    cells = region.cells()
    assert [cells[ALGA][name] for name in GROUPS] == [None, None, 25, None, None, 4]
    assert [cells["total"][name] for name in GROUPS] == [40, None, 25, None, None, 4]
    for key, row in cells.items():
        assert sum(row[name] or 0 for name in GROUPS) == (row["people_declared"] or 0), key


@pytest.mark.parametrize(
    ("category", "column"),
    [
        ("state", "state"),
        ("business", "firms"),
        ("school", "pupils"),
        ("university", "students"),
        ("ngo", "ngo"),
        ("residents", "residents"),
        (None, "residents"),
    ],
)
def test_each_category_has_its_column(region: Region, category: str | None, column: str) -> None:
    region.group(region.nowhere, category, 7)
    cells = region.cells()[None]
    assert {name: cells[name] for name in GROUPS if cells[name] is not None} == {column: 7}


def test_a_group_that_was_taken_back_is_in_no_column(region: Region) -> None:
    gone = region.group(region.kobda, "school", 25)
    gone.taken_back = True
    ledger.add(region.session, region.kobda, headcount=-25, collectives=-1)
    assert [region.cells()[KOBDA][name] for name in GROUPS] == [40, None, None, None, None, None]


def test_who_came_along_is_a_resident(region: Region) -> None:
    ledger.add(region.session, region.kobda, companions=3)
    cells = region.cells()
    assert (cells[KOBDA]["people_declared"], cells[KOBDA]["residents"], cells[KOBDA]["state"]) == (43, 3, 40)
    assert cells[KOBDA]["collectives"] == 1


def test_a_cell_that_nobody_filled_is_empty_and_zero_is_zero(region: Region) -> None:
    cells = region.cells()
    assert (cells[ALGA]["machines"], cells[KOBDA]["machines"], cells["total"]["machines"]) == (0, None, 0)
    assert (cells[ALGA]["trees"], cells[KOBDA]["trees"], cells["total"]["trees"]) == (10, None, 10)
    assert (cells[ALGA]["in_review"], cells[SILENT]["in_review"]) == (0, None)
    silent = {key: value for key, value in cells[SILENT].items() if key != "kato"}
    assert set(silent.values()) == {None}


def test_a_district_where_people_are_only_doubted_is_not_silent(region: Region) -> None:
    event = make_event(
        region.session,
        region.organization,
        starts_at=datetime(2026, 5, 6, 5, tzinfo=UTC),
        district_code=SILENT,
    )
    ledger.add(region.session, event, in_review=1)
    assert region.cells()[SILENT]["in_review"] == 1


def test_what_was_converted_or_estimated_is_marked(region: Region) -> None:
    found = {row["district"]: row for row in region.get().json["rows"]}
    total = region.get().json["total"]
    assert (found[ALGA]["cells"]["waste_t"], found[ALGA]["about"]) == (1.5, [])
    assert (found[KOBDA]["cells"]["waste_t"], found[KOBDA]["about"]) == (0.25, ["waste_t", "area_ha"])
    # A circle of 100 m: nobody said how much was cleaned.
    assert found[KOBDA]["cells"]["area_ha"] == 3.14
    assert (total["cells"]["waste_t"], total["cells"]["area_ha"]) == (1.75, 8.28)
    assert total["about"] == ["waste_t", "area_ha"]


def test_other_days_and_other_regions_are_not_in_it(region: Region) -> None:
    assert set(region.cells("period=2026-05-06")["total"].values()) == {None}
    assert region.cells("period=2026-05-07")["total"]["people_verified"] == 3
    assert region.cells("period=2026-05")["total"]["people_verified"] == 5
    other = make_coordinator(region.session, "KZ-75")
    assert region.get("period=2026", other).json["total"]["cells"]["people_verified"] is None


def test_without_a_period_it_is_the_last_week(region: Region) -> None:
    assert region.get("").json["period"] == WEEK


def test_columns_can_be_chosen(region: Region) -> None:
    found = region.get(f"period={WEEK}&columns=short").json
    assert len(found["columns"]) == 12
    assert found["rows"][0]["cells"].keys() == {column["key"] for column in found["columns"]} - {"district"}


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("period=yesterday", "period", "2026-W47, 2026-11, 2026, 2026-11-21"),
        ("period=", "period", "2026-W47"),
        ("period=2026-06", "period", "2026-05-16"),
        ("period=2026&region=KZ-99", "region", "KZ-15"),
        ("period=2026&columns=waste", "columns", "waste_t"),
        ("period=2026&columns=", "columns", "short"),
        ("period=2026&dialect=lotus", "dialect", "excel"),
        ("period=2026&headings=de", "headings", "kk-ru"),
        ("period=2026&year=2026", "year", ""),
    ],
)
def test_what_is_unknown_is_told_with_what_there_is(
    region: Region, query: str, field: str, said: str
) -> None:
    answer = region.get(query)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert said in answer.json["errors"][field][0]


def test_only_its_coordinators_read_it(region: Region) -> None:
    other, national = (make_coordinator(region.session, code) for code in ("KZ-75", "*"))
    assert region.get(f"period={WEEK}&region=KZ-15", national).status_code == 200
    refused = (
        (other, f"period={WEEK}&region=KZ-15"),
        (region.people[0], f"period={WEEK}"),
        (region.people[0], f"period={WEEK}&region=KZ-15"),
    )
    for who, query in refused:
        answer = region.get(query, who, Accept=XLSX)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden"), query


def test_who_has_several_regions_says_which(region: Region) -> None:
    region.session.add(Coordinator(volunteer_id=region.coordinator.id, region_code="KZ-75", created_at=NOW))
    region.session.flush()
    answer = region.get()
    assert answer.status_code == 422
    assert answer.json["errors"]["region"] == ["Өңірді таңдаңыз: KZ-15, KZ-75."]
    assert region.get(f"period={WEEK}&region=KZ-15").status_code == 200


def test_who_coordinates_the_country_says_which(region: Region) -> None:
    answer = region.get(who=make_coordinator(region.session, "*"))
    assert answer.status_code == 422
    assert "KZ-15" in answer.json["errors"]["region"][0]


def test_one_who_may_not_any_more_is_refused(region: Region, session: Session) -> None:
    session.execute(sa.delete(Coordinator))
    assert region.get().status_code == 403


def test_an_event_that_goes_on_is_not_held_yet(region: Region) -> None:
    event = region.held(ALGA, NOW - timedelta(hours=1), region.people[:1])
    assert event.ends_at > NOW
    assert region.cells("period=2026-W20")[ALGA]["events"] == 0
    assert region.cells("period=2026-W20")[ALGA]["people_verified"] == 1


def test_it_is_what_counts_say(region: Region, client: FlaskClient, login: Login) -> None:
    """Every figure that both have, district by district, and in all."""
    answer = client.get(
        "/v1/counts?from=2026-05-04&to=2026-05-10&region=KZ-15&group_by=district",
        headers=login(region.coordinator),
    ).json
    counted = {row["key"]: row for row in answer["rows"]} | {"total": answer["totals"]}
    assert_same(region.get().json, counted)


SAID = (
    *(
        "collectives",
        "in_review",
        "waste_t",
        "recycled_t",
        "places",
        "machines",
        "area_ha",
        "banks_km",
        "trees",
    ),
    *("shrubs", "yards", "parks", "water_bodies", "social", "monuments", "containers", "dumps"),
)
SAME = {
    "events": "events_held",
    "people_verified": "participations",
    "people_different": "volunteers",
    "people_declared": "declared",
    **{name: name for name in SAID},
}
"""The figure of `/v1/counts` that each column is."""


def assert_same(report: dict[str, Any], counted: dict[str | None, dict[str, Any]]) -> None:
    """Each row of the report, and its total, has the numbers of the counts."""
    rows = {row["district"]: row for row in report["rows"]} | {"total": report["total"]}
    assert counted.keys() <= rows.keys()
    for key, row in rows.items():
        cells, figures = row["cells"], counted.get(key, {})
        for column, figure in SAME.items():
            if not (column == "area_ha" and "area_ha" in row["about"]):
                assert (cells[column] or 0) == (figures.get(figure) or 0), (key, column)
        assert ("waste_t" in row["about"]) is figures.get("waste_converted", False)
        assert (cells["hours_verified"] or 0) == round(figures.get("minutes", 0) / 60, 1)
        assert (cells["people_total"] or 0) == sum(
            figures.get(one, 0) for one in ("participations", "declared")
        )


def test_the_demos_region_has_the_numbers_of_counts(
    session: Session, client: FlaskClient, login: Login
) -> None:
    demo_load.load(session, NOW)
    query = sa.select(Volunteer).join(Coordinator).where(Coordinator.region_code == "KZ-15")
    headers = login(session.scalars(query.limit(1)).one())
    for asked in ("", "?period=2026", "?period=2026-05"):
        report = client.get(f"/v1/region-report{asked}", headers=headers).json
        days = f"from={report['first_day']}&to={report['last_day']}"
        answer = client.get(f"/v1/counts?{days}&region=KZ-15&group_by=district", headers=headers).json
        assert_same(report, {row["key"]: row for row in answer["rows"]} | {"total": answer["totals"]})
        assert len(report["rows"]) > 8
        assert report["total"]["cells"]["people_verified"]


def test_photographs_that_everybody_sees_have_their_addresses(region: Region) -> None:
    by = region.coordinator.id
    make_photo(region.session, region.alga)
    make_photo(region.session, region.kobda, shown=True, decided_at=NOW, decided_by=by)
    make_photo(region.session, region.nowhere, shown=True, decided_at=NOW, decided_by=by, reported_at=NOW)
    region.session.commit()
    address = f"http://127.0.0.1:8000/kk/events/{region.kobda.id}"
    cells = region.cells()
    assert {key: row["photos"] for key, row in cells.items()} == {
        ALGA: None, KOBDA: address, SILENT: None, None: None, "total": None
    }  # fmt: skip


def test_a_district_names_the_last_three_of_many(region: Region) -> None:
    by, events = region.coordinator.id, []
    for hour in range(5):
        at = datetime(2026, 5, 8, hour, tzinfo=UTC)
        events.append(region.held(ALGA, at, region.people[:1]))
        make_photo(region.session, events[-1], shown=True, decided_at=NOW, decided_by=by)
    region.session.commit()
    named = region.cells()[ALGA]["photos"].split()
    assert [one.rpartition("/")[2] for one in named] == [str(event.id) for event in events[-3:]]
