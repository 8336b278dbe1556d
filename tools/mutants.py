"""Does a test fail when the code is wrong? Changes it in small ways, one by one, and runs the nearest tests.

`python -m tools.mutants [MODULE…]` does it to all of MODULES, or to those named, with mutmut, in a copy of
the tree; it prints how many changes were noticed, and each that was not. docs/mutants.md says why it may be.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psycopg
import sqlalchemy as sa

from service.platform import embedded_postgres
from service.platform.database import libpq_url
from tests.conftest import migrate

ROOT = Path(__file__).parent.parent
TEMPLATE = "tazalyq_mutants"
PURE = ("derivation", "evidence", "cross_checks", "overlap")
PLACES = (
    "tests/service/events/test_waitlist.py",
    "tests/service/events/test_unlimited.py",
    "tests/mobile_api/events/test_waitlist.py",
    "tests/mobile_api/events/test_minors.py",
)

MODULES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("service/events/waitlist.py", "service/events/signups.py"), PLACES),
    **{f"service/ledger/{name}.py": ("tests/service/ledger",) for name in ("ledger", "rebuild", "verify")},
    **{
        f"service/attendance/{name}.py": tuple(f"tests/service/attendance/test_{one}.py" for one in PURE)
        for name in PURE
    },
}
"""What is mutated, and the tests that ought to notice."""

CONFIG = """[mutmut]
source_paths =
    service/
only_mutate =
    {module}
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
    modules = [module for module in MODULES if not names or any(name in module for name in names)]
    if not modules:
        print(f"none of these is among {', '.join(MODULES)}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | _database(Path(folder)) | {"PYTHONHASHSEED": "0"}
        for module in modules:
            tree = _copy(Path(folder) / Path(module).stem, module)
            command = [sys.executable, "-m", "mutmut"]
            with (tree / "mutmut.log").open("w") as log:
                subprocess.run(
                    [*command, "run", "--max-children", "1"],
                    cwd=tree, env=environment, stdout=log, stderr=log, check=False,
                )  # fmt: skip
            _tell(tree, module, command)
    return 0


def _database(folder: Path) -> dict[str, str]:
    """Where the tests find PostgreSQL, with a migrated database to be copied; as environment variables."""
    given = os.environ.get("TEST_DATABASE_URL")
    url = libpq_url(given) if given else embedded_postgres.start(folder / "pg")
    template = f"{TEMPLATE}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {template}").text)
    migrate(sa.make_url(url).set(database=template).render_as_string(hide_password=False))
    return {"TEST_DATABASE_URL": url, "TEST_TEMPLATE_DATABASE": template}


def _copy(tree: Path, module: str) -> Path:
    """What git knows of, in a folder of its own, with the configuration for one module."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    files = [Path(name) for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    for name in files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    tops = sorted({name.parts[0] for name in files} - {"service", "tests", "pyproject.toml", "setup.cfg"})
    config = CONFIG.format(module=module, copied=_lines(tops), tests=_lines(MODULES[module]))
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
