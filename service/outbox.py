"""Records what is owed to people, in the transaction that it follows from. The rest is notifications'."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service import queue
from service.models import Outbox

EXPAND_TASK = "notifications.expand"


def owe(
    session: Session,
    kind: str,
    now: datetime,
    facts: dict[str, Any],
    *,
    event_id: UUID | None = None,
    organization_id: UUID | None = None,
    volunteer_id: UUID | None = None,
    created_by: UUID | None = None,
) -> Outbox:
    """Record one notification and the job that will work out to whom it goes.

    `facts` are plain JSON values: all that the words need, as they are now.
    """
    entry = Outbox(
        kind=kind,
        facts=facts,
        event_id=event_id,
        organization_id=organization_id,
        volunteer_id=volunteer_id,
        created_by=created_by,
        created_at=now,
    )
    session.add(entry)
    session.flush()
    queue.defer(session, EXPAND_TASK, outbox_id=str(entry.id))
    return entry
