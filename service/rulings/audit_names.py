"""The names of what the audit's entries are about, as they are now: the entries themselves hold ids alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import AuditEntry, Event, Organization, Volunteer
from service.models.base import LocalizedText
from service.people import consents


@dataclass(frozen=True, slots=True)
class Names:
    """By id; who or what is gone has none."""

    people: Mapping[UUID, str]
    organizations: Mapping[UUID, LocalizedText]
    events: Mapping[UUID, LocalizedText]


def names_of(session: Session, entries: Sequence[AuditEntry], more: Iterable[UUID], now: datetime) -> Names:
    """The names in these entries; `more`: ids of people besides, that somebody asks for."""
    people = {id_ for entry in entries for id_ in (entry.actor_id, entry.subject_id)} | {*more}
    display_names = _of(session, Volunteer.id, Volunteer.display_name, people)
    return Names(
        consents.shown_names(session, display_names, now),
        _of(session, Organization.id, Organization.name, {entry.organization_id for entry in entries}),
        _of(session, Event.id, Event.title, {entry.event_id for entry in entries}),
    )


def _of(session: Session, key: Any, name: Any, ids: set[UUID | None]) -> dict[UUID, Any]:
    wanted = ids - {None}
    return dict(session.execute(sa.select(key, name).where(key.in_(wanted))).all()) if wanted else {}
