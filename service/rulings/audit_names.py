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
from service.models import Event, Organization, Volunteer
from service.models.base import LocalizedText
from service.people import consents
from service.platform.written import Written


@dataclass(frozen=True, slots=True)
class Names:
    """By id; who or what is gone has none."""

    people: Mapping[UUID, str]
    organizations: Mapping[UUID, LocalizedText]
    events: Mapping[UUID, LocalizedText]


def names_of(session: Session, entries: Sequence[Entry], more: Iterable[UUID], now: datetime) -> Names:
    """The names in these entries; `more`: ids of people besides, that somebody asks for."""
    people = {id_ for entry in entries for id_ in (entry.actor_id, entry.subject_id)} | {*more}
    display_names = _of(session, _PEOPLE, people)
    return Names(
        consents.shown_names(session, display_names, now),
        _of(session, _ORGANIZATIONS, {entry.organization_id for entry in entries}),
        _of(session, _EVENTS, {entry.event_id for entry in entries}),
    )


def _named(id_: Any, name: Any) -> Written:
    return Written(sa.select(id_, name).where(id_ == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))))


_PEOPLE = _named(Volunteer.id, Volunteer.display_name)
_ORGANIZATIONS = _named(Organization.id, Organization.name)
_EVENTS = _named(Event.id, Event.title)


def _of(session: Session, names: Written, ids: set[UUID | None]) -> dict[UUID, Any]:
    wanted = list(ids - {None})
    return dict(names.rows(session, {"ids": wanted})) if wanted else {}
