"""Helpers of a series: named and let go at one date, or at the later ones, too."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from notifications.messages import words
from notifications.words import LOCALES
from service.models import AuditEntry, Event, EventHelper, EventSeries, Outbox
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_coordinator,
    make_event,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.events.door import Door


@pytest.fixture
def weekly(door: Door) -> list[Event]:
    """Four dates, the first of them the door's own."""
    series = EventSeries(rrule="FREQ=WEEKLY", created_at=NOW)
    door.session.add(series)
    door.session.flush()
    dates = [
        make_event(
            door.session,
            door.organization,
            starts_at=NOW + timedelta(days=1, weeks=week),
            series_id=series.id,
        )
        for week in range(4)
    ]
    door.event = dates[0]
    for one in dates[:2]:
        make_signup(door.session, one, door.aigul)
    return dates


def helping(door: Door, dates: list[Event]) -> str:
    """At which of the dates somebody helps."""
    door.session.expire_all()
    found = set(door.session.scalars(sa.select(EventHelper.event_id)))
    return "".join(str(at) for at, one in enumerate(dates) if one.id in found)


def named_from(door: Door, event: Event, **said: Any) -> Any:
    door.event = event
    return door.call(door.owner, "PUT", "/helpers", json={"phone": "+77015554567"} | said)


@pytest.mark.parametrize(
    ("said", "at"), [({}, "1"), ({"scope": "this"}, "1"), ({"scope": "following"}, "123")]
)
def test_a_helper_of_a_series_is_told_once_and_recorded_at_each_date(
    door: Door, weekly: list[Event], said: dict[str, str], at: str
) -> None:
    for _press in range(2):
        assert named_from(door, weekly[1], **said).status_code == 204
    assert helping(door, weekly) == at
    (told,) = door.session.scalars(sa.select(Outbox).where(Outbox.kind == "role_given"))
    assert (told.volunteer_id, told.event_id) == (door.aigul.id, weekly[1].id)
    for locale in LOCALES:
        body = words("role_given", told.facts, locale)[1]
        assert ("\n" in body) == (len(at) > 1)
    recorded = door.session.scalars(sa.select(AuditEntry.event_id).where(AuditEntry.action == "helper-named"))
    assert sorted(filter(None, recorded)) == sorted(weekly[int(one)].id for one in at)


@pytest.mark.parametrize(("query", "left"), [("", "123"), ("?scope=this", "123"), ("?scope=following", "0")])
def test_so_are_they_let_go_and_the_codes_of_these_dates_are_new(
    door: Door, weekly: list[Event], query: str, left: str
) -> None:
    named_from(door, weekly[0], scope="following")
    door.event = weekly[0] if query != "?scope=following" else weekly[1]
    secrets = [one.code_secret for one in weekly]
    assert door.call(door.owner, "DELETE", f"/helpers/{door.aigul.id}{query}").status_code == 204
    assert helping(door, weekly) == left
    changed = [before != one.code_secret for before, one in zip(secrets, weekly, strict=True)]
    assert changed == [str(at) not in left for at in range(4)]


@pytest.mark.parametrize("query", ["", "?scope=following"])
def test_coordinators_let_nobody_go_whichever_dates_it_is_about(
    door: Door, weekly: list[Event], query: str
) -> None:
    named_from(door, weekly[0], scope="following")
    door.event = weekly[0]
    coordinator = make_coordinator(door.session, "KZ-15")
    assert door.call(coordinator, "DELETE", f"/helpers/{door.aigul.id}{query}").status_code == 403
    assert helping(door, weekly) == "0123"


def test_who_helps_at_some_of_the_dates_helps_at_all_and_hears_of_the_others(
    door: Door, weekly: list[Event]
) -> None:
    named_from(door, weekly[1])
    assert named_from(door, weekly[1], scope="following").status_code == 204
    assert helping(door, weekly) == "123"
    told = door.session.scalars(sa.select(Outbox.event_id).where(Outbox.kind == "role_given"))
    assert sorted(filter(None, told)) == sorted([weekly[1].id, weekly[2].id])


def test_one_date_without_room_is_none_named(door: Door, weekly: list[Event]) -> None:
    door.event = weekly[3]
    for _ in range(30):
        door.name(make_volunteer(door.session))
    refused = named_from(door, weekly[1], scope="following")
    assert (refused.status_code, refused.json["code"]) == (409, "too-many-helpers")
    assert helping(door, weekly) == "3"


def test_from_a_date_that_has_begun_or_stands_alone_it_is_this_one(
    door: Door, weekly: list[Event], clock: FixedClock
) -> None:
    alone = make_event(door.session, door.organization, starts_at=NOW + timedelta(days=1))
    make_signup(door.session, alone, door.aigul)
    refused = named_from(door, alone, scope="following")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["scope"])
    clock.at = weekly[1].starts_at
    refused = named_from(door, weekly[1], scope="following")
    assert (refused.status_code, refused.json["code"]) == (409, "already-started")
    assert named_from(door, weekly[1], scope="all").status_code == 422
    assert helping(door, weekly) == ""
