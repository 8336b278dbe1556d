"""One bad record never spoils the others, whatever it is: a phone's queue must go on."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from service.models import Event
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.mobile_api.phones import Phone, outcomes

MakePhone = Callable[..., Phone]
DEEP: Any = None
for _ in range(60):
    DEEP = [DEEP]


def spoiled(name: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    """A record with one field that is wrong; a name with a dot lies in the position."""

    def spoil(record: dict[str, Any]) -> Any:
        outer, _, inner = name.partition(".")
        if inner:
            return record | {outer: record[outer] | {inner: value}}
        return record | {outer: value}

    return spoil


BAD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no id": lambda record: {name: value for name, value in record.items() if name != "id"},
    "id null": spoiled("id", None),
    "id no uuid": spoiled("id", "first"),
    "id a list": spoiled("id", []),
    "null": lambda _: None,
    "a number": lambda _: 7,
    "a list": lambda _: [],
    "text": lambda _: "check_in",
    "empty": lambda _: {},
    "NUL in a code": spoiled("code", "12\x0034"),
    "NUL in a name": lambda record: record | {"a\x00b": 1},
    "lone surrogate": spoiled("code", "\ud800"),
    "2^70": spoiled("position.accuracy_m", 2**70),
    "2^70 elsewhere": spoiled("captured_at", 2**70),
    "too deep": spoiled("position", DEEP),
    "offset of 16 hours": spoiled("position.fixed_at", "2026-05-16T06:00:00+16:00"),
    "offset of 23 hours": spoiled("position.fixed_at", "2026-05-16T06:00:00-23:59"),
    "captured with an offset of 20 hours": spoiled("captured_at", "2026-05-17T02:00:00+20:00"),
    "event null": spoiled("event_id", None),
    "type unknown": spoiled("type", "teleport"),
    "unknown field": spoiled("speed", 3),
    "no time": spoiled("captured_at", "soon"),
    "year 0001": spoiled("captured_at", "0001-01-01T00:00:00+14:00"),
    "year 9999": spoiled("position.fixed_at", "9999-12-31T23:59:59-14:00"),
    "latitude NaN as text": spoiled("position.latitude", "NaN"),
    "latitude beyond": spoiled("position.latitude", 9_999),
}


@pytest.fixture
def send(client: FlaskClient, make_phone: MakePhone, clock: FixedClock) -> Callable[[list[Any]], Any]:
    phone = make_phone()

    def act(records: list[Any]) -> Any:
        body = {"sent_at": NOW.isoformat(), "installation_id": phone.installation, "records": records}
        raw = json.dumps(body).encode()
        return client.post(
            "/v1/attendance/batch", data=raw, content_type="application/json", headers=phone.headers
        )

    return act


@pytest.mark.parametrize("spoil", BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_refused_by_itself(
    make_phone: MakePhone,
    event: Event,
    send: Callable[[list[Any]], Any],
    spoil: Callable[[dict[str, Any]], Any],
) -> None:
    phone = make_phone()
    good, other = phone.record("check_in", event, NOW), phone.record("check_in", event, NOW)
    answer = send([spoil(other), good])
    assert answer.status_code == 200
    first, second = answer.json["results"]
    assert second["outcome"] == "stored"
    assert second["id"] == good["id"]
    if first["outcome"] == "refused":
        assert first["problem"]["status"] in (409, 422)


def test_results_keep_the_order_and_name_what_can_be_named(
    make_phone: MakePhone, event: Event, send: Callable[[list[Any]], Any]
) -> None:
    phone = make_phone()
    good = phone.record("check_in", event, NOW)
    named = phone.record("check_in", event, NOW) | {"speed": 3}
    results = send([None, named, good]).json["results"]
    assert [one["id"] for one in results] == [None, named["id"], good["id"]]
    assert outcomes(results) == ["invalid", "invalid", "stored"]


@pytest.mark.parametrize("offset", ["+14:00", "+15:59", "-12:00", "+05:45", "+16:00", "-23:59"])
@pytest.mark.parametrize("field", ["sent_at", "fixed_at"])
def test_any_offset_is_a_moment(
    client: FlaskClient, make_phone: MakePhone, event: Event, offset: str, field: str
) -> None:
    """RFC 3339 has offsets up to 23:59; the database takes less, and is never asked."""
    zone = datetime.fromisoformat(f"2026-01-01T00:00:00{offset}").tzinfo
    text = NOW.astimezone(zone).isoformat()
    phone = make_phone()
    body = {
        "id": str(uuid4()),
        "sent_at": text if field == "sent_at" else NOW.isoformat(),
        "installation_id": "x",
        "position": {
            "latitude": event.latitude,
            "longitude": event.longitude,
            "accuracy_m": 8,
            "fixed_at": text if field == "fixed_at" else NOW.isoformat(),
        },
    }
    answer = client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=phone.headers)
    assert (answer.status_code, answer.json["status"]) == (201, "counted")
