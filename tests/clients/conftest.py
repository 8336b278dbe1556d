"""A running service with the demo, and the document that clients are generated from."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service

SQUARE = [[57.16, 50.28], [57.17, 50.28], [57.17, 50.29], [57.16, 50.29], [57.16, 50.28]]
AREAS: tuple[dict[str, Any], ...] = (
    {"type": "Polygon", "coordinates": [SQUARE]},
    {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
    {"type": "corridor", "line": {"type": "LineString", "coordinates": SQUARE[:3]}, "width_m": 60},
)


@pytest.fixture(scope="session")
def service(postgres_url: str) -> Iterator[Service]:
    """Web over the demo; among the events are all kinds of area, and the soonest can be checked in at."""
    for url in fresh_demo(postgres_url, give_areas):
        with serving(url) as running:
            yield running


def give_areas(session: Session) -> None:
    """All kinds of them, to the events to come but the first."""
    here = Event.region_code == "KZ-15", Event.ends_at > datetime.now(UTC)
    coming = sa.select(Event).where(*here).order_by(Event.starts_at, Event.id)
    for event, area in zip(session.scalars(coming).all()[1:], AREAS, strict=False):
        event.area = area


@pytest.fixture(scope="session")
def document(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document of the running service, in a file."""
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_bytes(service.call("GET", "/v1/openapi.json").content)
    return path
