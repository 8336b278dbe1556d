"""A file of districts: what is taken, mended and refused, each line by its name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.geography import district_file
from service.geography.district_file import SHIPPED, DistrictFileError, Line, Refused
from tests.makers import box

EMPTY: dict[str, Any] = {"type": "Polygon", "coordinates": []}


def feature(
    kato: Any = "153200000", geometry: Any = None, names: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A district in KZ-15, round 50.2° 57.5°, unless said otherwise."""
    told = {"kk": "Алға", "ru": "Алгинский", "en": "Alga"} if names is None else names
    properties = {"kato": kato, **told, **more}
    outline = box(57.2, 50, 57.8, 50.4) if geometry is None else geometry
    return {"type": "Feature", "properties": properties, "geometry": outline}


def read(tmp_path: Path, *features: Any, **members: Any) -> list[Line]:
    return read_text(
        tmp_path, json.dumps({"type": "FeatureCollection", "features": list(features)} | members)
    )


def read_text(tmp_path: Path, text: str | bytes) -> list[Line]:
    file = tmp_path / "districts.geojson"
    file.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return district_file.read(file)


BOW = {"type": "Polygon", "coordinates": [[[57, 50], [58, 50.4], [58, 50], [57, 50.2], [57, 50]]]}
EVEN_BOW = {"type": "Polygon", "coordinates": [[[57, 50], [58, 51], [58, 50], [57, 51], [57, 50]]]}
"""Its two halves cancel each other out: its area is 0."""
FLAT = {"type": "Polygon", "coordinates": [[[57, 50], [58, 50], [57, 50], [57, 50]]]}
POINT = {"type": "Point", "coordinates": [57, 50]}
NOT_NUMBERS = {"type": "Polygon", "coordinates": [[["a", 1], [2, 3], [4, 5], ["a", 1]]]}
TWO_POINTS = {"type": "Polygon", "coordinates": [[[57, 50], [58, 50]]]}
ENDLESS = {"type": "Polygon", "coordinates": [[[57, 50], [float("inf"), 50], [58, 51], [57, 50]]]}


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        (feature(geometry=BOW), Refused.CROSSING),
        (feature(geometry=EVEN_BOW), Refused.CROSSING),
        (feature(geometry=EMPTY), Refused.EMPTY),
        (feature(geometry=FLAT), Refused.EMPTY),
        (feature(geometry=box(57.2, 50, 57.2001, 50.0001)), Refused.EMPTY),
        ({**feature(), "geometry": None}, Refused.EMPTY),
        (feature(geometry=POINT), Refused.NOT_A_SURFACE),
        (feature(geometry=NOT_NUMBERS), Refused.NOT_A_SURFACE),
        (feature(geometry=TWO_POINTS), Refused.NOT_A_SURFACE),
        (feature(geometry=ENDLESS), Refused.NOT_A_SURFACE),
        (feature(geometry=[1]), Refused.NOT_A_SURFACE),
        (feature(geometry={"type": "Polygon", "coordinates": 5}), Refused.NOT_A_SURFACE),
        (feature(geometry=box(76.8, 43.2, 77, 43.3)), Refused.FOREIGN),
        (feature(geometry=box(37, 55, 38, 56)), Refused.ABROAD),
        (feature(geometry=box(50, 57.2, 50.4, 57.8)), Refused.SWAPPED),
        (feature("993200000"), Refused.UNKNOWN_REGION),
        (feature(iso="KZ-75"), Refused.OTHER_REGION),
        (feature("15320000"), Refused.NO_CODE),
        (feature("15320000x"), Refused.NO_CODE),
        (feature("١٥٣٢٠٠٠٠٠"), Refused.NO_CODE),
        (feature(None), Refused.NO_CODE),
        (feature(["153200000"]), Refused.NO_CODE),
        (feature(names={"kk": " ", "ru": None, "en": 5}), Refused.NO_NAME),
        (feature(names={"kk": "А" * 101}), Refused.LONG_NAME),
        ("text", Refused.NOT_A_FEATURE),
        (None, Refused.NOT_A_FEATURE),
        ({"type": "Feature", "geometry": box(57, 50, 58, 51)}, Refused.NOT_A_FEATURE),
    ],
)
def test_a_bad_line_is_refused_and_the_others_are_read(tmp_path: Path, line: Any, refused: Refused) -> None:
    good = feature("153400000", box(57.9, 50, 58.2, 50.4))
    first, second = read(tmp_path, line, good)
    assert (first.refused, first.drawn) == (refused, None)
    assert str(first).startswith("line 1")
    assert second.drawn is not None
    assert second.refused is None


def test_a_file_without_any_good_line_is_read(tmp_path: Path) -> None:
    assert [line.refused for line in read(tmp_path, feature(geometry=BOW))] == [Refused.CROSSING]


