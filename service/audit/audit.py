"""The record of what staff has done and read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service.models.audit import AuditAction, AuditEntry
from service.models.base import new_id


def record(
    session: Session,
    actor_id: UUID | None,
    action: AuditAction,
    *,
    region_code: str | None = None,
    organization_id: UUID | None = None,
    event_id: UUID | None = None,
    subject_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write down one thing in the session's transaction, with which it stands or falls.

    `actor_id`: None for the command line. `subject_id`: the volunteer whom it concerns. `detail`: plain JSON
    (ids, states, numbers of rows), never a name, a phone, or what somebody wrote.
    """
    session.add(
        AuditEntry(
            id=new_id(),
            at=now,
            actor_id=actor_id,
            action=action,
            region_code=region_code,
            organization_id=organization_id,
            event_id=event_id,
            subject_id=subject_id,
            detail=dict(detail or {}),
        )
    )
