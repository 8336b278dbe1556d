"""Notification settings over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
URL = "/v1/me/notification-settings"
DEFAULTS = {
    "changes": True,
    "reminders": True,
    "announcements": True,
    "nearby": True,
    "recognition": True,
    "quiet_from": "22:00",
    "quiet_to": "08:00",
    "daily_cap": 6,
}


def test_defaults_changes_and_what_is_left_alone(client: FlaskClient, session: Session, login: Login) -> None:
    headers = login(make_volunteer(session))
    assert client.get(URL, headers=headers).json == DEFAULTS
    changed = client.put(URL, json={"nearby": False, "quiet_from": "23:15"}, headers=headers)
    assert (changed.status_code, changed.json) == (200, DEFAULTS | {"nearby": False, "quiet_from": "23:15"})
    assert client.put(URL, json=DEFAULTS | {"daily_cap": 0}, headers=headers).json["daily_cap"] == 0
    assert client.put(URL, json={}, headers=headers).json["daily_cap"] == 0
    assert client.get(URL, headers=login(make_volunteer(session))).json == DEFAULTS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quiet_from", "24:00"),
        ("quiet_from", "22:00:00"),
        ("quiet_to", "8"),
        ("quiet_to", 8),
        ("quiet_to", None),
        ("daily_cap", -1),
        ("daily_cap", 1000),
        ("daily_cap", "6"),
        ("nearby", "yes"),
        ("nearby", None),
        ("colour", "red"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, session: Session, login: Login, field: str, value: Any
) -> None:
    answer = client.put(URL, json={field: value}, headers=login(make_volunteer(session)))
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
