"""A port that is taken is said in one line, whoever holds it and however."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def held_port(*, shared: bool) -> Iterator[int]:
    """A port with a listener; `shared`: as granian's workers hold it, so that a second service could join."""
    with socket.socket() as holder:
        if shared:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def run(port: int, database_url: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "TAZALYQ_ENV": "development",
    }
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, output)


@pytest.mark.parametrize("shared", [True, False])
def test_a_second_service_on_a_port_is_told_so_in_one_line(database_url: str, *, shared: bool) -> None:
    with held_port(shared=shared) as port:
        done = run(port, database_url, "-m", "flask", "serve")
    assert done.returncode == 1
    (line,) = done.stdout.strip().splitlines()
    assert f"Port {port} is taken" in line
    assert "PORT=" in line


@pytest.mark.parametrize("shared", [True, False])
def test_make_run_looks_at_the_port_before_anything_else(*, shared: bool) -> None:
    """Not even the database is asked: the one named here does not exist."""
    with held_port(shared=shared) as port:
        done = run(port, "postgresql://nobody@127.0.0.1:1/none", "-m", "cli.developing")
    assert done.returncode == 1
    (line,) = done.stdout.strip().splitlines()
    assert f"PORT={port + 1} make run" in line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eighty", "PORT"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "database"),
        ("WEB_THREADS", "0", "WEB_THREADS"),
    ],
)
def test_what_is_wrong_at_the_start_is_said_without_a_traceback(name: str, value: str, said: str) -> None:
    environment = {**os.environ, "PORT": "0", "TAZALYQ_ENV": "development", name: value}
    with held_port(shared=False) as port:
        free = str(port)
    environment["PORT"] = environment["PORT"] if name == "PORT" else free
    done = subprocess.run(
        [sys.executable, "-m", "cli.developing"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    assert said in done.stderr + done.stdout


@pytest.mark.parametrize(
    "command", [("serve",), ("messages", "preview"), ("coordinators", "add", "+77000000101"), ("--help",)]
)
def test_a_command_without_its_settings_says_what_is_missing_and_nothing_else(
    command: tuple[str, ...],
) -> None:
    """Each command is one of production unless told otherwise, as the README's are when they are copied."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    done = subprocess.run(
        [sys.executable, "-m", "flask", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    assert "No such command" not in done.stderr
    assert done.stderr.count("DATABASE_URL is missing") == 1
    assert "TAZALYQ_ENV=development" in done.stderr
