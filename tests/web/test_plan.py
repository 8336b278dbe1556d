"""Plans of places: all that is told of lies in the picture, to scale."""

import re
from math import hypot
from typing import Any

import pytest

from tests.web.html import Element, faults, read
from web.plan import HEIGHT, WIDTH, Seen, plan

MEETING = (50.2805, 57.205)
CIRCLE = {"type": "circle", "radius_m": 150}
LINE = {"type": "LineString", "coordinates": [[57.2, 50.28], [57.21, 50.281], [57.215, 50.285]]}
RING = [[57.2, 50.28], [57.21, 50.28], [57.21, 50.284], [57.2, 50.284], [57.2, 50.28]]
HOLE = [[57.203, 50.281], [57.206, 50.281], [57.206, 50.282], [57.203, 50.281]]
AREAS: list[dict[str, Any]] = [
    CIRCLE,
    {"type": "corridor", "line": LINE, "width_m": 60},
    {"type": "Polygon", "coordinates": [RING, HOLE]},
    {
        "type": "MultiPolygon",
        "coordinates": [[RING], [[[57.22, 50.28], [57.23, 50.28], [57.22, 50.29], [57.22, 50.28]]]],
    },
]


def drawn(area: dict[str, Any], *seen: Seen) -> Element:
    found = str(plan(area, MEETING, "Жоспар", lambda metres: f"{metres} м", seen))
    assert faults(found) == []
    return read(found).one("svg")


def corners(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area["type"])
def test_all_of_the_area_lies_in_the_picture(area: dict[str, Any]) -> None:
    picture = drawn(area, Seen(50.29, 57.19, 40))
    for x, y in corners(picture.one("path", class_="m-area")["d"]):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    ((x, y),) = corners(picture.one("path", class_="m-seen")["d"])
    assert (x, y) >= (0, 0)


def test_distances_are_to_scale() -> None:
    picture = drawn(CIRCLE, Seen(50.2805 + 300 / 111_250, 57.205))
    dot = picture.one("circle", class_="m-dot")
    ((x, y),) = corners(picture.one("path", class_="m-seen")["d"])
    pixels = hypot(x + 5 - float(dot["cx"]), y + 5 - float(dot["cy"]))
    bar = re.fullmatch(r"M10 \d+v4h([\d.]+)v-4", picture.one("path", class_="m-scale")["d"])
    assert bar is not None
    metres = float(picture.one("text").text.removesuffix(" м"))
    assert pixels / float(bar[1]) * metres == pytest.approx(300, rel=0.02)


def test_a_phone_far_away_is_shown_with_the_place() -> None:
    picture = drawn(CIRCLE, Seen(43.24, 76.9, 25))
    assert picture.one("text").text == "500000 м"


def test_an_accuracy_of_any_size_stays_a_picture() -> None:
    assert (
        float(drawn(CIRCLE, Seen(50.28, 57.2, 10_000_000)).one("circle", class_="m-accuracy")["r"]) <= WIDTH
    )
