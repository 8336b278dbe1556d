"""The gazetteer: places of Kazakhstan, found in every spelling, offline."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import cos, radians
from pathlib import Path

from service.models.base import LocalizedText
from service.platform.text import clean

DATA = Path(__file__).parent / "data" / "places.csv"

# One key for Kazakh, Russian and Latin spellings: Ақтөбе, Актобе, Aqtobe and Aktobe all fold to "aktobe".
_CYRILLIC = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
    "з": "z", "и": "i", "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o",
    "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h",
    "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e",
    "ю": "iu", "я": "ia",
}  # fmt: skip
_LATIN = {
    "q": "k", "ä": "a", "á": "a", "ö": "o", "ó": "o", "ü": "u", "ú": "u", "ū": "u", "ñ": "n", "ŋ": "n",
    "ğ": "g", "ǵ": "g", "ş": "sh", "ç": "ch", "ı": "y", "ý": "u", "ē": "e", "'": "", "’": "", "ʼ": "",
}  # fmt: skip
_FOLD = str.maketrans(_CYRILLIC | _LATIN)


class PlaceKind(StrEnum):
    """What a place is, for whoever chooses among several."""

    SETTLEMENT = "settlement"
    DISTRICT = "district"
    STREET = "street"
    ADDRESS = "address"
    NATURE = "nature"
    OTHER = "other"


class PlaceSource(StrEnum):
    """Who knows of it."""

    GAZETTEER = "gazetteer"
    NOMINATIM = "nominatim"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place of Kazakhstan in degrees; `names`: by language, one at least."""

    names: LocalizedText
    kind: str
    latitude: float
    longitude: float
    region_code: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """A city, town or village; `name` in Latin letters, `spellings` in any script."""

    name: str
    names: LocalizedText
    spellings: tuple[str, ...]
    latitude: float
    longitude: float
    population: int
    region_code: str


def fold(text: str) -> str:
    """One key for all spellings of a text: what is contained in one is found in another."""
    return " ".join(clean(text).casefold().translate(_FOLD).split())


@cache
def all_places() -> tuple[Place, ...]:
    """All places, the largest first."""
    with DATA.open(encoding="utf-8", newline="") as file:
        found = [
            Place(
                name=row["name"],
                names={
                    language: name
                    for language, name in (("kk", row["kk"]), ("ru", row["ru"]), ("en", row["name"]))
                    if name
                },
                spellings=tuple(filter(None, row["spellings"].split("|"))),
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=int(row["population"]),
                region_code=row["region"],
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(found, key=lambda place: (-place.population, place.name)))


@dataclass(frozen=True, slots=True)
class Match:
    """What the gazetteer knows of a text, best first.

    `is_whole`: these are called so. `is_beginning`: their names begin so; else they are only mentioned.
    """

    places: Sequence[FoundPlace]
    is_whole: bool = False
    is_beginning: bool = False


# «г. Ақтөбе», «Қандыағаш қаласы», "the city of": what a place is, folded, beside what it is called.
_WHAT_IT_IS = frozenset(
    fold("қала қаласы ауыл ауылы кент кенті город г гор село с поселок пос аул city town village").split()
)
_WORD = re.compile(r"[^\W_]+")
LONGEST_NAME = 4
"""Words of the longest name in the data."""


def match(text: str, near: tuple[float, float] | None = None) -> Match:
    """The places that a text names, begins to name or mentions, in any spelling; the largest first.

    With `near` (latitude, longitude) the closest first.
    """
    words = _words(text)
    wanted = " ".join(word for word in words if word not in _WHAT_IT_IS)
    if not wanted:
        return Match(())
    for key in (" ".join(words), wanted):
        if key in _by_key():
            return Match(_found(_by_key()[key], near), is_whole=True)
    begin_so = [of_it for key, of_it in _by_key().items() if key.startswith(wanted)]
    beginning = [place for place in all_places() if any(place in of_it for of_it in begin_so)]
    if beginning:
        # What a place is called now before what it was called once, or is called elsewhere.
        beginning.sort(
            key=lambda place: not any(_key(name).startswith(wanted) for name in place.names.values())
        )
        return Match(_found(beginning, near), is_beginning=True)
    return Match(_found(_mentioned(words), near))


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _key(name: str) -> str:
    return " ".join(_words(name))


@cache
def _by_key() -> dict[str, list[Place]]:
    """The places of each spelling, folded, its words alone; the largest first."""
    found: dict[str, list[Place]] = {}
    for place in all_places():
        for key in {_key(name) for name in (place.name, *place.names.values(), *place.spellings)}:
            found.setdefault(key, []).append(place)
    return found


def _mentioned(words: Sequence[str]) -> Sequence[Place]:
    """The places that the longest name within a text is that of."""
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            found = _by_key().get(" ".join(words[start : start + length]))
            if found:
                return found
    return ()


def _found(of_it: Iterable[Place], near: tuple[float, float] | None) -> list[FoundPlace]:
    listed = list(of_it) if near is None else sorted(of_it, key=lambda place: _distance(place, near))
    return [_as_found(place) for place in listed]


def _as_found(place: Place) -> FoundPlace:
    return FoundPlace(
        place.names,
        PlaceKind.SETTLEMENT,
        place.latitude,
        place.longitude,
        place.region_code,
        PlaceSource.GAZETTEER,
    )


def _distance(place: Place, near: tuple[float, float]) -> float:
    """In degrees of latitude, squared: to compare."""
    latitude, longitude = near
    east = (place.longitude - longitude) * cos(radians(latitude))
    return (place.latitude - latitude) ** 2 + east**2


def towns_by(near: tuple[float, float] | None, limit: int = 10) -> list[FoundPlace]:
    """The places closest to a point (latitude, longitude), or without one the largest."""
    return _found(all_places(), near)[:limit]


def towns(region_code: str) -> list[Place]:
    """The places of a region, the largest first."""
    return [place for place in all_places() if place.region_code == region_code]
