"""Everything that is held about somebody, as one JSON document, a piece at a time (R30's other half).

What tables there are is the registry's word: a new one is in it by being registered.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import h3
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.audit import audit
from service.models import AuditAction, Event, Organization, Volunteer
from service.models.base import COUNTRY_ZONE
from service.people import privacy
from service.platform import personal_rows, usage_limits

AN_HOUR = 2
"""So often an hour somebody has it made."""

Piece = Iterator[str]
IsTold = Callable[[str, Mapping[str, Any]], bool]


def ask(session: Session, actor: Actor, now: datetime) -> None:
    """Count one asking, and record it: nobody else reads these, unless somebody has taken their phone.

    Raises:
        TooManyRequests: the third in an hour.
    """
    count_asking(session, str(actor.volunteer_id), now)
    whose = actor.volunteer_id
    audit.record(session, whose, AuditAction.OWN_DATA_EXPORTED, subject_id=whose, now=now)


def count_asking(session: Session, name: str, now: datetime) -> None:
    """Count one asking of whoever this names. Raises TooManyRequests."""
    usage_limits.count_use(session, f"own-export:{name}", now, AN_HOUR)


def pieces(
    session: Session, volunteer_id: UUID, now: datetime, explain: Callable[[str], str]
) -> Iterator[bytes]:
    """The document in pieces; `session` sees one moment. `explain`: a topic of `privacy.py` in words.

    {made_at, held: {table: {about, rows: [columns by name]}}, events: {id: …}, organizations: {id: name}}

    Raises:
        NotRegistered: erased at this moment.
    """
    volunteer = session.get(Volunteer, volunteer_id)
    if volunteer is None:
        raise errors.NotRegistered()
    yield from document(session, personal_rows.whose(session, volunteer), now, explain)


def document(
    session: Session,
    who: personal_rows.Whose,
    now: datetime,
    explain: Callable[[str], str],
    is_told: IsTold = lambda _table, _row: True,
) -> Iterator[bytes]:
    """The document as of `pieces`, of who may have no record; `is_told`: whether a row of a table is."""
    for piece in _parts(session, who, now, explain, is_told):
        yield piece.encode()


def _parts(
    session: Session,
    who: personal_rows.Whose,
    now: datetime,
    explain: Callable[[str], str],
    is_told: IsTold,
) -> Piece:
    named: dict[str, set[UUID]] = {"event_id": set(), "organization_id": set()}
    yield f'{{"made_at": {_json(now)},\n"held": {{'
    for number, (table, rows) in enumerate(personal_rows.held(session, who)):
        about = explain(privacy.topic_of(table))
        yield f'{"," if number else ""}\n{_json(table)}: {{"about": {_json(about)}, "rows": ['
        for row_number, row in enumerate(row for row in rows if is_told(table, row)):
            for name, ids in named.items():
                ids.update([row[name]] if isinstance(row.get(name), UUID) else ())
            yield f"{',' if row_number else ''}\n {_json(_readable(row))}"
        yield "]}"
    yield f'}},\n"events": {_json(_events(session, named["event_id"]))},\n'
    yield f'"organizations": {_json(_organizations(session, named["organization_id"]))}}}\n'


def _events(session: Session, ids: set[UUID]) -> Mapping[str, Any]:
    query = sa.select(Event.id, Event.title, Event.starts_at, Event.ends_at, Event.address)
    return {
        str(id_): {"title": title, "starts_at": starts_at, "ends_at": ends_at, "address": address}
        for id_, title, starts_at, ends_at, address in session.execute(query.where(Event.id.in_(ids)))
    }


def _organizations(session: Session, ids: set[UUID]) -> Mapping[str, Any]:
    query = sa.select(Organization.id, Organization.name).where(Organization.id.in_(ids))
    return {str(id_): name for id_, name in session.execute(query)}


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of H3 by their usual text: as numbers nobody finds them on a map."""
    return {
        name: h3.int_to_str(value) if value and name in ("cell", "home_cell") else value
        for name, value in row.items()
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(COUNTRY_ZONE).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Range):
        return {"from": value.lower, "until": value.upper}
    if isinstance(value, UUID):
        return str(value)
    # A multirange, whose parts are ranges.
    return list(value)