def test_no_line_of_a_code_that_stands_twice_is_taken(tmp_path: Path) -> None:
    lines = read(tmp_path, feature(), feature("153400000", box(57.9, 50, 58.2, 50.4)), feature(geometry=BOW))
    assert [line.refused for line in lines] == [Refused.DUPLICATE, None, Refused.DUPLICATE]


def test_outlines_that_cross_each_other_are_refused_both(tmp_path: Path) -> None:
    lines = read(tmp_path, feature(), feature("153400000", box(57.5, 50, 58.2, 50.4)))
    assert [line.refused for line in lines] == [Refused.OVERLAPS, Refused.OVERLAPS]
    assert "line 2" in str(lines[0])


def test_a_town_within_its_district_and_a_common_border_are_taken(tmp_path: Path) -> None:
    town = feature("151000000", box(57.4, 50.1, 57.5, 50.2))
    neighbour = feature("153400000", box(57.795, 50, 58.2, 50.4))
    assert all(line.drawn for line in read(tmp_path, feature(), town, neighbour))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type": "FeatureCollection"}',
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "FeatureCollection", "features": {}}',
        '{"type": "Feature", "features": [1]}',
        b"\xff\xfe{\x00",
        "[" * 200_000,
        json.dumps({"type": "FeatureCollection", "features": [1] * 1_001}),
    ],
)
def test_a_file_that_is_none_is_refused_whole(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(DistrictFileError):
        read_text(tmp_path, text)


def test_coordinates_that_are_no_degrees_of_wgs_84_are_refused_whole(tmp_path: Path) -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    with pytest.raises(DistrictFileError, match="WGS 84"):
        read(tmp_path, feature(), crs=named)
    named["properties"] = {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}
    assert read(tmp_path, feature(), crs=named)[0].drawn


def test_a_file_that_never_ends_is_not_read_to_its_end() -> None:
    with pytest.raises(DistrictFileError, match="larger than 50 MB"):
        district_file.read(Path("/dev/zero"))


def test_too_many_points_are_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(district_file, "MAX_POINTS", 4)
    with pytest.raises(DistrictFileError, match="5 points"):
        read(tmp_path, feature())


def test_names_are_cleaned_and_never_break_a_line(tmp_path: Path) -> None:
    (line,) = read(tmp_path, feature(names={"kk": "Ал\u202eға\n\x1b[31m", "ru": "Алги\ud800нский"}))
    assert line.drawn is not None
    assert line.drawn.names == {"kk": "Алға [31m ауданы", "ru": "Алгинский район"}
    assert "\x1b" not in line.label


def test_a_byte_order_mark_and_altitudes_are_no_hindrance(tmp_path: Path) -> None:
    ring = [[57.2, 50, 3], [57.8, 50, 3], [57.8, 50.4, 3], [57.2, 50, 3]]
    text = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [feature(geometry={"type": "Polygon", "coordinates": [ring]})],
        }
    )
    (line,) = read_text(tmp_path, "\ufeff" + text)
    assert line.drawn is not None
    assert [57.2, 50.0] in line.drawn.as_geojson()["coordinates"][0]


def test_the_shipped_file_is_taken_whole_and_what_is_known_wrong_is_mended() -> None:
    lines = district_file.read(SHIPPED)
    drawn = {line.drawn.code: line.drawn for line in lines if line.drawn}
    assert len(lines) == len(drawn) == 224
    assert len({one.region_code for one in drawn.values()}) == 20
    names = {code: one.names for code, one in drawn.items()}
    assert names["331000000"]["kk"] == "Талдықорған қаласы"
    assert names["331000000"]["ru"] == "город Талдыкорган"
    assert names["113400000"]["ru"] == "Аршалинский район"
    assert names["791510000"]["ru"] == "Енбекшинский район"
    assert names["474200000"]["kk"] == "Қарақия ауданы"
    assert names["114500000"]["ru"] == "район Биржан сал"
    assert drawn["101010000"].kind == "district"
    assert drawn["622010000"].kind == "city"


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_no_shipped_name_mixes_scripts_and_none_stands_twice_in_a_region(language: str) -> None:
    seen = set()
    for line in district_file.read(SHIPPED):
        assert line.drawn is not None
        name = line.drawn.names[language]
        assert not any(letter.isascii() and letter.isalpha() for letter in name), name
        assert (line.drawn.region_code, name) not in seen
        seen.add((line.drawn.region_code, name))


def test_a_right_name_is_left_alone(tmp_path: Path) -> None:
    outline = box(78.2, 44.9, 78.5, 45.1)
    right = {"kk": "Талдықорған қаласы", "ru": "город Талдыкорган", "en": "Taldykorgan City"}
    (line,) = read(tmp_path, feature("331000000", outline, right))
    assert line.drawn is not None
    assert line.drawn.names == right
    assert line.drawn.mended == []
