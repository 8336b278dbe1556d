"""Does a test fail when the code is wrong? Changes it in small ways, one by one, and runs the nearest tests.

`python -m tools.mutants [MODULE…]` does it to all of GROUPS, or to those named, with mutmut, in a copy of
the tree; it prints how many changes were noticed, and each that was not. docs/mutants.md says why it may be.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa

from service.platform import embedded_postgres
from service.platform.database import libpq_url
from tests.conftest import migrate

ROOT = Path(__file__).parent.parent
TEMPLATE = "tazalyq_mutants"
PURE = ("derivation", "evidence", "cross_checks", "code_shares", "overlap")


@dataclass(frozen=True, slots=True)
class Group:
    """Modules that are mutated, and the tests that ought to notice."""

    modules: Sequence[str]
    tests: Sequence[str]


GROUPS = (
    Group(
        [f"service/attendance/{name}.py" for name in PURE],
        [f"tests/service/attendance/test_{name}.py" for name in PURE],
    ),
    Group(
        [f"service/events/{name}.py" for name in ("waitlist", "signups", "offers", "removals", "passing_on")],
        [
            "tests/service/events/test_offers.py",
            "tests/mobile_api/events/test_offers.py",
            "tests/mobile_api/events/test_removals.py",
            "tests/service/events/test_signups.py",
            "tests/service/events/test_waitlist.py",
            "tests/service/events/test_unlimited.py",
            "tests/mobile_api/events/test_waitlist.py",
            "tests/mobile_api/events/test_minors.py",
            "tests/mobile_api/events/test_drafts.py",
        ],
    ),
    Group(
        [f"service/events/series{name}.py" for name in ("", "_acts", "_additions", "_changes", "_scopes")],
        [
            f"tests/mobile_api/events/test_{name}.py"
            for name in ("series", "following", "series_acts", "series_restored", "series_dates")
        ],
    ),
    Group(
        ["service/rulings/ticks.py"],
        [f"tests/mobile_api/rulings/test_{name}.py" for name in ("staff_list", "typed_people")],
    ),
    Group(
        [f"service/ledger/{name}.py" for name in ("ledger", "rebuild", "verify")],
        [f"tests/service/ledger/test_{name}.py" for name in ("fold", "verify", "cells", "sightings")],
    ),
)

CONFIG = """[mutmut]
source_paths =
    service/
only_mutate =
    {modules}
also_copy =
    {copied}
pytest_add_cli_args =
    -p
    no:cacheprovider
    --hypothesis-profile=mutants
pytest_add_cli_args_test_selection =
    {tests}
timeout_multiplier = 5
timeout_constant = 20
"""
SURVIVED = (0, 33)
"""mutmut's words for "all tests pass" and "no test runs it"."""


NAMED = re.compile(r"\.(cte|subquery)\([^()]*\)")


def main(names: Sequence[str]) -> int:
    """Mutate what is asked for; returns 1 when a name is no module of ours."""
    asked = [group for group in (_asked(group, names) for group in GROUPS) if group.modules]
    if not asked:
        print("none of these is among", *(module for group in GROUPS for module in group.modules))
        return 1
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as database:
        environment = os.environ | database | {"PYTHONHASHSEED": "0"}
        for number, group in enumerate(asked):
            tree = _copy(Path(folder) / str(number), group)
            command = [sys.executable, "-m", "mutmut"]
            with (tree / "mutmut.log").open("w") as log:
                subprocess.run(
                    [*command, "run", "--max-children", "1"],
                    cwd=tree, env=environment, stdout=log, stderr=log, check=False,
                )  # fmt: skip
            for module in group.modules:
                _tell(tree, module, command)
    return 0


def _asked(group: Group, names: Sequence[str]) -> Group:
    """Of a group what is named; all of it when nothing is."""
    named = [module for module in group.modules if not names or any(name in module for name in names)]
    return Group(named, group.tests)


@contextmanager
def _database(folder: Path) -> Iterator[dict[str, str]]:
    """Where the tests find PostgreSQL, with a migrated database to be copied; as environment variables."""
    given = os.environ.get("TEST_DATABASE_URL")
    url = libpq_url(given) if given else embedded_postgres.start(folder / "pg")
    template = f"{TEMPLATE}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {template}").text)
    migrate(sa.make_url(url).set(database=template).render_as_string(hide_password=False))
    yield {"TEST_DATABASE_URL": url, "TEST_TEMPLATE_DATABASE": template}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sa.text(f"DROP DATABASE {template} WITH (FORCE)").text)


def _copy(tree: Path, group: Group) -> Path:
    """What git knows of, in a folder of its own, with the configuration for one group."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    files = [Path(name) for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    for name in files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    tops = sorted({name.parts[0] for name in files} - {"service", "tests", "pyproject.toml", "setup.cfg"})
    config = CONFIG.format(modules=_lines(group.modules), copied=_lines(tops), tests=_lines(group.tests))
    (tree / "setup.cfg").write_text(config)
    return tree


def _is_renamed_sql(shown: str) -> bool:
    """Whether a change is to the name of a subquery alone, which is nobody's business but PostgreSQL's."""
    lines = {"-": "", "+": ""}
    for line in shown.splitlines():
        if line[:1] in lines and line[:3] not in ("---", "+++"):
            lines[line[0]] += NAMED.sub("", line[1:])
    return lines["-"] == lines["+"]


def _lines(values: Iterable[str]) -> str:
    return "\n    ".join(values)


def _tell(tree: Path, module: str, command: Sequence[str]) -> None:
    """Say how many were noticed, and show those that were not."""
    told = tree / "mutants" / f"{module}.meta"
    results = json.loads(told.read_text())["exit_code_by_key"] if told.exists() else {}
    unknown = [name for name, code in results.items() if code is None]
    if not results or unknown:
        print((tree / "mutmut.log").read_text()[-3_000:])
    survivors = {name: _shown(tree, name, command) for name, code in results.items() if code in SURVIVED}
    renamed = [name for name, shown in survivors.items() if _is_renamed_sql(shown)]
    tried = len(results) - len(renamed) - len(unknown)
    noticed = len(results) - len(survivors) - len(unknown)
    print(f"{module}: {noticed} of {tried} noticed; {len(renamed)} are names of subqueries", flush=True)
    for name in survivors.keys() - set(renamed):
        print(survivors[name], flush=True)


def _shown(tree: Path, name: str, command: Sequence[str]) -> str:
    done = subprocess.run([*command, "show", name], cwd=tree, capture_output=True, text=True, check=False)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
