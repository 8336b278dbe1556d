"""Reports of events: a volunteer says what is wrong, the region's coordinators read and close them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require, require_coordinator
from service.audit import audit
from service.events import events
from service.models import AuditAction, Event, EventReport
from service.models.base import new_id


def submit(session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime) -> None:
    """Report an event. One open report a person: again, it says the newer reason; a closed one opens again.

    Raises:
        NotFound: no such event, or a draft of others.
    """
    events.get_visible(session, actor, event_id)
    again = {"reason": reason, "created_at": now, "closed_at": None, "closed_by": None, "resolution": None}
    session.execute(
        insert(EventReport)
        .values(id=new_id(), event_id=event_id, volunteer_id=actor.volunteer_id, **again)
        .on_conflict_do_update(index_elements=["event_id", "volunteer_id"], set_=again)
    )


def open_reports(
    session: Session,
    actor: Actor,
    region_code: str | None,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> Sequence[tuple[EventReport, Event]]:
    """Open reports of the regions that the actor coordinates, by id; of one's own events another one reads.

    Raises:
        Forbidden: coordinates none.
    """
    require_coordinator(actor)
    audit.record_read(session, actor.volunteer_id, AuditAction.REPORTS_READ, region_code=region_code, now=now)
    query = (
        sa.select(EventReport, Event)
        .join(Event, Event.id == EventReport.event_id)
        .where(EventReport.closed_at.is_(None), Event.organization_id.not_in(list(actor.organizations)))
        .order_by(EventReport.id)
        .limit(limit)
    )
    if actor.coordinated_regions is not None:
        query = query.where(Event.region_code.in_(actor.coordinated_regions))
    if region_code is not None:
        query = query.where(Event.region_code == region_code)
    if after is not None:
        query = query.where(EventReport.id > after)
    return session.execute(query).all()


def close(session: Session, actor: Actor, report_id: UUID, resolution: str, now: datetime) -> EventReport:
    """Close a report with what came of it; closed again, it keeps the first words.

    Raises:
        NotFound: none of this id. Forbidden: not a coordinator of its region, or of one's own event.
    """
    found = session.get(EventReport, report_id, with_for_update=True)
    if found is None:
        raise errors.NotFound(errors.Thing.REPORT)
    event = events.get(session, found.event_id)
    require(actor, Permission.HANDLE_REPORT, events.target_of(event))
    if found.closed_at is None:
        found.closed_at, found.closed_by, found.resolution = now, actor.volunteer_id, resolution
        who, detail = found.volunteer_id, {"report": str(report_id)}
        events.record(session, actor, AuditAction.REPORT_HANDLED, event, now, who, detail)
    return found
