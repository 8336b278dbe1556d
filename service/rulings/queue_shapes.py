"""What of events, organizations and people the queue of reviews tells: their rows are three times as wide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.models import Event, Organization, Volunteer
from service.models.base import LocalizedText
from service.platform.written import columns


class About(NamedTuple):
    """The event at which somebody was, or wanted to be."""

    id: UUID
    title: LocalizedText
    starts_at: datetime
    ends_at: datetime
    zone: str
    latitude: float
    longitude: float
    area: Mapping[str, Any]
    region_code: str


class Named(NamedTuple):
    """The organization of the event."""

    id: UUID
    name: LocalizedText


class Person(NamedTuple):
    """The volunteer."""

    id: UUID
    display_name: str


AROUND = (About, Named, Person)


def around() -> list[sa.Label[Any]]:
    """The columns of these shapes."""
    return columns(Event, About) + columns(Organization, Named) + columns(Volunteer, Person)
