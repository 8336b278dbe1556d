"""The report of a region as XLSX and CSV: from what was counted or frozen, the same for both."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Any

from service.figures.region_report import EventRow, Report, Row
from service.figures.report_columns import ReportColumn, all_words, definitions, word
from service.models.base import COUNTRY_ZONE, localized
from service.platform import sheets
from service.platform.sheets import About, Column, Dialect, Kind, Sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_name(report: Report, ending: str) -> str:
    """As regions send it: TazaQazaqstan_KZ-15_2026-W47.xlsx."""
    return f"TazaQazaqstan_{report.region_code}_{report.period.code}.{ending}"


def write_xlsx(
    file: IO[bytes], report: Report, columns: Sequence[ReportColumn], languages: Sequence[str]
) -> None:
    """Three sheets: by district, by day of action, the events; `languages`: of the heads, a row each."""
    made = sheets_of(report, columns, languages[0])
    sheets.write_xlsx(file, made, languages, author=report.made_by)


def sheets_of(report: Report, columns: Sequence[ReportColumn], language: str) -> list[Sheet]:
    """By district, by day of action, the events."""
    makers = (_by_district, _by_day, _events)
    return [make(report, columns, language) for make in makers]


def csv_bytes(
    report: Report, columns: Sequence[ReportColumn], dialect: Dialect, language: str
) -> Iterator[bytes]:
    """The first sheet as CSV, without lines above and below."""
    sheet = _by_district(report, columns, language)
    return sheets.csv_bytes(sheet, dialect, language)


def heading_lines(report: Report, language: str) -> list[str]:
    """Region, period, moment of the data, action, who made it."""

    def line(key: str, said: str) -> str:
        return f"{word(key, language)}: {said}"

    period = report.period.words(language)
    code = "" if period == report.period.code else f" ({report.period.code})"
    found = [
        f"{word('title', language)}: {localized(report.region, language)}",
        line("period", period + code),
        line("as_of", f"{report.as_of.astimezone(COUNTRY_ZONE):%d.%m.%Y, %H:%M}"),
        line("action", report.action),
        line("made_by", report.made_by),
    ]
    if report.sent_at is not None:
        found.append(line("sent", f"{report.sent_at.astimezone(COUNTRY_ZONE):%d.%m.%Y, %H:%M}"))
    return found


def _notes(languages: Sequence[str]) -> list[str]:
    return [text[language] for text in definitions() for language in languages]


def _by_district(report: Report, columns: Sequence[ReportColumn], language: str) -> Sheet:
    return Sheet(
        word("by_district", language),
        [column.column for column in columns],
        [_values(row, localized(row.name, language), columns) for row in report.rows],
        heading_lines(report, language),
        _values(report.total, word("total", language), columns),
        _notes([language, "ru"] if language == "kk" else [language]),
    )


def _by_day(report: Report, columns: Sequence[ReportColumn], language: str) -> Sheet:
    """The district's columns give way to the day."""
    shown = [column for column in columns if column.key not in ("district", "kato", "note")]
    return Sheet(
        word("by_day", language),
        [Column("day", all_words()["day"], Kind.DAY), *(column.column for column in shown)],
        [[date.fromisoformat(row.key) if row.key else None, *_cells(row, shown)] for row in report.days],
        heading_lines(report, language),
        [word("total", language), *_cells(report.total, shown)],
    )


def _events(report: Report, columns: Sequence[ReportColumn], language: str) -> Sheet:
    shown = [column for column in columns if column.key not in ("district", "kato", "events")]
    heads = all_words()
    return Sheet(
        word("events", language),
        [
            Column("event", heads["event"], width=40),
            Column("starts_at", heads["starts_at"], Kind.MOMENT, 16),
            Column("organization", heads["organization"], width=28),
            *(column.column for column in columns if column.key == "district"),
            *(column.column for column in shown),
        ],
        [_event(one, columns, shown, language) for one in report.events],
        heading_lines(report, language),
    )


def _event(
    one: EventRow, columns: Sequence[ReportColumn], shown: Sequence[ReportColumn], language: str
) -> list[Any]:
    district = [localized(one.district, language) for column in columns if column.key == "district"]
    return [
        localized(one.row.name, language),
        one.starts_at,
        localized(one.organization, language),
        *district,
        *_cells(one.row, shown),
    ]


def _values(row: Row, name: str, columns: Sequence[ReportColumn]) -> list[Any]:
    return [name if column.key == "district" else _cell(row, column.key) for column in columns]


def _cells(row: Row, columns: Sequence[ReportColumn]) -> list[Any]:
    return [_cell(row, column.key) for column in columns]


def _cell(row: Row, key: str) -> Any:
    value = row.cells.get(key)
    return About(value) if key in row.about and value is not None else value
