"""Check-in and check-out: facts in one query, a pure verdict, one statement that stores all of it.

`presence_record` keeps what phones sent, unique by (sender, id); `attendance` is derived from it, unique by
(event, volunteer); `count_pending` gets one row of deltas. No ORM on this path: it is the busiest.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors, evidence, geofence
from service.evidence import Position, Presence, Status, Thresholds, Verdict
from service.models import Attendance, Event
from service.models.volunteers import age_on

CHECK_IN = "check_in"
CHECK_OUT = "check_out"
MAX_RACES = 3


@dataclass(frozen=True, slots=True)
class Report:
    """One check-in or check-out as the phone sent it; `sent_at` by the phone's own clock."""

    id: UUID
    event_id: UUID
    installation_id: str
    sent_at: datetime
    position: Position

    def content_hash(self, kind: str) -> bytes:
        """What makes a repeat the same: everything but the moment of sending."""
        position = self.position
        parts = (
            kind,
            self.event_id,
            self.installation_id,
            position.latitude,
            position.longitude,
            position.accuracy_m,
            position.fixed_at.timestamp(),
            position.mocked,
        )
        return hashlib.sha256(repr(parts).encode()).digest()

    def presence(self, facts: sa.Row[Any], now: datetime) -> Presence:
        """What is judged: the fix against the event's area, its age by the phone's own clock."""
        position = self.position
        distance_m = geofence.distance_to_area_m(
            facts.area, (facts.latitude, facts.longitude), (position.latitude, position.longitude)
        )
        age_s = (self.sent_at - position.fixed_at).total_seconds()
        return Presence(now, distance_m, position.accuracy_m, age_s, mocked=position.mocked)


_ATTENDANCE_COLUMNS = (
    "id, event_id, volunteer_id, status, evidence, checked_in_at, checked_out_at, minutes, minutes_assumed,"
    " distance_m, reasons"
)

_FACTS = sa.text(
    """
    SELECT volunteer.id AS volunteer_id, volunteer.birth_date,
        volunteer.consents ? 'personal_data' AS consented,
        event.id AS event_id, event.status AS event_status, event.starts_at, event.ends_at, event.day,
        event.zone, event.latitude, event.longitude, event.area, event.region_code,
        event.min_age, event.walk_ins,
        signup.status AS signup_status, record.content_hash,
        attendance.id AS attendance_id, attendance.status, attendance.evidence, attendance.checked_in_at,
        attendance.checked_out_at, attendance.minutes, attendance.minutes_assumed, attendance.distance_m,
        attendance.reasons
    FROM volunteer
    LEFT JOIN event ON event.id = :event_id
    LEFT JOIN signup ON signup.event_id = event.id AND signup.volunteer_id = volunteer.id
    LEFT JOIN presence_record AS record ON record.sender_id = volunteer.id AND record.id = :id
    LEFT JOIN attendance ON attendance.event_id = event.id AND attendance.volunteer_id = volunteer.id
    WHERE volunteer.subject = :subject
    """
)

_INSERT_RECORD = """
    INSERT INTO presence_record (sender_id, id, content_hash, type, event_id, installation_id, captured_at,
        received_at, latitude, longitude, accuracy_m, fixed_at, mocked, distance_m, status, evidence, reasons)
    VALUES (:volunteer_id, :id, :content_hash, :type, :event_id, :installation_id, :now, :now,
        :latitude, :longitude,
        :accuracy_m, :fixed_at, :mocked, :distance_m, :status, :evidence, :reasons)
    ON CONFLICT DO NOTHING RETURNING id
"""

