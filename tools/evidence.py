"""Says which figures of docs/evidence.md are older than what they cover: `python -m tools.evidence`."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "evidence.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the page: what was measured, at which commit, and the paths that it speaks of."""

    what: str
    commit: str
    covers: tuple[str, ...]


def figures(text: str) -> Iterator[Figure]:
    """The rows of the page's table."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if len(cells) == 6 and cells[0] not in ("what", "---"):
            yield Figure(cells[0], cells[4], tuple(cells[5].split()))


def newer(figure: Figure) -> list[str]:
    """The covered files that have changed since.

    Raises:
        subprocess.CalledProcessError: the commit is not in this history.
    """
    command = ["git", "diff", "--name-only", figure.commit, "--", *figure.covers]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.split()


def main() -> int:
    """Print a line for each figure that is out of date; it is no failure."""
    for figure in figures(PAGE.read_text(encoding="utf-8")):
        try:
            files = newer(figure)
        except subprocess.CalledProcessError:
            print(f"unknown commit {figure.commit}: {figure.what}")
            continue
        if files:
            print(f"older than {len(files)} files ({files[0]} …): {figure.what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
