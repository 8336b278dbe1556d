"""Whatever stands in a cursor: a list answers 422 and says that it is none of its own."""

import base64
import json
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from http_base.application import Tazalyq
from tests.mobile_api.scene import Scene

NOBODY = str(uuid4())
MOMENT = "2026-05-16T06:00:00+00:00"


def packed(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


WRONG_PARTS: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "a number": 1,
    "a fraction": 0.5,
    "a negative number": -1,
    "past 32 bits": 2**31,
    "past 63 bits": 2**63,
    "past all bits": 2**70,
    "a list": [],
    "an object": {},
    "lists in lists": [[[]]],
    "no text": "",
    "other text": "x",
    "NUL": "\0",
    "a lone surrogate": "\ud800",
    "a naive moment": "2026-05-16T06:00:00",
    "a day": "2026-05-16",
    "the last moment": "9999-12-31T23:59:59-23:59",
    "the first moment": "0001-01-01T00:00:00+23:59",
    "full-width digits": "２０２６-05-16T06:00:00+00:00",
}
FORGED = {
    **{f"{name}, alone": packed(json.dumps([part])) for name, part in WRONG_PARTS.items()},
    # A list by distance, or by how many corrections, has small numbers in its cursors.
    **{
        f"{name}, with an id": packed(json.dumps([part, NOBODY]))
        for name, part in WRONG_PARTS.items()
        if name not in ("a number", "a fraction")
    },
    **{f"{name}, for an id": packed(json.dumps([MOMENT, part])) for name, part in WRONG_PARTS.items()},
    "NaN": packed(f'[NaN, "{NOBODY}"]'),
    "Infinity": packed(f'[-Infinity, "{NOBODY}"]'),
    "past all fractions": packed(f'[1e400, "{NOBODY}"]'),
    "too many digits": packed(f'[{"9" * 5_000}, "{NOBODY}"]'[:360]),
    "an empty key": packed("[]"),
    "a longer key": packed(json.dumps([MOMENT, NOBODY, NOBODY])),
    "a key that is text": packed(json.dumps(NOBODY)),
    "a key that is an object": packed(json.dumps({"0": MOMENT, "1": NOBODY})),
    "a key that is a number": packed("2"),
    "a key that is nothing": packed("null"),
    "no JSON": packed("[1, "),
    "no UTF-8": packed(b"\xff\xfe[]"),
    "nested deep": packed("[" * 370),
    "no base64": "!!!!",
    "half a base64": "a",
    "only padding": "====",
    "other letters": "қазақ",
    "NUL in the query": "\0",
    "nothing at all": "",
    "too long": "A" * 501,
}


def lists(app: Tazalyq) -> list[tuple[str, str]]:
    """Each list of the document, by its operation's name."""
    paths = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].document["paths"]
    return [
        (item["get"]["operationId"], path)
        for path, item in paths.items()
        for parameter in item.get("get", {}).get("parameters", ())
        if parameter.get("name") == "cursor"
    ]


def addresses(app: Tazalyq, scene: Scene) -> Iterator[str]:
    """Each list, with its owner's power to read it, ready for a cursor."""
    known = {
        "event_id": scene.event.id,
        "organization_id": scene.organization.id,
        "volunteer_id": scene.volunteer.id,
    }
    for _, path in lists(app):
        yield path.format_map(known) + "?cursor="
    yield "/v1/events?near=50.28,57.17&cursor="


@pytest.mark.parametrize("cursor", FORGED.values(), ids=FORGED)
def test_a_forged_cursor_is_told_so(cursor: str, app: Tazalyq, scene: Scene) -> None:
    asked = 0
    for address in addresses(app, scene):
        answer = scene.client.get(address + quote(cursor, safe=""), headers=scene.login(scene.national))
        assert (answer.status_code, answer.json["code"]) == (422, "invalid"), address
        assert list(answer.json["errors"]) == ["cursor"], address
        asked += 1
    assert asked >= 11


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text(string.ascii_letters, max_size=3), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_no_cursor_whatever_is_an_error_of_ours(key: Any, app: Tazalyq, scene: Scene) -> None:
    cursor = packed(json.dumps(key, ensure_ascii=False))
    for address in addresses(app, scene):
        answer = scene.client.get(address + cursor, headers=scene.login(scene.national))
        assert answer.status_code in (200, 422), address


def test_cursors_of_one_list_are_none_of_another(client: FlaskClient, scene: Scene) -> None:
    """A page of participants is keyed by an id, one of events by a moment and an id."""
    for cursor in (packed(json.dumps([NOBODY])), packed(json.dumps([3.5, NOBODY]))):
        answer = client.get(f"/v1/events?cursor={cursor}")
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["cursor"])
