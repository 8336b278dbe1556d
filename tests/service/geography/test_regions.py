"""Regions and places: everything lands where it is."""

import pycountry
import pytest

from service.geography import places, regions


def test_the_twenty_regions_are_those_of_the_standard() -> None:
    standard = {subdivision.code for subdivision in pycountry.subdivisions.get(country_code="KZ")}
    assert {region.code for region in regions.all_regions()} == standard
    assert all(set(region.names) == {"kk", "ru", "en"} for region in regions.all_regions())


# Beside a border that GeoNames draws otherwise (or draws before the reform of 2022).
KNOWN_DISAGREEMENTS = {"Sayram", "Zhalghyztobe", "Urzhar", "Aksuat"}


@pytest.mark.parametrize("region", regions.all_regions(), ids=lambda region: region.code)
def test_towns_of_each_region_land_in_it(region: regions.Region) -> None:
    towns = [town for town in places.towns(region.code) if town.name not in KNOWN_DISAGREEMENTS]
    assert towns
    for town in towns:
        found = regions.region_at(town.latitude, town.longitude)
        assert found == region, town.name


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (50.2839, 57.1670, "KZ-15"),
        (43.2383, 76.9456, "KZ-75"),
        (51.1694, 71.4491, "KZ-71"),
        (42.3155, 69.5869, "KZ-79"),
        (51.2333, 51.3667, "KZ-27"),
    ],
)
def test_cities_by_their_known_coordinates(latitude: float, longitude: float, code: str) -> None:
    found = regions.region_at(latitude, longitude)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(55.75, 37.62), (39.65, 66.96), (57.167, 50.2839), (0, 0), (90, 180)]
)
def test_elsewhere_is_in_no_region(latitude: float, longitude: float) -> None:
    assert regions.region_at(latitude, longitude) is None


def test_a_point_a_little_outside_belongs_to_the_nearest_region() -> None:
    # On the Caspian, a few kilometres off Aktau.
    found = regions.region_at(43.65, 51.08)
    assert found is not None
    assert found.code == "KZ-47"


@pytest.mark.parametrize("spelling", ["Ақтөбе", "Актобе", "Aqtobe", "aktobe", "АҚТӨБЕ"])
def test_every_spelling_finds_the_place(spelling: str) -> None:
    assert places.fold(spelling) == "aktobe"
    assert places.match(spelling).places[0].region_code == "KZ-15"
