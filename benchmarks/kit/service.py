"""A service of one's own for a benchmark or a journey: its processes on free ports, ended with it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import urllib3

from service.platform import embedded_postgres

ROOT = Path(__file__).parent.parent.parent
START_S = 60
STOP_S = 30
T = TypeVar("T")


@contextmanager
def database() -> Iterator[str]:
    """Run a new PostgreSQL and yield its libpq URL; it is gone afterwards, with all its data."""
    # Being terminated ends like Ctrl-C: nothing that was started here is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="tazalyq-", ignore_cleanup_errors=True) as folder:
        try:
            yield embedded_postgres.start(Path(folder))
        finally:
            embedded_postgres.stop(Path(folder))


class Service:
    """Processes over one database, all with the same environment; use as a context manager."""

    stderr: int | None = None
    """Where their log goes: beside what is printed here."""

    def __init__(self, database_url: str, **environment: str) -> None:
        """`environment`: settings beside those of the caller's own environment."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "TAZALYQ_ENV": "development",
            "PORT": str(self.port),
            "DATABASE_URL": database_url,
            **environment,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_error: object) -> None:
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait(STOP_S)

    def run(self, *arguments: str) -> None:
        """Run `python -m …` to its end.

        Raises:
            CalledProcessError.
        """
        command = [sys.executable, "-m", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, check=True)

    def start(self, command: str) -> int:
        """Start a command of `flask` (`serve`, `worker`), known by its name, and return its pid."""
        pid = self.start_module("flask", command)
        self.processes[command] = self._started[-1]
        return pid

    def start_module(self, *arguments: str) -> int:
        """Start `python -m …` in a group of its own and return its pid."""
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=self.stderr,
            start_new_session=True,
        )
        self._started.append(process)
        return process.pid

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process of a command, and its children; one that has ended already is no error."""
        process = self.processes.pop(name)
        self._started.remove(process)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        process.wait(STOP_S)

    def wait_until_up(self, path: str = "/readyz") -> None:
        """Wait until GET of the path answers 200.

        Raises:
            RuntimeError: it did not within START_S.
        """
        pool = urllib3.PoolManager(retries=False, timeout=5.0)
        wait_for(lambda: pool.request("GET", self.url + path).status == 200, self.url + path)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(happened: Callable[[], T], what: str, seconds: float = START_S) -> T:
    """Wait until something is true, and return it; no answer yet is not an error.

    Raises:
        RuntimeError: it was not within so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := happened():
                return found
        except (urllib3.exceptions.HTTPError, OSError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{what}: not within {seconds:.0f} s")
