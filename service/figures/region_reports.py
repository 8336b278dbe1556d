"""Reports that were sent upward: frozen as sent, read again, and held against the figures of today."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require, require_coordinator
from service.audit import audit
from service.figures import periods, region_report, report_document
from service.figures.region_report import WITHOUT, Report, Row
from service.figures.report_columns import all_columns
from service.models import AuditAction, RegionReport, Volunteer
from service.models.base import LocalizedText
from service.platform.database import Connections, snapshot_session
from service.platform.idempotency import content_hash, find_stored, store_once
from service.platform.written import Written

SEND_LOCK = 7_207
"""Of the advisory locks by region and period: versions are given one after the other."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a coordinator sends: `notes` by district code, or "none"."""

    id: UUID
    region_code: str
    period: str
    action: str
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is another today: of a district (None: without one), or of the total."""

    district: str | None
    is_total: bool
    name: LocalizedText
    column: str
    before: Any
    after: Any


def send(
    session: Session, opened: Connections, actor: Actor, sending: Sending, now: datetime
) -> RegionReport:
    """Freeze a report as it stands at this moment; the same one again is the one that is kept.

    Begins its transaction anew once the figures are known: nothing may be written before.

    Raises:
        Forbidden: not the actor's region. Invalid: no period, or a note on another region's district.
        IdReused: the id holds another report, which is never changed.
    """
    require(actor, Permission.REPORT_REGION, Target(region_code=sending.region_code))
    said = {
        "by": actor.volunteer_id,
        "region": sending.region_code,
        "period": sending.period,
        "action": sending.action,
        "notes": dict(sending.notes),
    }
    digest = content_hash(said)
    if (stored := find_stored(session, RegionReport, sending.id, digest)) is not None:
        return stored
    period = periods.parse(sending.period, now)
    # Gives its connection back: nobody holds one and waits for another.
    session.rollback()
    report = region_report.at_one_moment(opened, sending.region_code, period, now, sending.notes)
    _check_notes(report, sending.notes)
    key = sa.func.hashtext(f"{sending.region_code} {period.code}")
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(SEND_LOCK, key)))
    made, is_new = store_once(
        session,
        RegionReport(
            id=sending.id,
            region_code=sending.region_code,
            period=period.code,
            first_day=period.first_day,
            last_day=period.last_day,
            version=1 + _versions(session, sending.region_code, period.code),
            action=sending.action,
            notes=dict(sending.notes),
            content=report_document.dump(report),
            sent_by=actor.volunteer_id,
            sent_at=now,
            content_hash=digest,
        ),
    )
    if is_new:
        detail = {"report": str(made.id), "period": made.period, "version": made.version}
        audit.record(
            session,
            actor.volunteer_id,
            AuditAction.REGION_REPORT_SENT,
            region_code=made.region_code,
            detail=detail,
            now=now,
        )
    return made


def _check_notes(report: Report, notes: Mapping[str, str]) -> None:
    known = [row.key or WITHOUT for row in report.rows]
    if not set(notes) <= {*known, WITHOUT}:
        raise errors.Invalid("notes", "report-district", districts=", ".join(known))


def _versions(session: Session, region_code: str, period: str) -> int:
    query = sa.select(sa.func.max(RegionReport.version)).where(
        RegionReport.region_code == region_code, RegionReport.period == period
    )
    return session.scalar(query) or 0


def get(session: Session, actor: Actor, id_: UUID) -> RegionReport:
    """A report that was sent. Raises NotFound, also where it is another coordinator's region."""
    found = session.get(RegionReport, id_, populate_existing=True)
    if found is None or not may(actor, Permission.REPORT_REGION, Target(region_code=found.region_code)):
        raise errors.NotFound(errors.Thing.REGION_REPORT)
    return found


class Sent(NamedTuple):
    """What is told of a report that was sent, its figures aside; `sender`: the name that they have now."""

    id: UUID
    region_code: str
    period: str
    version: int
    action: str
    sent_by: UUID
    sent_at: datetime
    sender: str


def listed(
    session: Session,
    actor: Actor,
    region_code: str | None,
    period: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Sent]:
    """What was sent, newest first, of the actor's regions; `after`: the (sent_at, id) of the last one seen.

    Raises:
        Forbidden: the actor reports on no region, or not on this one.
    """
    if region_code is not None:
        require(actor, Permission.REPORT_REGION, Target(region_code=region_code))
    else:
        require_coordinator(actor)
    regions = [region_code] if region_code is not None else actor.coordinated_regions
    query = _listed(of_regions=regions is not None, of_period=period is not None, is_first=after is None)
    sent_at, id_ = after or (None, None)
    values = {"regions": regions, "period": period, "sent_at": sent_at, "id": id_, "limit": limit}
    return [Sent(*row) for row in query.rows(session, values)]


@cache
def _listed(*, of_regions: bool, of_period: bool, is_first: bool) -> Written:
    """At most `limit`, newest first, where asked of `regions`, of a `period`, behind (`sent_at`, `id`)."""
    query = (
        sa.select(*(getattr(RegionReport, name) for name in Sent._fields[:-1]), Volunteer.display_name)
        .join(Volunteer, Volunteer.id == RegionReport.sent_by)
        .order_by(RegionReport.sent_at.desc(), RegionReport.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    if of_regions:
        regions = sa.bindparam("regions", type_=ARRAY(sa.Text))
        query = query.where(RegionReport.region_code == sa.any_(regions))
    if of_period:
        query = query.where(RegionReport.period == sa.bindparam("period", type_=sa.Text))
    if not is_first:
        last = sa.tuple_(
            sa.bindparam("sent_at", type_=sa.DateTime(timezone=True)), sa.bindparam("id", type_=sa.Uuid)
        )
        query = query.where(sa.tuple_(RegionReport.sent_at, RegionReport.id) < last)
    return Written(query)


def read(session: Session, sent: RegionReport) -> Report:
    """The report as it was sent, with the name that its sender has now."""
    sender = session.get(Volunteer, sent.sent_by)
    return report_document.load(
        sent.content,
        sent.region_code,
        sent.period,
        action=sent.action,
        made_by=sender.display_name if sender else "",
        sent_at=sent.sent_at,
    )


def changes(opened: Connections, sent: RegionReport, now: datetime) -> list[Change]:
    """What has changed since: each cell that is another today, in the order of the table."""
    before = report_document.load(
        sent.content, sent.region_code, sent.period, action=sent.action, made_by="", sent_at=sent.sent_at
    )
    with snapshot_session(opened) as session:
        after = region_report.table(session, sent.region_code, before.period, now, sent.notes)
    today = {row.key: row for row in after.rows}
    then = {row.key: row for row in before.rows}
    found: list[Change] = []
    for key in dict.fromkeys([*then, *today]):
        found += _differences(then.get(key), today.get(key), is_total=False)
    return [*found, *_differences(before.total, after.total, is_total=True)]


def _differences(before: Row | None, after: Row | None, *, is_total: bool) -> Iterator[Change]:
    row = before or after
    if row is None:
        return
    for column in all_columns():
        was = before.cells.get(column.key) if before else None
        is_now = after.cells.get(column.key) if after else None
        if was != is_now and column.key not in ("district", "kato"):
            yield Change(row.key, is_total, row.name, column.key, was, is_now)
