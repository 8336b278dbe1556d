"""What the page of signing in does with Google's answers, run in Node, and with those that come late (R6)."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.assets import NODE

SCRIPT = Path(__file__).parent / "run_firebase_door.mjs"


def play(**told: Any) -> Any:
    given = json.dumps({"presses": 1} | told)
    said = subprocess.run(
        [NODE / "bin" / "node", SCRIPT], input=given, capture_output=True, check=True, text=True
    )
    return json.loads(said.stdout)


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ({"slow": 1_000, "good": True}, []),
        ({"slow": 1_000, "good": False}, ["firebase-wrong"]),
        # Over 2G: the other door is offered, and this one is open still.
        ({"slow": 8_000, "good": True}, ["firebase-away"]),
        ({"slow": 8_000, "good": False}, ["firebase-away", "firebase-wrong"]),
    ],
)
def test_a_right_code_lets_in_however_late_google_says_so(told: dict[str, Any], seen: list[str]) -> None:
    done = play(**told)
    assert done["seen"] == seen
    assert done["sent"] == (["token"] if told["good"] else [])


def test_who_presses_twice_is_sent_one_message_and_has_one_try() -> None:
    """Another message would make the code of the first one a wrong one."""
    done = play(slow=1_000, good=True, presses=2)
    assert (done["asked"], done["sent"], done["seen"]) == (["code", "confirm"], ["token"], [])
