"""Where there is no Chromium it is said aloud what was not run, and CI does not pass over it."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent.parent
PLUGIN = ("-p", "tests.journeys.browser", "-p", "no:cacheprovider")

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one test that asks for a browser, where there is none, beside the plugin that would give it one."""
    pytester.makepyfile("def test_one(chromium): pass")
    pytester.syspathinsert(ROOT)
    monkeypatch.setenv("PATH", str(pytester.path))

    def run_it(*options: str, ci: str = "") -> pytest.RunResult:
        monkeypatch.setenv("CI", ci)
        return pytester.runpytest_inprocess(*PLUGIN, *options)

    return run_it


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "shared out"])
def test_it_is_counted_aloud_what_was_not_run(run: Run, options: tuple[str, ...]) -> None:
    said = run(*options).stdout.str()
    assert "1 tests of pages were NOT run: install Debian's chromium" in said


def test_ci_fails_instead(run: Run) -> None:
    done = run(ci="true")
    done.assert_outcomes(errors=1)
    assert "there is no chromium here" in done.stdout.str()
