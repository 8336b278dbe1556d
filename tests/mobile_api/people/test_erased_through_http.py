"""Somebody who came by the API: after their erasure neither tables, files nor the log know them."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from http_base.application import Tazalyq
from service.figures import exports
from service.ledger import ledger, verify
from service.models import Export, Volunteer
from service.platform.database import within
from service.platform.files import Files
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer
from tests.service.people.everywhere import CANARY, traces

Login = Callable[[Volunteer], dict[str, str]]
PHONE = "+77017778899"
PROFILE = {
    "display_name": "Айгүл",
    "birth_date": "1995-03-08",
    "locale": "kk",
    "region": "KZ-15",
    "consents": {"personal_data": "2026-01"},
}


def test_neither_tables_files_nor_the_log_know_them(
    app: Tazalyq,
    client: FlaskClient,
    session: Session,
    connection: sa.Connection,
    login: Login,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    running = make_event(session, organization)
    coming = make_event(session, organization, starts_at=NOW + timedelta(days=2))
    session.commit()
    token, _ = app.extensions["tazalyq"].verifier.issue(f"local:{CANARY}", PHONE)
    headers = {"Authorization": f"Bearer {token}"}
    come(client, headers, running.id, coming.id)
    files, name = (
        Files(f"file://{tmp_path}"),
        made_for(client, session, connection, login(owner), running.id, tmp_path),
    )
    assert CANARY in (tmp_path / name).read_text(encoding="utf-8-sig")
    assert len({table for table, _ in traces(session, CANARY)}) >= 4

    assert client.delete("/v1/me", headers=headers).status_code == 204
    session.expire_all()
    exports.forget(sessionmaker(connection, join_transaction_mode="create_savepoint"), files, NOW)
    ledger.fold(session, NOW)
    assert traces(session, CANARY, PHONE) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert CANARY not in caplog.text
    assert PHONE not in caplog.text
    assert [one for one in verify.differences(session) if set(one.figures) != {"events"}] == []


def come(client: FlaskClient, headers: dict[str, str], running: UUID, coming: UUID) -> None:
    """Register, sign up, check in, report."""
    profile = {
        "display_name": f"{CANARY} Серікқызы",
        "birth_date": "1995-03-08",
        "locale": "kk",
        "region": "KZ-15",
        "home": {"latitude": 50.28, "longitude": 57.16},
        "consents": {"personal_data": "2026-01", "cross_border": "2026-01"},
    }
    assert client.put("/v1/me", headers=headers, json=profile).status_code == 201
    device = {"platform": "android", "kind": "fid", "value": f"{CANARY}-fid", "app_version": "1"}
    assert client.put(f"/v1/me/devices/{CANARY}", headers=headers, json=device).status_code == 204
    signup = client.put(f"/v1/events/{coming}/signup", headers=headers, json={"companions": 0})
    assert signup.status_code == 200
    seen = {
        "id": str(uuid4()),
        "installation_id": CANARY,
        "sent_at": NOW.isoformat(),
        "position": {
            "latitude": AKTOBE[0],
            "longitude": AKTOBE[1],
            "accuracy_m": 8,
            "fixed_at": NOW.isoformat(),
        },
    }
    came = client.post(f"/v1/events/{running}/check-ins", headers=headers, json=seen)
    assert came.status_code in (200, 201), came.text
    said = client.post(f"/v1/events/{running}/reports", headers=headers, json={"reason": f"{CANARY} көрді"})
    assert said.status_code < 300, said.text


def made_for(
    client: FlaskClient,
    session: Session,
    connection: sa.Connection,
    headers: dict[str, str],
    event_id: object,
    folder: Path,
) -> str:
    """The organizer's file of who came, made by its job; its name among the files."""
    wanted = {
        "id": str(uuid4()),
        "what": "participants",
        "format": "csv",
        "filters": {"event": str(event_id)},
    }
    assert client.post("/v1/exports", headers=headers, json=wanted).status_code == 202
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    session.commit()
    export_id = session.scalars(sa.select(Export.id)).one()
    exports.make(sessions, within(connection), Files(folder.as_uri()), export_id, NOW)
    session.expire_all()
    return str(session.scalars(sa.select(Export.stored_as)).one())


def test_a_number_registers_twice_a_day(app: Tazalyq, client: FlaskClient, clock: FixedClock) -> None:
    """Attendances outlive an erasure: one phone would be counted at an event as often as it liked."""
    token, _ = app.extensions["tazalyq"].verifier.issue("local:again", PHONE)
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(2):
        assert client.put("/v1/me", json=PROFILE, headers=headers).status_code == 201
        assert client.put("/v1/me", json=PROFILE, headers=headers).status_code == 200
        assert client.delete("/v1/me", headers=headers).status_code == 204
    other, _ = app.extensions["tazalyq"].verifier.issue("local:another account", PHONE)
    refused = client.put("/v1/me", json=PROFILE, headers={"Authorization": f"Bearer {other}"})
    assert (refused.status_code, refused.json["code"]) == (429, "too-many-requests")
    clock.move(timedelta(days=1))
    token, _ = app.extensions["tazalyq"].verifier.issue("local:again", PHONE)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.put("/v1/me", json=PROFILE, headers=headers).status_code == 201
