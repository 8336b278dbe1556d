"""The columns of the report that a region sends upward, as data, and the words that stand round them.

The texts are this house's own, not the catalogues': a sheet has two languages at once, and its headings are
as fixed as a form's.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from service import errors
from service.models.base import LOCALES, LocalizedText
from service.platform.sheets import Column, Kind

DATA = Path(__file__).parent / "data"
FILE = DATA / "region_report.csv"
WORDS_FILE = DATA / "report_words.csv"


class Source(StrEnum):
    """Where a cell comes from, and with it when it is empty."""

    PLACE = "place"
    """The district itself."""

    COUNT = "count"
    """What is counted: 0 where something was held, empty where nothing was."""

    DECLARED = "declared"
    """What organizers say of groups and companions: empty where they say nothing."""

    RESULT = "result"
    """What organizers say came of it: the sum of what was filled in, empty where nobody did."""

    PHOTOS = "photos"
    NOTE = "note"
    """The coordinator's words about a district."""


VERIFIED = frozenset({"people_verified", "people_different", "hours_verified"})
DECLARED = frozenset(
    {"people_declared", "state", "firms", "pupils", "students", "ngo", "residents", "collectives"}
)
"""Which columns are the phones' and staff's word about a person, and which the organizer's about a number."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """`unit`: people, h, t, ha, km, number, or "" for text. `is_short`: of the twelve for one A4."""

    column: Column
    unit: str
    source: Source
    is_short: bool

    @property
    def key(self) -> str:
        return self.column.key


@cache
def all_columns() -> tuple[ReportColumn, ...]:
    """The 33, in their order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            ReportColumn(
                column=Column(
                    row["key"],
                    {language: row[language] for language in LOCALES},
                    Kind(row["kind"]),
                    int(row["width"]),
                ),
                unit=row["unit"],
                source=Source(row["source"]),
                is_short=row["short"] == "yes",
            )
            for row in csv.DictReader(file)
        )


@cache
def short_columns() -> tuple[ReportColumn, ...]:
    """The twelve that fit one A4."""
    return tuple(column for column in all_columns() if column.is_short)


def chosen(said: str | None) -> Sequence[ReportColumn]:
    """The columns of a query: `all` (also without one), `short`, or keys between commas; in our order.

    Raises:
        Invalid: a key that is none; it lists what there is.
    """
    if said is None or said == "all":
        return all_columns()
    if said == "short":
        return short_columns()
    wanted = {key.strip() for key in said.split(",")}
    known = {column.key for column in all_columns()}
    if not wanted <= known:
        raise errors.Invalid(
            "columns", "report-column", columns=", ".join(["all", "short", *known_in_order()])
        )
    return [column for column in all_columns() if column.key in wanted]


def known_in_order() -> list[str]:
    """The keys of all columns."""
    return [column.key for column in all_columns()]


HEADINGS: Mapping[str, tuple[str, ...]] = {
    "kk-ru": ("kk", "ru"),
    "kk": ("kk",),
    "ru": ("ru",),
    "en": ("en",),
}
"""In which languages a sheet's head stands, a row each."""

DEFAULT_ACTION = "«Таза Қазақстан»"


@cache
def all_words() -> Mapping[str, LocalizedText]:
    """What stands round the table, by key, in three languages."""
    with WORDS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: {language: row[language] for language in LOCALES} for row in csv.DictReader(file)}


@cache
def definitions() -> tuple[LocalizedText, ...]:
    """What stands under the table, always."""
    return tuple(text for key, text in all_words().items() if key.startswith("definition-"))


def word(key: str, language: str) -> str:
    """A word in one language."""
    return all_words()[key][language]
