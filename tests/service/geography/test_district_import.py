"""An import stores all that can be taken, or nothing; the same again changes nothing."""

from pathlib import Path
from threading import Barrier, Thread

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.geography import district_import, districts
from service.geography.district_import import Report
from service.models import District, DistrictImport
from tests.conftest import NOW, Sessions
from tests.makers import box
from tests.service.geography.test_district_file import BOW, feature, read

ALGA = feature("153200000", box(57.2, 50, 57.8, 50.4))
AYTEKE = feature("153400000", box(57.9, 50, 58.2, 50.4), {"kk": "Әйтеке би"})


def store(session: Session, tmp_path: Path, *features: object, partial: bool = False) -> Report:
    return district_import.store(session, read(tmp_path, *features), NOW, partial=partial)


def test_what_is_new_changed_and_as_before_is_told(session: Session, tmp_path: Path) -> None:
    first = store(session, tmp_path, ALGA)
    assert (first.added, first.changed, first.unchanged) == (["153200000"], [], [])
    moved = feature("153200000", box(57.2, 50, 57.8, 50.5))
    second = store(session, tmp_path, moved, AYTEKE)
    assert (second.added, second.changed, second.unchanged) == (["153400000"], ["153200000"], [])
    assert second.version > first.version
    held = session.scalars(sa.select(District).order_by(District.code)).all()
    assert [(row.code, row.region_code, row.kind) for row in held] == [
        ("153200000", "KZ-15", "district"),
        ("153400000", "KZ-15", "district"),
    ]
    assert held[1].names == {"kk": "Әйтеке би ауданы"}
    assert districts.current(session).at(50.45, 57.5, "KZ-15") == "153200000"


def test_the_same_again_changes_nothing(session: Session, tmp_path: Path) -> None:
    first = store(session, tmp_path, ALGA, AYTEKE)
    again = store(session, tmp_path, ALGA, AYTEKE)
    assert (again.added, again.changed, len(again.unchanged)) == ([], [], 2)
    assert again.version == first.version
    assert session.scalar(sa.select(sa.func.count()).select_from(DistrictImport)) == 1


def test_with_a_refused_line_nothing_is_taken_but_with_partial_the_rest(
    session: Session, tmp_path: Path
) -> None:
    crossing = feature("153400000", BOW)
    report = store(session, tmp_path, ALGA, crossing)
    assert not report.taken
    assert [str(line) for line in report.refused][0].startswith("line 2 (153400000")
    assert session.scalar(sa.select(sa.func.count()).select_from(District)) == 0
    rest = store(session, tmp_path, ALGA, crossing, partial=True)
    assert rest.taken
    assert rest.added == ["153200000"]
    assert session.scalars(sa.select(District.code)).all() == ["153200000"]


def test_districts_that_a_file_does_not_name_stay(session: Session, tmp_path: Path) -> None:
    store(session, tmp_path, ALGA)
    store(session, tmp_path, AYTEKE)
    assert session.scalar(sa.select(sa.func.count()).select_from(District)) == 2


def test_what_no_file_can_mend_is_said(session: Session, tmp_path: Path) -> None:
    astana = feature("711110000", box(71.3, 51.1, 71.5, 51.2), {"kk": "Алматы"})
    (said,) = store(session, tmp_path, astana).undrawn
    assert "Сарайшық" in said
    assert store(session, tmp_path, ALGA).undrawn == []
    named = feature("711610000", box(71.3, 51.0, 71.5, 51.09), {"kk": "Сарайшық"})
    assert store(session, tmp_path, astana, named).undrawn == []


def test_two_imports_at_once_are_one_after_the_other(sessions: Sessions, tmp_path: Path) -> None:
    lines = read(tmp_path, ALGA, AYTEKE)
    together, reports = Barrier(2), []

    def run() -> None:
        together.wait()
        with sessions.begin() as session:
            reports.append(district_import.store(session, lines, NOW, partial=False))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(report.added) for report in reports) == [0, 2]
    assert len({report.version for report in reports}) == 1
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(DistrictImport)) == 1
