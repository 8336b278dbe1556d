"""The queries of `presence_facts.py`, built once: text for a plain cursor, whose answers are JSON objects."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from service.attendance.overlap import NEIGHBOURHOOD
from service.models import (
    Attendance,
    Consent,
    Device,
    Event,
    Guardianship,
    Membership,
    PresenceRecord,
    Signup,
    Volunteer,
)
from service.models.events import presence_end
from service.people import bans

_UUIDS = postgresql.ARRAY(sa.Uuid())


def _object(*columns: Any) -> sa.ColumnElement[Any]:
    """A JSON object of columns, by their names."""
    parts: list[Any] = []
    for column in columns:
        parts += sa.literal_column(f"'{column.key}'"), column
    return sa.func.json_build_object(*parts)


def _text(query: sa.Select[Any]) -> str:
    """As psycopg takes it. It keeps what it has parsed of a statement of up to 4,096 characters."""
    return str(query.compile(dialect=postgresql.psycopg.dialect()))  # type: ignore[no-untyped-call]


_ATTENDANCE = _object(
    *Attendance.__table__.c[
        "id", "version", "event_version", "status", "evidence", "checked_in_at", "checked_out_at", "minutes",
        "assumed_minutes", "distance_m", "companions", "reasons",
        "decision", "decision_minutes", "decision_is_correction", "decision_companions",
    ]
)  # fmt: skip
_EVENT = (
    *Event.__table__.c[
        "id", "version", "status", "cancelled_at", "cancel_reason", "starts_at", "ends_at", "day", "zone",
        "latitude", "longitude", "region_code", "min_age", "hazard", "walk_ins", "code_secret",
        "code_secret_before", "code_secret_changed_at", "organization_id", "never_published",
    ],
    presence_end(Event).label("presence_ends_at"),
    sa.cast(Event.area, sa.Text).label("area"),
    sa.case((Attendance.id.is_not(None), _ATTENDANCE)).label("attendance"),
)  # fmt: skip


def _records(record: Any) -> sa.ColumnElement[Any]:
    """All of a record that the rules need; without a position it was where the code of the place hangs."""
    return sa.func.json_agg(
        _object(
            record.c.sender_id,
            record.c.id,
            record.c.event_id,
            record.c.type,
            record.c.captured_at,
            sa.func.coalesce(record.c.latitude, Event.latitude).label("latitude"),
            sa.func.coalesce(record.c.longitude, Event.longitude).label("longitude"),
            sa.func.coalesce(record.c.accuracy_m, sa.literal_column("0")).label("accuracy_m"),
            record.c.installation_id,
            record.c.day,
            record.c.fix_key,
            record.c.fixed_at,
            record.c.evidence,
            record.c.distance_m,
            record.c.companions,
            record.c.reasons,
            record.c.code_is_right,
            sa.func.encode(record.c.content_hash, sa.literal_column("'hex'")).label("content_hash"),
        )
    )


def _facts() -> sa.Select[Any]:
    """Of one sender by `subject`: who that is, the events of the new records, the related records."""
    attended = sa.and_(Attendance.event_id == Event.id, Attendance.volunteer_id == Volunteer.id)
    during = sa.func.unnest(Signup.going).column_valued("during")
    span = sa.func.json_build_array(sa.func.lower(during), sa.func.upper(during))
    going = sa.select(sa.func.json_agg(span))
    is_member = sa.exists().where(
        Membership.organization_id == Event.organization_id, Membership.volunteer_id == Volunteer.id
    )
    signup = (
        Signup.status.label("signup"),
        going.correlate(Signup).scalar_subquery().label("going"),
        is_member.correlate(Event, Volunteer).label("is_member"),
    )
    events = (
        sa.select(sa.func.json_agg(_object(*_EVENT, *signup)))
        .select_from(Event)
        .outerjoin(Signup, sa.and_(Signup.event_id == Event.id, Signup.volunteer_id == Volunteer.id))
        .outerjoin(Attendance, attended)
        .where(Event.id == sa.any_(sa.bindparam("event_ids", type_=_UUIDS)))
    )
    named = ("ids", "since", "until", "fix_keys", "fix_since", "fix_until", "installation", "days")
    related = sa.func.presence_related(Volunteer.id, *map(sa.bindparam, named))
    record = related.table_valued(*PresenceRecord.__table__.columns.keys(), name="record")
    records = sa.select(_records(record)).select_from(record).join(Event, Event.id == record.c.event_id)
    taken = sa.select(sa.func.json_agg(Attendance.id)).where(
        Attendance.id == sa.any_(sa.bindparam("ids", type_=_UUIDS)), Attendance.volunteer_id != Volunteer.id
    )
    owner = _object(Device.volunteer_id, Device.registered_at)
    owners = sa.select(sa.func.json_agg(owner)).where(Device.installation_id == sa.bindparam("installation"))
    line = _object(Consent.name, Consent.version, Consent.given_at, Consent.withdrawn_at)
    consents = sa.select(sa.func.json_agg(line)).where(Consent.volunteer_id == Volunteer.id)
    return sa.select(
        _object(
            Volunteer.id,
            Volunteer.birth_date,
            Volunteer.anew_at,
            Volunteer.phone,
            Volunteer.phone_seen_at,
            Volunteer.last_seen_at,
            Volunteer.disabled_at.is_not(None).label("is_disabled"),
            consents.correlate(Volunteer).scalar_subquery().label("consents"),
            events.correlate(Volunteer).scalar_subquery().label("events"),
            records.correlate(Volunteer).scalar_subquery().label("records"),
            taken.correlate(Volunteer).scalar_subquery().label("taken"),
            owners.scalar_subquery().label("owners"),
            bans.terms_of(Volunteer.id).correlate(Volunteer).scalar_subquery().label("ban"),
        )
    ).where(Volunteer.subject == sa.bindparam("subject"))


def _around(pair: Any) -> sa.Select[Any]:
    """The person's records of other events at about the time of this one, with those events' times and what
    staff decided on the attendance there."""
    near, event, attendance = (table.__table__.alias() for table in (PresenceRecord, Event, Attendance))
    reach: Any = sa.literal_column(f"interval '{NEIGHBOURHOOD.days} days'")
    attended = sa.and_(attendance.c.event_id == event.c.id, attendance.c.volunteer_id == near.c.sender_id)
    return (
        sa.select(
            sa.func.json_agg(
                _object(
                    *near.c["id", "event_id", "type", "captured_at", "evidence", "distance_m", "companions"],
                    near.c.reasons,
                    event.c.starts_at,
                    presence_end(event.c).label("ends_at"),
                    *attendance.c["decision", "decision_minutes", "decision_is_correction"],
                )
            )
        )
        .select_from(near.join(event, event.c.id == near.c.event_id).outerjoin(attendance, attended))
        .where(
            near.c.sender_id == pair.c.volunteer_id,
            near.c.event_id != pair.c.event_id,
            near.c.captured_at.between(Event.starts_at - reach, Event.ends_at + reach),
        )
    )


def _pairs() -> sa.Select[Any]:
    """Of pairs of `event_ids` and `people`: the event, the attendance, all records of it, those around it."""
    arrays = (sa.bindparam(name, type_=_UUIDS) for name in ("event_ids", "people"))
    pair = sa.func.unnest(*arrays).table_valued("event_id", "volunteer_id", name="pair").render_derived()
    record = PresenceRecord.__table__.alias("record")
    records = sa.select(_records(record)).where(
        record.c.sender_id == pair.c.volunteer_id, record.c.event_id == pair.c.event_id
    )
    attended = sa.and_(Attendance.event_id == Event.id, Attendance.volunteer_id == pair.c.volunteer_id)
    nobody = (sa.null().label("signup"), sa.null().label("going"), sa.false().label("is_member"))
    return sa.select(
        _object(
            pair.c.volunteer_id,
            _object(*_EVENT, *nobody).label("event"),
            records.correlate(pair, Event).scalar_subquery().label("records"),
            _around(pair).correlate(pair, Event).scalar_subquery().label("around"),
        )
    ).select_from(pair.join(Event, Event.id == pair.c.event_id).outerjoin(Attendance, attended))


FACTS = _text(_facts())
PAIRS = _text(_pairs())

_guardians: Any = (
    sa.select(
        Volunteer.guardian_grace_until, Guardianship.accepted_at, Guardianship.ended_at, Guardianship.ended_by
    )
    .outerjoin(Guardianship, Guardianship.child_id == Volunteer.id)
    .where(Volunteer.id == sa.bindparam("volunteer_id", type_=sa.Uuid))
)
GUARDIANS = _text(_guardians)
"""Of a minor alone: until when a consent may be missing, with each one that was given (or none at all)."""
