"""An event with its organizer, a volunteer and coordinators: what tests of decisions share."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AttendanceDecision, Outbox, Volunteer
from tests.clock import FixedClock
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


class Scene:
    """An event with its organizer, who corrects; figures as the national coordinator reads them."""

    def __init__(self, client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> None:
        self.client, self.session, self.login, self.clock = client, session, login, clock
        self.owner, self.volunteer = make_volunteer(session), make_volunteer(session)
        self.organization = make_organization(session, self.owner)
        self.event = make_event(session, self.organization)
        self.national = make_coordinator(session, "*")
        self.coordinator = make_coordinator(session, "KZ-15")

    def correct(
        self, body: dict[str, Any], who: Volunteer | None = None, by: Volunteer | None = None, **headers: str
    ) -> Any:
        who = who or self.volunteer
        return self.client.put(
            f"/v1/events/{self.event.id}/attendance/{who.id}",
            json={"reason": "Мен оны көрдім"} | body,
            headers=self.login(by or self.owner) | headers,
        )

    def send(self, what: str, **position: Any) -> Any:
        now = self.clock.now().isoformat()
        place = {"latitude": AKTOBE[0], "longitude": AKTOBE[1], "accuracy_m": 8, "fixed_at": now}
        body = {
            "id": str(uuid4()),
            "sent_at": now,
            "installation_id": "phone-1",
            "position": place | position,
        }
        return self.client.post(
            f"/v1/events/{self.event.id}/{what}", json=body, headers=self.login(self.volunteer)
        )

    def counts(self) -> tuple[int, int, int, int]:
        answer = self.client.get(
            "/v1/counts?from=2026-05-01&to=2026-05-31&group_by=region", headers=self.login(self.national)
        )
        totals = answer.json["totals"]
        names = ("participations", "minutes", "minutes_assumed", "in_review")
        found: tuple[int, int, int, int] = tuple(totals[name] for name in names)
        return found

    def record(self) -> dict[str, Any]:
        answer: Any = self.client.get("/v1/me/record", headers=self.login(self.volunteer))
        found: dict[str, Any] = answer.json
        return found

    def decisions(self) -> list[AttendanceDecision]:
        query = sa.select(AttendanceDecision).order_by(AttendanceDecision.id)
        return list(self.session.scalars(query))

    def told(self) -> list[Outbox]:
        query = sa.select(Outbox).where(Outbox.kind == "review_decided").order_by(Outbox.id)
        return list(self.session.scalars(query))

    def reviews(self, by: Volunteer | None = None, query: str = "") -> Any:
        return self.client.get(f"/v1/reviews?{query}", headers=self.login(by or self.coordinator))

    def waiting(self) -> list[str]:
        return [item["attendance"]["id"] for item in self.reviews().json["items"]]

    def review(
        self, attendance_id: str, decision: str, reason: str = "Дәлел жеткілікті", by: Volunteer | None = None
    ) -> Any:
        return self.client.put(
            f"/v1/reviews/{attendance_id}",
            json={"decision": decision, "reason": reason},
            headers=self.login(by or self.coordinator),
        )

    def appeal(
        self, attendance_id: str, text: str = "Мен сонда болдым", by: Volunteer | None = None, **more: str
    ) -> Any:
        return self.client.post(
            f"/v1/attendance/{attendance_id}/appeal",
            json={"text": text} | more,
            headers=self.login(by or self.volunteer),
        )
