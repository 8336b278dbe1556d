"""The whole names of districts: known mistakes of sources mended, and the word for what each one is."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from service.geography.regions import Region
from service.models import DistrictKind
from service.models.base import LocalizedText

CORRECTIONS = Path(__file__).parent / "data" / "district_corrections.csv"
"""(code, what, wrong, right): where a source says what is wrong, the right is taken."""

KIND = "kind"
FIRST_DISTRICT = "30"
"""KATO's third and fourth digit: below stand the cities, from here on the districts of a region."""

LARGE_CITIES = frozenset({"KZ-71", "KZ-75", "KZ-79"})
"""Regions that are a city: all that they are divided into are districts."""

UNDRAWN = {"KZ-71": ("Сарайшық", "Алматы ауданы")}
"""Districts that no source known to us has an outline of: their region, their name, where a point of theirs
is looked up meanwhile. Of Astana's sixth one only the name is public (27 August 2024)."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "kk": ("ауданы", "қаласы"),
    "ru": ("район", "город", "г."),
    "en": ("District", "City"),
}
ADJECTIVE = "кий"


@cache
def _corrections() -> Mapping[tuple[str, str, str], str]:
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        return {(row["code"], row["what"], row["wrong"]): row["right"] for row in csv.DictReader(file)}


def corrected(code: str, what: str, value: str) -> str:
    """A name in a language, or a kind, as it has to be."""
    return _corrections().get((code, what, value), value)


def kind_of(code: str, region: Region) -> DistrictKind:
    """What a code of KATO stands for in a region."""
    is_city = code[2:4] < FIRST_DISTRICT and region.code not in LARGE_CITIES
    return DistrictKind(corrected(code, KIND, DistrictKind.CITY if is_city else DistrictKind.DISTRICT))


def whole(names: LocalizedText, kind: DistrictKind) -> LocalizedText:
    """The names with the word for what it is: two of a region may differ by it alone."""
    return {language: _whole(language, name, kind) for language, name in names.items()}


def _whole(language: str, name: str, kind: DistrictKind) -> str:
    if any(word in name.split() for word in WORDS[language]):
        return name
    is_city = kind == DistrictKind.CITY
    if language == "kk":
        return f"{name} {'қаласы' if is_city else 'ауданы'}"
    if language == "en":
        return f"{name} {'City' if is_city else 'District'}"
    if is_city:
        return f"город {name}"
    return f"{name} район" if name.endswith(ADJECTIVE) else f"район {name}"
