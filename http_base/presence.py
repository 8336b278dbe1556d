"""Check-ins and check-outs as the API and the pages take them: by token or by cookie, live or kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from http_base import problems
from http_base.context import attestation, identity, is_page, now, page_caller, services, session
from http_base.identity import Unauthenticated
from http_base.one_by_one import Unreadable
from service import errors, presence_errors
from service.attendance import check_in, place_codes
from service.attendance.check_in import RecordOutcome, Stored
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.people import identities
from service.people.identities import Identity


def report(body: dict[str, Any], event_id: UUID, kind: RecordKind) -> Stored:
    """Record what is sent at the moment of presence. It is committed when this returns.

    Raises:
        As `check_in.record`. Unauthenticated, AccountDisabled. TooManyRequests: of a code.
        NotCheckedIn: a check-out is kept, but its check-in is not here yet.
    """
    sent = _live(body, event_id, kind)
    _give_connection_back()
    for refusal in _count_tries([sent]).values():
        raise refusal
    subject, token = _sender()
    stored = check_in.record(
        services().connections, subject, sent, now(), services().settings.thresholds, token
    )
    if stored.attendance is None:
        # Kept all the same: the check-in may still wait in the phone for a signal.
        raise presence_errors.NotCheckedIn()
    return stored


def report_kept(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Record what a phone kept while without signal: the result of each record, in the order sent.

    Raises:
        As `check_in.record_all`. Unauthenticated, AccountDisabled.
    """
    kept = [one if isinstance(one, Unreadable) else _kept(one, body) for one in body["records"]]
    _give_connection_back()
    outcomes = iter(_outcomes([one for one in kept if isinstance(one, SentRecord)]))
    return [one.result() if isinstance(one, Unreadable) else _result(one, next(outcomes)) for one in kept]


def shown(stored: Stored) -> dict[str, Any]:
    """The answer to a record that was stored."""
    return in_zone(stored.attendance or {}, stored.zone) | {"hints": stored.hints}


def in_zone(document: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """The attendance with its times in the event's own zone."""
    local = ZoneInfo(zone)
    times: dict[str, datetime | None] = {
        name: document[name] and document[name].astimezone(local)
        for name in ("checked_in_at", "checked_out_at")
    }
    return {**document, **times}


def _position(body: dict[str, Any]) -> Position | None:
    if not body.get("position"):
        return None
    return Position(**body["position"] | {"mocked": bool(body["position"]["mocked"])})


def _live(body: dict[str, Any], event_id: UUID, kind: RecordKind) -> SentRecord:
    """A record that was sent at the moment of presence."""
    moment = now()
    return SentRecord(
        id=body["id"],
        event_id=event_id,
        kind=kind,
        installation_id=body["installation_id"],
        captured_at=moment,
        clock_ahead=body["sent_at"] - moment,
        position=_position(body),
        code=body.get("code"),
        attested=attestation(),
        companions=body.get("companions") or 0,
    )


def _kept(record: dict[str, Any], body: dict[str, Any]) -> SentRecord:
    """A record that was kept without signal: its moment is corrected by how wrong the phone's clock goes."""
    clock_ahead = body["sent_at"] - now()
    return SentRecord(
        id=record["id"],
        event_id=record["event_id"],
        kind=RecordKind(record["type"]),
        installation_id=body["installation_id"],
        captured_at=record["captured_at"] - clock_ahead,
        clock_ahead=clock_ahead,
        position=_position(record),
        code=record.get("code"),
        is_offline=True,
        attested=attestation(),
        companions=record.get("companions") or 0,
    )


def _count_tries(sent: Sequence[SentRecord]) -> Mapping[UUID, errors.TooManyRequests]:
    """Count the tries of codes before any is judged, in a transaction of its own; refusals by record.

    To send again what was stored is no try: its answer was lost, and the stored one is given.
    """
    tried = [one for one in sent if one.code is not None]
    if not tried:
        return {}
    sender_id = _sender_id()
    known = check_in.sent_before(session(), sender_id, [one.id for one in tried])
    new = [one for one in tried if one.id not in known]
    limit = services().settings.code_tries_per_hour
    refused = place_codes.count_tries(session(), [one.event_id for one in new], sender_id, now(), limit)
    session().commit()
    return {one.id: refused[one.event_id] for one in new if one.event_id in refused}


def _sender_id() -> UUID:
    """Banned or not: what was captured before a ban is still taken."""
    found = identities.find_actor(session(), _sender()[0])
    if found is None:
        raise errors.NotRegistered()
    return found.volunteer_id


def _give_connection_back() -> None:
    """What a page has read of its caller was read: presence is stored by a connection of its own."""
    if is_page():
        session().rollback()


def _sender() -> tuple[str, Identity | None]:
    """Whose subject sends, banned or not, and the token where they bring one: a page has a session."""
    if not is_page():
        return identity().subject, identity()
    caller = page_caller()
    if caller is None:
        raise Unauthenticated
    if caller.known.standing.is_disabled:
        raise errors.AccountDisabled()
    return caller.subject, None


def _outcomes(sent: Sequence[SentRecord]) -> list[RecordOutcome]:
    """Of each record; those whose code has been tried too often are not judged."""
    tried = _count_tries(sent)
    held_back = [tried.get(one.id) if one.code is not None else None for one in sent]
    judged = [one for one, refusal in zip(sent, held_back, strict=True) if refusal is None]
    subject, token = _sender()
    thresholds = services().settings.thresholds
    outcomes = iter(check_in.record_all(services().connections, subject, judged, now(), thresholds, token))
    return [refusal or next(outcomes) for refusal in held_back]


def _result(sent: SentRecord, outcome: RecordOutcome) -> dict[str, Any]:
    if isinstance(outcome, errors.ServiceError):
        problem = problems.document_of(outcome, sent.event_id)
        return {"id": sent.id, "outcome": "refused", "problem": problem}
    result: dict[str, Any] = {"id": sent.id, "outcome": "repeated" if outcome.repeated else "stored"}
    if outcome.attendance is not None:
        result["attendance"] = shown(outcome)
    return result
