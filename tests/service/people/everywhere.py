"""Somebody who stands in every registered table, by every column that names a person.

What a constraint wants is told below; all other text holds a canary, so that what is left anywhere is found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSTZMULTIRANGE
from sqlalchemy.orm import Session

from service.models import Volunteer
from service.models.base import Base
from service.platform import personal_data
from service.platform.personal_data import Erased, Person
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer

CANARY = "kanareika"
PHONE = "+77019998877"
SUBJECT = f"local:{CANARY}-subject"

GIVEN: Mapping[str, Mapping[str, Any]] = {
    "attendance": {"status": "review", "evidence": "gps", "decision": None},
    "consent": {"name": "personal_data"},
    "event": {"status": "published", "zone": "Asia/Almaty", "hidden_by": None, "cancelled_at": None},
    "export": {"status": "ready", "what": "participants", "stored_as": None},
    "invitation": {"status": "open"},
    "membership": {"role": "helper"},
    "signup": {"status": "going"},
}
"""What the acts of erasure want of a column. What constraints want is left out: the test has none."""

OTHERS_WORDS = {
    "event", "organization", "announcement", "event_result", "event_photo", "headcount", "region_report",
    "event_helper", "coordinator",
}  # fmt: skip
"""Tables whose words are an organization's, whoever of its people has typed them."""


NOT_THEIR_WORDS = {
    # Codes and ids of ours.
    "attendance.reasons", "attendance_decision.role", "attendance_decision.status",
    "attendance_decision.before", "attendance_decision.after", "audit_entry.action",
    "audit_entry.detail", "audit_entry.region_code",
    "event_report.outliers", "certificate.code", "certificate.lines", "certificate.language",
    "certificate.presence_hash", "certificate.status",
    "guardianship.version", "guardianship.relation", "guardianship.ended_by",
    # A coordinator's, for as long as the ban: it is told to whoever comes back under its mark.
    "ban.reason",
}  # fmt: skip


@dataclass
class Everywhere:
    """The person; `rows`: by "table.column", the key of a row of theirs."""

    person: Volunteer
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def fill(session: Session) -> Everywhere:
    """One row for each registered column, with a canary in all that is about the person."""
    _drop_checks(session)
    person = make_volunteer(
        session,
        phone=PHONE,
        subject=SUBJECT,
        display_name=f"{CANARY} name",
        guardian_name=f"{CANARY} guardian",
        guardian_phone="+77019998866",
        home_cell=604_189_641_121_202_175,
        consents={},
    )
    other = make_volunteer(session)
    found = Everywhere(person)
    known: dict[str, Any] = {"volunteer": other.id}
    organization = make_organization(session)
    known["organization"] = organization.id
    tables = {table.name: table for table in personal_data.registered()}
    for table in Base.metadata.sorted_tables:
        if table.name == "volunteer" or table.name not in tables:
            continue
        for name, column_person in tables[table.name].people.items():
            if column_person.erased is Erased.FOLLOWS and not table.foreign_keys:
                # The ledger's, which follow from real attendances: test_erasure.py.
                continue
            known["event"] = make_event(session, organization).id
            values = dict(_values(table, tables[table.name].people, column_person, known))
            values[name] = _naming(table.c[name], found, known)
            key = session.execute(sa.insert(table).values(values).returning(*table.primary_key.columns)).one()
            found.rows[f"{table.name}.{name}"] = dict(key._mapping) | {name: values[name]}
            if len(key) == 1:
                known.setdefault(table.name, key[0])
                if "volunteer_id" in table.c and values.get("volunteer_id") == person.id:
                    known[table.name] = key[0]
    return found


def _drop_checks(session: Session) -> None:
    """For this transaction: what is to be found is whether a row goes, not whether it could have been."""
    checks = (
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
    )
    for table, name in session.execute(sa.text(checks)).all():
        if not table.startswith(("procrastinate_", "pg_", "information_schema.")):
            session.execute(sa.text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))


