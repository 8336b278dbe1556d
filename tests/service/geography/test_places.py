"""The gazetteer: one place in every spelling, whole names before beginnings, towns within addresses."""

import pytest

from service.geography import places
from tests.makers import AKTOBE


@pytest.mark.parametrize(
    "text",
    [
        "Ақтөбе",
        "Актобе",
        "Aqtobe",
        "aktobe",
        "АКТЮБИНСК",
        "  ақтөбе  ",
        "г. Актобе",
        "Ақтөбе қаласы",
        "Aktobe city",
    ],
)
def test_a_town_is_known_in_every_spelling(text: str) -> None:
    found = places.match(text)
    assert found.is_whole
    assert [place.names["kk"] for place in found.places] == ["Ақтөбе"]


def test_a_town_says_its_name_in_three_languages() -> None:
    (oskemen,) = places.match("Өскемен").places
    assert oskemen.names == {"kk": "Өскемен", "ru": "Усть-Каменогорск", "en": "Ust-Kamenogorsk"}
    assert (oskemen.region_code, oskemen.kind, oskemen.source) == ("KZ-63", "settlement", "gazetteer")
    for text in ("усть каменогорск", "Усть-Каменогорск", "Ust-Kamenogorsk"):
        assert places.match(text).places == [oskemen]


def test_beginnings_come_the_largest_first() -> None:
    found = places.match("қар")
    assert not found.is_whole
    assert found.is_beginning
    assert found.places[0].names["kk"] == "Қарағанды"


def test_of_many_with_one_name_the_closest_comes_first() -> None:
    largest, near = places.match("Ақтау"), places.match("Ақтау", near=(49.8, 73.1))
    assert largest.places[0].region_code == "KZ-47"
    assert near.places[0].region_code == "KZ-35"
    assert len(largest.places) == len(near.places) > 1


@pytest.mark.parametrize(
    "text", ["Ақтөбе, Абай даңғылы 15", "Актобе проспект Абылхаира 42", "12, Aktobe, Ilek"]
)
def test_an_address_is_at_least_in_its_town(text: str) -> None:
    found = places.match(text)
    assert not found.is_whole
    assert not found.is_beginning
    assert "Ақтөбе" in [place.names["kk"] for place in found.places]


@pytest.mark.parametrize("text", ["", "  ", "!!!", "🙂", "қаласы", "'", "Лондон", "%", "\\", "x" * 10_000])
def test_what_is_no_place_finds_nothing(text: str) -> None:
    assert not places.match(text).places


def test_the_closest_towns_of_a_point() -> None:
    assert places.towns_by(AKTOBE)[0].names["kk"] == "Ақтөбе"
    assert places.towns_by(None)[0].names["kk"] == "Алматы"
