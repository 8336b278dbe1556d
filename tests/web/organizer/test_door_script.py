"""What the door's script keeps and sends, run in Node: on a phone with bad luck no tick is lost (R36)."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.assets import NODE

SCRIPT, WORKER = (Path(__file__).parent / name for name in ("run_door.mjs", "run_door_worker.mjs"))
NOON = datetime(2026, 5, 16, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = "A" * 43 + "="


def answer(status: int = 200, **said: Any) -> dict[str, Any]:
    return {"status": status, "json": said}


def told(at: datetime = NOON + 2 * HOUR) -> dict[str, Any]:
    """The list, as the service tells it at a moment."""
    until = (NOON + timedelta(days=1)).isoformat()
    return answer(person="aigul", csrf="c", now=at.isoformat(), until=until, key=KEY, rows=[], code={})


def taken(*outcomes: dict[str, Any]) -> dict[str, Any]:
    return answer(results=list(outcomes))


def refused(id_: str, status: int, **said: Any) -> dict[str, Any]:
    return {"id": id_, "outcome": "refused", "problem": {"status": status, **said}}


STORED = {"id": "t", "outcome": "stored"}
TICK = {"id": "t", "volunteer_id": "v", "present": True}


def step(at: datetime, mono: timedelta, **what: Any) -> dict[str, Any]:
    """Something at a moment of the phone's clock; `mono`: how long its page is open by then."""
    moment = {"clock": at.timestamp() * 1000, "mono": mono.total_seconds() * 1000}
    return {"moment": moment, **what}


def play(*steps: dict[str, Any], room: int | None = 100) -> Any:
    return json.loads(node(SCRIPT, room=room, steps=steps))


def node(script: Path, **told: Any) -> str:
    said = subprocess.run(
        [NODE / "bin" / "node", script], input=json.dumps(told), capture_output=True, check=True, text=True
    )
    return said.stdout.strip()


def kept_then(*answers: Any, room: int | None = 100) -> Any:
    """The list comes, somebody is ticked without signal, and there is signal again."""
    return play(
        step(NOON, HOUR * 0, answers=[told(NOON)]),
        step(NOON + HOUR, HOUR, tick=TICK),
        step(NOON + 2 * HOUR, 2 * HOUR, answers=list(answers)),
        room=room,
    )


def test_what_is_taken_waits_no_more() -> None:
    done = kept_then(told(), taken(STORED), told())
    ((sent,),) = [one for one in done["sent"] if one]
    assert sent == TICK | {"captured_at": "2026-05-16T08:00:00.000Z"}
    assert (done["kept"], done["waiting"], done["news"]["state"]) == ([], [], "online")


@pytest.mark.parametrize("status", [429, 503])
def test_what_the_service_holds_off_for_a_while_waits(status: int) -> None:
    """Others change the same attendance at that moment: that is no word about who was ticked."""
    done = kept_then(told(), taken(refused("t", status, code="busy")))
    assert done["kept"] == ["t"]
    assert done["news"]["refused"] == []


def test_a_tick_by_a_clock_that_was_wrong_is_dated_by_the_one_that_is_right() -> None:
    """The phone finds a network, which sets its clock an hour back: the tick would be of the future."""
    done = play(
        step(NOON + HOUR, HOUR * 0, answers=[told(NOON)]),
        step(NOON + 2 * HOUR, HOUR, tick=TICK),
        step(
            NOON + 2 * HOUR, 2 * HOUR, answers=[told(NOON + 2 * HOUR), taken(STORED), told(NOON + 2 * HOUR)]
        ),
    )
    ((sent,),) = [one for one in done["sent"] if one]
    assert sent == TICK | {"captured_at": "2026-05-16T08:00:00.000Z"}


def test_where_the_clock_was_set_before_the_tick_it_is_sent_as_it_is() -> None:
    done = play(
        step(NOON + HOUR, HOUR * 0, answers=[told(NOON)]),
        step(NOON + HOUR, HOUR, tick=TICK),
        step(NOON + HOUR, HOUR, answers=[told(NOON + HOUR), taken(STORED), told(NOON + HOUR)]),
    )
    ((sent,),) = [one for one in done["sent"] if one]
    assert sent == TICK | {"captured_at": "2026-05-16T08:00:00.000Z"}


@pytest.mark.parametrize("room", [0, 1, None])
def test_a_browser_without_room_sends_what_is_ticked_while_its_page_is_open(room: int | None) -> None:
    assert kept_then(None, room=room)["waiting"] == ["t"]
    done = kept_then(told(), taken(STORED), told(), room=room)
    assert [one["id"] for sent in done["sent"] if sent for one in sent] == ["t"]
    assert (done["waiting"], done["news"]["state"]) == ([], "online")


def test_signal_that_goes_in_between_is_said() -> None:
    assert kept_then(told(), None)["news"]["state"] == "offline"
    assert kept_then(told(), answer(429))["news"]["state"] == "offline"
    assert kept_then(answer(429))["news"]["state"] == "offline"
    assert kept_then(answer(401))["news"]["state"] == "ended"


def test_who_was_refused_is_told_with_why() -> None:
    problem = {"code": "invalid", "title": "…", "detail": "…", "errors": {"phone": ["no number"]}}
    done = kept_then(told(), taken(refused("t", 422, **problem)), told())
    (one,) = done["news"]["refused"]
    assert (one["tick"]["volunteer_id"], one["problem"]["errors"]) == ("v", {"phone": ["no number"]})
    assert done["waiting"] == []


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"kept": True, "slow": False, "answers": True}, "network"),
        ({"kept": True, "slow": True, "answers": True}, "kept"),
        ({"kept": True, "slow": False, "answers": False}, "kept"),
        # Nothing better is there: over 2G a page comes late, and is better than none.
        ({"kept": False, "slow": True, "answers": True}, "network"),
        ({"kept": False, "slow": True, "answers": False}, "nothing"),
        ({"kept": False, "slow": False, "answers": False}, "nothing"),
    ],
)
def test_which_page_a_phone_shows(told: dict[str, bool], shown: str) -> None:
    assert node(WORKER, **told) == shown
