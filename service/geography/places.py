"""The gazetteer: places of Kazakhstan, found in every spelling, offline."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Place:
    """A city, town or village; `spellings` in any script."""

    name: str
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
                spellings=tuple(filter(None, row["spellings"].split("|"))),
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=int(row["population"]),
                region_code=row["region"],
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(found, key=lambda place: (-place.population, place.name)))


@cache
def _keys() -> tuple[frozenset[str], ...]:
    """The folded spellings of each place, in the order of `all_places`."""
    return tuple(frozenset(map(fold, (place.name, *place.spellings))) for place in all_places())


def search(text: str, limit: int = 10) -> list[Place]:
    """Places of which some spelling begins with the text; whole names before beginnings, then the largest."""
    wanted = fold(text)
    if not wanted:
        return []
    whole, beginning = [], []
    for place, keys in zip(all_places(), _keys(), strict=True):
        if wanted in keys:
            whole.append(place)
        elif any(key.startswith(wanted) for key in keys):
            beginning.append(place)
    return [*whole, *beginning][:limit]


def towns(region_code: str) -> list[Place]:
    """The places of a region, the largest first."""
    return [place for place in all_places() if place.region_code == region_code]
