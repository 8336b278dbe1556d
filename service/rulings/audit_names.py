"""The names of what the audit's entries are about, as they are now: the entries themselves hold ids alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.audit.audit import Entry
from service.models import Event, Organization
from service.models.base import LocalizedText
from service.people import consents
from service.platform.written import Written


@dataclass(frozen=True, slots=True)
class Names:
    """By id; who or what is gone has none. Of each kind by itself: phones choose the ids of events."""

    people: Mapping[UUID, str]
    organizations: Mapping[UUID, LocalizedText]
    events: Mapping[UUID, LocalizedText]


def names_of(session: Session, entries: Sequence[Entry], more: Iterable[UUID], now: datetime) -> Names:
    """The names in these entries; `more`: ids of people besides, that somebody asks for."""
    people = {id_ for entry in entries for id_ in (entry.actor_id, entry.subject_id) if id_} | {*more}
    organizations = {entry.organization_id for entry in entries if entry.organization_id}
    events = {entry.event_id for entry in entries if entry.event_id}
    wanted = {"organizations": list(organizations), "events": list(events)}
    titles: dict[str, dict[UUID, LocalizedText]] = {kind: {} for kind in wanted}
    for kind, id_, title in _TITLES.rows(session, wanted) if organizations or events else ():
        titles[kind][id_] = title
    return Names(consents.names_of(session, people, now), **titles)


def _titles(kind: str, id_: Any, name: Any) -> sa.Select[*tuple[Any, ...]]:
    wanted = sa.bindparam(kind, type_=ARRAY(sa.Uuid))
    return sa.select(sa.literal(kind, sa.Text), id_, name).where(id_ == sa.any_(wanted))


_TITLES = Written(
    sa.union_all(
        _titles("organizations", Organization.id, Organization.name), _titles("events", Event.id, Event.title)
    )
)
