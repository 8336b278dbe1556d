"""Exports: asked for once, made by a job with its progress, fetched by whoever asked and may still."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
import sqlalchemy as sa

from http_base.downloads import CSV, XLSX
from service.figures import exports
from service.models import AuditAction, AuditEntry, Coordinator, Membership, Volunteer
from service.models.exports import Export
from service.platform.files import Files
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_ban,
    make_coordinator,
    make_event,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.figures.office import Office
from tests.mobile_api.figures.region import ALGA, WEEK


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_participants_with_phones_for_the_organizer_alone(office: Office, clock: FixedClock) -> None:
    session, event = office.session, office.alga
    minor = make_volunteer(session, display_name="=Кіші", birth_date=NOW.date() - timedelta(days=15 * 366))
    make_signup(session, event, minor, companions=2)
    make_signup(session, event, make_volunteer(session, display_name="Кетті"), status="cancelled")
    asked = {"what": "participants", "filters": {"event": str(event.id)}}
    found = {row["display_name"]: row for row in rows_of(office.made(office.owner, clock, **asked))}
    assert len(found) == 2
    there = found["Айгүл Серікқызы"]
    assert there["phone"] in {person.phone for person in office.people[:2]}
    assert (there["signup"], there["attendance"]) == ("", "counted")
    assert found["'=Кіші"]["phone"] == ""
    assert (found["'=Кіші"]["signup"], found["'=Кіші"]["companions"]) == ("going", "2")
    seen = rows_of(office.made(office.coordinator, clock, **asked))
    assert len(seen) == 3
    assert {row["phone"] for row in seen} == {""}


def test_states_in_words_for_people(office: Office, clock: FixedClock) -> None:
    make_signup(office.session, office.alga, office.people[2], status="waitlisted")
    asked = {"what": "participants", "filters": {"event": str(office.alga.id)}, "headings": "ru"}
    answer = office.made(office.owner, clock, dialect="excel", **asked)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, *rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert head[:4] == ["Имя", "Телефон", "Запись", "Спутников"]
    assert sorted((row[2], row[4]) for row in rows) == [
        ("", "засчитано"),
        ("", "засчитано"),
        ("в очереди", ""),
    ]
    assert all(row[1].startswith("+7701") for row in rows)


def test_events_of_whom_one_counts(office: Office, clock: FixedClock) -> None:
    other = make_organization(office.session)
    make_event(office.session, other, title={"kk": "Бөтен"}, region_code="KZ-75")
    make_event(office.session, office.organization, title={"kk": "Қаралама"}, status="draft")
    rows = rows_of(office.made(office.coordinator, clock, what="events"))
    assert sorted(row["title"] for row in rows) == ["'=Ілек жағасы"] * 3 + ["Қаралама"]
    assert {row["organization"] for row in rows} == {"Таза Ақтөбе"}
    assert {row["district"] for row in rows} == {"", "Алға ауданы", "Қобда ауданы"}
    rows = rows_of(office.made(office.owner, clock, what="events", filters={"district": ALGA}))
    assert [row["starts_at"] for row in rows] == ["2026-05-05 10:00"]
    rows = rows_of(
        office.made(office.owner, clock, what="events", filters={"from": "2026-05-06", "to": "2026-05-07"})
    )
    assert len(rows) == 2


def test_counts_have_the_numbers_of_the_list(office: Office, clock: FixedClock) -> None:
    filters = {"from": "2026-05-04", "to": "2026-05-10", "group_by": "district"}
    rows = rows_of(office.made(office.coordinator, clock, filters=filters))
    assert [row["name"] for row in rows] == ["Аудансыз", "Алға ауданы", "Қобда ауданы", "Барлығы"]
    assert [row["participations"] for row in rows] == ["1", "2", "2", "5"]
    assert [row["volunteers"] for row in rows] == ["1", "2", "2", "3"]
    assert [row["machines"] for row in rows] == ["", "0", "", "0"]


def test_a_regions_report_as_a_workbook(office: Office, clock: FixedClock) -> None:
    asked = {"what": "region-report", "format": "xlsx", "filters": {"period": WEEK}}
    answer = office.made(office.coordinator, clock, **asked)
    assert answer.mimetype == XLSX
    assert answer.headers["Content-Disposition"].endswith('"TazaQazaqstan_KZ-15_2026-W19.xlsx"')
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Аудандар", "Күндер", "Іс-шаралар"]


def test_the_audit_for_the_national_coordinator_alone(office: Office, clock: FixedClock) -> None:
    assert office.ask(office.coordinator, "audit").status_code == 403
    national = make_coordinator(office.session, "*")
    rows = rows_of(office.made(national, clock, what="audit"))
    assert [row["action"] for row in rows] == ["exported"]
    assert rows[0]["actor_id"] == str(national.id)
    assert '"what": "audit"' in rows[0]["detail"]


def test_progress_is_told(office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "TOLD_EVERY", 2)
    told: list[Any] = []
    note = exports._note

    def heard(*arguments: Any, **values: Any) -> bool:
        told.append(values)
        return note(*arguments, **values)

    monkeypatch.setattr(exports, "_note", heard)
    export_id = office.ask(office.coordinator, "events").json["id"]
    office.work(export_id, clock)
    assert [values for values in told if "finished_at" not in values] == [
        {"total": 3}, {"done": 2}, {"done": 3}
    ]  # fmt: skip
    seen = office.see(office.coordinator, export_id).json
    assert (seen["done"], seen["total"], seen["status"]) == (3, 3, "ready")


def test_the_same_request_again_is_the_one_that_stands(office: Office, clock: FixedClock) -> None:
    export_id = str(uuid4())
    first = office.ask(office.coordinator, id=export_id)
    assert office.ask(office.coordinator, id=export_id).json == first.json
    jobs = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'exports.make'")
    assert office.session.scalar(jobs) == 1
    office.work(export_id, clock)
    office.work(export_id, clock)
    assert office.ask(office.coordinator, id=export_id).json["status"] == "ready"
    for who, changes in ((office.coordinator, {"format": "xlsx"}), (make_coordinator(office.session), {})):
        answer = office.ask(who, id=export_id, **changes)
        assert (answer.status_code, answer.json["code"]) == (409, "id-reused")


def test_nobody_else_sees_or_fetches_it(office: Office, clock: FixedClock) -> None:
    export_id = office.ask(office.coordinator).json["id"]
    assert office.fetch(office.coordinator, export_id).status_code == 404
    office.work(export_id, clock)
    for who in (make_coordinator(office.session), make_coordinator(office.session, "*"), office.owner):
        for answer in (office.see(who, export_id), office.fetch(who, export_id)):
            assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_who_lost_the_role_downloads_nothing(office: Office, clock: FixedClock) -> None:
    """The link was made while they coordinated; access is asked at the download."""
    export_id = office.ask(office.coordinator, "region-report", filters={"region": "KZ-15"}).json["id"]
    office.work(export_id, clock)
    assert office.fetch(office.coordinator, export_id).status_code == 200
    office.session.execute(sa.delete(Coordinator))
    answer = office.fetch(office.coordinator, export_id)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_member_who_left_downloads_nothing(office: Office, clock: FixedClock) -> None:
    asked = {"what": "participants", "filters": {"event": str(office.alga.id)}}
    export_id = office.ask(office.owner, **asked).json["id"]
    office.work(export_id, clock)
    office.session.execute(sa.delete(Membership))
    assert office.fetch(office.owner, export_id).status_code == 403


@pytest.mark.parametrize("how", ["role", "ban", "account"])
def test_who_lost_the_role_meanwhile_gets_no_file(office: Office, clock: FixedClock, how: str) -> None:
    export_id = office.ask(office.coordinator, "region-report").json["id"]
    if how == "role":
        office.session.execute(sa.delete(Coordinator))
    elif how == "ban":
        make_ban(office.session, office.coordinator.id)
    else:
        office.coordinator.disabled_at = NOW
    office.session.flush()
    office.work(export_id, clock)
    office.session.expire_all()
    assert office.session.get_one(Export, UUID(export_id)).status == "failed"
    assert office.files.names("exports") == []


def test_it_lives_a_day_and_goes_with_its_file(office: Office, clock: FixedClock) -> None:
    export_id = office.ask(office.coordinator).json["id"]
    clock.move(timedelta(hours=1))
    office.work(export_id, clock)
    assert office.see(office.coordinator, export_id).json["expires_at"] == "2026-05-17T07:00:00+00:00"
    clock.move(timedelta(hours=24) - timedelta(seconds=1))
    assert office.fetch(office.coordinator, export_id).status_code == 200
    clock.move(timedelta(seconds=1))
    assert office.see(office.coordinator, export_id).status_code == 404
    assert office.fetch(office.coordinator, export_id).status_code == 404
    assert exports.forget(office.sessions(), office.files, clock.now()) == 1
    assert office.files.names("exports") == []
    assert office.session.scalar(sa.select(sa.func.count()).select_from(Export)) == 0


def test_files_that_no_request_stands_for_are_swept(office: Office, clock: FixedClock) -> None:
    """As of somebody who was erased."""
    kept, gone = (office.ask(office.coordinator).json["id"] for _ in range(2))
    for export_id in (kept, gone):
        office.work(export_id, clock)
    office.session.execute(sa.delete(Export).where(Export.id == UUID(gone)))
    assert exports.forget(office.sessions(), office.files, clock.now()) == 1
    assert office.files.names("exports") == [f"exports/{kept}.csv"]


class Making(Files):
    # A worker finishes another file as somebody looks what there is.
    office: Office
    clock: FixedClock

    def names(self, folder: str) -> list[str]:
        self.office.work(self.office.ask(self.office.coordinator).json["id"], self.clock)
        return super().names(folder)


def test_a_file_that_is_made_as_others_are_swept_stands(office: Office, clock: FixedClock) -> None:
    office.files = files = Making("memory://making")
    files.office, files.clock = office, clock
    assert exports.forget(office.sessions(), files, clock.now()) == 0


def test_a_request_that_is_gone_ends_the_work(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "TOLD_EVERY", 1)
    export_id = office.ask(office.coordinator, "events").json["id"]
    write = exports.write

    def interrupted(*arguments: Any, **options: Any) -> None:
        office.session.execute(sa.delete(Export))
        write(*arguments, **options)

    monkeypatch.setattr(exports, "write", interrupted)
    office.work(export_id, clock)
    assert office.files.names("exports") == []


def test_only_so_many_at_once(office: Office, clock: FixedClock) -> None:
    for _ in range(exports.OPEN_AT_ONCE):
        last = office.ask(office.coordinator)
        assert last.status_code == 202
    answer = office.ask(office.coordinator)
    assert (answer.status_code, answer.json["code"]) == (429, "too-many-requests")
    office.work(last.json["id"], clock)
    assert office.ask(office.coordinator).status_code == 202


def test_it_is_recorded_without_names(office: Office, clock: FixedClock) -> None:
    asked = {"what": "participants", "filters": {"event": str(office.alga.id)}}
    export_id = office.ask(office.owner, **asked).json["id"]
    office.work(export_id, clock)
    office.fetch(office.owner, export_id)
    told = office.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.action, one.event_id, one.actor_id) for one in told] == [
        (AuditAction.EXPORTED, office.alga.id, office.owner.id),
        (AuditAction.EXPORT_READ, office.alga.id, office.owner.id),
    ]
    assert told[0].detail == {"export": export_id, "what": "participants", "format": "csv"}


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"what": "people"}, "what", "participants"),
        ({"format": "pdf"}, "format", "xlsx"),
        ({"dialect": "lotus"}, "dialect", "excel"),
        ({"what": "participants"}, "filters.event", ""),
        ({"filters": {"nothing": 1}}, "filters.nothing", ""),
        ({"filters": {"region": "KZ-99"}}, "filters.region", "KZ-15"),
        ({"filters": {"group_by": "moon"}}, "filters.group_by", "district"),
        ({"filters": {"from": "2026-05-02", "to": "2026-05-01"}}, "filters.to", ""),
        ({"filters": {"from": "9999-12-01", "to": "9999-12-31"}}, "filters.to", ""),
        ({"what": "region-report", "filters": {"period": "now"}}, "period", "2026-W47"),
        ({"what": "region-report", "filters": {"columns": "x"}}, "columns", "waste_t"),
        ({"filters": "all"}, "filters", ""),
        ({"filters": {"region": {"a": 1}}}, "filters.region", ""),
    ],
)
def test_what_cannot_be_asked_is_told(office: Office, asked: dict[str, Any], field: str, said: str) -> None:
    answer = office.ask(office.coordinator, **asked)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid"), answer.json
    assert said in answer.json["errors"][field][0]


def test_what_is_not_ones_own_is_refused_at_once(office: Office) -> None:
    stranger = make_coordinator(office.session, "KZ-75")
    participants = {"event": str(office.alga.id)}
    refused: tuple[tuple[Volunteer, str, dict[str, str]], ...] = (
        (stranger, "counts", {"region": "KZ-15"}),
        (stranger, "events", {"region": "KZ-15"}),
        (stranger, "region-report", {"region": "KZ-15"}),
        (stranger, "participants", participants),
        (office.people[0], "counts", {}),
        (office.people[0], "events", {}),
        (office.people[0], "participants", participants),
        (office.owner, "region-report", {"region": "KZ-15"}),
    )
    for who, what, filters in refused:
        answer = office.ask(who, what, filters=filters)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden"), (what, answer.json)


def test_lists_answer_files_there_and_then(office: Office) -> None:
    paths = {
        f"/v1/events/{office.alga.id}/participants": 2,
        "/v1/counts?from=2026-05-04&to=2026-05-10&group_by=district": 4,
        "/v1/events?from=2026-05-04&to=2026-05-10&region=KZ-15": 3,
    }
    for path, number in paths.items():
        for kind in (CSV, XLSX):
            answer = office.client.get(path, headers=office.login(office.owner) | {"Accept": kind})
            assert (answer.status_code, answer.mimetype) == (200, kind), (path, answer.json)
            if kind == CSV:
                assert len(rows_of(answer)) == number, path
            else:
                sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
                assert len(list(sheet.values)) == number + 2, path
        answer = office.client.get(path, headers=office.login(office.people[2]) | {"Accept": CSV})
        assert answer.status_code == (200 if path.startswith("/v1/events?") else 403), path


def test_too_long_a_list_is_an_export(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("http_base.table_files.MOST_ROWS", 2)
    for path in ("/v1/events?from=2026-05-04&to=2026-05-10", f"/v1/events/{office.alga.id}/participants"):
        make_attendance(office.session, office.alga, make_volunteer(office.session))
        answer = office.client.get(path, headers=office.login(office.owner) | {"Accept": CSV})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")
        assert "2" in answer.json["errors"]["Accept"][0]


def test_files_of_events_are_for_who_has_signed_in(office: Office) -> None:
    answer = office.client.get("/v1/events", headers={"Accept": CSV})
    assert (answer.status_code, answer.json["code"]) == (404, "not-registered")
