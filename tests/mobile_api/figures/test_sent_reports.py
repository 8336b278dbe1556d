"""What was sent upward stays as it was sent: read again, as files again, and held against today."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.downloads import CSV, PDF, XLSX
from service.ledger import ledger
from service.models import (
    AuditAction,
    AuditEntry,
    Coordinator,
    District,
    DistrictImport,
    RegionReport,
    Volunteer,
)
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_volunteer
from tests.mobile_api.figures.region import ALGA, SQUARE, WEEK, Login, Region


class Desk(Region):
    """A coordinator who sends reports."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        super().__init__(session, client, login)
        self.client, self.login = client, login
        self.body: dict[str, Any] = {
            "id": str(uuid4()),
            "region": "KZ-15",
            "period": WEEK,
            "action": "Таза бейсенбі",
            "notes": {ALGA: "Алғада жаңбыр жауды", "none": "Ауданы белгісіз"},
        }

    def send(self, who: Volunteer | None = None, **changes: Any) -> Any:
        signed = self.login(who or self.coordinator)
        return self.client.post("/v1/region-reports", json=self.body | changes, headers=signed)

    def read(self, query: str = "", who: Volunteer | None = None, **headers: str) -> Any:
        signed = self.login(who or self.coordinator)
        return self.client.get(f"/v1/region-reports/{self.body['id']}?{query}", headers=signed | headers)

    def listed(self, query: str = "", who: Volunteer | None = None) -> Any:
        signed = self.login(who or self.coordinator)
        return self.client.get(f"/v1/region-reports?{query}", headers=signed)

    def somebody_comes_late(self) -> None:
        """A batch with one more person who was in Alga."""
        make_attendance(self.session, self.alga, make_volunteer(self.session))
        ledger.add(self.session, self.alga, participations=1, minutes=150)


@pytest.fixture
def desk(session: Session, client: FlaskClient, login: Login) -> Desk:
    return Desk(session, client, login)


def test_it_is_kept_as_it_stood_with_who_and_when(desk: Desk, clock: FixedClock) -> None:
    counted = desk.get().json
    answer = desk.send()
    assert answer.status_code == 201, answer.json
    sent = answer.json
    desk.somebody_comes_late()
    clock.move(timedelta(days=2))
    again = desk.read().json
    assert again == sent
    assert (again["version"], again["action"], again["period"]) == (1, "Таза бейсенбі", WEEK)
    assert again["sent_by"] == {"id": str(desk.coordinator.id), "display_name": "Айгерім Нұрланова"}
    assert again["sent_at"] == again["as_of"] == "2026-05-16T06:00:00+00:00"
    noted = {row["district"]: row["cells"].pop("note") for row in again["rows"]}
    assert (noted[ALGA], noted[None]) == ("Алғада жаңбыр жауды", "Ауданы белгісіз")
    for row in counted["rows"]:
        row["cells"].pop("note")
    assert again["rows"] == counted["rows"]
    assert again["total"] == counted["total"]


def test_its_files_have_the_numbers_that_were_sent(desk: Desk) -> None:
    desk.send()
    before = {kind: desk.read(Accept=kind) for kind in (CSV, XLSX, PDF)}
    desk.somebody_comes_late()
    for kind in (CSV, PDF):
        assert desk.read(Accept=kind).data == before[kind].data, kind
    books = [openpyxl.load_workbook(io.BytesIO(one.data)) for one in (before[XLSX], desk.read(Accept=XLSX))]
    first, second = ([list(sheet.values) for sheet in book.worksheets] for book in books)
    assert first == second
    lines = [row[0] for row in first[0][:6]]
    assert lines[3:] == [
        "Акция: Таза бейсенбі",
        "Жасаған: Айгерім Нұрланова",
        "Жіберілген: 16.05.2026, 11:00",
    ]
    assert before[XLSX].headers["Content-Disposition"].endswith('"TazaQazaqstan_KZ-15_2026-W19.xlsx"')


def test_what_has_changed_since_is_told(desk: Desk) -> None:
    desk.send()
    assert desk.read("diff=true").json["changes"] == []
    desk.somebody_comes_late()
    changes = desk.read("diff=true").json["changes"]
    told = {(one["district"], one["total"], one["column"]): one["words"] for one in changes}
    assert told[(ALGA, False, "people_verified")] == "2 → 3"
    assert told[(ALGA, False, "hours_verified")] == "5 → 7,5"
    assert told[(None, True, "people_verified")] == "5 → 6"
    assert {district for district, total, _ in told if not total} == {ALGA}
    assert desk.read().json["changes"] is None


def test_a_cell_that_was_empty_is_a_dash(desk: Desk) -> None:
    desk.send()
    desk.group(desk.nowhere, "ngo", 1_412)
    changes = desk.read("diff=true").json["changes"]
    (change,) = [
        one for one in changes if (one["district"], one["total"], one["column"]) == (None, False, "ngo")
    ]
    assert (change["before"], change["after"], change["words"]) == (None, 1412, "– → 1\xa0412")


