"""Counts, read: one statement over the ledger's totals and pending rows, and the attendances."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from service.access import Actor, Permission, Target, may, require, require_coordinator
from service.ledger.ledger import FIGURES, all_rows, sums
from service.models import Attendance, Event, Organization

GROUPINGS = ("region", "organization", "event", "day", "week", "month", "kind")


@dataclass(frozen=True, slots=True)
class CountRequest:
    """What to count: days inclusive, grouped by one of GROUPINGS; in these regions, of these organizations.

    None: whatever the region, the organization.
    """

    first_day: date
    last_day: date
    group_by: str
    region_codes: Collection[str] | None = None
    organization_ids: Collection[UUID] | None = None


def in_scope(actor: Actor, question: CountRequest) -> CountRequest:
    """The question, narrowed to what the actor may count where it does not say what.

    Coordinators count their regions, organizers their organizations, the national one everything.

    Raises:
        Forbidden: it names something else, or the actor counts nothing.
    """
    own = [id_ for id_ in actor.organizations if actor.organizes(id_)]
    if question.organization_ids is not None:
        targets = (Target(organization_id=id_) for id_ in question.organization_ids)
        if all(may(actor, Permission.COUNT_ORGANIZATION, target) for target in targets):
            return question
    elif own and not actor.regions:
        return replace(question, organization_ids=own)
    if question.region_codes is not None:
        for region_code in question.region_codes:
            require(actor, Permission.COUNT_REGION, Target(region_code=region_code))
        return question
    require_coordinator(actor)
    return question if actor.is_national else replace(question, region_codes=actor.regions)


def count(session: Session, question: CountRequest, now: datetime) -> dict[str, Any]:
    """Count exactly, in one statement: {totals, rows, as_of}; rows without any figure are left out."""
    totals, *rows = session.execute(_query(question)).mappings().all()
    shown = (*FIGURES, "volunteers")
    return {
        "totals": {name: int(totals[name]) for name in shown},
        "rows": [
            {"key": row["key"], "name": row["name"]} | {name: int(row[name]) for name in shown}
            for row in rows
            if any(row[name] for name in shown)
        ],
        "as_of": now,
    }


def _query(question: CountRequest) -> sa.Select[Any]:
    """The totals, then a row a group by its key: (is_total, key, name, *FIGURES, volunteers)."""
    figures, attended = _figures(question).cte("figures"), _attended(question).cte("attended")
    people = _different(attended, "key").cte("people")
    named = {"organization": Organization.__table__.c.name, "event": Event.__table__.c.title}
    name, key = named.get(question.group_by), figures.c.key
    rows = (
        sa.select(
            sa.literal(value=False).label("is_total"),
            sa.cast(key, sa.Text).label("key"),
            (sa.cast(sa.null(), JSONB) if name is None else name).label("name"),
            *figures.c[FIGURES],
            sa.func.coalesce(people.c.volunteers, 0).label("volunteers"),
        )
        .select_from(figures)
        .outerjoin(people, people.c.key == key)
    )
    if name is not None:
        rows = rows.outerjoin(name.table, name.table.c.id == key)
    total = sa.select(
        sa.literal(value=True),
        sa.null(),
        sa.null(),
        *sums(figures),
        _different(attended).scalar_subquery(),
    )
    both = sa.union_all(rows, total).subquery()
    return sa.select(both).order_by(both.c.is_total.desc(), both.c.key)


def _figures(question: CountRequest) -> sa.Select[Any]:
    """The figures of each group: (key, *FIGURES)."""
    counted = all_rows()
    key = _key(question.group_by, counted).label("key")
    joined = counted.join(Event, Event.id == counted.c.event_id)
    conditions = _conditions(question, counted)
    return sa.select(key, *sums(counted)).select_from(joined).where(*conditions).group_by(key)


def _attended(question: CountRequest) -> sa.Select[Any]:
    """Who counted as there, in each group: (key, volunteer_id), once for each event."""
    event = Event.__table__
    return (
        sa.select(_key(question.group_by, event).label("key"), Attendance.volunteer_id)
        .join_from(Attendance, event, event.c.id == Attendance.event_id)
        .where(Attendance.status == "counted", *_conditions(question, event))
    )


def _different(attended: sa.CTE, *keys: str) -> sa.Select[Any]:
    """How many different people there were, in all or by the columns of this name: (*keys, volunteers)."""
    once = sa.select(*(attended.c[name] for name in ("volunteer_id", *keys))).distinct().subquery()
    named = [once.c[name] for name in keys]
    return sa.select(*named, sa.func.count().label("volunteers")).select_from(once).group_by(*named)


def _key(group_by: str, rows: sa.FromClause) -> sa.ColumnElement[Any]:
    """What rows with a `day` and a `region_code`, of an `event`, are grouped by."""
    keys: dict[str, sa.ColumnElement[Any]] = {
        "region": rows.c.region_code,
        "organization": Event.__table__.c.organization_id,
        "event": Event.__table__.c.id,
        "kind": Event.__table__.c.kind,
        "day": sa.func.to_char(rows.c.day, sa.literal_column("'YYYY-MM-DD'")),
        "week": sa.func.to_char(rows.c.day, sa.literal_column("'IYYY-\"W\"IW'")),
        "month": sa.func.to_char(rows.c.day, sa.literal_column("'YYYY-MM'")),
    }
    return keys[group_by]


def _conditions(question: CountRequest, rows: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [rows.c.day.between(question.first_day, question.last_day)]
    if question.region_codes is not None:
        conditions.append(rows.c.region_code.in_(question.region_codes))
    if question.organization_ids is not None:
        conditions.append(Event.__table__.c.organization_id.in_(question.organization_ids))
    return conditions
