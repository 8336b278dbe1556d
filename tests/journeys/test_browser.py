"""Where there is no Chromium it is said aloud what was not run, and CI does not pass over it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ONE = "tests/journeys/test_design.py::test_a_phone_loads_no_letters_and_a_pc_does"


def run_without_chromium(
    tmp_path: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, ONE],
        cwd=ROOT,
        # A folder of its own for what is temporary: pytest shuts the common one to others as it begins, and
        # the PostgreSQL of these very tests, which does not run as root, would not reach its data any more.
        env={**os.environ, "PATH": str(tmp_path), "TMPDIR": str(tmp_path), "CI": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "shared out"])
def test_it_is_counted_aloud_what_was_not_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run_without_chromium(tmp_path, *options)
    assert "1 tests of pages were NOT run: install Debian's chromium" in done.stdout


@pytest.mark.usefixtures("postgres_url")
def test_ci_fails_instead(tmp_path: Path) -> None:
    done = run_without_chromium(tmp_path, CI="true")
    assert done.returncode == 1
    assert "there is no chromium here" in done.stdout
