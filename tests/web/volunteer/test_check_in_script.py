"""The rules by which an event's page advises and goes on, run in Node: no browser is in them."""

import json
import math
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cli.assets import NODE
from service.attendance import evidence
from service.attendance.evidence import Fix, Presence, RecordKind, Status
from service.geography import geodesy
from service.platform.thresholds import Thresholds
from service.presence_errors import OutsideArea
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event
from web.volunteer.check_in import area_of

SCRIPT = Path(__file__).parent / "run_check_in.mjs"
LAT, LON = AKTOBE


def ring(*corners: tuple[float, float]) -> list[list[float]]:
    """Closed, by thousandths of a degree from the meeting point: (east, north) each."""
    return [[LON + east / 1_000, LAT + north / 1_000] for east, north in (*corners, corners[0])]


RING = ring((-4, -2), (3, -3), (2, 3))
HOLE = ring((-1, -1), (1, -1), (0, 0.5))
AWAY = ring((10, 0), (12, 0), (12, 2))
AREAS: list[dict[str, Any]] = [
    {"type": "circle", "radius_m": 150},
    {"type": "Polygon", "coordinates": [RING, HOLE]},
    {"type": "MultiPolygon", "coordinates": [[RING, HOLE], [AWAY]]},
    {"type": "corridor", "line": {"type": "LineString", "coordinates": RING[:3]}, "width_m": 60},
]
LIMITS = Thresholds()
SHOWN = {
    "near": LIMITS.near_m,
    "good": LIMITS.good_accuracy_m,
    "weak": LIMITS.weak_accuracy_m,
    "review": LIMITS.review_distance_m,
    "factor": LIMITS.review_accuracy_factor,
}