def _naming(column: sa.Column[Any], found: Everywhere, known: Mapping[str, Any]) -> Any:
    for key in column.foreign_keys:
        if key.column.table.name != "volunteer":
            return known[key.column.table.name]
    if isinstance(column.type, sa.Uuid):
        return found.person.id
    if isinstance(column.type, sa.ARRAY):
        return ["a mark that nobody can read"]
    if column.table.name in ("secret_use", "erased_number"):
        return "code-phone:a mark that nobody can read"
    return {"phone": PHONE, "recipient": PHONE, "subject": SUBJECT}.get(column.name, PHONE)


def _values(
    table: sa.Table,
    people: Mapping[str, Person],
    by: Person,
    known: Mapping[str, Any],
) -> Iterator[tuple[str, Any]]:
    """A value for each column that has to have one, or may hold a canary."""
    may_be_theirs = by.exported and table.name not in OTHERS_WORDS
    given = GIVEN.get(table.name, {})
    for column in table.columns:
        is_theirs = may_be_theirs and f"{table.name}.{column.name}" not in NOT_THEIR_WORDS
        if column.name in given:
            yield column.name, given[column.name]
        elif (value := _value(column, people, known, is_theirs=is_theirs)) is not None:
            yield column.name, value


MADE_BY_TRIGGERS = {
    ("event_result", "day"),
    ("event_result", "region_code"),
    ("event_result", "district_code"),
}


def _value(
    column: sa.Column[Any], people: Mapping[str, Person], known: Mapping[str, Any], *, is_theirs: bool
) -> Any:
    """None: the column is left to the database."""
    if column.identity is not None or (column.table.name, column.name) in MADE_BY_TRIGGERS:
        return None
    if column.name in people and column.nullable:
        return None
    for key in column.foreign_keys:
        return known.get(key.column.table.name)
    return _other(column) if column.name in people else _filler(column, CANARY if is_theirs else "other")


def _other(column: sa.Column[Any]) -> Any:
    """Somebody else."""
    if isinstance(column.type, sa.Uuid):
        return uuid4()
    return [] if isinstance(column.type, sa.ARRAY) else f"+7702{uuid4().int % 10**7:07}"


FILLERS: tuple[tuple[type[Any] | tuple[type[Any], ...], Any], ...] = (
    (TSTZMULTIRANGE, lambda _text: []),
    (sa.Uuid, lambda _text: uuid4()),
    ((JSONB, sa.JSON), lambda text: {"kk": text}),
    (sa.ARRAY, lambda text: [text]),
    (sa.LargeBinary, lambda _text: uuid4().bytes),
    (sa.DateTime, lambda _text: NOW),
    (sa.Date, lambda _text: NOW.date()),
    (sa.Time, lambda _text: time(22)),
    (sa.Boolean, lambda _text: False),
    ((sa.Numeric, sa.Float, sa.Integer), lambda _text: 1),
)


def _filler(column: sa.Column[Any], text: str) -> Any:
    said = f"{text} {column.table.name}.{column.name} {uuid4().hex[:6]}"
    return next((make(said) for kind, make in FILLERS if isinstance(column.type, kind)), said)


def dump(session: Session) -> Iterator[tuple[str, str]]:
    """Every row of every table as text, the queue's own too: (table, row)."""
    names = sa.inspect(session.connection()).get_table_names()
    for name in sorted(names):
        table = sa.table(name)
        whole = sa.text(f'SELECT CAST(to_jsonb(t) AS text) FROM "{name}" AS t')  # noqa: S608 - names of our own tables
        for (row,) in session.execute(whole):
            yield table.name, row


def traces(session: Session, *looked_for: str) -> list[tuple[str, str]]:
    """Where any of these stands."""
    wanted = [value.casefold() for value in looked_for]
    return [(table, row) for table, row in dump(session) if any(one in row.casefold() for one in wanted)]
