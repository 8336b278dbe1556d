"""Words for people, from the catalogues in Kazakh, Russian and English. Kazakh comes first."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, parse_pattern
from babel.support import NullTranslations, Translations

from service.models import base

LOCALES = base.LOCALES
DIRECTORY = Path(__file__).parent / "translations"


@cache
def _catalogue(locale: str) -> NullTranslations:
    """Read from the text that translators edit: nothing compiled lies in the tree that could be older."""
    compiled = BytesIO()
    with (DIRECTORY / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale))
    compiled.seek(0)
    return Translations(compiled)


@cache
def edition() -> str:
    """Changes whenever a text of a catalogue does: part of what an answer with words depends on."""
    files = [(DIRECTORY / locale / "LC_MESSAGES" / "messages.po").read_bytes() for locale in LOCALES]
    return hashlib.sha256(b"".join(files)).hexdigest()


def translate_plural(key: str, number: int, locale: str, data: Mapping[str, Any] | None = None) -> str:
    """The form of a key that fits the number in this language; {number} stands for it in the text."""
    form = _catalogue(locale).ngettext(key, key, number)
    return form.format_map({"number": number, **(data or {})})


def translate(key: str, locale: str, data: Mapping[str, Any] | None = None) -> str:
    """The text of a key, its {names} filled in from the data."""
    return _catalogue(locale).gettext(key).format_map(data or {})


def has(key: str, locale: str = "kk") -> bool:
    """Whether the catalogue knows the key."""
    return _catalogue(locale).gettext(key) != key


def moment(at: datetime, zone: str, locale: str) -> str:
    """Day and time of a moment in a zone, as the language writes them."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(at, zone, locale)}, {format_skeleton('Hm', local, locale=locale)}"


def day(at: datetime, zone: str, locale: str) -> str:
    """The day of a moment in a zone, as the language writes it."""
    return format_skeleton("MMMMd", at.astimezone(ZoneInfo(zone)), locale=locale)


@cache
def language(locale: str) -> Locale:
    """What the CLDR knows of a language, looked up once."""
    return Locale(locale)


@cache
def decimal(digits: int) -> NumberPattern:
    """How a number with at most so many digits behind the comma is written, read once."""
    return parse_pattern("#,##0" + ("." + "#" * digits if digits else ""))


KILOMETRES_FROM_M = 2_000
"""From here on people count in kilometres."""


def distance(metres: float, locale: str) -> str:
    """A distance as people say it: «640 м», «10,9 км»."""
    if metres < KILOMETRES_FROM_M:
        return f"{round(metres)} {translate('unit.m', locale)}"
    return f"{decimal(1).apply(metres / 1_000, language(locale))} {translate('unit.km', locale)}"


def duration(minutes: int, locale: str) -> str:
    """A duration as people say it: «2 сағ 30 мин», «45 мин»."""
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "h")] if hours else []
    if rest or not hours:
        parts.append((rest, "min"))
    return " ".join(f"{n} {translate(f'unit.{unit}', locale)}" for n, unit in parts)


READY_REASONS = ("weather", "few", "place", "machines")
"""Why something does not take place or is moved, ready in every language: `page.reason.<name>`."""


@cache
def _ready_reasons() -> dict[str, str]:
    """Each text of a ready reason, in whatever language, and its key."""
    return {
        translate(f"page.reason.{name}", locale): f"page.reason.{name}"
        for name in READY_REASONS
        for locale in LOCALES
    }


def reason_in(text: str, locale: str) -> str:
    """A reason that somebody has given: a ready one as the reader's language says it, another as it is."""
    key = _ready_reasons().get(text)
    return text if key is None else translate(key, locale)
