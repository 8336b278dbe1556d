"""The rules by which an event's page advises and goes on, run in Node: no browser is in them."""

import json
import math
import random
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cli.assets import NODE
from service.attendance import evidence
from service.attendance.evidence import Fix, Presence, RecordKind, Status
from service.events.plans import MAX_DURATION
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
    given: dict[str, Any] = {
        name: [] for name in ("distances", "advice", "stories", "dates", "stores", "ages", "turns")
    }
    given |= asked
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
ALLOW = {"type": "allow"}
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
    "frozen, and again": (NONE, [TAP, LATE, AGAIN, LATE], "lost: again code", NOTHING),
    "taken back, and again": (NONE, [TAP, OUT, AGAIN, DENIED], "denied: allow code", NOTHING),
    "allowed, and found": (NONE, [TAP, DENIED, ALLOW, IN], READY, sent()),
    "allowed in vain": (NONE, [TAP, DENIED, ALLOW, DENIED], "barred: again code", NOTHING),
    "again in vain": (NONE, [TAP, DENIED, ALLOW, DENIED, AGAIN, DENIED], "barred: again code", NOTHING),
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
    "refused, and it is over": (OVER, [TAP, IN, REFUSED], "refused: ", sent()),
    "refused, and doubted": (DOUBTED, [LEAVE, IN, REFUSED], "refused: again code", sent(kind="check_out")),
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


HOUR_MS = 3_600_000
AT = 1_795_700_000_000


@pytest.mark.parametrize(
    ("dated", "ahead", "fixed"),
    [
        (AT - 5_000, 0, AT - 5_000),
        (AT - 10 * 60_000, 0, AT - 10 * 60_000),
        # The phone's clock is three hours ahead, or a day behind: by satellites the fix is of this moment.
        (AT - 3 * HOUR_MS - 5_000, 3 * HOUR_MS, AT - 5_000),
        (AT + 24 * HOUR_MS - 5_000, -24 * HOUR_MS, AT - 5_000),
        (AT - 5_000, 3 * HOUR_MS, AT - 5_000),
        (AT - 5 * HOUR_MS, 3 * HOUR_MS, AT - 2 * HOUR_MS),
        # Of no age that a fix can have: it came now.
        (0, 0, AT),
        (AT * 1_000, 0, AT),
        (None, 0, AT),
    ],
)
def test_a_fix_is_dated_by_the_phones_clock_or_by_satellites(
    dated: int | None, ahead: int, fixed: int
) -> None:
    assert run(dates=[{"dated": dated, "now": AT, "ahead": ahead}])["dates"] == [fixed]


def test_what_a_browser_has_no_room_for_is_kept_while_its_page_is_open() -> None:
    came, left = "check_in", "check_out"
    roomy, one_only, none = run(stores=[1_000, 150, 0])["stores"]
    assert roomy == [[came, True], [left, True]]
    assert one_only == [[came, True], [left, False]]
    assert none == [[left, False]]


def kept(**more: Any) -> dict[str, Any]:
    position = {"latitude": LAT, "longitude": LON, "accuracy_m": 9, "fixed_at": "2026-11-26T16:00:00.000Z"}
    return {
        "id": "one",
        "type": "check_in",
        "event_id": "e",
        "captured_at": "2026-11-26T16:00:05.000Z",
        "person": "p",
        "installation": "i",
        "position": position,
    } | more


HELD = {"name": "none", "kind": "check_in"}
HERE = {"person": "p", "csrf": "c", "held": HELD, "at": 1_795_700_000_000}


def turn(*answers: dict[str, Any] | None, **tap: Any) -> Any:
    """What becomes of one that is kept, with these answers in turn."""
    return run(turns=[{"taps": [kept(**tap)], "first": HERE, "answers": answers}])["turns"][0]


def test_a_tap_lies_in_the_phone_for_sixteen_days_at_most() -> None:
    """Whoever is signed in by then: no longer than the service takes it, and no shorter."""
    taken = timedelta(days=LIMITS.review_sync_days) + MAX_DURATION
    assert taken + timedelta(minutes=LIMITS.open_before_min + LIMITS.review_off_min) < timedelta(days=16)
    taps = [
        kept(id=name, person=name, captured_at=at)
        for name, at in (
            ("young", "2026-11-10T16:00:01.000Z"),
            ("old", "2026-11-10T15:59:59.000Z"),
            # A phone whose clock has been set right since; and what nothing can be read of.
            ("future", "2027-11-26T16:00:00.000Z"),
            ("broken", "x"),
        )
    ]
    now = 1_795_708_800_000
    assert run(ages=[{"taps": taps, "now": now}])["ages"] == [["young", "future"]]


def test_what_another_has_tapped_is_neither_sent_nor_lost() -> None:
    """The first one's session has ended, and somebody else has signed in on the same phone."""
    found = turn({"status": 200, "json": HERE | {"person": "q"}})
    assert (found["asked"], found["left"], found["state"]) == ([["GET"]], ["one"], "online")


def test_only_a_session_that_has_ended_asks_its_person_to_sign_in() -> None:
    for status, state in ((401, "ended"), (404, "offline"), (429, "offline"), (403, "offline")):
        assert turn({"status": status, "json": {}})["state"] == state


def test_an_answer_that_is_a_strangers_page_is_none() -> None:
    """A network that asks to be signed in to answers whatever was asked."""
    here = {"status": 200, "json": HERE}
    for answers in ([{"status": 200, "json": None}], [here, {"status": 200, "json": None}]):
        found = turn(*answers)
        assert (found["state"], found["left"]) == ("offline", ["one"])


def test_an_event_that_is_shown_no_more_holds_nothing_up() -> None:
    here = {"status": 200, "json": HERE | {"held": None}}
    stored = {"status": 200, "json": {"results": [{"id": "one", "outcome": "stored"}], "now": None}}
    found = turn(here, stored)
    assert (found["arrived"], found["left"], found["held"]) == (["one"], [], HELD)


def test_what_was_stored_and_not_answered_has_arrived_whatever_it_says_now() -> None:
    taken = {"outcome": "refused", "problem": {"code": "id-reused", "status": 409}}
    found = turn({"status": 200, "json": HERE}, {"status": 200, "json": {"results": [taken], "now": HERE}})
    assert (found["arrived"], found["refused"], found["left"]) == (["one"], 0, [])


@pytest.mark.parametrize(
    ("ahead", "captured", "fixed"),
    [
        # When it was tapped, the phone's clock was three hours ahead; it has been set right since.
        (3 * HOUR_MS, "13:00:05", "13:00:00"),
        # As wrong as ever, by a second or two of the way; and one that nothing is known of.
        (1_500, "16:00:05", "16:00:00"),
        (None, "16:00:05", "16:00:00"),
    ],
)
def test_a_tap_is_of_its_moment_though_the_phones_clock_was_set_right_since(
    ahead: int | None, captured: str, fixed: str
) -> None:
    here = {"clock": HERE["at"], "status": 200, "json": HERE}
    stored = {"status": 200, "json": {"results": [{"id": "one", "outcome": "stored"}], "now": HERE}}
    (_, (method, record)) = turn(here, stored, ahead=ahead)["asked"]
    assert method == "POST"
    assert record == f"2026-11-26T{captured}.000Z 2026-11-26T{fixed}.000Z"
