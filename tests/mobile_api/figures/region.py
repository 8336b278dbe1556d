"""A region with districts, events held in them, groups and results: what tests of reports share."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.ledger import ledger
from service.models import District, DistrictImport, Event, EventResult, Headcount, Volunteer
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
ALGA, KOBDA, SILENT = "153200000", "154000000", "154200000"
NAMES = {
    ALGA: {"kk": "Алға ауданы", "ru": "Алгинский район", "en": "Alga District"},
    KOBDA: {"kk": "Қобда ауданы", "ru": "Кобдинский район", "en": "Kobda District"},
    SILENT: {"kk": "Ойыл ауданы", "ru": "Уилский район", "en": "Uil District"},
}
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1], [0, 0]]]}
WEEK = "2026-W19"
"""4 to 10 May: the last whole week before NOW."""


def make_districts(session: Session) -> None:
    for code, names in NAMES.items():
        session.add(
            District(code=code, region_code="KZ-15", kind="district", names=names, outline=SQUARE, version=1)
        )
    session.add(DistrictImport(imported_at=NOW, added=3, changed=0, refused=0))
    session.flush()


class Region:
    """A region with three districts, one of them silent, and an event without a district."""

    def __init__(self, session: Session, client: FlaskClient, login: Login) -> None:
        self.session, self._client, self._login = session, client, login
        make_districts(session)
        self.coordinator = make_coordinator(session, "KZ-15", display_name="Айгерім Нұрланова")
        self.organization = make_organization(session)
        self.people = [make_volunteer(session) for _ in range(3)]
        self.alga = self.held(ALGA, datetime(2026, 5, 5, 5, tzinfo=UTC), self.people[:2])
        self.kobda = self.held(KOBDA, datetime(2026, 5, 7, 5, tzinfo=UTC), self.people[1:])
        self.nowhere = self.held(None, datetime(2026, 5, 7, 6, tzinfo=UTC), self.people[:1])
        self.group(self.alga, "school", 25)
        self.group(self.alga, None, 4)
        self.group(self.kobda, "state", 40)
        self.result(self.alga, waste_t=1.5, waste_amount=1.5, waste_unit="t", machines=0, area_ha=2, trees=10)
        self.result(self.kobda, waste_t=0.25, waste_amount=25, waste_unit="bag", note="Екі жүк көлігі")
        session.flush()

    def held(self, district: str | None, at: datetime, people: list[Volunteer]) -> Event:
        event = make_event(
            self.session,
            self.organization,
            starts_at=at,
            district_code=district,
            title={"kk": "=Ілек жағасы", "ru": "Берег Илека"},
            area={"type": "circle", "radius_m": 100},
        )
        for person in people:
            make_attendance(self.session, event, person)
        minutes = 150 * len(people)
        ledger.add(self.session, event, events=1, participations=len(people), minutes=minutes)
        return event

    def group(self, event: Event, category: str | None, people: int) -> Headcount:
        owner = self.organization.created_by
        made = Headcount(
            event_id=event.id,
            id=uuid4(),
            group_name="7-А",
            category=category,
            people=people,
            minutes=60,
            created_by=owner,
            created_at=NOW,
            changed_by=owner,
            changed_at=NOW,
        )
        self.session.add(made)
        ledger.add(self.session, event, headcount=people, collectives=1)
        return made

    def result(self, event: Event, **said: Any) -> None:
        by = {"created_by": self.organization.created_by, "updated_by": self.organization.created_by}
        times = {"created_at": NOW, "updated_at": NOW}
        self.session.add(EventResult(event_id=event.id, version=1, **by, **times, **said))

    def get(self, query: str = f"period={WEEK}", who: Volunteer | None = None, **headers: str) -> Any:
        signed = self._login(who or self.coordinator)
        return self._client.get(f"/v1/region-report?{query}", headers=signed | headers)

    def cells(self, query: str = f"period={WEEK}") -> dict[str | None, dict[str, Any]]:
        """By district, "total" besides."""
        found = self.get(query).json
        rows: dict[str | None, dict[str, Any]] = {row["district"]: row["cells"] for row in found["rows"]}
        return rows | {"total": found["total"]["cells"]}
