"""Files that take long: asked for, made by a job with its progress, fetched by whoever asked for a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from service import errors
from service.access import Actor
from service.audit import audit
from service.figures import export_tables
from service.figures.export_tables import Asked, Tables
from service.happenings import PersonErased
from service.models import Attendance, AuditAction, Signup, Volunteer
from service.models.exports import EXPORT_KEPT, Export, ExportFormat, ExportOf, ExportStatus
from service.people import identities
from service.platform import logs, queue, sheets
from service.platform.database import Connections, is_lost_connection
from service.platform.files import Files
from service.platform.idempotency import content_hash, find_stored, store_once
from service.platform.sheets import Dialect, Sheet

logger = logs.get(__name__)

MAKE_TASK, FORGET_TASK = "exports.make", "exports.forget"
FOLDER = "exports"
OPEN_AT_ONCE = 5
"""So many of one person may wait or be made."""

TOLD_EVERY = 5_000
"""After so many rows the progress is written, and whether anybody still wants the file is asked."""

ENDINGS = {ExportFormat.CSV: "csv", ExportFormat.XLSX: "xlsx"}
TRIED = 3


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What somebody asks for, under an id of their own."""

    id: UUID
    format: ExportFormat
    dialect: Dialect
    asked: Asked


class NotWanted(Exception):  # noqa: N818 - it tells the job to stop
    """The request is gone: its person, or its day."""


def request(session: Session, actor: Actor, wanted: ExportRequest, now: datetime) -> Export:
    """Have a file made; the same request again is the one that stands.

    Raises:
        What `export_tables.check` raises. IdReused: the id holds another request. TooManyRequests: so many
            of the actor's are not ready yet.
    """
    digest = content_hash(
        {
            "by": actor.volunteer_id,
            "what": wanted.asked.what,
            "format": wanted.format,
            "dialect": wanted.dialect,
            "headings": wanted.asked.headings,
            "filters": dict(wanted.asked.filters),
        }
    )
    if (stored := find_stored(session, Export, wanted.id, digest)) is not None:
        return stored
    export_tables.check(session, actor, wanted.asked, now)
    _check_open(session, actor)
    asked = export_tables.settled(session, actor, wanted.asked, now)
    made, is_new = store_once(
        session,
        Export(
            id=wanted.id,
            requested_by=actor.volunteer_id,
            what=asked.what,
            format=wanted.format,
            dialect=wanted.dialect,
            headings=asked.headings,
            filters=dict(asked.filters),
            status=ExportStatus.WAITING,
            done=0,
            created_at=now,
            expires_at=now + EXPORT_KEPT,
            content_hash=digest,
        ),
    )
    if is_new:
        queue.defer(session, MAKE_TASK, export_id=str(made.id))
        _record(session, made, actor, AuditAction.EXPORTED, now)
    return made


def _check_open(session: Session, actor: Actor) -> None:
    query = sa.select(sa.func.count()).where(
        Export.requested_by == actor.volunteer_id,
        Export.status.in_([ExportStatus.WAITING, ExportStatus.RUNNING]),
    )
    if (session.scalar(query) or 0) >= OPEN_AT_ONCE:
        raise errors.TooManyRequests(retry_after_s=60)


def _record(session: Session, export: Export, actor: Actor, action: AuditAction, now: datetime) -> None:
    """Ids and names of ours alone: filters name regions, events, days."""
    event = export.filters.get("event")
    audit.record(
        session,
        actor.volunteer_id,
        action,
        region_code=export.filters.get("region"),
        event_id=UUID(event) if event else None,
        detail={"export": str(export.id), "what": export.what, "format": export.format},
        now=now,
    )


def get(session: Session, actor: Actor, export_id: UUID, now: datetime) -> Export:
    """One's own export. Raises NotFound: somebody else's, too, and one whose day is over."""
    found = session.get(Export, export_id, populate_existing=True)
    if found is None or found.requested_by != actor.volunteer_id or now >= found.expires_at:
        raise errors.NotFound(errors.Thing.EXPORT)
    return found


def fetch(
    session: Session, files: Files, actor: Actor, export_id: UUID, now: datetime
) -> tuple[Export, IO[bytes], int]:
    """One's own file that is ready, open, and its size; may the actor have it still is asked again.

    Raises:
        NotFound: there is none (yet, or any more). What `export_tables.check` raises.
    """
    found = get(session, actor, export_id, now)
    if found.status != ExportStatus.READY or found.stored_as is None:
        raise errors.NotFound(errors.Thing.EXPORT)
    export_tables.check(session, actor, _asked(found), now)
    _record(session, found, actor, AuditAction.EXPORT_READ, now)
    try:
        size = files.size(found.stored_as)
        return found, files.open(found.stored_as), size
    except FileNotFoundError as error:
        raise errors.NotFound(errors.Thing.EXPORT) from error


def _asked(export: Export) -> Asked:
    in_words = export.format == ExportFormat.XLSX or export.dialect == Dialect.EXCEL
    return Asked(ExportOf(export.what), export.filters, export.headings, in_words)


def write(
    file: IO[bytes], made: Tables, asked: Asked, kind: ExportFormat, dialect: Dialect, author: str = ""
) -> None:
    """Write the tables; CSV takes the first."""
    if kind == ExportFormat.XLSX:
        sheets.write_xlsx(file, made.sheets, asked.languages, author)
        return
    for part in sheets.csv_bytes(made.sheets[0], dialect, asked.language):
        file.write(part)


