"""Lists as files, there and then: what a list answers as JSON, it answers as CSV and XLSX."""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from flask import Response

from http_base import downloads
from http_base.context import actor, now, services, session
from http_base.downloads import ENDINGS, XLSX
from service import errors
from service.audit import audit
from service.figures import export_tables, exports
from service.figures.export_tables import Asked, Row, Tables
from service.models import AuditAction
from service.models.exports import ExportFormat, ExportOf
from service.platform.sheets import Dialect

MOST_ROWS = 50_000
"""More are not made while somebody waits: they are an export."""


def asked_of(what: ExportOf, filters: Mapping[str, Any], kind: str, query: Mapping[str, Any]) -> Asked:
    """The question of a list whose query has the fields of FileQuery."""
    in_words = kind == XLSX or query["dialect"] == Dialect.EXCEL
    return Asked(what, filters, query["headings"], in_words)


def of_staff(what: ExportOf, filters: Mapping[str, Any], kind: str, query: Mapping[str, Any]) -> Response:
    """All that an export with these filters would hold.

    Raises:
        What `export_tables.check` raises. Invalid: more than MOST_ROWS.
    """
    caller = actor()
    asked = asked_of(what, filters, kind, query)
    # Gives its connection back: nobody holds one and waits for another.
    session().rollback()
    made = export_tables.tables(services().connections, caller, asked, now())
    if made.total > MOST_ROWS:
        raise too_many()
    event_id = asked.id("event")
    audit.record(
        session(),
        caller.volunteer_id,
        AuditAction.EXPORTED,
        region_code=filters.get("region"),
        event_id=event_id,
        detail={"what": what, "format": ENDINGS[kind], "rows": made.total},
        now=now(),
    )
    session().commit()
    return _sent(made, asked, kind, query)


def of_rows(asked: Asked, rows: Iterable[Row], kind: str, query: Mapping[str, Any]) -> Response:
    """Rows that a list has found itself. Raises Invalid: more than MOST_ROWS."""
    sheet = export_tables.plain_sheet(asked, _at_most(rows))
    return _sent(Tables([sheet], 0, f"tazalyq_{asked.what}"), asked, kind, query)


def _at_most(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise too_many()
        yield row


def too_many() -> errors.Invalid:
    """More rows than a list answers at once."""
    return errors.Invalid("Accept", "rows", max=MOST_ROWS)


def _sent(made: Tables, asked: Asked, kind: str, query: Mapping[str, Any]) -> Response:
    ending = ENDINGS[kind]

    def write(file: IO[bytes]) -> None:
        exports.write(file, made, asked, ExportFormat(ending), Dialect(query["dialect"]))

    return downloads.send(write, kind, f"{made.name}.{ending}")
