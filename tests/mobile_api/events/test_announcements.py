"""What organizers tell the people of their events: to whom it goes, and who reads it later."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from notifications import audience
from service.models import Event, Outbox, Volunteer
from service.models.base import new_id
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_organization, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


class Scene:
    """An event with one of each kind of people."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        self.session, self.client, self.login = session, client, login
        self.owner = make_volunteer(session)
        self.event: Event = make_event(session, make_organization(session, self.owner))
        self.people: dict[str, Volunteer] = {}
        for name in ("going", "here", "waitlisted", "cancelled"):
            person = self.people[name] = make_volunteer(session)
            status = "going" if name == "here" else name
            make_signup(session, self.event, person, status=status)
        make_attendance(session, self.event, self.people["here"])
        session.commit()

    def send(self, **body: Any) -> TestResponse:
        url = f"/v1/events/{self.event.id}/announcements"
        return self.client.post(url, json={"text": "Су алыңыз"} | body, headers=self.login(self.owner))

    def read(self, who: Volunteer, **query: Any) -> TestResponse:
        url = f"/v1/events/{self.event.id}/announcements"
        return self.client.get(url, query_string=query, headers=self.login(who))

    def told(self) -> set[str]:
        """Who is in the audience of the last entry."""
        entry = self.session.scalars(sa.select(Outbox).where(Outbox.kind == "announcement")).one()
        rows = self.session.execute(audience.recipients(self.session, entry))
        found = {row.volunteer_id for row in rows}
        return {name for name, person in self.people.items() if person.id in found}


@pytest.fixture
def scene(session: Session, client: FlaskClient, login: Login) -> Scene:
    return Scene(session, client, login)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ({}, {"going", "here"}),
        ({"to": "going"}, {"going", "here"}),
        ({"to": "not_here"}, {"going"}),
        ({"to": "waitlisted"}, {"waitlisted"}),
    ],
)
def test_it_goes_to_those_who_were_meant(scene: Scene, to: dict[str, str], expected: set[str]) -> None:
    assert scene.send(**to).status_code == 202
    assert scene.told() == expected


def test_who_was_offered_a_place_is_still_of_the_line(scene: Scene, session: Session) -> None:
    offered = scene.people["offered"] = make_volunteer(session)
    make_signup(session, scene.event, offered, status="offered", confirm_by=NOW)
    scene.send(to="waitlisted")
    assert scene.told() == {"offered", "waitlisted"}


def test_nobody_else_is_meant(scene: Scene) -> None:
    answer = scene.send(to="everybody")
    assert answer.status_code == 422
    assert "to" in answer.json["errors"]


def test_an_entry_of_the_release_before_goes_to_who_goes(scene: Scene, session: Session) -> None:
    facts = {"text": "Су", "title": {}, "starts_at": NOW.isoformat(), "zone": "Asia/Almaty"}
    session.add(
        Outbox(id=new_id(), kind="announcement", event_id=scene.event.id, facts=facts, created_at=NOW)
    )
    session.commit()
    assert scene.told() == {"going", "here"}


def test_each_reads_what_concerns_them_also_from_before_they_joined(scene: Scene, session: Session) -> None:
    for to in ("going", "not_here", "waitlisted"):
        assert scene.send(text=to, to=to).status_code == 202
    late = make_volunteer(session)
    make_signup(session, scene.event, late)
    session.commit()

    def texts(who: Volunteer) -> set[str]:
        answer = scene.read(who)
        assert answer.status_code == 200
        return {item["text"] for item in answer.json["items"]}

    assert texts(scene.owner) == {"going", "not_here", "waitlisted"}
    assert texts(late) == texts(scene.people["here"]) == {"going", "not_here"}
    assert texts(scene.people["waitlisted"]) == {"waitlisted"}
    assert scene.read(scene.people["cancelled"]).status_code == 403
    assert scene.read(make_volunteer(session)).status_code == 403


def test_they_are_read_page_by_page_newest_first(scene: Scene, clock: FixedClock) -> None:
    for number in range(3):
        scene.send(text=str(number))
        clock.move(timedelta(minutes=1))
    first = scene.read(scene.owner, limit=2).json
    second = scene.read(scene.owner, limit=2, cursor=first["next"]).json
    assert [item["text"] for page in (first, second) for item in page["items"]] == ["2", "1", "0"]
    assert second["next"] is None


def test_the_same_id_is_one_and_another_text_or_another_audience_is_refused(scene: Scene) -> None:
    id_ = str(uuid4())
    assert scene.send(id=id_).json == scene.send(id=id_).json == {"id": id_}
    assert scene.send(id=id_, to="going").status_code == 202
    for other in ({"text": "Басқа"}, {"to": "not_here"}):
        answer = scene.send(id=id_, **other)
        assert (answer.status_code, answer.json["code"]) == (409, "id-reused")
    assert len(scene.read(scene.owner).json["items"]) == 1


def test_it_is_known_again_when_its_push_is_gone(scene: Scene, session: Session) -> None:
    id_ = str(uuid4())
    scene.send(id=id_)
    session.execute(sa.delete(Outbox))
    session.commit()
    assert scene.send(id=id_).json == {"id": id_}
    assert scene.send(id=id_, text="Басқа").status_code == 409
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0


def test_of_what_is_hidden_or_unknown_nothing_is_told(scene: Scene, session: Session) -> None:
    scene.send()
    scene.event.hidden_by = "coordinator"
    session.commit()
    assert scene.read(make_volunteer(session)).status_code == 404
    assert scene.client.get(f"/v1/events/{scene.event.id}/announcements").status_code == 401
