"""An event that is moved while a phone shows it: nobody is signed up for a day they were not shown."""

from datetime import timedelta
from typing import Any

import pytest

from service.models import Event
from tests.makers import make_volunteer
from tests.mobile_api.events.line import Line

DAY = timedelta(days=1)


def seen(line: Line) -> dict[str, Any]:
    """What a phone has just read of the event, as it sends it again."""
    shown = line.client.get(line.url).json
    assert shown is not None
    return {name: shown[name] for name in ("starts_at", "ends_at", "meeting_point")}


def sign_up(line: Line, person: Any, **body: Any) -> Any:
    headers = line.login(person) | {"Accept-Language": "en"}
    return line.client.put(f"{line.url}/signup", json=body, headers=headers)


def move(line: Line, **by: Any) -> None:
    event = line.session.get_one(Event, line.event.id)
    for name, step in by.items():
        setattr(event, name, getattr(event, name) + step)
    event.version += 1
    line.session.flush()


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ({"starts_at": DAY, "ends_at": DAY}, ("starts_at", "ends_at", "meeting_point")),
        ({"ends_at": timedelta(hours=1)}, ("starts_at", "ends_at", "meeting_point")),
        ({"latitude": 0.01}, ("starts_at", "ends_at", "meeting_point")),
        ({"starts_at": DAY, "ends_at": DAY}, ("starts_at",)),
    ],
    ids=["day", "end", "place", "day alone"],
)
def test_who_was_shown_another_day_reads_it_before_it_counts(
    line: Line, moved: dict[str, Any], said: tuple[str, ...]
) -> None:
    person = make_volunteer(line.session)
    before = {name: value for name, value in seen(line).items() if name in said}
    move(line, **moved)
    now = seen(line)
    answer = sign_up(line, person, seen=before)
    assert (answer.status_code, answer.json["code"]) == (412, "stale")
    assert (answer.json["starts_at"], answer.json["version"]) == (now["starts_at"], 2)
    assert "time or place" in answer.json["detail"]
    assert line.mine(person) is None
    # Read again, it counts.
    assert sign_up(line, person, seen=now).json["status"] == "waitlisted"


def test_what_a_phone_does_not_say_is_not_compared(line: Line) -> None:
    person = make_volunteer(line.session)
    starts = {"starts_at": seen(line)["starts_at"]}
    move(line, latitude=0.01)
    assert sign_up(line, person, seen=starts).json["status"] == "waitlisted"


def test_what_was_not_moved_asks_nothing(line: Line) -> None:
    """However a phone writes a moment and a point; and a new list of what to bring is no reason."""
    person = make_volunteer(line.session)
    event = line.session.get_one(Event, line.event.id)
    event.bring = ["Қолғап"]
    event.version += 1
    line.session.flush()
    written = {
        "starts_at": event.starts_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "ends_at": event.ends_at.isoformat(),
        "meeting_point": {"latitude": round(event.latitude, 6), "longitude": round(event.longitude, 6)},
    }
    assert sign_up(line, person, seen=written).json["status"] == "waitlisted"


def test_who_does_not_say_what_was_shown_signs_up(line: Line) -> None:
    """As apps of before do."""
    move(line, starts_at=DAY, ends_at=DAY)
    person = make_volunteer(line.session)
    assert sign_up(line, person).json["status"] == "waitlisted"


@pytest.mark.parametrize(
    "wrong", [{}, {"starts_at": "2026-05-16"}, "2026-05-16T12:00:00+05:00", {"day": 1}, None]
)
def test_what_says_nothing_of_a_time_is_refused(line: Line, wrong: Any) -> None:
    answer = sign_up(line, make_volunteer(line.session), seen=wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_an_offer_of_another_day_is_looked_at_before_it_is_taken(line: Line) -> None:
    (person,) = line.waiting(0)
    line.leave(line.first)
    before = seen(line)
    move(line, latitude=0.01)
    url, headers = f"{line.url}/signup/confirm", line.login(person)
    answer = line.client.post(url, json={"seen": before}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (412, "stale")
    assert line.mine(person)["status"] == "offered"
    assert sign_up(line, person, seen=before).status_code == 412
    answer = line.client.post(url, json={"seen": seen(line)}, headers=headers)
    assert answer.json["status"] == "going"
