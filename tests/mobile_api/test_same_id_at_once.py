"""A phone that sends the same thing twice at once, under an id of its own, has sent it once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app import create_app
from http_base.application import Tazalyq
from service.models import Event, Organization, Outbox
from service.platform.clock import FixedClock
from service.platform.database import db
from tests.conftest import NOW, Sessions, test_settings
from tests.makers import make_event, make_organization, make_volunteer
from tests.mobile_api.events.test_events import event_body

PHONES = 6


@pytest.fixture
def real_app(sessions: Sessions) -> Iterator[Tazalyq]:
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    app = create_app(test_settings(DATABASE_URL=url, WEB_THREADS="8"), clock=FixedClock(NOW))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def place(sessions: Sessions) -> dict[str, Any]:
    """An organizer, their organization and its event."""
    with sessions.begin() as session:
        owner = make_volunteer(session)
        organization = make_organization(session, owner)
        event = make_event(session, organization, starts_at=NOW + timedelta(days=2))
        return {"who": (owner.subject, owner.phone), "organization": organization.id, "event": event.id}


def at_once(app: Tazalyq, who: tuple[str, str], path: str, bodies: list[dict[str, Any]]) -> list[Any]:
    """The answers to all of these, sent at the same moment."""
    token, _ = app.extensions["tazalyq"].verifier.issue(*who)
    ready = Barrier(len(bodies))

    def send(body: dict[str, Any]) -> Any:
        client = app.test_client()
        ready.wait(10)
        return client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def path_and_body(place: dict[str, Any], what: str) -> tuple[str, dict[str, Any], Any]:
    id_ = str(uuid4())
    if what == "announcement":
        return f"/v1/events/{place['event']}/announcements", {"id": id_, "text": "Қолғап"}, Outbox
    if what == "event":
        return "/v1/events", event_body(place["organization"], id=id_), Event
    return "/v1/organizations", {"id": id_, "name": {"kk": "Таза Елек"}, "region": "KZ-15"}, Organization


@pytest.mark.parametrize("what", ["announcement", "event", "organization"])
def test_the_same_is_stored_once_and_everybody_is_told_so(
    real_app: Tazalyq, sessions: Sessions, place: dict[str, Any], what: str
) -> None:
    path, body, table = path_and_body(place, what)
    answers = at_once(real_app, place["who"], path, [body] * PHONES)
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert {answer.json["id"] for answer in answers} == {body["id"]}
    with sessions() as session:
        stored = sa.select(sa.func.count()).select_from(table).where(table.id == body["id"])
        assert session.scalar(stored) == 1
        jobs = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'outbox_id' = :id")
        assert session.scalar(jobs, {"id": body["id"]}) == (what == "announcement")


@pytest.mark.parametrize("what", ["announcement", "event", "organization"])
def test_other_content_under_one_id_is_refused_to_all_but_one(
    real_app: Tazalyq, place: dict[str, Any], what: str
) -> None:
    path, body, _ = path_and_body(place, what)
    changed = "text" if what == "announcement" else "title" if what == "event" else "name"
    words = [f"Сөз {n}" for n in range(PHONES)]
    bodies = [body | {changed: word if changed == "text" else {"kk": word}} for word in words]
    answers = at_once(real_app, place["who"], path, bodies)
    assert sorted(answer.status_code // 100 for answer in answers) == [2] + [4] * (PHONES - 1)
    assert {answer.json.get("code") for answer in answers} == {None, "id-reused"}
