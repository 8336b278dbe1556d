"""A second reader of calendars, which shares nothing with the first: ical.js, as Thunderbird reads them.

It goes by the zones that stand in the calendar itself and knows no others.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from cli import assets

SCRIPT = """
import ICAL from 'ical.js';
let text = '';
for await (const piece of process.stdin) text += piece;
const calendar = new ICAL.Component(ICAL.parse(text));
ICAL.TimezoneService.reset();
for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
const entries = calendar.getAllSubcomponents('vevent').map((part) => {
  const event = new ICAL.Event(part);
  const said = (name) => part.getFirstPropertyValue(name);
  return {
    uid: event.uid,
    sequence: event.sequence,
    status: said('status'),
    starts_at: event.startDate.toJSDate().toISOString(),
    ends_at: event.endDate.toJSDate().toISOString(),
    local: event.startDate.toString(),
    zone: event.startDate.zone.tzid,
    summary: event.summary,
    description: event.description,
    location: event.location,
    geo: said('geo'),
    url: said('url'),
    changed_at: said('last-modified').toJSDate().toISOString(),
    stamped_at: said('dtstamp').toJSDate().toISOString(),
  };
});
console.log(JSON.stringify({ name: calendar.getFirstPropertyValue('x-wr-calname'), entries }));
"""


@dataclass(frozen=True)
class Entry:
    """`local`: the wall clock's time of the start in `zone`."""

    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    local: str
    zone: str
    summary: str
    description: str
    location: str | None
    geo: list[float]
    url: str
    changed_at: datetime
    stamped_at: datetime


def read(content: bytes) -> tuple[str | None, list[Entry]]:
    """A calendar's name and its entries, in the order of the file. Fails where it is no calendar."""
    if not assets.build_once():
        pytest.fail("ical.js could not be fetched here: calendars were NOT read by a second reader")
    found = subprocess.run(
        [assets.NODE / "bin" / "node", "--input-type=module", "-e", SCRIPT],
        cwd=assets.FRONTEND,
        input=content,
        capture_output=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr.decode()
    document: dict[str, Any] = json.loads(found.stdout)
    return document["name"], [_entry(one) for one in document["entries"]]


def _entry(said: dict[str, Any]) -> Entry:
    moments = ("starts_at", "ends_at", "changed_at", "stamped_at")
    return Entry(**said | {name: datetime.fromisoformat(said[name]) for name in moments})


def unfolded(content: bytes) -> list[str]:
    """The lines as they were before they were folded."""
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def value(content: bytes, name: str) -> str:
    """What the only line of this name says, by the text itself."""
    (found,) = (line for line in unfolded(content) if re.match(rf"{name}[:;]", line))
    return found.partition(":")[2]
