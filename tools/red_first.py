"""Shows that each fault's test was red before its mend: `python -m tools.red_first [--since A..B]`.

A commit that adds tests of a fault says so in trailers of its message:

    Fault: 16
    Red: tests/service/events/test_waitlist.py::test_free_places_go_to_the_line

This checks out each such commit in a work tree of its own and runs the tests that it names: every one must
fail there. Then the next commit, the mend: every one must pass. It uses the present environment and, where
TEST_DATABASE_URL names a server, that one.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class RedCommit:
    """A commit whose tests fail, and the next one, with which they pass."""

    commit: str
    mend: str
    faults: tuple[str, ...]
    tests: tuple[str, ...]


def git(*arguments: str, cwd: Path = ROOT) -> str:
    """What git prints."""
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)  # noqa: S607
    return done.stdout.strip()


def red_commits(since: str) -> Iterator[RedCommit]:
    """Those of the history after `since`, the oldest first."""
    form = (
        "%H%x1f%(trailers:key=Fault,valueonly,separator=%x2C)%x1f%(trailers:key=Red,valueonly,separator=%x2C)"
    )
    lines = git("log", "--reverse", "--first-parent", f"--format={form}", since).splitlines()
    rows = [line.split("\x1f") for line in lines if line]
    for (commit, faults, tests), (mend, *_) in zip(rows, rows[1:], strict=False):
        if tests:
            named = tuple(test.strip() for test in tests.split(","))
            yield RedCommit(commit, mend, tuple(faults.split(",")), named)


def outcomes(commit: str, tests: tuple[str, ...], folder: Path) -> dict[str, bool]:
    """Whether each test passes at a commit, in all its cases; one that cannot be collected does not."""
    git("checkout", "--quiet", "--detach", "--force", commit, cwd=folder)
    there = [test for test in tests if (folder / test.partition("::")[0]).exists()]
    failed, passed = run(there, folder)
    if there and not failed | passed:
        # One of them is not known there, so that none of them ran: one by one.
        for test in there:
            one_failed, one_passed = run([test], folder)
            failed, passed = failed | one_failed, passed | one_passed
    return {test: test in passed and test not in failed for test in tests}


def run(tests: list[str], folder: Path) -> tuple[set[str], set[str]]:
    """The tests of which some case fails, and those of which some passes."""
    if not tests:
        return set(), set()
    options = ["-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "--no-header"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return read(done.stdout)


def read(said: str) -> tuple[set[str], set[str]]:
    """The tests, and their cases, of which pytest says that they fail, and that they pass."""
    found: dict[str, set[str]] = {"FAILED": set(), "ERROR": set(), "PASSED": set()}
    for line in said.splitlines():
        outcome, _, rest = line.partition(" ")
        if outcome in found:
            name = rest.partition(" - ")[0].strip()
            found[outcome] |= {name, name.partition("[")[0]}
    return found["FAILED"] | found["ERROR"], found["PASSED"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", default="HEAD", help="a commit or a range as git takes it (A..B)")
    parser.add_argument("--fault", help="only this one")
    options = parser.parse_args()
    wrong = shown = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "tree"
        git("worktree", "add", "--quiet", "--detach", str(folder), "HEAD")
        try:
            for red in red_commits(options.since):
                if options.fault and options.fault not in red.faults:
                    continue
                before = outcomes(red.commit, red.tests, folder)
                after = outcomes(red.mend, red.tests, folder)
                for test, was_green in before.items():
                    shown += 1
                    good = not was_green and after[test]
                    wrong += not good
                    verdict = "ok " if good else "BAD"
                    turned = f"{'green' if was_green else 'red'} -> {'green' if after[test] else 'red'}"
                    print(
                        f"{verdict} fault {','.join(red.faults):8} {red.commit[:9]} {turned} {test}",
                        flush=True,
                    )
        finally:
            git("worktree", "remove", "--force", str(folder))
    print(f"{shown - wrong} passed, {wrong} failed")
    return 1 if wrong or not shown else 0


if __name__ == "__main__":
    sys.exit(main())