def test_the_same_one_again_is_the_one_that_is_kept(desk: Desk, session: Session) -> None:
    first = desk.send().json
    desk.somebody_comes_late()
    again = desk.send()
    assert (again.status_code, again.json) == (201, first)
    assert session.scalar(sa.select(sa.func.count()).select_from(RegionReport)) == 1
    sent = sa.select(AuditEntry).where(AuditEntry.action == AuditAction.REGION_REPORT_SENT)
    (entry,) = session.scalars(sent)
    assert entry.detail == {"report": desk.body["id"], "period": WEEK, "version": 1}
    assert (entry.actor_id, entry.region_code) == (desk.coordinator.id, "KZ-15")


def test_a_district_that_has_come_since_is_a_change(desk: Desk) -> None:
    desk.send()
    code, names = "154400000", {"kk": "Темір ауданы", "ru": "Темирский район", "en": "Temir District"}
    desk.session.add(
        District(code=code, region_code="KZ-15", kind="district", names=names, outline=SQUARE, version=2)
    )
    desk.session.add(DistrictImport(imported_at=NOW, added=1, changed=0, refused=0))
    desk.held(code, datetime(2026, 5, 6, 5, tzinfo=UTC), desk.people[:1])
    changes = desk.read("diff=true").json["changes"]
    assert ("people_verified", None, 1) in [
        (one["column"], one["before"], one["after"]) for one in changes if one["district"] == code
    ]


@pytest.mark.parametrize("changes", [{"period": "2026-05"}, {"action": "Басқа"}, {"notes": {}}])
def test_a_frozen_one_cannot_be_changed(desk: Desk, changes: dict[str, Any]) -> None:
    first = desk.send().json
    answer = desk.send(**changes)
    assert (answer.status_code, answer.json["code"]) == (409, "id-reused")
    assert desk.read().json == first


def test_another_coordinator_cannot_take_its_id(desk: Desk) -> None:
    desk.send()
    answer = desk.send(make_coordinator(desk.session, "KZ-15"))
    assert (answer.status_code, answer.json["code"]) == (409, "id-reused")
    answer = desk.send(make_coordinator(desk.session, "KZ-75"), region="KZ-75", notes={})
    assert (answer.status_code, answer.json["code"]) == (409, "id-reused")


def test_a_second_one_of_the_same_period_is_its_second_version(desk: Desk) -> None:
    desk.send()
    second = desk.send(id=str(uuid4())).json
    assert second["version"] == 2
    assert desk.send(id=str(uuid4()), period="2026-05").json["version"] == 1
    other = make_coordinator(desk.session, "KZ-75")
    assert desk.send(other, id=str(uuid4()), region="KZ-75", notes={}).json["version"] == 1
    found = desk.listed().json
    assert [(one["period"], one["version"]) for one in found["items"]][0:1] != []
    assert len(found["items"]) == 3
    assert [one["version"] for one in desk.listed(f"period={WEEK}").json["items"]].count(2) == 1
    page = desk.listed("limit=2").json
    rest = desk.listed(f"limit=2&cursor={page['next']}").json
    assert [*page["items"], *rest["items"]] == found["items"]
    assert found["items"][0].keys() == {"id", "region", "period", "version", "action", "sent_by", "sent_at"}


def test_only_coordinators_of_the_region_send_and_read(desk: Desk) -> None:
    other, national = make_coordinator(desk.session, "KZ-75"), make_coordinator(desk.session, "*")
    for who in (other, desk.people[0]):
        answer = desk.send(who)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    desk.send()
    for who in (other, desk.people[0]):
        for headers in ({}, {"Accept": XLSX}):
            answer = desk.read("", who, **headers)
            assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    assert desk.listed("", other).json["items"] == []
    assert desk.listed("region=KZ-15", other).status_code == 403
    assert desk.listed("", desk.people[0]).status_code == 403
    assert desk.read("", national).status_code == 200
    assert len(desk.listed("", national).json["items"]) == 1


def test_who_is_no_coordinator_any_more_reads_nothing(desk: Desk) -> None:
    desk.send()
    desk.session.execute(sa.delete(Coordinator))
    assert desk.read("", Accept=XLSX).status_code == 404
    assert desk.listed().status_code == 403


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"period": "2026-W60"}, "period", "2026-W47"),
        ({"period": "2027"}, "period", "2026-05-16"),
        ({"region": "KZ-99"}, "region", "KZ-15"),
        ({"notes": {"751110000": "x"}}, "notes", ALGA),
        ({"notes": {ALGA: ""}}, f"notes.{ALGA}.value", ""),
        ({"notes": {ALGA: "a" * 1001}}, f"notes.{ALGA}.value", "1000"),
        ({"action": "\u202e"}, "action", ""),
        ({"rows": []}, "rows", ""),
    ],
)
def test_what_cannot_be_sent_is_told(desk: Desk, changes: dict[str, Any], field: str, said: str) -> None:
    answer = desk.send(**changes)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert said in answer.json["errors"][field][0]
    assert desk.listed().json["items"] == []


def test_no_method_changes_or_removes_one(desk: Desk) -> None:
    desk.send()
    for method in ("PUT", "PATCH", "DELETE"):
        path = f"/v1/region-reports/{desk.body['id']}"
        answer = desk.client.open(path, method=method, headers=desk.login(desk.coordinator))
        assert answer.status_code == 405