_STORE_CHECK_IN = sa.text(
    f"""
    WITH record AS ({_INSERT_RECORD}), attended AS (
        INSERT INTO attendance ({_ATTENDANCE_COLUMNS})
        SELECT id, :event_id, :volunteer_id, :status, :evidence, :now, NULL, NULL, false, :distance_m,
            :reasons
        FROM record
        ON CONFLICT DO NOTHING RETURNING id
    ), counted AS (
        INSERT INTO count_pending (event_id, day, region_code, participations, in_review)
        SELECT :event_id, :day, :region_code, :participations, :in_review FROM attended
    )
    SELECT (SELECT count(*) FROM record) AS recorded, (SELECT count(*) FROM attended) AS attended
    """  # noqa: S608 - our own columns
).bindparams(sa.bindparam("reasons", type_=ARRAY(sa.Text())))

_STORE_CHANGE = sa.text(
    f"""
    WITH record AS ({_INSERT_RECORD}), attended AS (
        UPDATE attendance SET status = :new_status, evidence = :new_evidence, reasons = :new_reasons,
            distance_m = :new_distance_m, checked_out_at = :checked_out_at, minutes = :minutes
        FROM record
        WHERE attendance.event_id = :event_id AND attendance.volunteer_id = :volunteer_id
            AND attendance.status = :old_status AND attendance.minutes IS NOT DISTINCT FROM :old_minutes
            AND attendance.checked_out_at IS NOT DISTINCT FROM :old_checked_out_at
        RETURNING attendance.id
    ), counted AS (
        INSERT INTO count_pending (event_id, day, region_code, participations, in_review, minutes)
        SELECT :event_id, :day, :region_code, :participations, :in_review, :counted_minutes FROM attended
    )
    SELECT (SELECT count(*) FROM record) AS recorded, (SELECT count(*) FROM attended) AS attended
    """  # noqa: S608 - our own columns
).bindparams(
    sa.bindparam("reasons", type_=ARRAY(sa.Text())), sa.bindparam("new_reasons", type_=ARRAY(sa.Text()))
)


@dataclass(frozen=True, slots=True)
class Stored:
    """The attendance as it is now, its event's zone, and whether this very record had been stored before."""

    attendance: Mapping[str, Any]
    zone: str
    repeated: bool


def check_in(session: Session, subject: str, report: Report, now: datetime, limits: Thresholds) -> Stored:
    """Record that somebody is there. The same id with the same content gives the stored attendance.

    Raises:
        NotRegistered, NotFound. IdReused. NotPublished, Cancelled, SignupRequired, TooYoung, ConsentMissing.
        PresenceRefused, Invalid: as the judge says. Busy: others changed the same attendance all the time.
    """
    return _tried_again(_check_in, session, subject, report, now, limits)


def check_out(session: Session, subject: str, report: Report, now: datetime, limits: Thresholds) -> Stored:
    """Record that somebody leaves, and fill in the minutes; a later check-out replaces an earlier one.

    Raises:
        NotCheckedIn, and all that `check_in` raises.
    """
    return _tried_again(_check_out, session, subject, report, now, limits)


class _RaceLostError(Exception):
    """Somebody else stored the same record, or changed the same attendance, since the facts were read."""


def _tried_again(
    act: Callable[[Session, str, Report, datetime, Thresholds], Stored],
    session: Session,
    subject: str,
    report: Report,
    now: datetime,
    limits: Thresholds,
) -> Stored:
    """Act from fresh facts when a race was lost: a new transaction sees what the winner has committed."""
    for _ in range(MAX_RACES):
        try:
            return act(session, subject, report, now, limits)
        except _RaceLostError:
            session.rollback()
    facts, found = _facts(session, subject, report, CHECK_IN)
    if found is None and facts.attendance_id is None:
        raise errors.IdReused()  # the attendance of somebody else has this id
    raise errors.Busy(retry_after_s=1)


def _check_in(session: Session, subject: str, report: Report, now: datetime, limits: Thresholds) -> Stored:
    facts, found = _facts(session, subject, report, CHECK_IN)
    if found:
        return found
    _check_may_attend(facts)
    presence = report.presence(facts, now)
    verdict = evidence.judge_check_in(presence, facts.starts_at, facts.ends_at, limits)
    if facts.attendance_id is not None:
        return _check_in_again(session, report, facts, presence, verdict)
    values = _record_values(report, facts, presence, verdict, CHECK_IN) | _deltas(None, 0, verdict.status, 0)
    if session.execute(_STORE_CHECK_IN, values).one().attended:
        return Stored(_new_attendance(report, facts, presence, verdict), facts.zone, repeated=False)
    raise _RaceLostError


