"""The national coordinator reads who did and read what; nobody else does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.audit import audit
from service.models import AuditAction, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_coordinator, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
ACTOR, EVENT, SUBJECT = new_id(), new_id(), new_id()


@pytest.fixture
def headers(session: Session, login: Login) -> dict[str, str]:
    national = make_coordinator(session, "*")
    audit.record(session, ACTOR, AuditAction.BANNED, region_code="KZ-15", subject_id=SUBJECT, now=NOW)
    audit.record(session, ACTOR, AuditAction.REVIEWED, event_id=EVENT, detail={"n": 3}, now=NOW)
    audit.record(session, None, AuditAction.COORDINATOR_APPOINTED, region_code="KZ-75", now=NOW)
    session.commit()
    return login(national)


def read(client: FlaskClient, headers: dict[str, str], **query: Any) -> Any:
    return client.get("/v1/audit", headers=headers, query_string=query)


def test_newest_first_with_ids_alone(client: FlaskClient, headers: dict[str, str]) -> None:
    page = read(client, headers).json
    assert [item["action"] for item in page["items"]] == [
        "audit-read", "coordinator-appointed", "reviewed", "banned",
    ]  # fmt: skip
    assert page["items"][1]["actor_id"] is None
    shown = page["items"][2]
    assert (shown["event_id"], shown["detail"]) == (str(EVENT), {"n": 3})
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": ACTOR}, ["reviewed", "banned"]),
        ({"action": "banned"}, ["banned"]),
        ({"region": "KZ-75"}, ["coordinator-appointed"]),
        ({"event": EVENT}, ["reviewed"]),
        ({"subject": SUBJECT}, ["banned"]),
        ({"organization": new_id()}, []),
        ({"from": "2026-05-17"}, []),
        ({"to": "2026-05-15"}, []),
        ({"from": "2026-05-16", "to": "2026-05-16", "actor": ACTOR}, ["reviewed", "banned"]),
    ],
)
def test_each_filter(
    client: FlaskClient, headers: dict[str, str], query: dict[str, Any], found: list[str]
) -> None:
    assert [item["action"] for item in read(client, headers, **query).json["items"]] == found


def test_page_by_page(client: FlaskClient, headers: dict[str, str]) -> None:
    seen: list[UUID] = []
    cursor: dict[str, str] = {}
    while True:
        page = read(client, headers, limit=1, **cursor).json
        seen += [UUID(item["id"]) for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == 4
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        {"action": "x"},
        {"region": "KZ-99"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"to": "9999-12-31"},
        {"event": "1"},
    ],
)
def test_what_cannot_be_asked(client: FlaskClient, headers: dict[str, str], query: dict[str, str]) -> None:
    assert read(client, headers, **query).status_code == 422


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("field", ["from", "to"])
def test_a_day_beyond_all_calendars_is_said_to_be_one(
    client: FlaskClient, headers: dict[str, str], field: str, day: str
) -> None:
    refused = read(client, headers, **{field: day})
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])
    (said,) = refused.json["errors"][field]
    assert said == "Берілетін күн: 1900-01-01 – 2999-12-31."


def test_for_nobody_else(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner)
    for somebody in (owner, make_volunteer(session), make_coordinator(session, "KZ-15")):
        session.commit()
        assert read(client, login(somebody)).status_code == 403
    assert read(client, {}).status_code == 401


def test_who_reads_again_within_minutes_has_read_once(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    for _ in range(3):
        read(client, headers)
    read(client, headers, region="KZ-15")
    actions = [item["action"] for item in read(client, headers).json["items"]]
    assert actions.count("audit-read") == 1
