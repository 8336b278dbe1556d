"""The audit held against its seal: what was edited, deleted, slipped in, or cut off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.audit import seal
from service.audit.seal import CONTENT, Link
from service.ledger.verify import without_time_limit
from service.models import AuditEntry, AuditSeal
from service.models.audit import AUDIT_KEPT
from service.platform import logs, queue

logger = logs.get(__name__)

TASK = "audit.verify"
SEALED_WITHIN = timedelta(days=1)
"""So soon an entry has its link, whatever happened to the workers."""


class Fault(StrEnum):
    """What is wrong with an entry or a link, in words for an operator."""

    EDITED = "the entry is another than when it was sealed"
    DELETED = "the entry is gone before its time"
    GAP = "a link is missing before this one"
    FORGED = "the link was not made with this key, or the one before it is another"
    UNSEALED = "the entry has no link: it was put in by hand, or no worker has run for a day"
    CUT = "the chain ends before this checkpoint, or has another link there"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault; `number` of the link, `entry_id` of the entry, where there is one."""

    fault: Fault
    number: int | None
    entry_id: UUID | None

    def __str__(self) -> str:
        where = f"link {self.number}" if self.number is not None else "no link"
        return f"{where}, entry {self.entry_id or '–'}: {self.fault}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The end of the chain as the log says it: `NUMBER:MAC`."""

    number: int
    mac: str

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Raises ValueError: no checkpoint."""
        number, _, mac = text.strip().partition(":")
        if not mac:
            raise ValueError(text)
        return cls(int(number), mac)


def findings(
    session: Session, keys: Sequence[bytes], now: datetime, checkpoint: Checkpoint | None = None
) -> Iterator[Finding]:
    """Every fault, in the order of the chain; `keys`: today's and former ones, any of which may have sealed.

    An entry that has lived its time may be gone. `checkpoint`: a former end of the chain, which it must go
    through.
    """
    without_time_limit(session)
    number, before, passed = 0, "", checkpoint is None
    for row in _links(session):
        link = Link(row["number"], row["entry_id"], row["sealed_at"], row["digest"])
        if link.number != number + 1:
            yield Finding(Fault.GAP, link.number, link.entry_id)
        elif not any(seal.mac(key, before, link) == row["mac"] for key in keys):
            yield Finding(Fault.FORGED, link.number, link.entry_id)
        fault = _fault_of_entry(row, link, keys, now)
        if fault is not None:
            yield Finding(fault, link.number, link.entry_id)
        number, before = link.number, row["mac"]
        passed = passed or checkpoint == Checkpoint(number, before)
    if not passed and checkpoint is not None:
        yield Finding(Fault.CUT, checkpoint.number, None)
    for entry_id in session.scalars(_unsealed(now)):
        yield Finding(Fault.UNSEALED, None, entry_id)


def _links(session: Session) -> Iterator[sa.RowMapping]:
    query = (
        sa.select(
            AuditSeal.number,
            AuditSeal.entry_id,
            AuditSeal.at.label("sealed_at"),
            AuditSeal.digest,
            AuditSeal.mac,
            *CONTENT,
        )
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.number)
        .execution_options(yield_per=1_000)
    )
    yield from session.execute(query).mappings()


def _fault_of_entry(row: sa.RowMapping, link: Link, keys: Sequence[bytes], now: datetime) -> Fault | None:
    if row["id"] is None:
        return Fault.DELETED if link.at > now - AUDIT_KEPT else None
    entry = {column.name: row[column.name] for column in CONTENT}
    if not any(seal.digest(key, entry) == link.digest for key in keys):
        return Fault.EDITED
    return None


def _unsealed(now: datetime) -> sa.Select[UUID]:
    return (
        sa.select(AuditEntry.id)
        .where(AuditEntry.at < now - SEALED_WITHIN, ~sa.exists().where(AuditSeal.entry_id == AuditEntry.id))
        .order_by(AuditEntry.id)
    )


@queue.app.periodic(cron="20 22 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def verify_every_night(context: procrastinate.JobContext, timestamp: int) -> None:
    """Log every fault, so that somebody looks."""
    runtime = queue.runtime(context)
    key: Any = runtime.extras[seal.KEY]
    with runtime.sessions.begin() as session:
        for finding in findings(session, [key], runtime.clock.now()):
            logger.error("audit is not as it was sealed", what=str(finding))
