"""Dates that are added to a series later: over HTTP, from the contract (decision 204)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import AuditEntry, Event, Outbox, Volunteer
from tests.clock import FixedClock
from tests.makers import (
    box,
    make_coordinator,
    make_district,
    make_import,
    make_member,
    make_organization,
    make_volunteer,
)
from tests.mobile_api.events.series_world import FIRST, Series, of, starts
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]
WEEK = timedelta(days=7)
SATURDAY = datetime(2026, 6, 6, 6, tzinfo=UTC)
"""11:00 in Almaty, between the third Thursday and the fourth."""


def add(
    series: Series, date: dict[str, Any], *moments: datetime, by: Volunteer | None = None, **said: Any
) -> Any:
    body = {"starts_at": [one.isoformat() for one in moments]} | said
    return series.post(date["id"], "dates", body, by)


def days(dates: list[dict[str, Any]]) -> list[str]:
    return [start[5:16] for start in starts(dates)]


def count(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


def test_four_more_weeks_are_dates_like_the_others(series: Series, session: Session) -> None:
    plan = {
        "capacity": 30, "bring": ["су"], "min_age": 12, "walk_ins": False, "accessible": True,
        "description": {"kk": "Бірге"}, "address_names": {"kk": "Елек", "ru": "Илек"},
        "area": {"type": "circle", "radius_m": 300}, "contact": {"name": "Штаб", "link": "https://example.kz"},
    }  # fmt: skip
    dates = series.makes(2, address="Елек", **plan)
    answer = add(series, dates[1], *[FIRST + weeks * WEEK for weeks in (3, 2, 5, 4)])
    assert answer.status_code == 201, answer.json
    added = answer.json["items"]
    assert days(added) == ["06-04T10:00", "06-11T10:00", "06-18T10:00", "06-25T10:00"]
    other = {"id", "starts_at", "ends_at", "url", "version"}
    for one in added:
        assert {name: said for name, said in one.items() if name not in other} == {
            name: said for name, said in dates[1].items() if name not in other
        } | {"present": 0, "expected_groups": []}
        assert one["ends_at"][11:16] == "12:00"
    assert of(series.dates(dates[0]["series_id"]), "id") == of(dates, "id") + of(added, "id")
    assert len(set(session.scalars(sa.select(Event.code_secret)))) == 6


def test_one_more_on_a_saturday_at_another_hour(series: Series) -> None:
    dates = series.makes(4)
    (added,) = add(series, dates[0], SATURDAY).json["items"]
    assert (added["starts_at"], added["ends_at"]) == (
        "2026-06-06T11:00:00+05:00",
        "2026-06-06T13:00:00+05:00",
    )
    series.patch(
        dates[0], capacity=9, starts_at=(FIRST - timedelta(hours=1)).isoformat(), ends_at=FIRST.isoformat()
    )
    found = series.dates(dates[0]["series_id"])
    assert of(found, "capacity") == [9] * 5
    assert [start[11:16] for start in starts(found)] == ["09:00", "09:00", "09:00", "11:00", "09:00"]


def test_a_day_at_the_same_hour_follows_the_others(series: Series) -> None:
    dates = series.makes(2)
    add(series, dates[0], FIRST + timedelta(days=9))
    series.patch(dates[0], starts_at=(FIRST - timedelta(hours=1)).isoformat(), ends_at=FIRST.isoformat())
    assert days(series.dates(dates[0]["series_id"])) == ["05-21T09:00", "05-28T09:00", "05-30T09:00"]


def test_they_are_as_the_date_is_by_now_and_keep_what_is_its_own(series: Series) -> None:
    dates = series.makes(3)
    own = series.patch(dates[2], None, capacity=50, title={"kk": "Саябақ"}).json
    (added,) = add(series, own, FIRST + 3 * WEEK).json["items"]
    assert (added["capacity"], added["title"]) == (50, {"kk": "Саябақ"})
    series.patch(dates[0], capacity=7, min_age=12)
    found = series.dates(dates[0]["series_id"])
    assert of(found, "capacity") == [7, 7, 50, 50]
    assert of(found, "min_age") == [12] * 4


@pytest.mark.parametrize("what", ["draft", "hidden", "cancelled"])
def test_where_the_date_is_not_out_they_wait(series: Series, session: Session, what: str) -> None:
    dates = series.makes(2, publish=what != "draft")
    coordinator = make_coordinator(session, "KZ-15")
    if what == "hidden":
        series.post(dates[0]["id"], "hide", {"reason": "?"}, coordinator)
    if what == "cancelled":
        series.post(dates[0]["id"], "cancel", {"reason": "Дауыл"})
    answer = add(series, dates[0], FIRST + 2 * WEEK)
    assert of(answer.json["items"], "status") == ["draft"]
    assert of(answer.json["items"], "hidden") == [False]
    near = session.scalars(sa.select(Outbox.event_id).where(Outbox.kind == "nearby_event")).all()
    assert answer.json["items"][0]["id"] not in map(str, near)


def test_neighbours_hear_of_the_first_of_them_and_each_is_written_down(
    series: Series, session: Session
) -> None:
    dates = series.makes(2)
    added = add(series, dates[0], FIRST + 3 * WEEK, FIRST + 2 * WEEK).json["items"]
    told = session.scalars(sa.select(Outbox.event_id).where(Outbox.kind == "nearby_event")).all()
    assert sorted(map(str, told)) == sorted([dates[0]["id"], added[0]["id"]])
    for one in added:
        entries = session.execute(
            sa.select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.detail)
            .where(AuditEntry.event_id == one["id"])
            .order_by(AuditEntry.id)
        ).all()
        assert [(entry.action, entry.actor_id) for entry in entries] == [
            ("event-created", series.owner.id), ("event-published", series.owner.id),
        ]  # fmt: skip
        assert entries[0].detail == {"copy_of": dates[0]["id"]}


def test_published_ones_count_where_they_are(series: Series, session: Session) -> None:
    make_district(session, "151010000", box(57, 50.2, 57.3, 50.4))
    make_import(session)
    dates = series.makes(2)
    added = add(series, dates[0], FIRST + 2 * WEEK).json["items"]
    assert of(added, "district") == ["151010000"]
    by_hand = session.get_one(Event, dates[1]["id"])
    by_hand.district_code, by_hand.district_by_hand = "151020000", True
    session.flush()
    added = add(series, dates[1], FIRST + 3 * WEEK).json["items"]
    assert of(added, "district") == ["151020000"]
    assert session.get_one(Event, added[0]["id"]).district_by_hand


def test_after_all_its_dates_have_been_a_series_goes_on(series: Series, clock: FixedClock) -> None:
    dates = series.makes(2)
    clock.at = FIRST + 3 * WEEK
    answer = add(series, dates[1], FIRST + 4 * WEEK)
    assert of(answer.json["items"], "status") == ["published"]


NIGHTS = {day: datetime(2024, month, day, 16, tzinfo=UTC) for month, day in ((2, 22), (2, 29), (3, 7))}
"""22:00 in Almaty, in whose night of 29 February clocks were put back."""


@pytest.mark.parametrize(
    ("like", "other", "expected"),
    [
        (22, NIGHTS[29], ("2024-02-29T22:00:00+06:00", "2024-03-01T02:00:00+05:00")),
        (29, NIGHTS[7] + timedelta(hours=1), ("2024-03-07T22:00:00+05:00", "2024-03-08T02:00:00+05:00")),
    ],
)
def test_over_a_change_of_zone_they_are_as_long_by_the_clock_on_the_wall(
    series: Series, clock: FixedClock, like: int, other: datetime, expected: tuple[str, str]
) -> None:
    clock.at = datetime(2024, 2, 1, tzinfo=UTC)
    hours = 4 if like == 22 else 5
    made = series.send({"rrule": "FREQ=WEEKLY", "count": 1}, NIGHTS[like], hours=hours)
    (added,) = add(series, made.json, other).json["items"]
    assert (added["starts_at"], added["ends_at"]) == expected


# Once


def test_the_same_id_adds_them_once(series: Series, session: Session) -> None:
    dates, id_ = series.makes(2), str(uuid4())
    moments = [FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    first = add(series, dates[0], *moments, id=id_)
    assert first.json["items"][0]["id"] == id_
    series.patch(series.dates(dates[0]["series_id"])[0], None, capacity=5)
    again = add(series, dates[0], *reversed(moments), id=id_)
    assert (again.status_code, again.json) == (201, first.json)
    assert count(session) == 4
    for other in (
        add(series, dates[0], moments[0], id=id_),
        add(series, dates[1], *moments, id=id_),
        add(series, dates[0], FIRST + 9 * WEEK, id=dates[0]["id"]),
    ):
        assert (other.status_code, other.json["code"]) == (409, "id-reused")
    assert count(session) == 4


def test_a_series_sent_again_after_dates_were_added_is_what_was_sent(
    series: Series, session: Session
) -> None:
    """Its contact would else become that of the added ones."""
    id_, repeat = str(uuid4()), {"rrule": "FREQ=WEEKLY", "count": 2}
    contact = {"name": "Штаб", "link": "https://example.kz"}
    made = series.send(repeat, id=id_, contact=contact).json
    added = add(series, made, FIRST + 2 * WEEK).json["items"][0]
    other = {"name": "Айгүл", "link": "https://example.kz/a"}
    assert series.patch(added, None, contact=other).status_code == 200
    assert series.send(repeat, id=id_, contact=contact).json["id"] == id_
    assert series.dates(made["series_id"])[2]["contact"]["name"] == "Айгүл"


@pytest.mark.parametrize("minutes", [-119, 0, 119])
def test_no_date_is_twice(series: Series, session: Session, minutes: int) -> None:
    dates = series.makes(3)
    there = FIRST + WEEK + timedelta(minutes=minutes)
    answer = add(series, dates[0], FIRST + 5 * WEEK, there)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["starts_at"])
    assert "28 мамыр" in answer.json["errors"]["starts_at"][0]
    twice = add(series, dates[0], FIRST + 5 * WEEK, FIRST + 5 * WEEK + timedelta(minutes=minutes))
    assert (twice.status_code, list(twice.json["errors"])) == (422, ["starts_at"])
    assert count(session) == 3


def test_right_after_another_date_and_in_place_of_one_that_is_off_there_is_room(series: Series) -> None:
    dates = series.makes(3)
    assert add(series, dates[0], FIRST + timedelta(hours=2), FIRST - timedelta(hours=2)).status_code == 201
    series.post(dates[1]["id"], "cancel", {"reason": "Дауыл"})
    assert add(series, dates[0], FIRST + WEEK).status_code == 201


# Limits


def test_what_creation_refuses_is_refused(series: Series, session: Session, clock: FixedClock) -> None:
    dates = series.makes(2)
    late = clock.now() + timedelta(days=366 * 5, minutes=1)
    for moments in (
        [],
        [clock.now()],
        [FIRST + 2 * WEEK, clock.now() - WEEK],
        [FIRST + 2 * WEEK, late],
        [FIRST] * 53,
    ):
        answer = add(series, dates[0], *moments)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["starts_at"]), moments
    for said, field in (
        ({}, "starts_at"),
        ({"starts_at": "2026-06-06"}, "starts_at"),
        ({"starts_at": ["2026-06-06T10:00:00"]}, "starts_at.0"),
        ({"starts_at": [FIRST.isoformat(), None]}, "starts_at.1"),
        ({"starts_at": [(FIRST + 2 * WEEK).isoformat()], "scope": "this"}, "scope"),
    ):
        answer = series.post(dates[0]["id"], "dates", said)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), said
    assert count(session) == 2


def test_52_dates_are_to_come_at_most(series: Series, session: Session, clock: FixedClock) -> None:
    dates = series.makes(50, publish=False)
    more = [FIRST + weeks * WEEK for weeks in (50, 51, 52)]
    answer = add(series, dates[0], *more)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["starts_at"])
    assert "52" in answer.json["errors"]["starts_at"][0]
    assert "50" in answer.json["errors"]["starts_at"][0]
    assert add(series, dates[0], *more[:2]).status_code == 201
    assert add(series, dates[0], more[2]).status_code == 422
    clock.at = FIRST
    assert add(series, dates[0], more[2]).status_code == 201
    assert count(session) == 53


def test_a_single_event_has_no_dates_to_add(series: Series, session: Session) -> None:
    body = event_body(series.organization.id)
    alone = series.client.post("/v1/events", json=body, headers=series.login(series.owner)).json
    answer = add(series, alone, FIRST + WEEK)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["starts_at"])
    assert count(session) == 1


def test_only_who_may_make_its_events_adds_dates(series: Series, session: Session) -> None:
    dates = series.makes(2)
    drafts = series.makes(2, publish=False)
    stranger, helper, other = (make_volunteer(session) for _ in range(3))
    make_organization(session, other)
    make_member(session, series.organization, helper, role="helper")
    for who in (stranger, helper, other, make_coordinator(session, "KZ-15"), make_coordinator(session)):
        assert add(series, dates[0], FIRST + 2 * WEEK, by=who).json["code"] == "forbidden"
    assert add(series, drafts[0], FIRST + 2 * WEEK, by=stranger).status_code == 404
    url = f"/v1/events/{dates[0]['id']}/dates"
    assert series.client.post(url, json={"starts_at": []}).status_code == 401
    organizer = make_volunteer(session)
    make_member(session, series.organization, organizer)
    assert add(series, dates[0], FIRST + 2 * WEEK, by=organizer).status_code == 201
    series.organization.status = "suspended"
    session.flush()
    assert add(series, dates[0], FIRST + 3 * WEEK).json["code"] == "not-verified"
    assert count(session) == 5
