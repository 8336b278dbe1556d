"""What is logged: lines that machines read in production, and nothing of a person in any."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks.kit.service import ROOT, wait_for
from tests.conftest import fresh_database
from tests.google.keys import PROJECT, Keys
from tests.journeys.processes import Service
from tests.journeys.provoking import CANARIES, UNIQUE, VIEWS

Line = dict[str, Any]


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[str]:
    yield from fresh_database(postgres_url)


def environment_of(form: str, keys: Keys) -> dict[str, str]:
    found = {"TAZALYQ_ENV": form}
    if form == "production":
        found |= {
            "SECRET_KEY": "a secret of forty characters, for the test",
            "FIREBASE_PROJECT_ID": PROJECT,
            "GOOGLE_APPLICATION_CREDENTIALS": keys.service_account,
            "PUBLIC_URL": "https://api.example",
        }
    return found


Provoke = Callable[[str], str]


@pytest.fixture(scope="module")
def provoke(database: str, keys: Keys) -> Provoke:
    """What a process writes, in a form, in which everything has gone wrong."""

    @cache
    def output_in(form: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.journeys.provoking"],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": database,
                **environment_of(form, keys),
                "TRUSTED_HOSTS": "localhost",
                "CANARY_CREDENTIALS": keys.service_account,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        assert "all has been provoked" in done.stdout, done.stdout[-3_000:]
        assert done.returncode == 1
        return done.stdout.replace("all has been provoked\n", "")

    return output_in


FORMS = pytest.mark.parametrize("form", ["production", "development"])


@FORMS
def test_nothing_of_a_person_is_logged(provoke: Provoke, form: str) -> None:
    assert [canary for canary in CANARIES if canary in provoke(form)] == []


@FORMS
def test_what_went_wrong_is_logged_all_the_same(provoke: Provoke, form: str) -> None:
    output = provoke(form)
    for said in (
        "IntegrityError",
        "23505",  # unique_violation
        UNIQUE,
        "22P02",  # invalid_text_representation
        "42P01",  # undefined_table
        "ConnectionError",
        "RuntimeError",
        "KeyError",
        "ExceptionGroup",
        "tests/journeys/provoking.py:",
    ):
        assert said in output, said


def lines_of(output: str) -> list[Line]:
    """Each line's JSON object; a line that is none fails."""
    found = [json.loads(line) for line in output.splitlines()]
    assert all(isinstance(line, dict) for line in found)
    return found


def check(line: Line) -> None:
    at = datetime.fromisoformat(line["time"])
    assert at.utcoffset() == timedelta(0)
    assert line["level"] in ("info", "warning", "error", "critical")
    assert line["logger"]
    assert line["event"]


def test_in_production_a_line_is_an_event(provoke: Provoke) -> None:
    for line in lines_of(provoke("production")):
        check(line)


def test_in_development_people_can_read_it(provoke: Provoke) -> None:
    assert not any(line.startswith("{") for line in provoke("development").splitlines())


@FORMS
def test_a_line_says_the_route(provoke: Provoke, form: str) -> None:
    for view in VIEWS:
        assert f"/canary/{view.__name__}/<what>" in provoke(form)


def test_a_request_is_logged_by_its_route(provoke: Provoke) -> None:
    lines = lines_of(provoke("production"))
    answered = [line for line in lines if line["event"] == "request"]
    failed = [line for line in answered if line["route"] == "/canary/twice/<what>"]
    (line,) = failed
    assert (line["method"], line["status"], line["level"]) == ("POST", 500, "error")
    assert line["duration_ms"] >= 0
    assert len({one["request_id"] for one in answered}) == len(answered)
    # What happened on the way says of which request it was.
    (reason,) = [
        one for one in lines if one.get("request_id") == line["request_id"] and one["event"] != "request"
    ]
    assert reason["route"] == line["route"]
    assert reason["error"]["cause"]["sqlstate"] == "23505"
    assert reason["error"]["cause"]["constraint"] == UNIQUE
    assert any(one["status"] == 404 and one["route"] is None for one in answered)


def test_real_processes_write_nothing_but_events(database: str, keys: Keys, tmp_path: Path) -> None:
    output = tmp_path / "output"
    service = Service(database, WEB_WORKERS="2", **environment_of("production", keys))
    with output.open("wb") as written:
        service.stderr = written.fileno()
        with service:
            service.start_module("tests.journeys.production")
            service.start("worker")
            service.wait_until_up("/healthz")
            asked_for = f"{service.url}/v1/meta?phone=canary"
            answer = requests.get(asked_for, headers={"Host": "api.example"}, timeout=20)
            wait_for(
                lambda: service.call("GET", "/readyz").json()["details"]["worker"]["seen_s_ago"] is not None,
                "a worker",
            )
    upgraded = subprocess.run(
        [sys.executable, "-m", "flask", "db", "upgrade"],
        cwd=ROOT,
        env=service.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = lines_of(output.read_text() + upgraded.stdout + upgraded.stderr)
    for line in lines:
        check(line)
    loggers = {line["logger"].split(".")[0] for line in lines}
    assert {"_granian", "alembic"} <= loggers
    (asked,) = [line for line in lines if line.get("request_id") == answer.headers["X-Request-Id"]]
    assert (asked["event"], asked["route"], asked["status"]) == ("request", "/v1/meta", answer.status_code)
    assert "canary" not in output.read_text()
