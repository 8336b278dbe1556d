"""`flask districts import`: what it prints, what it leaves, and who follows."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.events import district_moves
from service.geography.district_file import SHIPPED
from service.models import District
from service.models.audit import AuditEntry
from tests.makers import make_event, make_import
from tests.service.geography.test_district_file import BOW, feature

Run = Callable[..., tuple[int, str]]
JOBS = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")


@pytest.fixture
def run(app: Tazalyq, session: Session) -> Run:
    """Run `flask districts …`: the exit code, and what was printed."""

    def run_command(*arguments: str) -> tuple[int, str]:
        session.commit()
        done = app.test_cli_runner().invoke(args=["districts", *arguments])
        return done.exit_code, done.output

    return run_command


@pytest.fixture
def file(tmp_path: Path) -> str:
    """One good line, one that crosses itself."""
    features = [feature(), feature("153400000", BOW)]
    path = tmp_path / "two.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return str(path)


def test_a_refused_line_is_named_and_nothing_is_taken(run: Run, session: Session, file: str) -> None:
    code, said = run("import", file)
    assert code == 1
    assert "Refused: line 2 (153400000 Алға Алгинский) has an outline that crosses itself" in said
    assert "1 would be added, 0 would be changed, 0 as before, 1 refused" in said
    assert "--partial" in said
    assert session.scalar(sa.select(sa.func.count()).select_from(District)) == 0
    assert session.scalar(JOBS, {"name": district_moves.TASK}) == 0


def test_with_partial_the_rest_is_taken_and_a_job_follows(run: Run, session: Session, file: str) -> None:
    code, said = run("import", file, "--partial")
    assert (code, "1 added, 0 changed" in said) == (0, True)
    assert session.scalars(sa.select(District.code)).all() == ["153200000"]
    assert session.scalar(JOBS, {"name": district_moves.TASK}) == 1
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("districts-imported", None)
    code, said = run("import", file, "--partial")
    assert (code, "0 added, 0 changed, 1 as before" in said) == (0, True)
    assert session.scalar(JOBS, {"name": district_moves.TASK}) == 1


def test_the_shipped_file_is_mended_and_says_what_cannot_be(run: Run) -> None:
    code, said = run("import", str(SHIPPED))
    assert code == 0
    assert "Mended: 331000000 kk: «Талдыкорган» → «Талдықорған»" in said
    assert "No outline yet: Сарайшық (KZ-71)" in said
    assert "224 added" in said


def test_events_set_by_hand_are_listed(run: Run, session: Session) -> None:
    make_event(session, district_code="153200000", district_by_hand=True)
    make_import(session)
    code, said = run("by-hand")
    assert code == 0
    assert "«Елек жағалауын тазалау»" in said


@pytest.mark.parametrize("name", ["no-such.geojson", "."])
def test_a_file_that_cannot_be_read_is_one_line(run: Run, tmp_path: Path, name: str) -> None:
    code, said = run("import", str(tmp_path / name))
    assert (code, said.startswith("Error: "), said.count("\n")) == (1, True, 1)
