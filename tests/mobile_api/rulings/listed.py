"""An event with its organizers' list: what tests of ticks share."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from http_base.local_tokens import LocalTokens
from service.models import Outbox, Volunteer
from service.platform import settings
from tests.conftest import NOW
from tests.makers import CONSENTS
from tests.mobile_api.scene import Scene

MINUTE = timedelta(minutes=1)
PHONE, NAME = "+77015554567", "Болат Сейітов"


class List(Scene):
    """The scene, with a list."""

    def tick(self, at: datetime = NOW, *, present: bool = True, **what: Any) -> dict[str, Any]:
        """A tick of the scene's volunteer, unless somebody else is named."""
        if "volunteer_id" not in what and "phone" not in what:
            what["volunteer_id"] = str(self.volunteer.id)
        return {"id": str(uuid4()), "present": present, "captured_at": at.isoformat()} | what

    def typed(self, at: datetime = NOW, *, present: bool = True, **what: Any) -> dict[str, Any]:
        return self.tick(at, present=present, **{"phone": PHONE, "display_name": NAME} | what)

    def post(
        self,
        *records: Any,
        by: Volunteer | None = None,
        ahead: timedelta = timedelta(0),
        late: bool = False,
        **more: Any,
    ) -> Any:
        """Send ticks from a phone whose clock is `ahead`; `late`: a minute later."""
        self.clock.move(MINUTE if late else timedelta(0))
        body = {"sent_at": (self.clock.now() + ahead).isoformat(), "records": list(records)} | more
        url = f"/v1/events/{self.event.id}/attendance"
        return self.client.post(url, json=body, headers=self.login(by or self.owner))

    def results(self, *records: Any, **options: Any) -> list[dict[str, Any]]:
        answer = self.post(*records, **options)
        assert answer.status_code == 200, answer.json
        found: list[dict[str, Any]] = answer.json["results"]
        return found

    def stands(self) -> tuple[str, str, int] | None:
        """The volunteer's attendance, as they read it."""
        items = self.record()["items"]
        return (items[0]["status"], items[0]["evidence"], items[0]["minutes"]) if items else None

    def declared(self) -> int:
        headers = self.login(self.national)
        totals = self.client.get("/v1/counts?from=2026-05-01&to=2026-05-31", headers=headers).json["totals"]
        return int(totals["declared"])

    def register(self, phone: str = PHONE, name: str = NAME) -> tuple[dict[str, str], Any]:
        """Somebody registers with a number: headers, and the answer."""
        tokens = LocalTokens(settings.DEVELOPMENT_SECRET, self.clock.now)
        token, _ = tokens.issue(f"local:{phone}", phone)
        headers = {"Authorization": f"Bearer {token}"}
        body = {
            "display_name": name,
            "birth_date": "1990-01-01",
            "locale": "kk",
            "region": "KZ-15",
            "consents": CONSENTS,
        }
        return headers, self.client.put("/v1/me", json=body, headers=headers)

    def notices(self, kind: str) -> list[UUID | None]:
        query = sa.select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)
        return [one.volunteer_id for one in self.session.scalars(query)]
