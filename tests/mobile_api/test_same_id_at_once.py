"""A phone that sends the same thing twice at once, under an id of its own, has sent it once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from http_base.application import Tazalyq
from service.models import Event, Organization, Outbox, Volunteer
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_organization, make_volunteer
from tests.mobile_api.events.test_events import event_body
from tests.mobile_api.together import Together, at_one_moment

PHONES = 6


@pytest.fixture
def place(sessions: Sessions) -> dict[str, Any]:
    """An organizer, their organization and its event."""
    with sessions.begin() as session:
        owner = make_volunteer(session)
        organization = make_organization(session, owner)
        event = make_event(session, organization, starts_at=NOW + timedelta(days=2))
        return {"who": owner, "organization": organization.id, "event": event.id}


def at_once(
    app: Tazalyq, sessions: Sessions, who: Volunteer, path: str, bodies: list[dict[str, Any]]
) -> list[Any]:
    """The answers to all of these, sent at the same moment."""
    together = Together(app, sessions)
    return at_one_moment([together.sends("POST", path, body, who) for body in bodies])


def path_and_body(place: dict[str, Any], what: str) -> tuple[str, dict[str, Any], Any]:
    id_ = str(uuid4())
    if what == "announcement":
        return f"events/{place['event']}/announcements", {"id": id_, "text": "Қолғап"}, Outbox
    if what == "event":
        return "events", event_body(place["organization"], id=id_), Event
    return "organizations", {"id": id_, "name": {"kk": "Таза Елек"}, "region": "KZ-15"}, Organization


@pytest.mark.parametrize("what", ["announcement", "event", "organization"])
def test_the_same_is_stored_once_and_everybody_is_told_so(
    real_app: Tazalyq, sessions: Sessions, place: dict[str, Any], what: str
) -> None:
    path, body, table = path_and_body(place, what)
    answers = at_once(real_app, sessions, place["who"], path, [body] * PHONES)
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert {answer.json["id"] for answer in answers} == {body["id"]}
    with sessions() as session:
        stored = sa.select(sa.func.count()).select_from(table).where(table.id == body["id"])
        assert session.scalar(stored) == 1
        jobs = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'outbox_id' = :id")
        assert session.scalar(jobs, {"id": body["id"]}) == (what == "announcement")


@pytest.mark.parametrize("what", ["announcement", "event", "organization"])
def test_other_content_under_one_id_is_refused_to_all_but_one(
    real_app: Tazalyq, sessions: Sessions, place: dict[str, Any], what: str
) -> None:
    path, body, _ = path_and_body(place, what)
    changed = "text" if what == "announcement" else "title" if what == "event" else "name"
    words = [f"Сөз {n}" for n in range(PHONES)]
    bodies = [body | {changed: word if changed == "text" else {"kk": word}} for word in words]
    answers = at_once(real_app, sessions, place["who"], path, bodies)
    assert sorted(answer.status_code // 100 for answer in answers) == [2] + [4] * (PHONES - 1)
    assert {answer.json.get("code") for answer in answers} == {None, "id-reused"}
