"""A crowd that checks in: events made by the product's own code, volunteers by COPY, a token for each."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.orm import Session

from benchmarks import phones
from benchmarks.kit import demo_rows
from benchmarks.kit.load import Request
from cli import demo_load
from service.events import events
from service.events.plans import Plan
from service.geography import places
from service.models import Organization
from service.people import consents, identities
from tests.google.keys import Keys

EVENTS = 20
RADIUS_M = 150
# Farther fixes of honest phones go to review, and 0.005 % are refused: each answer here must be a 201.
FARTHEST_M = 900
SIGN_AT_ONCE = 250
OWNER = "local:+77000000003"


class Crowd:
    """Makes people who have registered and not yet checked in: each request is another person's first."""

    def __init__(self, database_url: str, keys: Keys, seed: int = 1) -> None:
        self._url = database_url
        self._keys = keys
        self._random = Random(seed)
        self._people = 0
        demo_rows.compose()
        self.events = self._make_events()
        with psycopg.connect(database_url) as connection:
            connection.cursor().executemany(
                "INSERT INTO floor_event VALUES (%s)", [(event_id,) for event_id, _, _ in self.events]
            )

    def _make_events(self) -> list[tuple[UUID, float, float]]:
        """(id, latitude, longitude) of events that are open now, by the owner of the demo."""
        engine = sa.create_engine(self._url.replace("postgresql:", "postgresql+psycopg:", 1))
        now = datetime.now(UTC)
        with Session(engine, expire_on_commit=False) as session:
            demo_load.load(session, now)
            made = [_event(session, n, now) for n in range(EVENTS)]
            session.commit()
        engine.dispose()
        return made

    def requests(self, count: int, signers: Executor) -> list[Request]:
        """Register so many people and prepare a check-in for each."""
        return [self._request(person, token) for person, token in self.newcomers(count, signers)]

    def newcomers(self, count: int, signers: Executor) -> list[tuple[str, str]]:
        """Register so many people: (subject, ID token) of each."""
        people = [f"benchmark-{n}" for n in range(self._people, self._people + count)]
        self._people += count
        self._register(people)
        shares = [people[n : n + SIGN_AT_ONCE] for n in range(0, count, SIGN_AT_ONCE)]
        tokens = (token for share in signers.map(partial(_sign, self._keys), shares) for token in share)
        return list(zip(people, tokens, strict=True))

    def _register(self, people: list[str]) -> None:
        with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
            with cursor.copy(f"COPY volunteer ({', '.join(VOLUNTEER)}) FROM STDIN") as copy:
                rows = list(_volunteers(people))
                for row in rows:
                    copy.write_row(row)
            with cursor.copy("COPY consent (volunteer_id, name, version, given_at) FROM STDIN") as copy:
                given_at = datetime.now(UTC) - REGISTERED_BEFORE
                for row, (name, version) in product(rows, consents.current(given_at).items()):
                    copy.write_row((row[0], name, version, given_at))
            with cursor.copy("COPY floor_person (id, subject) FROM STDIN") as copy:
                for person in people:
                    copy.write_row((uuid4(), person))
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("ANALYZE volunteer, consent, floor_person")

    def _request(self, person: str, token: str) -> Request:
        event_id, latitude, longitude = self._random.choice(self.events)
        fix = phones.honest_fix(latitude, longitude, RADIUS_M, self._random)
        while phones.apart_m((latitude, longitude), (fix.latitude, fix.longitude)) > RADIUS_M + FARTHEST_M:
            fix = phones.honest_fix(latitude, longitude, RADIUS_M, self._random)
        now = datetime.now(UTC).isoformat()
        body = {
            "id": str(UUID(int=self._random.getrandbits(128), version=4)),
            "sent_at": now,
            "installation_id": person,
            "position": {
                "latitude": round(fix.latitude, 7),
                "longitude": round(fix.longitude, 7),
                "accuracy_m": fix.accuracy_m,
                "fixed_at": now,
            },
        }
        return Request(f"/v1/events/{event_id}/check-ins", token, json.dumps(body).encode())


def _event(session: Session, number: int, now: datetime) -> tuple[UUID, float, float]:
    owner = identities.find_actor(session, OWNER)
    assert owner is not None  # noqa: S101 - the demo made it
    organization_id = session.scalars(
        sa.select(Organization.id).where(Organization.created_by == owner.volunteer_id)
    ).one()
    town = places.towns("KZ-15")[number % 5]
    plan = Plan(
        title={"kk": f"Тазалық {number}"},
        description={},
        kind="cleanup",
        starts_at=now,
        ends_at=now + timedelta(hours=6),
        zone="Asia/Almaty",
        latitude=town.latitude,
        longitude=town.longitude,
        address=town.name,
        area={"type": "circle", "radius_m": RADIUS_M},
    )
    event = events.create(session, owner, organization_id, plan, now)
    return events.publish(session, owner, event.id, now).id, town.latitude, town.longitude


REGISTERED_BEFORE = timedelta(days=30)
VOLUNTEER = (
    "id",
    "subject",
    "phone",
    "display_name",
    "birth_date",
    "locale",
    "region_code",
    "created_at",
)


def _volunteers(people: list[str]) -> Iterator[tuple[Any, ...]]:
    """Rows of volunteers as they are after registering."""
    born, registered_at = date(1995, 3, 8), datetime.now(UTC) - REGISTERED_BEFORE
    for person in people:
        yield uuid4(), person, f"+{person}", "Айгүл", born, "kk", "KZ-15", registered_at


def _sign(keys: Keys, people: list[str]) -> list[str]:
    key = load_pem_private_key(keys.token_key.encode(), None)  # once: its checks cost more than a signature
    return [keys.id_token(f"+{person}", person, key=key) for person in people]
