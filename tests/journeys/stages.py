"""Where a coordinator's week is played: in the demo, or in whatever else has the same things in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from cli.demo_ids import numbered, of_person
from service.people import second_factor
from service.platform.settings import DEVELOPMENT_SECRET
from tests.journeys.processes import Service

REGION = "KZ-15"


@dataclass(frozen=True, slots=True)
class Stage:
    """A coordinator of REGION, and what waits for them.

    `secret`: by which they set up the second factor. `organization`, `name`: the one to decide. `reviews`:
    how many wait. `event`: of last week, in `district`, with one group of so many `people`. `late`: somebody
    who was there and whose phone had no signal until now. `ahead`: of the machine's clock.
    """

    phone: str
    secret: str
    organization: UUID
    name: Mapping[str, str]
    reviews: int
    event: UUID
    district: Mapping[str, str]
    people: int
    late: str
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """What the service's clock shows."""
        return datetime.now(UTC) + self.ahead


PHONE_NUMBER = "+77000000002"
"""The coordinator of REGION in the demo."""


def demo(session: Session) -> Stage:
    """The demo's; it leaves three reviews: two in doubt, one appealed against."""
    secret = second_factor.new_secret(session, of_person(PHONE_NUMBER), datetime.now(UTC), DEVELOPMENT_SECRET)
    assert secret is not None
    return Stage(
        phone=PHONE_NUMBER,
        secret=secret,
        organization=numbered(3),
        name={"kk": "Жасыл Елек", "ru": "Зелёный Илек"},
        reviews=3,
        event=numbered(1020),
        district={"kk": "Алға ауданы", "ru": "Алгинский район"},
        people=22,
        late="+77000000125",
    )


def send_late(service: Service, phone: str, event_id: UUID, now: datetime) -> None:
    """The records that a phone has kept since an event."""
    token = service.sign_in(phone)
    event = service.call("GET", f"/v1/events/{event_id}", token).json()
    came, spot = datetime.fromisoformat(event["starts_at"]) + timedelta(minutes=11), event["meeting_point"]
    place = {"latitude": spot["latitude"] + 0.0002, "longitude": spot["longitude"], "accuracy_m": 9}
    records = [
        {
            "type": kind,
            "id": str(uuid4()),
            "event_id": str(event_id),
            "captured_at": at.isoformat(),
            "position": place | {"fixed_at": at.isoformat()},
        }
        for kind, at in (("check_in", came), ("check_out", came + timedelta(minutes=90)))
    ]
    body = {"sent_at": now.isoformat(), "installation_id": f"kept-{phone}", "records": records}
    answer = service.call("POST", "/v1/attendance/batch", token, json=body)
    assert answer.status_code == 200, answer.text
    assert [one["outcome"] for one in answer.json()["results"]] == ["stored", "stored"], answer.text
