"""The report of a region: who may, which numbers, as JSON and as files that spreadsheets open."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.downloads import CSV, PDF, XLSX
from service.figures.report_columns import all_columns
from service.ledger import ledger
from service.models import (
    AuditAction,
    AuditEntry,
    Coordinator,
    District,
    DistrictImport,
    Event,
    EventResult,
    Headcount,
    Volunteer,
)
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
ALGA, KOBDA, SILENT = "153200000", "154000000", "154200000"
NAMES = {
    ALGA: {"kk": "Алға ауданы", "ru": "Алгинский район", "en": "Alga District"},
    KOBDA: {"kk": "Қобда ауданы", "ru": "Кобдинский район", "en": "Kobda District"},
    SILENT: {"kk": "Ойыл ауданы", "ru": "Уилский район", "en": "Uil District"},
}
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1], [0, 0]]]}
WEEK = "2026-W19"
"""4 to 10 May: the last whole week before NOW."""


def make_districts(session: Session) -> None:
    for code, names in NAMES.items():
        session.add(
            District(code=code, region_code="KZ-15", kind="district", names=names, outline=SQUARE, version=1)
        )
    session.add(DistrictImport(imported_at=NOW, added=3, changed=0, refused=0))
    session.flush()


class Region:
    """A region with three districts, one of them silent, and an event without a district."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        self.session, self._client, self._login = session, client, login
        make_districts(session)
        self.coordinator = make_coordinator(session, "KZ-15", display_name="Айгерім Нұрланова")
        self.organization = make_organization(session)
        self.people = [make_volunteer(session) for _ in range(3)]
        self.alga = self.held(ALGA, datetime(2026, 5, 5, 5, tzinfo=UTC), self.people[:2])
        self.kobda = self.held(KOBDA, datetime(2026, 5, 7, 5, tzinfo=UTC), self.people[1:])
        self.nowhere = self.held(None, datetime(2026, 5, 7, 6, tzinfo=UTC), self.people[:1])
        self.group(self.alga, "school", 25)
        self.group(self.alga, None, 4)
        self.group(self.kobda, "state", 40)
        self.result(self.alga, waste_t=1.5, waste_amount=1.5, waste_unit="t", machines=0, area_ha=2, trees=10)
        self.result(self.kobda, waste_t=0.25, waste_amount=25, waste_unit="bag", note="Екі жүк көлігі")
        session.flush()

    def held(self, district: str | None, at: datetime, people: list[Volunteer]) -> Event:
        event = make_event(
            self.session,
            self.organization,
            starts_at=at,
            district_code=district,
            title={"kk": "=Ілек жағасы", "ru": "Берег Илека"},
            area={"type": "circle", "radius_m": 100},
        )
        for person in people:
            make_attendance(self.session, event, person)
        minutes = 150 * len(people)
        ledger.add(self.session, event, events=1, participations=len(people), minutes=minutes)
        return event

    def group(self, event: Event, category: str | None, people: int) -> None:
        owner = self.organization.created_by
        self.session.add(
            Headcount(
                event_id=event.id,
                id=uuid4(),
                group_name="7-А",
                category=category,
                people=people,
                minutes=60,
                created_by=owner,
                created_at=NOW,
                changed_by=owner,
                changed_at=NOW,
            )
        )
        ledger.add(self.session, event, headcount=people, collectives=1)

    def result(self, event: Event, **said: Any) -> None:
        by = {"created_by": self.organization.created_by, "updated_by": self.organization.created_by}
        times = {"created_at": NOW, "updated_at": NOW}
        self.session.add(EventResult(event_id=event.id, version=1, **by, **times, **said))

    def get(self, query: str = f"period={WEEK}", who: Volunteer | None = None, **headers: str) -> Any:
        signed = self._login(who or self.coordinator)
        return self._client.get(f"/v1/region-report?{query}", headers=signed | headers)

    def cells(self, query: str = f"period={WEEK}") -> dict[str | None, dict[str, Any]]:
        """By district, "total" besides."""
        found = self.get(query).json
        rows: dict[str | None, dict[str, Any]] = {row["district"]: row["cells"] for row in found["rows"]}
        return rows | {"total": found["total"]["cells"]}


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


def test_groups_are_divided_by_category_and_the_rest_are_residents(region: Region) -> None:
    cells = region.cells()
    names = ("state", "firms", "pupils", "students", "ngo", "residents")
    assert [cells[ALGA][name] for name in names] == [None, None, 25, None, None, 4]
    assert [cells["total"][name] for name in names] == [40, None, 25, None, None, 4]
    for key, row in cells.items():
        assert sum(row[name] or 0 for name in names) == (row["people_declared"] or 0), key


def test_who_came_along_is_a_resident(region: Region) -> None:
    ledger.add(region.session, region.kobda, headcount=3, companions=3)
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


def test_csv_has_the_same_numbers(region: Region) -> None:
    answer = region.get(f"period={WEEK}", Accept=CSV)
    assert answer.mimetype == CSV
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="TazaQazaqstan_KZ-15_2026-W19.csv"'
    )
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert list(rows[0]) == [column.key for column in all_columns()]
    assert [row["district"] for row in rows] == [
        "Алға ауданы", "Қобда ауданы", "Ойыл ауданы", "Аудансыз", "Барлығы"
    ]  # fmt: skip
    assert (rows[0]["people_total"], rows[0]["waste_t"], rows[2]["events"]) == ("31", "1.5", "")


def test_csv_for_excel(region: Region) -> None:
    answer = region.get(f"period={WEEK}&dialect=excel&headings=ru&columns=district,waste_t", Accept=CSV)
    assert answer.data.decode().splitlines() == [
        "\ufeffРайон (город);Вывезено мусора, тонн", "Алгинский район;1,5", "Кобдинский район;0,25",
        "Уилский район;", "Без района;", "Итого;1,75",
    ]  # fmt: skip


def test_the_pdf_is_one_page(region: Region) -> None:
    answer = region.get(Accept=PDF)
    assert answer.mimetype == PDF
    assert answer.data.startswith(b"%PDF")
    assert answer.data.count(b"/Type /Page\n") == 1


def test_a_file_that_left_is_recorded(region: Region) -> None:
    region.get()
    query = sa.select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)
    assert region.session.scalars(query).all() == []
    region.get(Accept=XLSX)
    (entry,) = region.session.scalars(query)
    assert (entry.actor_id, entry.region_code) == (region.coordinator.id, "KZ-15")
    assert entry.detail == {"what": "region-report", "format": "xlsx", "period": WEEK}


def test_one_who_may_not_any_more_is_refused(region: Region, session: Session) -> None:
    session.execute(sa.delete(Coordinator))
    assert region.get().status_code == 403