def _check_out(session: Session, subject: str, report: Report, now: datetime, limits: Thresholds) -> Stored:
    facts, found = _facts(session, subject, report, CHECK_OUT)
    if found:
        return found
    if facts.attendance_id is None:
        raise errors.NotCheckedIn()
    presence = report.presence(facts, now)
    verdict = evidence.judge_check_out(presence, facts.starts_at, facts.ends_at, limits)
    changed = {
        "status": _worse(Status(facts.status), verdict.status),
        "evidence": facts.evidence,
        "reasons": [*facts.reasons, *(reason for reason in verdict.reasons if reason not in facts.reasons)],
        "distance_m": facts.distance_m,
        "checked_out_at": now,
        "minutes": evidence.presence_minutes(facts.checked_in_at, now, facts.starts_at, facts.ends_at),
    }
    return _store_change(session, report, facts, presence, verdict, CHECK_OUT, changed)


def _worse(before: Status, now: Status) -> Status:
    """A check-out can raise a doubt, it never settles one and never rejects."""
    return Status.REVIEW if Status.REVIEW in (before, now) and before != Status.REJECTED else before


def _facts(session: Session, subject: str, report: Report, kind: str) -> tuple[sa.Row[Any], Stored | None]:
    """All that the rules need, in one query, and the stored answer when this record is known already."""
    facts = session.execute(
        _FACTS, {"subject": subject, "event_id": report.event_id, "id": report.id}
    ).first()
    if facts is None:
        raise errors.NotRegistered()
    if facts.content_hash is not None:
        if bytes(facts.content_hash) != report.content_hash(kind):
            raise errors.IdReused()
        return facts, Stored(_attendance_of(facts), facts.zone, repeated=True)
    if facts.event_id is None:
        raise errors.NotFound()
    return facts, None


def _check_may_attend(facts: sa.Row[Any]) -> None:
    if facts.event_status == "draft":
        raise errors.NotPublished()
    if facts.event_status == "cancelled":
        raise errors.Cancelled()
    if not facts.consented:
        raise errors.ConsentMissing(missing=["personal_data"])
    if facts.min_age is not None and age_on(facts.birth_date, facts.day) < facts.min_age:
        raise errors.TooYoung(min_age=facts.min_age)
    if not facts.walk_ins and facts.signup_status != "going":
        raise errors.SignupRequired()


def _check_in_again(
    session: Session, report: Report, facts: sa.Row[Any], presence: Presence, verdict: Verdict
) -> Stored:
    """Another check-in at the same event: a better fix settles the doubts, and presence goes on."""
    settles = facts.status == Status.REVIEW and verdict.status == Status.COUNTED
    changed = {
        "status": verdict.status if settles else facts.status,
        "evidence": verdict.evidence if settles else facts.evidence,
        "reasons": list(verdict.reasons) if settles else facts.reasons,
        "distance_m": round(presence.distance_m) if settles else facts.distance_m,
        "checked_out_at": None,
        "minutes": None,
    }
    return _store_change(session, report, facts, presence, verdict, CHECK_IN, changed)