def make(
    sessions: sessionmaker[Session], opened: Connections, files: Files, export_id: UUID, now: datetime
) -> None:
    """Make a file that was asked for, under the access that its person has now; once, however often told.

    Raises:
        What the database raises where its connection is lost: then it is tried again.
    """
    begun = _begin(sessions, export_id, now)
    if begun is None:
        return
    export, actor = begun
    try:
        stored_as = f"{FOLDER}/{export_id}.{ENDINGS[ExportFormat(export.format)]}"
        name = _write(sessions, opened, files, export, actor, stored_as, now)
        done = {"status": ExportStatus.READY, "stored_as": stored_as, "name": name}
        if not _note(sessions, export_id, **done, finished_at=now, expires_at=now + EXPORT_KEPT):
            files.remove(stored_as)
    except NotWanted:
        return
    except errors.ServiceError:
        _note(sessions, export_id, status=ExportStatus.FAILED, finished_at=now)
    except Exception as error:
        if is_lost_connection(error):
            raise
        logger.exception("an export has failed", export_id=export_id)
        _note(sessions, export_id, status=ExportStatus.FAILED, finished_at=now)


def _begin(sessions: sessionmaker[Session], export_id: UUID, now: datetime) -> tuple[Export, Actor] | None:
    """The request and who made it, as it is running; None: it needs nothing more."""
    with sessions.begin() as session:
        export = session.get(Export, export_id, with_for_update=True, populate_existing=True)
        if export is None or export.status in (ExportStatus.READY, ExportStatus.FAILED):
            return None
        person = session.get_one(Volunteer, export.requested_by)
        known = identities.find(session, person.subject) if person.subject else None
        stopped = known is None or known.standing.is_disabled or (known.ban and known.ban.holds_at(now))
        if known is None or stopped:
            export.status, export.finished_at = ExportStatus.FAILED, now
            return None
        export.status, export.done = ExportStatus.RUNNING, 0
        return export, known.actor


def _write(
    sessions: sessionmaker[Session],
    opened: Connections,
    files: Files,
    export: Export,
    actor: Actor,
    stored_as: str,
    now: datetime,
) -> str:
    asked = _asked(export)
    made = export_tables.tables(opened, actor, asked, now)
    _note(sessions, export.id, total=made.total)

    def counted(rows: Iterable[object], *, is_first: bool) -> Iterator[object]:
        number = 0
        for number, row in enumerate(rows, 1):
            yield row
            if is_first and number % TOLD_EVERY == 0 and not _note(sessions, export.id, done=number):
                raise NotWanted
        if is_first and not _note(sessions, export.id, done=number):
            raise NotWanted

    told: list[Sheet] = [
        replace(sheet, rows=counted(sheet.rows, is_first=number == 0))  # type: ignore[arg-type] # the same rows
        for number, sheet in enumerate(made.sheets)
    ]
    kind = ExportFormat(export.format)
    with files.write(stored_as) as file:
        write(file, replace(made, sheets=told), asked, kind, Dialect(export.dialect))
    return f"{made.name}.{ENDINGS[kind]}"


def _note(sessions: sessionmaker[Session], export_id: UUID, **values: object) -> bool:
    """Write how far it is; whether the request still stands."""
    with sessions.begin() as session:
        found = session.execute(
            sa.update(Export).where(Export.id == export_id).values(**values).returning(Export.id)
        )
        return found.first() is not None


def forget_erased(session: Session, erased: PersonErased) -> None:
    """Let no file live on in which somebody may stand who is erased: whoever needs it has it made anew."""
    theirs = sa.select(sa.cast(Signup.event_id, sa.Text)).where(Signup.volunteer_id == erased.volunteer_id)
    been = sa.select(sa.cast(Attendance.event_id, sa.Text)).where(
        Attendance.volunteer_id == erased.volunteer_id
    )
    event = Export.filters["event"].astext
    session.execute(
        sa.delete(Export).where(
            sa.or_(
                Export.requested_by == erased.volunteer_id,
                sa.and_(
                    Export.what == ExportOf.PARTICIPANTS,
                    sa.or_(event.is_(None), event.in_(sa.union(theirs, been))),
                ),
            )
        )
    )
    queue.defer(session, FORGET_TASK, timestamp=0)


def forget(sessions: sessionmaker[Session], files: Files, now: datetime) -> int:
    """Let requests whose day is over be gone, and every file that no request stands for; how many files."""
    # Listed first: what is finished afterwards has a file that this look does not know.
    names = files.names(FOLDER)
    with sessions.begin() as session:
        session.execute(sa.delete(Export).where(Export.expires_at <= now))
    with sessions() as session:
        standing = {str(id_) for id_ in session.scalars(sa.select(Export.id))}
    gone = [name for name in names if name.rpartition("/")[2].partition(".")[0] not in standing]
    for name in gone:
        files.remove(name)
    return len(gone)


@queue.app.task(
    name=MAKE_TASK, pass_context=True, retry=procrastinate.RetryStrategy(max_attempts=TRIED, wait=10)
)
def make_export(context: procrastinate.JobContext, export_id: str) -> None:
    """Make one file."""
    runtime = queue.runtime(context)
    opened, files = runtime.extras["connections"], runtime.extras["files"]
    make(runtime.sessions, opened, files, UUID(export_id), runtime.clock.now())


@queue.app.periodic(cron="*/10 * * * *")
@queue.app.task(name=FORGET_TASK, queueing_lock=FORGET_TASK, pass_context=True)
def forget_exports(context: procrastinate.JobContext, timestamp: int) -> None:
    """Remove what has lived its day."""
    runtime = queue.runtime(context)
    forget(runtime.sessions, runtime.extras["files"], runtime.clock.now())
