"""What exports are of: for each its rows, read as they are taken, under the access of whoever asks."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require
from service.audit import audit
from service.audit.audit import AuditQuestion
from service.events import events, participants
from service.events.participants import Participant
from service.figures import counts, periods, region_report, report_columns, report_files
from service.figures.counts import CountRequest
from service.figures.report_columns import DATA, HEADINGS
from service.geography import districts, regions
from service.models import AuditEntry, Event, Organization
from service.models.base import COUNTRY_ZONE, LOCALES, LocalizedText, localized
from service.models.exports import ExportOf
from service.platform.database import Connections, snapshot_session
from service.platform.sheets import Column, Kind, Sheet

AT_ONCE = 1_000
SCOPE = "scope"
"""The filter that nobody sends: what is left out of the others, as the asker's roles said it then."""

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. `filters` as JSON has them; `headings`: a key of HEADINGS.

    `in_words`: states and kinds in the reader's language in place of their codes.
    """

    what: ExportOf
    filters: Mapping[str, Any]
    headings: str
    in_words: bool

    @property
    def languages(self) -> tuple[str, ...]:
        return HEADINGS[self.headings]

    @property
    def language(self) -> str:
        return self.languages[0]

    def day(self, name: str) -> date | None:
        said = self.filters.get(name)
        return None if said is None else date.fromisoformat(said)

    def id(self, name: str) -> UUID | None:
        said = self.filters.get(name)
        return None if said is None else UUID(said)

    def code(self, group: str, value: str | None) -> str | None:
        """A code of ours, as it is shown."""
        word = _words().get(f"{group}.{value}") if self.in_words else None
        return value if word is None else localized(word, self.language)


@dataclass(frozen=True, slots=True)
class Tables:
    """The sheets of a file, the number of rows that are to come, and what it is called, without ending."""

    sheets: Sequence[Sheet]
    total: int
    name: str


@cache
def _columns() -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    with (DATA / "export_columns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = {language: row[language] for language in LOCALES}
            column = Column(row["key"], names, Kind(row["kind"]), int(row["width"]))
            found.setdefault(row["table"], []).append(column)
    return found


@cache
def _words() -> dict[str, LocalizedText]:
    with (DATA / "export_words.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: {language: row[language] for language in LOCALES} for row in csv.DictReader(file)}


def columns_of(what: ExportOf) -> Sequence[Column]:
    """The columns of a plain table."""
    return _columns()[what]


def check(session: Session, actor: Actor, asked: Asked, now: datetime) -> None:
    """Do nothing where the actor may have this now.

    Raises:
        Forbidden, SecondFactorRequired, NotFound, NotVerified; Invalid: a filter that names nothing.
    """
    if asked.what == ExportOf.PARTICIPANTS:
        target = _target(session, actor, asked)
        require(actor, Permission.SEE_PARTICIPANTS, target)
        if SCOPE in asked.filters and _phones(actor, target) != asked.filters[SCOPE]:
            raise errors.Forbidden()
    elif asked.what == ExportOf.REGION_REPORT:
        region_report.region_of(actor, asked.filters.get("region"))
        periods.parse(asked.filters.get("period"), now)
        report_columns.chosen(asked.filters.get("columns"))
    elif asked.what == ExportOf.AUDIT:
        require(actor, Permission.SEE_AUDIT)
    else:
        question = _question(asked, now)
        if counts.in_scope(actor, question) != question and SCOPE in asked.filters:
            raise errors.Forbidden()


def _target(session: Session, actor: Actor, asked: Asked) -> Target:
    """Whose participants are asked for. Raises NotFound."""
    event_id = asked.id("event")
    return events.target_of(events.get_visible(session, actor, event_id)) if event_id else Target()


def _phones(actor: Actor, target: Target) -> dict[str, bool]:
    return {"phones": may(actor, Permission.SEE_PHONES, target)}


def settled(session: Session, actor: Actor, asked: Asked, now: datetime) -> Asked:
    """The same, saying of which regions and whose events it is, and whether with phones: later roles of the
    actor change no file.

    Raises:
        Forbidden, SecondFactorRequired, NotFound: not the actor's; Invalid: no region was said, and there are
            several.
    """
    filters = dict(asked.filters)
    if asked.what == ExportOf.PARTICIPANTS:
        filters[SCOPE] = _phones(actor, _target(session, actor, asked))
    if asked.what == ExportOf.REGION_REPORT:
        filters["region"] = region_report.region_of(actor, filters.get("region"))
    elif asked.what in (ExportOf.COUNTS, ExportOf.EVENTS):
        found = counts.in_scope(actor, _question(asked, now))
        regions_of, organizations = found.region_codes, found.organization_ids
        filters[SCOPE] = {
            "regions": None if regions_of is None else sorted(regions_of),
            "organizations": None if organizations is None else sorted(map(str, organizations)),
        }
    return replace(asked, filters=filters)


def tables(opened: Connections, actor: Actor, asked: Asked, now: datetime) -> Tables:
    """What the file is made of; its rows are read, at one moment, while they are written.

    Raises:
        What `check` raises.
    """
    with snapshot_session(opened) as session:
        check(session, actor, asked, now)
        if asked.what == ExportOf.REGION_REPORT:
            region_code = region_report.region_of(actor, asked.filters.get("region"))
            return _of_report(session, region_code, asked, now)
        if asked.what == ExportOf.COUNTS:
            rows = list(_count_rows(session, actor, asked, now))
            return _table(asked, rows, len(rows), now)
        total, read = _read(session, actor, asked, now)

    def stream() -> Iterator[Row]:
        with snapshot_session(opened) as session:
            yield from read(session)

    return _table(asked, stream(), total, now)


def _read(
    session: Session, actor: Actor, asked: Asked, now: datetime
) -> tuple[int, Callable[[Session], Iterator[Row]]]:
    """How many rows there are, and what reads them."""
    event_id = asked.id("event")
    if asked.what == ExportOf.PARTICIPANTS and event_id is not None:
        found = participants.number(session, event_id, now)
        return found, lambda one: (
            participant_row(asked, person) for person in participants.stream(one, actor, event_id, now)
        )
    if asked.what == ExportOf.EVENTS:
        conditions = _of_events(actor, asked, now)
        return _number(session, conditions), lambda one: event_rows(one, asked, _events(one, conditions))
    question = AuditQuestion(
        actor_id=asked.id("actor"),
        action=asked.filters.get("action"),
        region_code=asked.filters.get("region"),
        organization_id=asked.id("organization"),
        event_id=event_id,
        subject_id=asked.id("subject"),
        first_day=asked.day("from"),
        last_day=asked.day("to"),
    )
    return audit.number(session, question), lambda one: map(_audit_row, audit.stream(one, actor, question))


def _table(asked: Asked, rows: Iterable[Row], total: int, now: datetime) -> Tables:
    title = localized(_words()[asked.what], asked.language)
    day = now.astimezone(COUNTRY_ZONE).date()
    sheet = Sheet(title, columns_of(asked.what), rows)
    return Tables([sheet], total, f"tazalyq_{asked.what}_{day}")


def plain_sheet(asked: Asked, rows: Iterable[Row]) -> Sheet:
    """Rows that a list has found itself, as a table."""
    return Sheet(localized(_words()[asked.what], asked.language), columns_of(asked.what), rows)


def _of_report(session: Session, region_code: str, asked: Asked, now: datetime) -> Tables:
    period = periods.parse(asked.filters.get("period"), now)
    columns = report_columns.chosen(asked.filters.get("columns"))
    report = region_report.make(session, region_code, period, now)
    name = report_files.file_name(report, "").rstrip(".")
    return Tables(report_files.sheets_of(report, columns, asked.language), len(report.rows), name)


def participant_row(asked: Asked, person: Participant) -> Row:
    """Somebody who takes part."""
    return (
        person.display_name,
        person.phone,
        asked.code("signup", person.signup),
        person.companions,
        asked.code("attendance", person.attendance),
        str(person.volunteer_id),
    )


def event_rows(session: Session, asked: Asked, found: Iterable[Event]) -> Iterator[Row]:
    """Events, with the names of what they belong to looked up some hundred at a time."""
    rest = iter(found)
    while batch := list(islice(rest, AT_ONCE)):
        ids = {event.organization_id for event in batch}
        query = sa.select(Organization.id, Organization.name).where(Organization.id.in_(ids))
        names: dict[UUID, LocalizedText] = dict(session.execute(query).all())
        of_district = districts.names_of(session, {event.district_code for event in batch})
        for event in batch:
            yield _event_row(asked, event, names[event.organization_id], of_district[event.district_code])


def _event_row(asked: Asked, event: Event, organization: LocalizedText, district: LocalizedText) -> Row:
    language = asked.language
    region = regions.get(event.region_code)
    return (
        localized(event.title, language),
        localized(organization, language),
        asked.code("kind", event.kind),
        asked.code("status", event.status),
        event.starts_at,
        event.ends_at,
        localized(region.names, language) if region else event.region_code,
        localized(district, language) if event.district_code else None,
        event.address_in(language),
        event.capacity,
        event.going,
        event.waitlisted,
        event.latitude,
        event.longitude,
        str(event.id),
    )


def _of_events(actor: Actor, asked: Asked, now: datetime) -> list[sa.ColumnElement[bool]]:
    """The events of whom the actor counts; drafts and hidden ones, too: they see them in the lists."""
    question = counts.in_scope(actor, _question(asked, now))
    found = [Event.day.between(question.first_day, question.last_day), ~Event.never_published]
    if question.region_codes is not None:
        found.append(Event.region_code.in_(question.region_codes))
    if question.organization_ids is not None:
        found.append(Event.organization_id.in_(question.organization_ids))
    for name, column in (("district", Event.district_code), ("kind", Event.kind), ("status", Event.status)):
        if name in asked.filters:
            found.append(column == asked.filters[name])
    return found


def _number(session: Session, conditions: Sequence[sa.ColumnElement[bool]]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Event).where(*conditions)) or 0


def _events(session: Session, conditions: Sequence[sa.ColumnElement[bool]]) -> Iterator[Event]:
    query = sa.select(Event).where(*conditions).order_by(Event.starts_at, Event.id)
    yield from session.scalars(query, execution_options={"yield_per": AT_ONCE})


def _question(asked: Asked, now: datetime) -> CountRequest:
    """The counts' own question; without days the running year."""
    today = now.astimezone(COUNTRY_ZONE).date()
    first = asked.day("from") or (asked.day("to") or today).replace(month=1, day=1)
    last = asked.day("to") or max(first, today).replace(month=12, day=31)
    said = {name: asked.filters.get(name) for name in ("region", "organization")}
    alone = {f"{name}s": None if value is None else [value] for name, value in said.items()}
    scope = asked.filters.get(SCOPE, alone)
    organizations = scope["organizations"]
    district_code = asked.filters.get("district")
    return CountRequest(
        first_day=first,
        last_day=last,
        group_by=asked.filters.get("group_by", "region"),
        region_codes=scope["regions"],
        organization_ids=None if organizations is None else [UUID(one) for one in organizations],
        district_codes=None if district_code is None else [district_code],
    )


def _count_rows(session: Session, actor: Actor, asked: Asked, now: datetime) -> Iterator[Row]:
    question = counts.in_scope(actor, _question(asked, now))
    return count_rows(asked, counts.count(session, question, now))


def count_rows(asked: Asked, found: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of counts, then their totals."""
    figures = [column.key for column in columns_of(ExportOf.COUNTS)[2:]]
    for row in found["rows"]:
        name = localized(row["name"] or {}, asked.language) or None
        yield row["key"], name, *(row[key] for key in figures)
    total = report_columns.word("total", asked.language)
    yield None, total, *(found["totals"][key] for key in figures)


def _audit_row(entry: AuditEntry) -> Row:
    ids = (entry.organization_id, entry.event_id, entry.subject_id)
    return (
        entry.at,
        entry.actor_id and str(entry.actor_id),
        entry.action,
        entry.region_code,
        *(one and str(one) for one in ids),
        json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
        str(entry.id),
    )
