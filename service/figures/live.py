"""A day of action as it goes on: how many are on site now, what came in, what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.attendance.evidence import Status
from service.events import result_reminders
from service.figures import event_lists
from service.geography import asked_regions
from service.geography.asked_regions import Among
from service.models import Attendance, Event, EventResult, EventStatus, Organization, Outbox
from service.models.base import COUNTRY_ZONE, LocalizedText
from service.models.events import presence_end
from service.platform.written import Written

RESULTS_SHOWN = 10
LONGEST = timedelta(days=30)
"""What began longer ago is not looked for, also where it goes on."""


class LiveEvent(NamedTuple):
    """An event of today, or that goes on since an earlier day. `on_site`: checked in and not out, while it
    runs; `came`: with who left, doubts included; `declared`: as of an EventLine; `reminded`: a coordinator
    asked for its result today.
    """

    id: UUID
    title: LocalizedText
    organization: LocalizedText
    region_code: str
    district_code: str | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    is_cancelled: bool
    is_running: bool
    on_site: int
    came: int
    declared: int
    result_at: datetime | None
    reminded: bool

    def lacks_result(self, now: datetime) -> bool:
        """Whether it is over, and nobody has said what came of it."""
        return self.result_at is None and not self.is_cancelled and now >= self.ends_at


@dataclass(frozen=True, slots=True)
class DistrictNow:
    """`code` None: events without a district."""

    code: str | None
    on_site: int
    events: int
    running: int


@dataclass(frozen=True, slots=True)
class Live:
    """Today in a region. `results`: the last that came in, newest first; `missing`: those that lack one."""

    events: Sequence[LiveEvent]
    districts: Sequence[DistrictNow]
    results: Sequence[LiveEvent]
    missing: Sequence[LiveEvent]
    as_of: datetime

    @property
    def on_site(self) -> int:
        return sum(one.on_site for one in self.events)


def today(session: Session, actor: Actor, region_code: str | None, now: datetime) -> Live:
    """How the country's present day goes in a region, or with None in all of the actor's; figures alone.

    Raises:
        Forbidden, SecondFactorRequired: not a coordinator (there).
    """
    asked = event_lists.regions_to_count(actor, region_code)
    day = now.astimezone(COUNTRY_ZONE).date()
    values = {"now": now, "day": day, "since": day - LONGEST, "today": str(day)} | asked_regions.values(asked)
    found = [LiveEvent(*row) for row in _of_today(Among.of(asked)).rows(session, values)]
    reported = sorted(
        (one for one in found if one.result_at is not None), key=lambda one: str(one.result_at), reverse=True
    )
    missing = [one for one in found if one.lacks_result(now)]
    return Live(found, _by_district(found), reported[:RESULTS_SHOWN], missing, now)


def _by_district(found: Sequence[LiveEvent]) -> list[DistrictNow]:
    """Those with most people first."""
    codes = {one.district_code for one in found}
    rows = []
    for code in codes:
        there = [one for one in found if one.district_code == code]
        running = sum(one.is_running for one in there)
        rows.append(DistrictNow(code, sum(one.on_site for one in there), len(there), running))
    return sorted(rows, key=lambda row: (-row.on_site, -row.events, row.code or ""))


@cache
def _of_today(among: Among) -> Written:
    """What makes a LiveEvent of each event of a `day`, or that goes on `since` another."""
    now = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    day, since = (sa.bindparam(name, type_=sa.Date) for name in ("day", "since"))
    is_off = Event.status == EventStatus.CANCELLED
    runs = sa.and_(Event.starts_at <= now, presence_end(Event) > now)
    came = sa.select(sa.func.count()).where(
        Attendance.event_id == Event.id, Attendance.status.in_((Status.COUNTED, Status.REVIEW))
    )
    still_there = came.where(
        Attendance.checked_in_at <= now,
        sa.or_(Attendance.checked_out_at.is_(None), Attendance.checked_out_at > now),
        presence_end(Event) > now,
    )
    key = sa.literal(f"{result_reminders.KIND}:") + sa.cast(Event.id, sa.Text) + sa.literal(":asked:")
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            Event.id,
            Event.title,
            Organization.name.label("organization"),
            Event.region_code,
            Event.district_code,
            Event.starts_at,
            Event.ends_at,
            Event.zone,
            is_off.label("is_cancelled"),
            runs.label("is_running"),
            still_there.correlate(Event).scalar_subquery().label("on_site"),
            came.correlate(Event).scalar_subquery().label("came"),
            event_lists.declared().label("declared"),
            EventResult.updated_at.label("result_at"),
            sa.exists()
            .where(Outbox.dedupe_key == key + sa.bindparam("today", type_=sa.Text))
            .label("reminded"),
        )
        .join(Organization, Organization.id == Event.organization_id)
        .outerjoin(EventResult, EventResult.event_id == Event.id)
        .where(
            Event.day.between(since, day),
            sa.or_(Event.day == day, runs),
            Event.status != EventStatus.DRAFT,
            ~Event.never_published,
            # Called off before it began, it is no part of the day.
            sa.or_(~is_off, Event.cancelled_at > Event.starts_at),
            *among.holding(Event.region_code),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return Written(query)
