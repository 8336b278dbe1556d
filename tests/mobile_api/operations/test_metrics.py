"""What Prometheus reads, and who may ask."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from service.models import Outbox
from service.models.base import new_id
from service.platform import health, settings
from service.platform.database import db
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings

TOKEN = "a token of more than thirty-two characters"


def read(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_the_backlog_and_the_worker_are_told(client: FlaskClient, session: Session) -> None:
    assert "tazalyq_worker_seen_seconds" not in read(client)
    made = {"kind": "announcement", "facts": {}, "created_at": NOW - timedelta(minutes=10)}
    session.add_all([Outbox(id=new_id(), **made), Outbox(id=new_id(), **made, set_aside_at=NOW)])
    health.note_worker(session)
    session.commit()
    found = read(client)
    assert found["tazalyq_outbox_waiting"] == 1
    assert found["tazalyq_outbox_oldest_seconds"] == 600
    assert found["tazalyq_outbox_set_aside"] == 1
    assert found["tazalyq_pushes_due"] == 0
    assert 0 <= found["tazalyq_worker_seen_seconds"] < 60


def test_requests_are_counted_by_their_route(client: FlaskClient) -> None:
    name = 'tazalyq_request_duration_seconds_count{method="GET",route="%s",status="%s"}'
    before = read(client)
    for path in ("/v1/events/01a20b43-da95-76d9-b7ca-338e67a4b6e6", "/no/such/+77015550199", "/v1/meta"):
        client.get(path)
    client.open("/v1/meta", method="PRIVATE77015550199")
    after = read(client)
    for route, status in (("/v1/events/<uuid:event_id>", 404), ("none", 404), ("/v1/meta", 200)):
        assert after[name % (route, status)] == before.get(name % (route, status), 0) + 1
    assert not any("77015550199" in line for line in after)


def status(
    database_url: str, address: str, headers: dict[str, str], *, proxies: int = 0, token: str | None = TOKEN
) -> int:
    given = {"METRICS_TOKEN": token} if token else {}
    app = create_app(
        test_settings(DATABASE_URL=database_url, TRUSTED_PROXIES=str(proxies), **given),
        clock=FixedClock(NOW),
    )
    answer = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)
    with app.app_context():
        db.engine.dispose()
    return answer.status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_machine_itself_may_ask(database_url: str, address: str) -> None:
    assert status(database_url, address, {}, token=None) == 200


def test_who_has_the_token_may_ask(database_url: str) -> None:
    assert status(database_url, "10.0.0.7", {"Authorization": f"Bearer {TOKEN}"}) == 200


@pytest.mark.parametrize("token", [TOKEN, None])
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer None", "Bearer x", TOKEN, f"Bearer {TOKEN}x"])
def test_others_may_not(database_url: str, token: str | None, given: str) -> None:
    assert status(database_url, "10.0.0.7", {"Authorization": given}, token=token) == 401


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("said", ["203.0.113.9", "127.0.0.1", "127.0.0.1, 203.0.113.9"])
def test_a_proxy_on_the_machine_is_not_the_machine(database_url: str, proxies: int, said: str) -> None:
    assert status(database_url, "127.0.0.1", {"X-Forwarded-For": said}, proxies=proxies) == 401


def test_a_short_token_is_refused() -> None:
    with pytest.raises(settings.SettingsError, match="METRICS_TOKEN"):
        test_settings(METRICS_TOKEN="short")
