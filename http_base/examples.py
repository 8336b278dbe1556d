"""An example of each call that works in the demo: who sends it, after which others, with what.

`examples.json` names what `cli/demo_ids.py` gives fixed ids; its moments follow the clock.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from service.models.base import COUNTRY_ZONE

EXAMPLES = Path(__file__).with_name("examples.json")
MOMENT = re.compile(r"\{now\}|\{in (?P<days>\d+) days? at (?P<at>\d\d:\d\d)\}|\{(?P<ago>\d+) days ago\}")


@dataclass(frozen=True, slots=True)
class Example:
    """`by`: the phone of a demo account, None: nobody signs in. `after`: operations that come before.

    `parameters`: of the path; `body`: with its moments as texts.
    """

    by: str | None = None
    after: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def examples_at(now: datetime) -> Mapping[str, Example]:
    """The examples of a moment, by the operation's name."""
    found = _read()
    return {
        name: Example(
            said.get("by"),
            tuple(said.get("after", ())),
            found["parameters"] | said.get("parameters", {}),
            _filled(said.get("body"), now.astimezone(COUNTRY_ZONE)),
        )
        for name, said in found["operations"].items()
    }


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def _filled(part: Any, now: datetime) -> Any:
    """A part of an example with its moments: `{now}`, `{in 1 day at 10:00}`; days: `{9 days ago}`."""
    if isinstance(part, dict):
        return {name: _filled(value, now) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, now) for value in part]
    said = MOMENT.fullmatch(part) if isinstance(part, str) else None
    if said is None:
        return part
    if said["ago"] is not None:
        return (now.date() - timedelta(days=int(said["ago"]))).isoformat()
    if said["days"] is None:
        return now.isoformat()
    day = now.date() + timedelta(days=int(said["days"]))
    return datetime.combine(day, time.fromisoformat(said["at"]), COUNTRY_ZONE).isoformat()
