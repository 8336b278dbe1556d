"""What an export of a million participants costs: rows a second, and the most memory that its process takes.

The product's own tables and writers, each file made by a process of its own, as the worker makes it; beside
it the same with a tenth of the rows, for memory has to be the same.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.kit import season_rows
from benchmarks.kit.service import ROOT, Service, database
from service.access import Actor
from service.figures import export_tables, exports
from service.figures.export_tables import Asked
from service.models import Event
from service.models.exports import ExportFormat, ExportOf
from service.platform.database import connections, engine_options, sqlalchemy_url
from service.platform.sheets import Dialect

ROWS = 1_000_000
MOST_MB = 150
_PEOPLE = """
    INSERT INTO signup (event_id, volunteer_id, status, companions, created_at)
    SELECT %(event)s, id, 'going', 0, created_at FROM volunteer WHERE subject LIKE 'season-%%'
    ORDER BY id LIMIT %(rows)s
"""
_CONSENTS = """
    INSERT INTO consent (volunteer_id, name, version, given_at)
    SELECT id, 'personal_data', '2026-01', created_at FROM volunteer WHERE subject LIKE 'season-%%'
"""


def main() -> None:
    """Load the people, make each file in a process, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--make", nargs=3, metavar=("URL", "EVENT", "FORMAT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        print(json.dumps(_make(*options.make)))
        return
    with ExitStack() as stack:
        url = stack.enter_context(database())
        service = stack.enter_context(Service(url))
        service.run("flask", "db", "upgrade")
        season_rows.load(url, options.rows, 2, 0)
        large, small = _fill(url, options.rows)
        print(f"{options.rows} participants of one event, {options.rows // 10} of another", flush=True)
        made = [
            _run(url, event, kind)
            for _ in range(options.turns)
            for kind in ExportFormat
            for event in (small, large)
        ]
    _print(made)


def _fill(url: str, rows: int) -> tuple[str, str]:
    """Two events: of all these people, and of a tenth of them."""
    large, small = (season_rows.id_of(number, "e") for number in range(2))
    with psycopg.connect(url, options="-c timezone=UTC") as connection:
        connection.execute(_CONSENTS)
        connection.execute(_PEOPLE, {"event": large, "rows": rows})
        connection.execute(_PEOPLE, {"event": small, "rows": rows // 10})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return large, small


def _run(url: str, event: str, kind: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.export", "--make", url, event, kind]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{kind:5}{found['rows']:10.0f} rows {found['rows'] / found['s']:9.0f} a second "
        f"{found['peak_mb']:6.0f} MB (begins with {found['begins_mb']:.0f}) {found['file_mb']:7.1f} MB file",
        flush=True,
    )
    return found | {"is_xlsx": float(kind == ExportFormat.XLSX)}


def _make(url: str, event: str, kind: str) -> dict[str, float]:
    """Make one file as the worker does, and tell what it took."""
    engine = sa.create_engine(sqlalchemy_url(url), **engine_options(2))
    actor = Actor(uuid4(), None, "kk", {}, frozenset({"*"}))
    asked = Asked(ExportOf.PARTICIPANTS, {"event": event}, "kk-ru", in_words=kind == ExportFormat.XLSX)
    with Session(engine) as session:
        session.get_one(Event, UUID(event))
    before, began = _peak_mb(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            made = export_tables.tables(connections(engine), actor, asked, datetime.now(UTC))
            exports.write(file, made, asked, ExportFormat(kind), Dialect.PLAIN)
        size = path.stat().st_size
    engine.dispose()
    return {
        "rows": made.total,
        "s": time.perf_counter() - began,
        "begins_mb": before,
        "peak_mb": _peak_mb(),
        "file_mb": size / 1_000_000,
    }


def _peak_mb() -> float:
    """Of this program alone: what getrusage tells begins with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _print(made: list[dict[str, float]]) -> None:
    most = max(one["rows"] for one in made)
    whole = [one for one in made if one["rows"] == most]
    part = [one for one in made if one["rows"] < most]
    rates = [one["rows"] / one["s"] for one in whole]
    result = {
        "rows": int(most),
        "peak_mb": round(max(one["peak_mb"] for one in whole)),
        "tenth_peak_mb": round(max(one["peak_mb"] for one in part)),
        "rows_per_s": round(min(rates)),
        "csv_rows_per_s": round(max(rates)),
    }
    print("RESULT", json.dumps(result))
    if result["peak_mb"] >= MOST_MB:
        raise SystemExit(f"more than {MOST_MB} MB")


if __name__ == "__main__":
    main()
