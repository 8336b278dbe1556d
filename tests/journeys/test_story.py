"""Whole stories over real HTTP, with real processes that get killed."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from benchmarks.kit.service import wait_for
from service.models.base import COUNTRY_ZONE
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service

OWNER, VOLUNTEER, COORDINATOR = "+77000000003", "+77000000101", "+77000000002"


@pytest.fixture(scope="module")
def story_database(postgres_url: str) -> Iterator[str]:
    yield from fresh_demo(postgres_url)


@pytest.fixture(scope="module")
def service(story_database: str) -> Iterator[Service]:
    with serving(story_database, "worker", PUSH_LEASE_S="2") as running:
        yield running


@pytest.fixture
def event(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.call("GET", "/v1/events", params={"region": "KZ-15"}).json()["items"][0]
    return found


def register_device(service: Service, phone: str, value: str) -> str:
    token = service.sign_in(phone)
    body = {"platform": "android", "kind": "fid", "value": value, "app_version": "1"}
    assert service.call("PUT", f"/v1/me/devices/{value}", token, json=body).status_code == 204
    return token


def announce(service: Service, event: dict[str, Any], text: str) -> None:
    answer = service.call(
        "POST", f"/v1/events/{event['id']}/announcements", service.sign_in(OWNER), json={"text": text}
    )
    assert answer.status_code == 202


def announcements(service: Service, value: str) -> list[dict[str, Any]]:
    """Those a device was sent; reminders come by the clock, whenever the tests run."""
    return [
        taken
        for taken in service.messages(value)
        if taken["message"]["message"]["data"]["kind"] == "announcement"
    ]


def test_from_sign_in_to_check_in_and_a_push(service: Service, event: dict[str, Any]) -> None:
    token = register_device(service, VOLUNTEER, "phone-a")
    now = datetime.now(UTC).isoformat()
    body = {
        "id": str(uuid4()),
        "sent_at": now,
        "installation_id": "phone-a",
        "position": {**event["meeting_point"], "accuracy_m": 9, "fixed_at": now},
    }
    came = service.call("POST", f"/v1/events/{event['id']}/check-ins", token, json=body)
    assert (came.status_code, came.json()["status"]) == (201, "counted")
    today = datetime.now(COUNTRY_ZONE).date()
    days = {"from": str(today - timedelta(days=2)), "to": str(today + timedelta(days=2)), "region": "KZ-15"}
    counted = service.call("GET", "/v1/counts", service.sign_in(COORDINATOR), params=days).json()
    assert counted["totals"]["participations"] == 1
    announce(service, event, "Қолғап ала келіңіз")
    pushed = wait_for(lambda: announcements(service, "phone-a"), "a push")
    assert pushed[0]["message"]["message"]["notification"]["body"] == "Қолғап ала келіңіз"
    assert "Қолғап ала келіңіз" in service.call("GET", "/dev/pushes").text


def test_the_worker_tells_that_check_in_is_open(service: Service) -> None:
    """What the clock owes comes from the worker alone: nobody has called anything."""
    token = service.sign_in("+77000000103")

    def told() -> bool:
        items = service.call("GET", "/v1/me/inbox", token).json()["items"]
        return "check_in_open" in [item["kind"] for item in items]

    wait_for(told, "the opening of check-in in the inbox", seconds=90)


def test_a_worker_killed_in_the_middle_loses_nothing(service: Service, event: dict[str, Any]) -> None:
    phones = [f"+770000001{n:02d}" for n in (1, 3, 5, 7, 9)]
    for n, phone in enumerate(phones):
        register_device(service, phone, f"killed-{n}")
    for n in range(4):
        announce(service, event, f"хабар {n}")
        service.kill("worker")
        service.start("worker")
    for n in range(len(phones)):
        wait_for(partial(_has_all, service, f"killed-{n}", 4), f"all pushes of phone {n}", seconds=90)
        assert {
            taken["message"]["message"]["notification"]["body"]
            for taken in announcements(service, f"killed-{n}")
        } == {f"хабар {n}" for n in range(4)}


def _has_all(service: Service, value: str, wanted: int) -> bool:
    return len({_id(taken) for taken in announcements(service, value)}) >= wanted


def _id(taken: dict[str, Any]) -> str:
    found: str = taken["message"]["message"]["data"]["notification_id"]
    return found


def test_a_lost_database_gives_503_and_the_service_recovers(
    service: Service, story_database: str, event: dict[str, Any]
) -> None:
    """All connections are cut and new ones refused for a while, as when the server restarts."""
    name = sa.make_url(story_database).database
    admin = sa.make_url(story_database).set(database="postgres").render_as_string(hide_password=False)
    token = service.sign_in(VOLUNTEER)
    with psycopg.connect(admin, autocommit=True) as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(cut, [name])
        # The pool's connections are dead and nobody has noticed yet: one retry hides it.
        assert service.call("GET", "/v1/me", token).status_code == 200
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        connection.execute(cut, [name])
        try:
            away = service.call("GET", "/v1/me", token)
            assert (away.status_code, away.json()["code"]) == (503, "unavailable")
            assert int(away.headers["Retry-After"]) > 0
            assert service.call("GET", "/readyz").status_code == 503
            assert service.call("GET", "/healthz").status_code == 200
        finally:
            connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    service.wait_until_up()
    assert service.call("GET", "/v1/me", token).status_code == 200


def test_the_server_stops_when_told(service: Service) -> None:
    service.kill("serve", signal.SIGTERM)
    service.start("serve")
    service.wait_until_up()
