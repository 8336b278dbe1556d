"""A refusal says what: which values there are, which limits, and what was not found."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import words
from service.models import EventKind
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer
from tests.mobile_api.scene import Login

NOWHERE = UUID("01a20b43-da95-76d9-b7ca-338e67a4b6e6")
LANGUAGES = pytest.mark.parametrize("language", words.LOCALES)


@pytest.fixture
def ask(client: FlaskClient, session: Session, login: Login) -> Any:
    """Ask as an owner; the refusal."""
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    event = make_event(session, organization)

    def ask(method: str, path: str, language: str = "en", **options: Any) -> dict[str, Any]:
        headers = login(owner) | {"Accept-Language": language}
        address = path.format(event=event.id, organization=organization.id)
        answer: Any = client.open(address, method=method, headers=headers, **options)
        assert 400 <= answer.status_code < 500, answer.json
        found: dict[str, Any] = answer.json
        return found

    return ask


def draft(**changes: Any) -> dict[str, Any]:
    return {
        "organization_id": str(NOWHERE),
        "title": {"kk": "Сенбілік"},
        "kind": "cleanup",
        "starts_at": "2026-06-06T10:00:00+05:00",
        "ends_at": "2026-06-06T13:00:00+05:00",
        "meeting_point": {"latitude": AKTOBE[0], "longitude": AKTOBE[1]},
        **changes,
    }


@LANGUAGES
def test_which_values_there_are(ask: Any, language: str) -> None:
    said = ask("POST", "/v1/events", language, json=draft(kind="party"))["errors"]["kind"][0]
    assert all(kind in said for kind in EventKind)


@LANGUAGES
def test_the_values_of_a_query(ask: Any, language: str) -> None:
    said = ask("GET", "/v1/events?status=gone", language)["errors"]["status"][0]
    assert "published" in said
    assert "cancelled" in said


@LANGUAGES
@pytest.mark.parametrize(
    ("body", "field", "limits"),
    [
        ({"capacity": 0}, "capacity", {"1", "100000"}),
        ({"capacity": 100_001}, "capacity", {"1", "100000"}),
        ({"min_age": 120}, "min_age", {"0", "99"}),
        ({"title": {"kk": ""}}, "title.kk", {"1", "200"}),
        ({"title": {"kk": "x" * 201}}, "title.kk", {"1", "200"}),
        ({"bring": ["x"] * 51}, "bring", {"50"}),
        ({"meeting_point": {"latitude": 91, "longitude": 0}}, "meeting_point.latitude", {"-90", "90"}),
        ({"meeting_point": {"latitude": 0, "longitude": 999}}, "meeting_point.longitude", {"-180", "180"}),
        ({"area": {"type": "circle", "radius_m": 1}}, "area.radius_m", {"30", "5000"}),
    ],
)
def test_which_limits(ask: Any, language: str, body: dict[str, Any], field: str, limits: set[str]) -> None:
    said = ask("POST", "/v1/events", language, json=draft(**body))["errors"][field][0]
    assert limits <= set(re.findall(r"-?\d+", said.replace("−", "-"))), said


@pytest.mark.parametrize(
    ("query", "field", "limits"),
    [
        ("limit=0", "limit", {"1", "100"}),
        ("limit=101", "limit", {"1", "100"}),
        ("near=50,57&within_km=0", "within_km", {"0", "500"}),
        ("near=50,57&within_km=501", "within_km", {"0", "500"}),
        ("from=2026-05-01&to=2028-05-01", "to", {"366"}),
        ("from=2026-05-02&to=2026-05-01", "to", {"366"}),
        ("cursor=" + "A" * 501, "cursor", {"500"}),
    ],
)
def test_the_limits_of_a_query(ask: Any, query: str, field: str, limits: set[str]) -> None:
    said = ask("GET", f"/v1/events?{query}")["errors"][field][0]
    assert limits <= set(re.findall(r"\d+", said)), said


def test_a_limit_to_one_side_names_that_one(ask: Any) -> None:
    position = {
        "latitude": 50.28,
        "longitude": 57.16,
        "accuracy_m": -1,
        "fixed_at": "2026-05-16T11:00:00+05:00",
    }
    body = {
        "id": str(uuid4()),
        "sent_at": "2026-05-16T11:00:00+05:00",
        "installation_id": "x",
        "position": position,
    }
    said = ask("POST", "/v1/events/{event}/check-ins", json=body)["errors"]["position.accuracy_m"][0]
    assert "0" in said
    assert "None" not in said


@LANGUAGES
@pytest.mark.parametrize(
    ("method", "path", "what", "options"),
    [
        ("GET", f"/v1/events/{NOWHERE}", "event", {}),
        ("POST", f"/v1/events/{NOWHERE}/publish", "event", {}),
        ("PUT", f"/v1/events/{NOWHERE}/signup", "event", {"json": {}}),
        ("DELETE", "/v1/events/{event}/signup", "signup", {}),
        ("GET", f"/v1/organizations/{NOWHERE}", "organization", {}),
        ("POST", "/v1/events", "organization", {"json": draft()}),
        ("DELETE", f"/v1/organizations/{{organization}}/members/{NOWHERE}", "member", {}),
        ("POST", f"/v1/me/invitations/{NOWHERE}/accept", "invitation", {}),
        ("POST", f"/v1/attendance/{NOWHERE}/appeal", "attendance", {"json": {"text": "Сонда болдым"}}),
        ("DELETE", "/v1/me/consents/cookies", "consent", {}),
        (
            "PUT",
            f"/v1/events/{{event}}/attendance/{NOWHERE}",
            "volunteer",
            {"json": {"present": True, "reason": "Көрдім"}},
        ),
        ("DELETE", f"/v1/events/{{event}}/headcounts/{NOWHERE}", "headcount", {}),
    ],
)
def test_what_was_not_found(
    ask: Any, language: str, method: str, path: str, what: str, options: dict[str, Any]
) -> None:
    problem = ask(method, path, language, **options)
    assert (problem["code"], problem.get("what")) == ("not-found", what)
    assert words.translate(f"thing.{what}", language) in problem["detail"]


@LANGUAGES
def test_an_address_that_is_none_says_so(ask: Any, language: str) -> None:
    problem = ask("GET", "/v1/evnts", language)
    assert problem["code"] == "not-found"
    assert "/v1/docs" in problem["detail"]
    assert "what" not in problem


@LANGUAGES
def test_the_words_of_limits_hold_their_places(language: str) -> None:
    for key, facts in {"length": {"min", "max"}, "number": {"min", "max"}, "choice": {"choices"}}.items():
        said = words._catalogue(language).gettext(f"field.{key}")
        assert set(re.findall(r"{(\w+)}", said)) == facts, key


def test_no_schema_names_a_limit_without_its_value() -> None:
    """`error="number"` would name none: fields.py has NUMBER and its like."""
    bare = re.compile(
        r'error="(length|number|choice|coordinate)"|ValidationError\("(length|number|choice|days)"'
    )
    root = Path(__file__).parent.parent.parent
    found = [
        f"{path.relative_to(root)}:{number}"
        for folder in ("http_base", "mobile_api")
        for path in sorted((root / folder).glob("**/*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("field", ["hazard", "accessible", "walk_ins"])
@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, "true", "false", [], None])
def test_yes_and_no_are_not_numbers(ask: Any, field: str, value: Any) -> None:
    """0 equals False in Python, and is no answer to a yes-or-no question."""
    assert field in ask("POST", "/v1/events", json=draft(**{field: value}))["errors"]


@pytest.mark.parametrize("field", ["changes", "reminders", "announcements", "nearby", "recognition"])
def test_switches_are_not_numbers(ask: Any, field: str) -> None:
    assert field in ask("PUT", "/v1/me/notification-settings", json={field: 0})["errors"]


def test_presence_is_not_a_number(ask: Any) -> None:
    body = {"present": 1, "reason": "Көрдім"}
    assert "present" in ask("PUT", f"/v1/events/{{event}}/attendance/{NOWHERE}", json=body)["errors"]
