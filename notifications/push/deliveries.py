"""The state of each push: `due → sending → sent | gone | rejected | expired`.

A lease (by the database's clock, which nobody moves) names who sends and until when that sender is trusted
to be alive. When it has run out the delivery is due again, with the same notification id, collapse key and
tag: a repeat collapses on the phone. Only the lease's owner may say what became of a delivery.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import Delivery
from notifications.push import circuit, payloads
from notifications.push.circuit import PAUSE, Go, Hold, Pauses
from notifications.push.gateway import Push, PushOutcome, PushResult
from notifications.push.payloads import KeptBack
from service.models import Device
from service.platform import logs

logger = logs.get(__name__)

AT_ONCE = 500
LONGEST_WAIT_S = 900
LONGEST_ASKED_S = 28 * 24 * 3600
"""No push lives longer: whoever asks to wait for more asks for none."""

LONGEST_DETAIL = 200
DOUBTS = 3
"""A device whose value Google has doubted so often is off until the phone registers again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery that is ours for the length of the lease.

    `push` None: nothing is to be sent, and its end is written already. `probe` names the paused scope that
    this push is to try.
    """

    delivery_id: UUID
    owner: str
    volunteer_id: UUID
    installation_id: str
    attempts: int
    expires_at: datetime
    push: Push | None
    probe: str | None = None


@dataclass(frozen=True, slots=True)
class _End:
    """How one leased delivery is written back."""

    delivery_id: UUID
    status: str
    detail: str
    at: datetime
    tried: int = 0


def claim(
    session: Session, now: datetime, lease_s: float, limit: int = AT_ONCE, owner: str = "worker"
) -> list[Claim]:
    """Take up to `limit` deliveries that are due, for a lease of so many seconds.

    What is too late, unwanted, without a device or kept back comes without a push: its end is written here.
    """
    pauses = Pauses(session, now)
    if pauses.is_shut:
        return []
    claims, ends = [], []
    for row, made in payloads.make(session, _lease(session, now, lease_s, limit, owner), now):
        admitted = pauses.admit(made) if isinstance(made, Push) else None
        if isinstance(made, KeptBack):
            ends.append(_End(row.id, made.status, made.detail, made.at))
        elif isinstance(admitted, Hold):
            ends.append(_End(row.id, "due", admitted.reason, admitted.until))
        push = made if isinstance(made, Push) and isinstance(admitted, Go) else None
        claims.append(_claim(row, owner, push, admitted.probe if isinstance(admitted, Go) else None))
    _write(session, owner, ends)
    return claims


def _claim(row: Any, owner: str, push: Push | None, probe: str | None) -> Claim:
    return Claim(
        row.id, owner, row.volunteer_id, row.installation_id, row.attempts, row.expires_at, push, probe
    )


def _lease(session: Session, now: datetime, lease_s: float, limit: int, owner: str) -> list[UUID]:
    """Urgent ones as long as there are any, then those that have been due for longest."""
    leased: list[UUID] = []
    for which in (Delivery.urgent.is_(True), Delivery.urgent.is_(False)):
        if len(leased) < limit:
            leased += _lease_some(session, which, now, lease_s, limit - len(leased), owner)
    return leased


def _lease_some(
    session: Session,
    which: sa.ColumnElement[bool],
    now: datetime,
    lease_s: float,
    limit: int,
    owner: str,
) -> Sequence[UUID]:
    due = (
        sa.select(Delivery.id)
        .where(Delivery.status == "due", Delivery.next_attempt_at <= now, which)
        .order_by(Delivery.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    leased = session.scalars(
        sa.update(Delivery)
        .where(Delivery.id == due.c.id)
        .values(status="sending", lease_owner=owner, lease_until=_lease_end(lease_s))
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return leased.all()


def _lease_end(lease_s: float) -> Any:
    return sa.func.clock_timestamp() + timedelta(seconds=lease_s)


def settle(session: Session, claims: Sequence[Claim], results: Sequence[PushResult], now: datetime) -> None:
    """Write what became of each claim, of those that are still leased by its owner; in one statement."""
    outcomes = list(zip(claims, results, strict=True))
    if not outcomes:
        return
    owner = claims[0].owner
    ends = [_end(claim, result, now) for claim, result in outcomes]
    written = _write(session, owner, ends)
    if len(written) < len(ends):
        logger.warning(
            "leases had run out: others will say what became of them", pushes=len(ends) - len(written)
        )
    _switch_off(session, outcomes, written, now)
    _note_pauses(session, outcomes)


def _write(session: Session, owner: str, ends: Sequence[_End]) -> set[UUID]:
    """Write ends, sorted by key; the ids of those that the owner still held."""
    if not ends:
        return set()
    ends = sorted(ends, key=lambda end: end.delivery_id)
    values = {
        "owner": owner,
        "ids": [end.delivery_id for end in ends],
        "statuses": [end.status for end in ends],
        "details": [end.detail[:LONGEST_DETAIL] for end in ends],
        "ats": [end.at for end in ends],
        "tried": [end.tried for end in ends],
    }
    return set(session.scalars(_WRITE, values))


_WRITE = sa.text(
    """
    UPDATE delivery AS d
    SET status = v.status,
        attempts = d.attempts + v.tried,
        next_attempt_at = v.at,
        finished_at = CASE WHEN v.status = 'due' THEN NULL ELSE v.at END,
        last_result = v.detail,
        lease_owner = CASE WHEN v.status = 'due' THEN NULL ELSE d.lease_owner END,
        lease_until = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:details AS text[]),
                CAST(:ats AS timestamptz[]), CAST(:tried AS int[])) AS v (id, status, detail, at, tried)
    WHERE d.id = v.id AND d.status = 'sending' AND d.lease_owner = :owner
    RETURNING d.id
    """
).columns(id=sa.Uuid)

FINAL = {
    PushOutcome.SENT: "sent",
    PushOutcome.GONE: "gone",
    PushOutcome.QUARANTINED: "rejected",
    PushOutcome.REJECTED: "rejected",
}


def _end(claim: Claim, result: PushResult, now: datetime) -> _End:
    detail = _writable(f"{result.outcome} {result.detail}")
    if result.outcome in FINAL:
        return _End(claim.delivery_id, FINAL[result.outcome], detail, now, tried=1)
    tried = int(result.outcome == PushOutcome.RETRY)
    life = claim.expires_at - now
    wait = retry_wait(claim.attempts + 1, result.retry_after_s, life) if tried else PAUSE
    if tried and wait >= life:
        return _End(claim.delivery_id, "expired", detail, now, tried)
    return _End(claim.delivery_id, "due", detail, now + wait, tried)


def _writable(text: str) -> str:
    """Words of others as the database takes them: what cannot be written must hold up no other outcome."""
    return text.replace("\0", " ").encode(errors="replace").decode()


def retry_wait(attempts: int, retry_after_s: int | None, life: timedelta) -> timedelta:
    """Jittered exponential wait after so many tries: never less than the server asked for, and otherwise
    never more than half of what is left of the push's life."""
    least = float(min(retry_after_s or 10, LONGEST_ASKED_S))
    grown = least * 2 ** min(attempts - 1, 10) * random.uniform(1.0, 1.5)  # noqa: S311 - no secret
    return timedelta(seconds=max(least, min(grown, LONGEST_WAIT_S, life.total_seconds() / 2)))


