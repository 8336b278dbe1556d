"""What a body must say it is, whom a redirect leads to, and what every answer tells browsers and caches."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from http_base.application import Tazalyq
from service.platform import settings
from service.platform.database import db
from tests.conftest import test_settings
from tests.makers import make_event, make_organization, make_volunteer
from tests.mobile_api.scene import Login

SIGN_IN = "/v1/auth/tokens"
BODY = b'{"phone": "+77011112233", "code": "000000"}'
EVIL = {"Host": "evil.example"}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json+x",
        "text/json",
        "application",
        "",
        None,
    ],
)
def test_a_body_that_does_not_say_it_is_json_is_refused(client: FlaskClient, kind: str | None) -> None:
    answer = client.post(SIGN_IN, data=BODY, content_type=kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_spelling_is_read(client: FlaskClient, kind: str) -> None:
    assert client.post(SIGN_IN, data=BODY, content_type=kind).status_code == 401


def test_no_body_at_all_is_told_as_that(client: FlaskClient) -> None:
    answer = client.post(SIGN_IN)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_a_call_without_a_body_asks_for_no_kind(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), status="draft")
    answer = client.post(f"/v1/events/{event.id}/publish", headers=login(owner))
    assert answer.status_code in (200, 409)


def test_a_stranger_is_told_first_that_a_token_is_missing(client: FlaskClient) -> None:
    """Nothing of a body is looked at before."""
    answer = client.post("/v1/events", data=BODY, content_type="text/plain")
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "path", ["/", "//v1/meta", "/v1//meta", "/v1/docs", "/v1/docs/", "//evil.example/v1"]
)
def test_no_redirect_leads_to_a_host_that_was_sent(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=EVIL)
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")
    assert "evil" not in location or path.startswith("//evil")
    assert b"evil.example/v1/docs" not in answer.data


def test_the_start_leads_to_the_pages_and_the_document_stands_at_its_own(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/kk/")
    assert client.get("/v1/docs").status_code == 200


@pytest.fixture
def trusting(database_url: str) -> Any:
    """An application that trusts two hosts."""
    made = create_app(test_settings(DATABASE_URL=database_url, TRUSTED_HOSTS="taza.kz, .taza.example"))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("taza.kz", 200),
        ("taza.kz:8443", 200),
        ("api.taza.example", 200),
        ("evil.example", 422),
        ("taza.kz.evil.example", 422),
        ("eviltaza.example", 422),
    ],
)
def test_only_trusted_hosts_are_served(trusting: Tazalyq, host: str, status: int) -> None:
    answer = trusting.test_client().get("/v1/regions", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_ask_by_address(trusting: Tazalyq, path: str) -> None:
    assert trusting.test_client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_the_document_says_where_the_service_is(database_url: str) -> None:
    made = create_app(test_settings(DATABASE_URL=database_url, PUBLIC_URL="https://api.taza.kz"))
    document: Any = made.test_client().get("/v1/openapi.json", headers={"Host": "api.taza.kz"}).json
    assert document["servers"] == [{"url": "https://api.taza.kz"}]
    with made.app_context():
        db.engine.dispose()


def test_in_development_it_is_the_loopback_address() -> None:
    assert test_settings(PORT="8123").public_url == "http://127.0.0.1:8123"


@pytest.mark.parametrize("value", ["taza.kz", "http://taza.kz", "https://taza.kz/v1", "https://taza.kz?x=1"])
def test_production_needs_to_know_its_own_address(value: str) -> None:
    environment = {"TAZALYQ_ENV": "production", "PUBLIC_URL": value}
    with pytest.raises(settings.SettingsError, match="PUBLIC_URL"):
        settings.read(environment)
    with pytest.raises(settings.SettingsError, match="PUBLIC_URL"):
        settings.read({"TAZALYQ_ENV": "production"})


ANSWERS = [
    ("GET", "/v1/events"),
    ("GET", "/v1/me"),
    ("POST", "/v1/auth/codes"),
    ("GET", "/v1/nowhere"),
    ("PATCH", "/v1/regions"),
    ("GET", "/v1/openapi.json"),
    ("GET", "/v1/docs"),
    ("GET", "/healthz"),
    ("GET", "/dev/pushes"),
    ("GET", "/"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_browsers_are_told_to_guess_nothing_and_to_run_nothing(
    client: FlaskClient, method: str, path: str
) -> None:
    headers = client.open(path, method=method).headers
    assert headers.get("X-Content-Type-Options") == "nosniff"
    assert headers.get("Referrer-Policy") == "no-referrer"
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(("method", "path"), ANSWERS[:5])
def test_caches_know_what_an_answer_depends_on(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    told = {name.strip() for name in answer.headers.get("Vary", "").split(",")}
    assert {"Accept-Language", "Authorization"} <= told
    assert answer.headers["Cache-Control"] in ("private, no-cache", "no-store")
    if answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_unchanged_answer_keeps_its_headers(client: FlaskClient) -> None:
    first = client.get("/v1/events")
    again = client.get("/v1/events", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "Authorization" in again.headers["Vary"]