def run(**asked: Any) -> Any:
    given = {"distances": [], "advice": [], "stories": []} | asked
    said = subprocess.run(
        [NODE / "bin" / "node", SCRIPT],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(said.stdout)


def test_it_measures_to_the_area_as_the_service_does(session: Session) -> None:
    """Within half a metre or half a per cent up to 20 km; inside is inside."""
    places = random.Random(12)  # noqa: S311 - examples
    points = [
        (LAT + spread * places.uniform(-1, 1), LON + spread * places.uniform(-1, 1))
        for spread in (0.002, 0.006, 0.02, 0.2)
        for _ in range(50)
    ]
    shapes = [area_of(make_event(session, area=area)) for area in AREAS]
    found = run(distances=[{"area": shape, "points": points} for shape in shapes])["distances"]
    for area, measured in zip(AREAS, found, strict=True):
        for point, metres in zip(points, measured, strict=True):
            truth = geodesy.distance_to_area_m(area, AKTOBE, point)
            assert math.isclose(metres, truth, rel_tol=0.005, abs_tol=0.5), (area["type"], point)


def verdict(distance_m: float, accuracy_m: float) -> str:
    """What the service makes of such a fix, in the words of the page."""
    fix = Fix(distance_m, accuracy_m, age_s=5)
    presence = Presence(RecordKind.CHECK_IN, NOW, NOW, fix)
    try:
        found = evidence.judge(presence, NOW, NOW.replace(hour=9), LIMITS)
    except OutsideArea:
        return "outside"
    if found.status is Status.COUNTED:
        return "inside"
    # Doubted: a better fix may help where this one is poor.
    return "outside" if 0 < accuracy_m <= LIMITS.good_accuracy_m else "weak"


def test_it_advises_as_the_service_will_judge() -> None:
    circle = {"lines": [[[LON, LAT]]], "closed": False, "margin": 150}
    degree = 111_240
    asked = []
    expected = []
    for metres in (0, 60, 99, 130, 199, 220, 900, 1_100, 2_500, 30_000):
        for accuracy in (0, 5, 50, 99, 101, 250, 301, 900, 5_000):
            latitude = LAT + ((metres + 150) / degree if metres else 0)
            fix = {"latitude": latitude, "longitude": LON, "accuracy": accuracy}
            asked.append({"area": circle, "limits": SHOWN, "fix": fix})
            expected.append(verdict(geodesy.Circle(LAT, LON, 150).distance_m(latitude, LON), accuracy))
    assert run(advice=asked)["advice"] == expected


NONE = {"name": "none", "kind": "check_in", "leaves": True, "again": False}
SENT = {"name": "sent", "kind": "check_out", "leaves": False, "again": False}
DOUBTED = {"name": "doubted", "kind": "check_out", "leaves": False, "again": True}
OVER = {"name": "closed", "kind": None, "leaves": False, "again": False}
TAP = {"type": "tap", "at": 1_000_000, "kind": "check_in"}
LEAVE = {"type": "tap", "at": 1_000_000, "kind": "check_out"}
LATE = {"type": "timeout"}


def fix(name: str, accuracy: float = 12, at: int = 1_000_000, **more: Any) -> dict[str, Any]:
    found = {"accuracy": accuracy, "at": at} | more
    return {"type": "fix", "fix": found, "advice": {"name": name, "metres": 640}}


def anyway(at: int) -> dict[str, Any]:
    return {"type": "anyway", "at": at}


def typed(at: int) -> dict[str, Any]:
    return {"type": "typed", "at": at, "kind": "check_in", "code": "123456"}


def sent(**changes: Any) -> list[dict[str, Any]]:
    return [{"kind": "check_in", "code": None, "fix": 1_000_000} | changes]


IN, OUT, BAD = fix("inside"), fix("outside"), fix("weak", 400)
POOR = [fix("weak", 400, 1), fix("weak", 90, 2), fix("weak", 700, 3)]
STALE = fix("inside", 5, 1, isOld=True)
AGAIN = {"type": "again", "kind": "check_in"}
LOOK, DENIED = {"type": "look"}, {"type": "denied"}
SCANNED = {"type": "scanned", "kind": "check_in", "code": {"code": "123456", "at": 5}}
REFUSED = {"type": "refused", "refusal": "why"}

READY = "ready: tap code"
OUTSIDE = "outside: way code again anyway"
WEAK = "weak: again code anyway"
THERE = "held: tap code"
NOTHING: list[dict[str, Any]] = []
STORIES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str, list[dict[str, Any]]]] = {
    # name: (what is held, what happens, what is shown: its acts, what was sent)
    "at the start": (NONE, [], READY, NOTHING),
    "one tap is enough inside": (NONE, [TAP, IN], READY, sent()),
    "found without asking": (NONE, [LOOK, IN], "inside: tap", NOTHING),
    "and then tapped": (NONE, [LOOK, IN, TAP], READY, sent()),
    "tapped much later": (NONE, [LOOK, IN, TAP | {"at": 1_100_000}], "locating: code", NOTHING),
    "no permission": (NONE, [TAP, DENIED], "denied: allow code", NOTHING),
    "no permission, nothing asked": (NONE, [LOOK, DENIED], READY, NOTHING),
    "frozen": (NONE, [TAP, LATE], "lost: again code", NOTHING),
    "frozen, nothing asked": (NONE, [LOOK, LATE], READY, NOTHING),
    "outside": (NONE, [TAP, OUT], OUTSIDE, NOTHING),
    "outside and sent anyway": (NONE, [TAP, OUT, anyway(1_010_000)], READY, sent()),
    "outside, long thought over": (NONE, [TAP, OUT, anyway(1_900_000), BAD, LATE], READY, sent()),
    "a fix that comes too late": (NONE, [TAP, OUT, IN, LATE], OUTSIDE, NOTHING),
    "inaccurate": (NONE, [TAP, BAD, LATE], WEAK, NOTHING),
    "inaccurate, then better": (NONE, [TAP, BAD, IN], READY, sent()),
    "the best of poor ones": (NONE, [TAP, *POOR, LATE, anyway(3)], READY, sent(fix=2)),
    "an old one is not believed": (NONE, [TAP, STALE, LATE], WEAK, NOTHING),
    "a fresh one beats an old one": (NONE, [TAP, STALE, POOR[1], LATE, anyway(3)], READY, sent(fix=2)),
    "typed": (NONE, [typed(1)], READY, sent(code="123456", fix=None)),
    "typed while outside": (NONE, [TAP, OUT, typed(1_010_000)], READY, sent(code="123456")),
    "typed long after": (NONE, [TAP, OUT, typed(1_900_000)], READY, sent(code="123456", fix=None)),
    "scanned": (NONE, [SCANNED], "code: tap", NOTHING),
    "scanned and tapped": (NONE, [SCANNED, TAP], READY, sent(code="123456", fix=None)),
    "refused": (NONE, [TAP, IN, REFUSED], "refused: again code", sent()),
    "there": (SENT, [], THERE, NOTHING),
    "leaves": (SENT, [LEAVE, IN], THERE, sent(kind="check_out")),
    "doubted": (DOUBTED, [], "held: tap again code", NOTHING),
    "doubted, and mended": (DOUBTED, [AGAIN, IN, TAP], "held: tap again code", sent()),
    "over": (OVER, [], "held: ", NOTHING),
}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    asked = [{"held": held, "steps": steps} for held, steps, *_ in STORIES.values()]
    return dict(zip(STORIES, run(stories=asked)["stories"], strict=True))


@pytest.mark.parametrize("story", STORIES)
def test_it_goes_on_as_the_pages_say(story: str, told: dict[str, Any]) -> None:
    _, _, shown, went = STORIES[story]
    found = told[story]
    assert (f"{found['shown']}: {' '.join(found['acts'])}", found["sent"]) == (shown, went)


def test_what_is_kept_is_said_and_one_may_leave_all_the_same() -> None:
    came, left = ({"type": kind, "captured_at": "2026-05-16T06:00:00Z"} for kind in ("check_in", "check_out"))
    asked = [
        {"held": NONE, "kept": [came], "steps": []},
        {"held": NONE, "kept": [came, left], "steps": []},
        {"held": SENT, "kept": [left], "steps": []},
    ]
    found = run(stories=asked)["stories"]
    assert [(one["shown"], one["acts"]) for one in found] == [
        ("kept", ["send", "tap"]),
        ("kept", ["send"]),
        ("kept", ["send"]),
    ]
    assert found[0]["kind"] == "check_out"
