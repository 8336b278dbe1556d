"""Queries are as strict as bodies: what is misspelt, doubled, swapped or unknown is said, never ignored."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications.words import LOCALES
from service.models import Volunteer
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]
SOME_ID = "01a20b43-da95-76d9-b7ca-338e67a4b6e6"
NO_NOUNS = ("api-docs", "swagger_ui", "dev", "docs", "feeds")


def v1_paths(app: Tazalyq) -> list[str]:
    """One path of every GET route of the API's nouns."""
    found = []
    for rule in app.url_map.iter_rules():
        noun = rule.endpoint.split(".")[0]
        if rule.rule.startswith("/v1/") and "GET" in (rule.methods or ()) and noun not in NO_NOUNS:
            path = re.sub(r"<uuid:[^>]+>", SOME_ID, rule.rule)
            found.append(re.sub(r"<[^>]+>", "x", path))
    return [path for path in found if not path.endswith((".json", "/docs/", "/docs"))]


@pytest.fixture
def get(client: FlaskClient, session: Session, login: Login) -> Callable[..., Any]:
    """Asks as a national coordinator who also owns an organization."""
    asks = make_coordinator(session, "*")
    make_organization(session, asks)
    headers = login(asks)

    def send(path: str, language: str = "en") -> Any:
        return client.get(path, headers=headers | {"Accept-Language": language})

    return send


Get = Callable[..., Any]


def test_no_call_ignores_what_it_does_not_know(app: Tazalyq, get: Get) -> None:
    paths = v1_paths(app)
    assert len(paths) > 15
    for path in paths:
        answer = get(f"{path}?foo=bar")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid"), path
        assert list(answer.json["errors"]) == ["foo"], path


def test_calls_that_write_ignore_nothing_either(client: FlaskClient, session: Session, login: Login) -> None:
    headers = login(make_volunteer(session))
    url = f"/v1/events/{make_event(session).id}/signup"
    for answer in (
        client.put(f"{url}?companions=3", json={}, headers=headers),
        client.delete(f"{url}?force=true", headers=headers),
    ):
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_whoever_has_no_token_is_told_that_first(client: FlaskClient) -> None:
    assert client.get("/v1/me?foo=bar").status_code == 401
    assert client.get("/v1/events?foo=bar").status_code == 422


def test_outside_v1_a_query_disturbs_nobody(client: FlaskClient) -> None:
    assert client.get("/healthz?utm_source=x").status_code == 200


def test_the_answer_says_what_there_is(get: Get) -> None:
    (message,) = get("/v1/events?regoin=KZ-15").json["errors"]["regoin"]
    for name in ("region", "from", "near", "cursor"):
        assert name in message
    assert "first_day" not in message


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "query",
    ["foo=1", "region=15", "region=KZ-15&region=KZ-75", "status=draft", "near=57.21,50.28", "near=0,0"],
)
def test_each_language_has_the_words(get: Get, query: str, language: str) -> None:
    for messages in get(f"/v1/events?{query}", language).json["errors"].values():
        assert not re.search(r"^field\.|[{}\t]|^[a-z-]+$", messages[0])


@pytest.mark.parametrize("path", ["/v1/events", "/v1/reports", "/v1/reviews", "/v1/organizations"])
@pytest.mark.parametrize("region", ["15", "KZ-99", "kz-15", "Актобе"])
def test_a_region_that_is_none_is_told_with_those_that_are(get: Get, path: str, region: str) -> None:
    answer = get(f"{path}?region={quote(region)}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["region"])
    assert "KZ-15" in answer.json["errors"]["region"][0]


def test_counts_know_their_regions_too(get: Get) -> None:
    answer = get("/v1/counts?from=2026-05-01&to=2026-05-31&region=15")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["region"])


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/events?region=KZ-15&region=KZ-75", "region"),
        ("/v1/events?limit=5&limit=5", "limit"),
        ("/v1/me/inbox?cursor=&cursor=x", "cursor"),
        ("/v1/counts?from=2026-05-01&to=2026-05-31&group_by=day&group_by=week", "group_by"),
        ("/v1/events?mine=true&mine=false", "mine"),
    ],
)
def test_what_is_asked_twice_is_refused(get: Get, path: str, field: str) -> None:
    answer = get(path)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1000000000000", "ten", "", "1.5"])
@pytest.mark.parametrize("path", ["/v1/events", "/v1/me/signups", "/v1/me/inbox"])
def test_a_page_has_from_1_to_100(get: Get, path: str, limit: str) -> None:
    answer = get(f"{path}?limit={quote(limit)}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["limit"])


def test_the_limits_of_a_page_are_told(get: Get) -> None:
    (message,) = get("/v1/events?limit=500").json["errors"]["limit"]
    assert "100" in message


def test_drafts_are_asked_for_with_mine(get: Get) -> None:
    answer = get("/v1/events?status=draft")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["status"])
    assert "mine" in answer.json["errors"]["status"][0]
    assert get("/v1/events?status=draft&mine=true").status_code == 200
    assert get("/v1/events?status=cancelled").status_code == 200


@pytest.mark.parametrize(
    ("near", "word"),
    [
        ("57.21,50.28", "50.28,57.21"),
        ("71.43,51.13", "51.13,71.43"),
        ("0,0", "Kazakhstan"),
        ("55.75,37.62", "Kazakhstan"),
        ("nan,57", "50.28,57.17"),
        ("50.28", "50.28,57.17"),
    ],
)
def test_a_place_outside_kazakhstan_is_told(get: Get, near: str, word: str) -> None:
    answer = get(f"/v1/events?near={near}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["near"])
    assert word in answer.json["errors"]["near"][0]


@pytest.mark.parametrize("near", ["50.28,57.17", "40.6,68.2", "55.4,69.1", "47.1,51.9", "49.9,87.2"])
def test_places_in_every_corner_are_searched(get: Get, near: str) -> None:
    assert get(f"/v1/events?near={near}").status_code == 200


def test_a_distance_without_a_place_is_refused(get: Get) -> None:
    answer = get("/v1/events?within_km=5")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["within_km"])


@pytest.mark.parametrize(
    "zone", ["Factory", "localtime", "posixrules", "UTC", "Etc/GMT-5", "EST", "Asia/Nowhere", "asia/almaty"]
)
def test_a_zone_is_a_place(client: FlaskClient, session: Session, login: Login, zone: str) -> None:
    owner = make_volunteer(session)
    body = event_body(make_organization(session, owner).id, zone=zone)
    answer = client.post("/v1/events", json=body, headers=login(owner))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["zone"])


@pytest.mark.parametrize("zone", ["Asia/Almaty", "Asia/Qyzylorda", "Europe/Samara"])
def test_zones_of_places_are_taken(client: FlaskClient, session: Session, login: Login, zone: str) -> None:
    owner = make_volunteer(session)
    body = event_body(make_organization(session, owner).id, zone=zone)
    assert client.post("/v1/events", json=body, headers=login(owner)).json["zone"] == zone
