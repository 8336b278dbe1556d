"""A service of its own for a season: a new database, web and worker as processes, ended at the end."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

ROOT = Path(__file__).parent.parent.parent
START_S = 60


@contextmanager
def started() -> Iterator[str]:
    """Start everything on a free port and yield the address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {
            **os.environ,
            "TAZALYQ_ENV": "development",
            "TAZALYQ_DATA_DIR": folder,
            "PORT": str(port),
            "CODES_PER_ADDRESS_HOUR": "1000000",
            "REQUESTS_PER_MINUTE": "1000000",
        }
        environment.pop("DATABASE_URL", None)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            for command in (["db", "upgrade"], ["demo"]):
                _flask(command, environment).wait(START_S)
            processes += [_flask(["serve"], environment), _flask(["worker"], environment)]
            _wait(f"http://127.0.0.1:{port}/readyz")
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(30)


def _flask(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def _wait(url: str) -> None:
    pool = urllib3.PoolManager(retries=False, timeout=5.0)
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            if pool.request("GET", url).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within {START_S} s")
