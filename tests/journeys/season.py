"""A season as `make season` plays it, and a coordinator's week at its end."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.kit.service import ROOT
from benchmarks.season import plan as plans
from benchmarks.season.plan import ZONE, Plan, PlannedEvent
from service.geography import districts
from service.models import Appeal, Attendance, Event, Headcount
from service.platform.database import sqlalchemy_url
from tests.conftest import fresh_database
from tests.journeys.demo import serving
from tests.journeys.processes import Service
from tests.journeys.stages import REGION, Stage, send_late

EVENTS, VOLUNTEERS, SEED = 150, 900, 50
"""In the last week of this one, and in the week before, something was held in REGION."""

LONGEST_S = 1_800
PHONE_NUMBER, FOUNDER = "+77050000001", "+77050000002"
DOUBTS = 3
LATELY = timedelta(days=60)


def played(postgres_url: str) -> Iterator[str]:
    """The address of a database in which a season was played; all its counts were held against its rows."""
    for url in fresh_database(postgres_url):
        command = [sys.executable, "-m", "benchmarks.season", "--database", url]
        options = ("--events", EVENTS, "--volunteers", VOLUNTEERS, "--seed", SEED)
        done = subprocess.run(
            [*command, *map(str, options)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )
        assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
        assert "All counts are what the rows say." in done.stdout
        yield url


@dataclass(frozen=True, slots=True)
class Ending:
    """The week after the last one of a plan, and REGION's events of that one."""

    plan: Plan
    now: datetime
    events: list[PlannedEvent]

    def free(self) -> list[str]:
        """Phones of people of REGION who were somewhere lately, but not on the days of its last events."""
        days = {event.day for event in self.events}
        visits = [(visit.person, event.day) for event in self.plan.events for visit in event.visits]
        here = {
            person
            for person, day in visits
            if day > self.now.date() - LATELY and self.plan.people[person].town.region_code == REGION
        }
        busy = {person for person, day in visits if day in days}
        return [self.plan.people[person].phone for person in sorted(here - busy)]


def ending() -> Ending:
    """Of the season that is played here: on Thursday, when what phones have kept comes late."""
    plan = plans.make(EVENTS, VOLUNTEERS, SEED)
    last = max(event.day for event in plan.events)
    monday = last - timedelta(days=last.weekday())
    events = [
        event
        for event in plan.events
        if event.day >= monday and event.town.region_code == REGION and not event.cancelled
    ]
    thursday = monday + timedelta(days=10)
    return Ending(plan, datetime.combine(thursday, time(10), ZONE), events)


def on_stage(url: str) -> Iterator[tuple[Service, Stage]]:
    """A service over a season that was played, at its end, and what waits there for a coordinator."""
    end, engine = ending(), sa.create_engine(sqlalchemy_url(url))
    try:
        with serving(url, SECOND_FACTOR="required") as service, Session(engine) as session:
            yield service, _prepared(service, session, end)
    finally:
        engine.dispose()


def _prepared(service: Service, session: Session, end: Ending) -> Stage:
    """Let it be the end of the season, and let doubts and an organization wait."""
    clock = service.call("PUT", "/dev/clock", json={"at": end.now.isoformat()})
    assert clock.status_code == 200, clock.text
    ahead = end.now - datetime.now(UTC)
    event, people = _event_with_a_group(session, end)
    late, *doubtful = end.free()
    for phone in doubtful[:DOUBTS]:
        send_late(service, phone, event.id, end.now)
    name = {"kk": "Жем бойы", "ru": "Берег Эмбы"}
    return Stage(
        phone=PHONE_NUMBER,
        secret=_appointed(service),
        organization=_founded(service, name),
        name=name,
        reviews=_waiting(session),
        event=event.id,
        district=districts.names_of(session, [event.district_code])[event.district_code],
        people=people,
        late=late,
        ahead=ahead,
    )


def _event_with_a_group(session: Session, end: Ending) -> tuple[Event, int]:
    """Of the last week in REGION, with how many people came in its only group."""
    titles = [f"Тазалық {event.number}" for event in end.events]
    query = (
        sa.select(Event, sa.func.min(Headcount.people))
        .join(Headcount, Headcount.event_id == Event.id)
        .where(Event.title["kk"].astext.in_(titles), Headcount.people.is_not(None))
        .group_by(Event.id)
        .having(sa.func.count() == 1)
    )
    event, people = session.execute(query.limit(1)).one()
    return event, int(people)


def _waiting(session: Session) -> int:
    """How many attendances of REGION are in doubt, or appealed for (the demo's people began before)."""
    query = (
        sa.select(sa.func.count())
        .select_from(Attendance)
        .join(Event, Event.id == Attendance.event_id)
        .outerjoin(Appeal, sa.and_(Appeal.attendance_id == Attendance.id, Appeal.decided_at.is_(None)))
        .where(
            Event.region_code == REGION, sa.or_(Attendance.status == "review", Appeal.created_at.is_not(None))
        )
    )
    return int(session.scalars(query).one())


def _registered(service: Service, phone: str, name: str) -> str:
    """The token of somebody new in REGION."""
    token = service.sign_in(phone)
    body = {
        "display_name": name,
        "birth_date": date(1986, 3, 4).isoformat(),
        "locale": "kk",
        "region": REGION,
        "consents": service.call("GET", "/v1/meta").json()["consents"],
    }
    answer = service.call("PUT", "/v1/me", token, json=body)
    assert answer.status_code == 201, answer.text
    return token


def _appointed(service: Service) -> str:
    """Register a coordinator and appoint them as the operator does; what the second factor is set up by."""
    _registered(service, PHONE_NUMBER, "Айсұлу Қожахметова")
    command = [sys.executable, "-m", "flask", "coordinators", "add", PHONE_NUMBER, REGION]
    done = subprocess.run(
        command, cwd=ROOT, env=service.environment, capture_output=True, text=True, check=True, timeout=60
    )
    found = re.search(r"within 7 days: (\S+)", done.stdout)
    assert found is not None, done.stdout
    return found[1]


def _founded(service: Service, name: dict[str, str]) -> UUID:
    """An organization that waits for its decision."""
    token = _registered(service, FOUNDER, "Ғалым Өтегенов")
    answer = service.call("POST", "/v1/organizations", token, json={"name": name, "region": REGION})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])
