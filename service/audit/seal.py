"""The seal of the audit: a chain over its entries, by a key that the database does not have.

Each entry gets one link. Entries without a link are looked for, so that one whose transaction took long is
sealed a turn later and none is passed over.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import AuditEntry, AuditSeal
from service.models.audit import AUDIT_KEPT
from service.models.base import first_id_at
from service.platform import logs, queue
from service.platform.queue import Runtime

logger = logs.get(__name__)

SEAL_TASK = "audit.seal"
SEAL_ALL_TASK = "audit.seal_all"
FORGET_TASK = "audit.forget"
KEY = "audit_key"
"""Of the runtime's extras."""

BATCH = 1_000
_PURPOSE = b"tazalyq: seals of audit"
_SEALING = 7_240_072
"""The key of the lock under which the chain grows."""

_RECENT_S = 2 * 24 * 60 * 60
"""How old what a turn looks for is at most; what waited longer is found at night."""

CONTENT = AuditEntry.__table__.c
"""All columns of an entry: each is under the seal."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link, as plain values."""

    number: int
    entry_id: UUID
    at: datetime
    digest: str


def key_of(secret_key: str) -> bytes:
    """The key of this purpose alone."""
    return hmac.digest(secret_key.encode(), _PURPOSE, hashlib.sha256)


def digest(key: bytes, entry: Mapping[str, Any]) -> str:
    """What an entry says, under the key: who finds a link cannot guess at an entry that is gone."""
    values = {name: _plain(value) for name, value in entry.items()}
    said = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def mac(key: bytes, before: str, link: Link) -> str:
    """What holds a link to the one before, whose mac is `before` ("" for the first)."""
    said = "\n".join([before, str(link.number), str(link.entry_id), _plain(link.at), link.digest])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def seal(session: Session, key: bytes, *, everything: bool = True, limit: int = BATCH) -> int:
    """Seal a batch of entries, oldest first, and write the end of the chain to the log; how many they were.

    `everything`: look through all that is kept, not only through the last two days.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_SEALING)))
    last = session.execute(
        sa.select(AuditSeal.number, AuditSeal.mac).order_by(AuditSeal.number.desc()).limit(1)
    ).first()
    number, before = (0, "") if last is None else (last.number, last.mac)
    links = []
    for entry in _unsealed(session, everything, limit):
        number += 1
        link = Link(number, entry["id"], entry["at"], digest(key, dict(entry)))
        before = mac(key, before, link)
        links.append(
            {"number": number, "entry_id": link.entry_id, "at": link.at, "digest": link.digest, "mac": before}
        )
    if links:
        session.execute(sa.insert(AuditSeal), links)
        logger.info("audit sealed", entries=len(links), checkpoint=f"{number}:{before}")
    return len(links)


def _unsealed(session: Session, everything: bool, limit: int) -> Sequence[sa.RowMapping]:  # noqa: FBT001 - of `seal`
    query = (
        sa.select(*CONTENT)
        .where(~sa.exists().where(AuditSeal.entry_id == AuditEntry.id))
        .order_by(AuditEntry.id)
        .limit(limit)
    )
    if not everything:
        # Ids are made by the real clock, whatever `at` says.
        query = query.where(AuditEntry.id > first_id_at(time.time() - _RECENT_S))
    return session.execute(query).mappings().all()


@queue.app.periodic(cron="* * * * *")
@queue.app.task(name=SEAL_TASK, queueing_lock=SEAL_TASK, pass_context=True)
def seal_recent(context: procrastinate.JobContext, timestamp: int) -> None:
    """Seal what was recorded since the last turn."""
    _seal_all(queue.runtime(context), everything=False)


@queue.app.periodic(cron="40 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=SEAL_ALL_TASK, queueing_lock=SEAL_ALL_TASK, pass_context=True)
def seal_left(context: procrastinate.JobContext, timestamp: int) -> None:
    """Seal what is left of days on which no worker ran."""
    _seal_all(queue.runtime(context), everything=True)


def _seal_all(runtime: Runtime, *, everything: bool) -> None:
    sealed = BATCH
    while sealed == BATCH:
        with runtime.sessions.begin() as session:
            sealed = seal(session, runtime.extras[KEY], everything=everything)


@queue.app.periodic(cron="50 21 * * 0")
@queue.app.task(name=FORGET_TASK, queueing_lock=FORGET_TASK, pass_context=True)
def forget_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Let entries go that have lived their time: by the one function of the database that may."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        forgotten = session.scalar(sa.select(sa.func.audit_forget(runtime.clock.now() - AUDIT_KEPT)))
    if forgotten:
        logger.info("audit entries have lived their time", entries=forgotten)
