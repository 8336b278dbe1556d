"""What waits for a coordinator: said once, for the queue that shows it and for the digest that counts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, require, require_coordinator
from service.attendance.evidence import Status
from service.geography import asked_regions, regions
from service.geography.asked_regions import Among
from service.models import (
    Appeal,
    Attendance,
    Coordinator,
    Event,
    EventPhoto,
    EventReport,
    Membership,
    Organization,
    RefusalAppeal,
)
from service.models.organizations import WAITS_FOR_COORDINATOR
from service.models.photos import PHOTO_WAITS
from service.models.volunteers import NATIONAL
from service.platform.written import Written


class Waiting(StrEnum):
    """The kinds of things that wait, in the order in which a digest names them."""

    ORGANIZATIONS = "organizations"
    REVIEWS = "reviews"
    APPEALS = "appeals"
    REPORTS = "reports"
    PHOTOS = "photos"


_REVIEW = sa.literal_column(f"'{Status.REVIEW}'", sa.Text)
"""Written out: a plan for any status could not use the index of those in review."""

IN_REVIEW = sa.select(Attendance).where(Attendance.status == _REVIEW)
APPEALED = (
    sa.select(Attendance)
    .join(Appeal, Appeal.attendance_id == Attendance.id)
    .where(Appeal.decided_at.is_(None), Attendance.status == Status.REJECTED)
)
"""Two partial indexes: neither the years of settled attendance nor those of settled appeals are read."""


REFUSALS_APPEALED = sa.select(RefusalAppeal).where(RefusalAppeal.decided_at.is_(None))
"""Of check-ins that were refused: no attendance yet."""


def by_coordinator() -> sa.Select[*tuple[Any, ...]]:
    """(volunteer_id, organizations, reviews, appeals, reports, photos): how much waits for each coordinator.

    Only those for whom something waits. One's own attendance and organizations are for somebody else; the
    country's coordinators hear of all regions.
    """
    things = sa.union_all(
        *(
            sa.select(sa.literal(what, sa.Text).label("what"), rows.subquery())
            for what, rows in _things().items()
        )
    ).subquery()
    counts = [
        sa.func.count(sa.distinct(things.c.id)).filter(things.c.what == what).label(what) for what in Waiting
    ]
    return (
        sa.select(Coordinator.volunteer_id, *counts)
        .join(
            things,
            sa.and_(
                Coordinator.region_code.in_((things.c.region_code, NATIONAL)),
                ~Coordinator.resting,
                things.c.volunteer_id.is_distinct_from(Coordinator.volunteer_id),
                ~sa.exists().where(
                    Membership.organization_id == things.c.organization_id,
                    Membership.volunteer_id == Coordinator.volunteer_id,
                    ~Membership.resting,
                ),
            ),
        )
        .group_by(Coordinator.volunteer_id)
    )


def regions_to_review(actor: Actor, region_code: str | None) -> list[str] | None:
    """The regions of a coordinator's question: the one named, else all of the actor's; None for every one.

    Raises:
        Forbidden: not a coordinator (there). Invalid: no such region.
    """
    if region_code is None:
        require_coordinator(actor)
        return actor.coordinated_regions
    require(actor, Permission.REVIEW_ATTENDANCE, Target(region_code=region_code))
    if regions.get(region_code) is None:
        raise errors.Invalid("region", "region")
    return [region_code]


@dataclass(frozen=True, slots=True)
class Queue:
    """How much of one kind waits, and since when the oldest does (None: nothing waits)."""

    number: int
    since: datetime | None


def what_waits(session: Session, actor: Actor, region_code: str | None) -> Mapping[Waiting, Queue]:
    """What waits for this coordinator, of each kind, in a region or in all of theirs; what concerns
    themself is for somebody else.

    Raises:
        Forbidden: not a coordinator (there). Invalid: no such region.
    """
    asked = regions_to_review(actor, region_code)
    values = {"own_id": actor.volunteer_id, "own": list(actor.organizations)} | asked_regions.values(asked)
    query = _waits(Among.of(asked), has_own=bool(actor.organizations))
    return {Waiting(row.what): Queue(row.number, row.since) for row in query.rows(session, values)}


@cache
def _waits(among: Among, *, has_own: bool) -> Written:
    """(what, number, since) of each kind for somebody with `own_id`, of these regions, besides `own`.

    What is asked of neither has no condition on events, which then are not looked up.
    """
    return Written(
        sa.union_all(*(_of_kind(what, rows, among, has_own=has_own) for what, rows in _things().items()))
    )


def _of_kind(
    what: Waiting, rows: sa.SelectBase, among: Among, *, has_own: bool
) -> sa.Select[*tuple[Any, ...]]:
    # By itself: rows of all kinds would be sorted before they are counted.
    things = rows.subquery().c
    own_id, own = sa.bindparam("own_id", type_=sa.Uuid), sa.bindparam("own", type_=ARRAY(sa.Uuid))
    query = sa.select(
        sa.literal(what, sa.Text).label("what"),
        sa.func.count().label("number"),
        sa.func.min(things.since).label("since"),
    ).where(things.volunteer_id.is_distinct_from(own_id), *among.holding(things.region_code))
    return query.where(things.organization_id != sa.all_(own)) if has_own else query


def _things() -> Mapping[Waiting, sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[Any]]:
    """(region_code, id, volunteer_id, organization_id, since) of each, once, by their kind.

    `volunteer_id`: whose attendance it is; `organization_id`: about which it is, or about whose event.
    """
    nobody = sa.cast(sa.null(), sa.Uuid).label("volunteer_id")
    organizations = sa.select(
        Organization.region_code,
        Organization.id,
        nobody,
        Organization.id.label("organization_id"),
        Organization.created_at.label("since"),
    ).where(WAITS_FOR_COORDINATOR)
    reports = (
        sa.select(
            Event.region_code,
            EventReport.id,
            nobody,
            Event.organization_id,
            EventReport.created_at.label("since"),
        )
        .join(Event, Event.id == EventReport.event_id)
        .where(EventReport.closed_at.is_(None))
    )
    photographs = (
        sa.select(
            Event.region_code,
            EventPhoto.id,
            nobody,
            Event.organization_id,
            sa.func.coalesce(EventPhoto.reported_at, EventPhoto.uploaded_at).label("since"),
        )
        .join(Event, Event.id == EventPhoto.event_id)
        .where(PHOTO_WAITS)
    )
    refusals = REFUSALS_APPEALED.join(Event, Event.id == RefusalAppeal.event_id).with_only_columns(
        Event.region_code,
        RefusalAppeal.attendance_id,
        RefusalAppeal.volunteer_id,
        Event.organization_id,
        RefusalAppeal.created_at,
    )
    return {
        Waiting.ORGANIZATIONS: organizations,
        Waiting.REVIEWS: _attended(IN_REVIEW, Attendance.checked_in_at),
        Waiting.APPEALS: sa.union_all(_attended(APPEALED, Appeal.created_at), refusals),
        Waiting.REPORTS: reports,
        Waiting.PHOTOS: photographs,
    }


def _attended(
    rows: sa.Select[*tuple[Any, ...]], since: sa.SQLColumnExpression[datetime]
) -> sa.Select[*tuple[Any, ...]]:
    # Each has its event. An outer join is left out where nothing of the event is asked for.
    return rows.outerjoin(Event, Event.id == Attendance.event_id).with_only_columns(
        Event.region_code,
        Attendance.id,
        Attendance.volunteer_id,
        Event.organization_id,
        since.label("since"),
    )
