"""A line for the places of an event that starts soon, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.events import passing_on
from service.models import CountPending, Event, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


class Line:
    """An event that starts in so long, with one place that somebody has, and people who wait for it."""

    def __init__(
        self, client: FlaskClient, session: Session, login: Login, clock: FixedClock, **event: Any
    ) -> None:
        self.client, self.session, self.login, self.clock = client, session, login, clock
        self.owner, self.first = make_volunteer(session), make_volunteer(session)
        values = {"capacity": 1, "starts_at": NOW + timedelta(hours=1)} | event
        self.event: Event = make_event(session, make_organization(session, self.owner), **values)
        self.url = f"/v1/events/{self.event.id}"
        assert self.put(self.first).json["status"] == "going"

    def put(self, person: Volunteer, companions: int = 0) -> Any:
        body = {"companions": companions}
        return self.client.put(f"{self.url}/signup", json=body, headers=self.login(person))

    def waiting(self, *companions: int) -> list[Volunteer]:
        people = [make_volunteer(self.session) for _ in companions]
        for person, party in zip(people, companions, strict=True):
            assert self.put(person, party).json["status"] == "waitlisted"
        return people

    def leave(self, person: Volunteer) -> Any:
        return self.client.delete(f"{self.url}/signup", headers=self.login(person))

    def confirm(self, person: Volunteer) -> Any:
        return self.client.post(f"{self.url}/signup/confirm", headers=self.login(person))

    def mine(self, person: Volunteer) -> Any:
        listed = self.client.get("/v1/me/signups", headers=self.login(person)).json["items"]
        return listed[0] if listed else None

    def status(self, *people: Volunteer) -> list[str | None]:
        return [one and one["status"] for one in map(self.mine, people)]

    def places(self) -> tuple[int, int, int, str | None]:
        shown = self.client.get(self.url).json
        return shown["going"], shown["offered"], shown["waitlisted"], shown["places_left"]

    def told(self, kind: str) -> list[Any]:
        query = sa.select(Outbox.volunteer_id).where(Outbox.kind == kind)
        return list(self.session.scalars(query.order_by(Outbox.created_at, Outbox.id)))

    def pass_on(self) -> None:
        """As the job does."""
        for event_id in passing_on.due(self.session, self.clock.now()):
            passing_on.pass_on(self.session, event_id, self.clock.now())

    def counted(self) -> int:
        counted = sa.func.coalesce(sa.func.sum(CountPending.signups), 0)
        return self.session.scalar(sa.select(counted)) or 0
