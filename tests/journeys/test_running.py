"""How real processes stand: children killed, mains killed, two releases at once, broken keys."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from benchmarks.kit.service import ROOT, STOP_S, wait_for
from tests.conftest import fresh_database
from tests.journeys.processes import Service


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[str]:
    yield from fresh_database(postgres_url)


@pytest.fixture(scope="module")
def started(database: str) -> Iterator[Service]:
    made = Service(database, WEB_WORKERS="2")
    try:
        yield made
    finally:
        for pid in workers_of(made):
            os.kill(pid, signal.SIGKILL)
        made.stop()


@pytest.fixture
def service(started: Service) -> Service:
    """Two children that serve: those that the test before has left, or new ones where it has ended them."""
    serving = started.processes.get("serve")
    if serving is None or serving.poll() is not None:
        started.start("serve")
    started.wait_until_up()
    return started


def workers_of(service: Service) -> list[int]:
    """The processes under the web's main one that serve requests, whatever they call themselves."""
    main = service.processes["serve"].pid if "serve" in service.processes else 0
    listed = subprocess.run(["/bin/ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()[1:]]
    return [int(pid) for pid, ppid, args in rows if int(ppid) == main and "resource_tracker" not in args]


def two_workers_of(service: Service) -> list[int]:
    found = workers_of(service)
    return found if len(found) == 2 else []


def answers(service: Service) -> bool:
    try:
        return requests.get(f"{service.url}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def test_a_killed_child_is_replaced(service: Service) -> None:
    before = wait_for(lambda: two_workers_of(service), "two children")
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: set(workers_of(service)) - set(before), "another child")
    wait_for(lambda: two_workers_of(service), "two children again")
    assert service.processes["serve"].poll() is None
    wait_for(lambda: answers(service), "an answer")


def test_a_killed_main_leaves_nobody_on_the_port(service: Service) -> None:
    children = wait_for(lambda: two_workers_of(service), "two children")
    service.processes["serve"].kill()
    service.processes["serve"].wait(10)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "no child", 15)
    assert not answers(service)
    service.start("serve")
    service.wait_until_up()


def test_a_child_that_does_not_hear_holds_nobody_up(service: Service) -> None:
    """A child told to end in the instant in which it starts can miss it; so can one that waits for ever."""
    children = wait_for(lambda: two_workers_of(service), "two children")
    os.kill(children[0], signal.SIGSTOP)
    service.processes["serve"].terminate()
    assert service.processes["serve"].wait(STOP_S) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def flask(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env={**os.environ, "TAZALYQ_ENV": "development", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_releases_at_once_both_succeed(postgres_url: str) -> None:
    made = fresh_database(postgres_url)
    url = next(made)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    running = [flask("db", "upgrade", DATABASE_URL=url) for _ in range(2)]
    told = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    list(made)


def test_a_migration_may_take_longer_than_a_request(database: str) -> None:
    """Its time-outs are off: a long backfill, and the wait for the release before it."""
    upgrading = flask("db", "upgrade", DATABASE_URL=database)
    assert upgrading.communicate(timeout=60)
    text = (ROOT / "migrations" / "env.py").read_text()
    assert "statement_timeout = 0" in text


def test_a_broken_service_account_is_one_line(database: str, tmp_path: Path) -> None:
    broken = tmp_path / "key.json"
    broken.write_text("{}")
    worker = flask("worker", DATABASE_URL=database, GOOGLE_APPLICATION_CREDENTIALS=str(broken))
    said = worker.communicate(timeout=60)[0]
    assert worker.returncode == 1
    assert "Traceback" not in said
    assert "download a new one" in said


def test_metrics_are_of_all_processes_together(service: Service) -> None:
    asked = 40
    with requests.Session() as session:
        for _ in range(asked):
            # A connection each, so that both processes are asked.
            session.get(f"{service.url}/v1/meta", headers={"Connection": "close"}, timeout=5)
    told = {
        requests.get(f"{service.url}/metrics", headers={"Connection": "close"}, timeout=5).text
        for _ in range(8)
    }
    counts = {line for text in told for line in text.splitlines() if 'route="/v1/meta"' in line}
    assert [line for line in counts if "_count{" in line] == [
        f'tazalyq_request_duration_seconds_count{{method="GET",route="/v1/meta",status="200"}} {asked}.0'
    ]
