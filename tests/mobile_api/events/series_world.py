"""Who makes series of events, and what is seen of them: for tests over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import InboxItem
from service.models import Outbox, Volunteer
from tests.clock import FixedClock
from tests.makers import make_organization, make_volunteer
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]
THURSDAYS = "FREQ=WEEKLY;BYDAY=TH"
FIRST = datetime(2026, 5, 21, 5, tzinfo=UTC)
"""Thursday, 10:00 in Almaty."""


class Series:
    """An organizer who makes series, and what they see of them."""

    def __init__(self, client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> None:
        self.client, self.session, self.login, self.clock = client, session, login, clock
        self.owner = make_volunteer(session)
        self.organization = make_organization(session, self.owner)

    def send(self, repeat: Any, starts_at: datetime = FIRST, hours: float = 2, **changes: Any) -> Any:
        body = event_body(
            self.organization.id,
            starts_at=starts_at.isoformat(),
            ends_at=(starts_at + timedelta(hours=hours)).isoformat(),
            **changes,
        )
        return self.client.post("/v1/events", json=body | {"repeat": repeat}, headers=self.login(self.owner))

    def makes(self, count: int = 5, publish: bool = True, **changes: Any) -> list[dict[str, Any]]:  # noqa: FBT001, FBT002 - reads well
        made = self.send({"rrule": THURSDAYS, "count": count}, **changes)
        assert made.status_code == 201, made.json
        if publish:
            answer = self.post(made.json["id"], "publish", {"scope": "following"})
            assert answer.status_code == 200, answer.json
        return self.dates(made.json["series_id"])

    def dates(self, series_id: str) -> list[dict[str, Any]]:
        query = f"mine=true&from=2026-05-16&to=2027-05-16&limit=100&series={series_id}"
        return list(self.client.get(f"/v1/events?{query}", headers=self.login(self.owner)).json["items"])

    def post(self, event_id: str, what: str, body: Any = None, by: Volunteer | None = None) -> Any:
        headers = self.login(by or self.owner)
        return self.client.post(f"/v1/events/{event_id}/{what}", json=body, headers=headers)

    def patch(self, event: dict[str, Any], scope: str | None = "following", **changes: Any) -> Any:
        body = {"version": event["version"]} | changes | ({"scope": scope} if scope else {})
        url = f"/v1/events/{event['id']}"
        return self.client.patch(url, json=body, headers=self.login(self.owner))

    def goes(self, person: Volunteer, *dates: dict[str, Any]) -> None:
        for one in dates:
            url = f"/v1/events/{one['id']}/signup"
            assert self.client.put(url, json={}, headers=self.login(person)).status_code == 200

    def told(self, person: Volunteer) -> list[tuple[str, Any]]:
        """What is in somebody's inbox by now: kind and event."""
        for entry in self.session.scalars(sa.select(Outbox.id).where(Outbox.expanded_at.is_(None))).all():
            while fan_out.expand(self.session, entry, self.clock.now()):
                pass
        rows = self.session.execute(
            sa.select(Outbox.kind, Outbox.event_id)
            .join(InboxItem, InboxItem.outbox_id == Outbox.id)
            .where(InboxItem.volunteer_id == person.id)
            .order_by(InboxItem.id)
        )
        return [(kind, str(event_id)) for kind, event_id in rows]


def starts(dates: list[dict[str, Any]]) -> list[str]:
    return [one["starts_at"] for one in dates]


def of(dates: list[dict[str, Any]], name: str) -> list[Any]:
    return [one[name] for one in dates]