def _switch_off(
    session: Session, outcomes: Iterable[tuple[Claim, PushResult]], written: set[UUID], now: datetime
) -> None:
    """Switch off the devices that are gone or stay in doubt, unless the phone has brought another value."""
    found: dict[PushOutcome, set[tuple[UUID, str, str]]] = defaultdict(set)
    for claim, result in outcomes:
        if claim.push is not None and claim.delivery_id in written:
            found[result.outcome].add((claim.volunteer_id, claim.installation_id, claim.push.target))
    for outcome, values in (
        (PushOutcome.GONE, {"off_since": now}),
        (PushOutcome.QUARANTINED, _doubted(now)),
    ):
        if found[outcome]:
            named = sa.tuple_(Device.volunteer_id, Device.installation_id, Device.value)
            session.execute(
                sa.update(Device)
                .where(named.in_(sorted(found[outcome])))
                .values(values)
                .execution_options(synchronize_session=False)
            )


def _doubted(now: datetime) -> dict[str, Any]:
    off_since = sa.case((Device.doubts + 1 >= DOUBTS, now), else_=Device.off_since)
    return {"doubts": Device.doubts + 1, "off_since": off_since}


def _note_pauses(session: Session, outcomes: Iterable[tuple[Claim, PushResult]]) -> None:
    """Pause what is refused; a probe that was answered properly ends its pause."""
    refused = {result.scope: result.detail for _, result in outcomes if result.outcome == PushOutcome.PAUSED}
    for scope, detail in sorted(refused.items()):
        circuit.pause(session, scope, detail)
    for claim, result in outcomes:
        if claim.probe is not None and claim.probe not in refused and result.outcome in FINAL:
            circuit.resume(session, claim.probe)


def renew(session: Session, owner: str, delivery_ids: Sequence[UUID], lease_s: float) -> None:
    """Go on being trusted for another lease with these deliveries."""
    session.execute(
        sa.update(Delivery)
        .where(Delivery.id.in_(delivery_ids), Delivery.lease_owner == owner, Delivery.status == "sending")
        .values(lease_until=_lease_end(lease_s))
        .execution_options(synchronize_session=False)
    )


def release(session: Session, owner: str, claims: Iterable[Claim], now: datetime) -> None:
    """Give back what was claimed and not sent: due at once, no attempt."""
    _write(session, owner, [_End(claim.delivery_id, "due", "given back", now) for claim in claims])


def retract(session: Session) -> int:
    """Make due again whatever dead senders hold; how many that were."""
    dead = (
        sa.select(Delivery.id)
        .where(Delivery.status == "sending", Delivery.lease_until < sa.func.clock_timestamp())
        .with_for_update(skip_locked=True)
        .cte("dead")
    )
    taken = session.execute(
        sa.update(Delivery)
        .where(Delivery.id == dead.c.id)
        .values(status="due", lease_owner=None, lease_until=None, last_result="its sender died")
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(taken.all())