def _store_change(
    session: Session,
    report: Report,
    facts: sa.Row[Any],
    presence: Presence,
    verdict: Verdict,
    kind: str,
    changed: dict[str, Any],
) -> Stored:
    """Store the record and change the attendance, if it still is as the facts said."""
    values = _record_values(report, facts, presence, verdict, kind)
    values |= _deltas(facts.status, facts.minutes or 0, changed["status"], changed["minutes"] or 0)
    values |= {
        "new_status": changed["status"],
        "new_evidence": changed["evidence"],
        "new_reasons": changed["reasons"],
        "new_distance_m": changed["distance_m"],
        "checked_out_at": changed["checked_out_at"],
        "minutes": changed["minutes"],
        "old_status": facts.status,
        "old_minutes": facts.minutes,
        "old_checked_out_at": facts.checked_out_at,
    }
    outcome = session.execute(_STORE_CHANGE, values).one()
    if outcome.attended:
        return Stored(_attendance_of(facts) | changed, facts.zone, repeated=False)
    raise _RaceLostError


def _deltas(before: str | None, minutes_before: int, after: str, minutes_after: int) -> dict[str, int]:
    """What a change of one attendance adds to the counts."""
    was, now_is = before == Status.COUNTED, after == Status.COUNTED
    return {
        "participations": now_is - was,
        "in_review": (after == Status.REVIEW) - (before == Status.REVIEW),
        "counted_minutes": minutes_after * now_is - minutes_before * was,
    }


def _record_values(
    report: Report, facts: sa.Row[Any], presence: Presence, verdict: Verdict, kind: str
) -> dict[str, Any]:
    position = report.position
    return {
        "volunteer_id": facts.volunteer_id,
        "id": report.id,
        "content_hash": report.content_hash(kind),
        "type": kind,
        "event_id": report.event_id,
        "installation_id": report.installation_id,
        "now": presence.at,
        "latitude": position.latitude,
        "longitude": position.longitude,
        "accuracy_m": position.accuracy_m,
        "fixed_at": position.fixed_at,
        "mocked": position.mocked,
        "distance_m": round(presence.distance_m),
        "status": verdict.status,
        "evidence": verdict.evidence,
        "reasons": list(verdict.reasons),
        "day": facts.day,
        "region_code": facts.region_code,
    }


def _new_attendance(
    report: Report, facts: sa.Row[Any], presence: Presence, verdict: Verdict
) -> dict[str, Any]:
    return {
        "id": report.id,
        "event_id": report.event_id,
        "volunteer_id": facts.volunteer_id,
        "status": verdict.status,
        "evidence": verdict.evidence,
        "checked_in_at": presence.at,
        "checked_out_at": None,
        "minutes": None,
        "minutes_assumed": False,
        "distance_m": round(presence.distance_m),
        "reasons": list(verdict.reasons),
    }


def _attendance_of(facts: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": facts.attendance_id,
        "event_id": facts.event_id,
        "volunteer_id": facts.volunteer_id,
        "status": facts.status,
        "evidence": facts.evidence,
        "checked_in_at": facts.checked_in_at,
        "checked_out_at": facts.checked_out_at,
        "minutes": facts.minutes,
        "minutes_assumed": facts.minutes_assumed,
        "distance_m": facts.distance_m,
        "reasons": facts.reasons,
    }


def history(
    session: Session, volunteer_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Attendance, Event]]:
    """A volunteer's attendances with their events, newest first."""
    query = (
        sa.select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.volunteer_id == volunteer_id)
        .order_by(Attendance.checked_in_at.desc(), Attendance.id.desc())
        .limit(limit)
    )
    if after:
        query = query.where(
            sa.tuple_(Attendance.checked_in_at, Attendance.id) < sa.tuple_(*map(sa.literal, after))
        )
    return session.execute(query).all()


def totals(session: Session, volunteer_id: UUID) -> tuple[int, int]:
    """(events, minutes) counted for a volunteer."""
    row = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Attendance.minutes), 0)).where(
            Attendance.volunteer_id == volunteer_id, Attendance.status == Status.COUNTED
        )
    ).one()
    return row[0], int(row[1] or 0)


def present(session: Session, event_id: UUID) -> int:
    """How many people are or were there, rejected ones aside."""
    return int(
        session.scalar(
            sa.select(sa.func.count()).where(
                Attendance.event_id == event_id, Attendance.status != Status.REJECTED
            )
        )
        or 0
    )
