"""Series over HTTP: made by a rule, each date an event of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AuditEntry, Event, EventSeries, Outbox, Volunteer
from tests.makers import box, make_district, make_import, make_member, make_organization, make_volunteer
from tests.mobile_api.events.series_world import FIRST, THURSDAYS, Series, of, starts
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]


def test_each_date_is_a_draft_of_its_own(series: Series, session: Session) -> None:
    contact = {"name": "Штаб", "link": "https://example.kz"}
    dates = series.makes(4, publish=False, capacity=30, bring=["су"], contact=contact)
    assert starts(dates) == [f"2026-{day}T10:00:00+05:00" for day in ("05-21", "05-28", "06-04", "06-11")]
    assert [one["ends_at"][11:16] for one in dates] == ["12:00"] * 4
    assert set(of(dates, "status")) == {"draft"}
    assert len(set(of(dates, "series_id"))) == 1
    assert of(dates, "capacity") == [30] * 4
    assert of(dates, "contact") == [contact | {"public": False}] * 4
    assert len(set(session.scalars(sa.select(Event.code_secret)))) == 4
    assert session.scalars(sa.select(EventSeries.rrule)).all() == ["FREQ=WEEKLY;BYDAY=TH;COUNT=4"]
    created = session.scalars(sa.select(AuditEntry.event_id).where(AuditEntry.action == "event-created"))
    assert sorted(map(str, created)) == sorted(of(dates, "id"))


def test_only_who_organizes_there_makes_one(series: Series, session: Session) -> None:
    series.owner = make_volunteer(session)
    make_organization(session, series.owner)
    answer = series.send({"rrule": THURSDAYS, "count": 3})
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert session.scalars(sa.select(Event.id)).all() == []


def test_every_date_is_in_the_district_of_its_place(series: Series, session: Session) -> None:
    make_district(session, "151010000", box(57, 50.2, 57.3, 50.4))
    make_import(session)
    assert of(series.makes(3), "district") == ["151010000"] * 3
    # Else the job that finds districts anew would look at the later ones again.
    assert len(set(session.scalars(sa.select(Event.districts_version)))) == 1
    assert session.scalar(sa.select(sa.func.max(Event.districts_version))) > 0


def test_a_single_event_is_of_no_series(series: Series) -> None:
    body = event_body(series.organization.id)
    made = series.client.post("/v1/events", json=body, headers=series.login(series.owner)).json
    assert made["series_id"] is None
    for answer in (
        series.patch(made, capacity=5),
        series.post(made["id"], "publish", {"scope": "following"}),
        series.post(made["id"], "cancel", {"scope": "following", "reason": "Дауыл"}),
    ):
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["scope"])


@pytest.mark.parametrize(
    ("zone", "starts_at", "hours"),
    [
        ("Asia/Almaty", datetime(2024, 2, 22, 4, tzinfo=UTC), ["04:00", "04:00", "05:00", "05:00"]),
        ("Asia/Aqtobe", datetime(2024, 2, 22, 5, tzinfo=UTC), ["05:00"] * 4),
        ("Asia/Almaty", datetime(2026, 12, 24, 5, tzinfo=UTC), ["05:00"] * 4),
        ("Europe/Berlin", datetime(2026, 10, 15, 8, tzinfo=UTC), ["08:00", "08:00", "09:00", "09:00"]),
    ],
)
def test_local_hours_are_kept(
    series: Series, session: Session, zone: str, starts_at: datetime, hours: list[str]
) -> None:
    """Over the change of zone on 1 March 2024, over New Year, over the end of a summer time."""
    made = series.send({"rrule": "FREQ=WEEKLY", "count": 4}, starts_at=starts_at, zone=zone)
    assert made.status_code == 201, made.json
    rows = session.scalars(sa.select(Event).order_by(Event.starts_at)).all()
    assert [f"{row.starts_at.astimezone(UTC):%H:%M}" for row in rows] == hours
    assert len({f"{row.local(row.starts_at):%a %H:%M}-{row.local(row.ends_at):%H:%M}" for row in rows}) == 1
    assert [(later.day - sooner.day).days for sooner, later in zip(rows, rows[1:], strict=False)] == [7] * 3


@pytest.mark.parametrize(
    ("starts_at", "hours", "nights"),
    [
        (datetime(2024, 2, 22, 16, tzinfo=UTC), 4, ["22 22:00 23 02:00", "29 22:00 01 02:00"]),
        # In the first of them the clocks are put back.
        (datetime(2024, 2, 29, 16, tzinfo=UTC), 5, ["29 22:00 01 02:00", "07 22:00 08 02:00"]),
    ],
)
def test_a_night_over_the_change_of_zone_ends_by_the_clock_on_the_wall(
    series: Series, session: Session, starts_at: datetime, hours: int, nights: list[str]
) -> None:
    series.send({"rrule": "FREQ=WEEKLY", "count": 2}, starts_at=starts_at, hours=hours)
    rows = session.scalars(sa.select(Event).order_by(Event.starts_at)).all()
    assert [
        f"{row.local(row.starts_at):%d %H:%M} {row.local(row.ends_at):%d %H:%M}" for row in rows
    ] == nights


@pytest.mark.parametrize(
    ("repeat", "field"),
    [
        ({"rrule": "FREQ=SECONDLY", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=MINUTELY", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=HOURLY;INTERVAL=24", "count": 5}, "repeat.rrule"),
        ({"rrule": THURSDAYS}, "repeat"),
        ({"rrule": THURSDAYS, "count": 5, "until": "2026-08-01"}, "repeat"),
        ({"rrule": THURSDAYS + ";COUNT=5", "count": 5}, "repeat"),
        ({"rrule": THURSDAYS, "count": 53}, "repeat.count"),
        ({"rrule": THURSDAYS + ";COUNT=53"}, "repeat.count"),
        ({"rrule": THURSDAYS, "count": 0}, "repeat.count"),
        ({"rrule": "FREQ=DAILY", "until": "2026-07-12"}, "repeat.until"),
        ({"rrule": THURSDAYS, "until": "2999-01-01"}, "repeat.until"),
        ({"rrule": THURSDAYS, "until": "2026-05-20"}, "repeat.rrule"),
        ({"rrule": THURSDAYS, "until": "2026-02-30"}, "repeat.until"),
        ({"rrule": THURSDAYS, "until": "tomorrow"}, "repeat.until"),
        ({"rrule": THURSDAYS, "until": "2026-06-30T10:00:00"}, "repeat.until"),
        ({"rrule": "FREQ=YEARLY", "count": 7}, "repeat.count"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=TH;BYSETPOS=366", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=MONTHLY;BYSETPOS=1", "count": 5}, "repeat.rrule"),
        # The first date is a third Thursday.
        ({"rrule": "FREQ=MONTHLY;BYDAY=2TH", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=TH;BYSETPOS=-1", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=21;BYSETPOS=2", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=3TH,FR", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=2TH", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;BYHOUR=10,14", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;FREQ=DAILY", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=0", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=999999999999", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY\nRDATE:20260522T100000", "count": 5}, "repeat.rrule"),
        ({"rrule": "DTSTART:20200101T000000Z\nRRULE:FREQ=WEEKLY", "count": 5}, "repeat.rrule"),
        ({"rrule": "every thursday", "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=" + "TH," * 3_333, "count": 5}, "repeat.rrule"),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20269999", "count": None}, "repeat.count"),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20269999"}, "repeat.rrule"),
        ({"rrule": None, "count": 5}, "repeat.rrule"),
        ({"count": 5}, "repeat.rrule"),
        ({"rrule": THURSDAYS, "count": 5, "exdate": []}, "repeat.exdate"),
        ("weekly", "repeat"),
    ],
)
def test_a_bad_rule_is_explained_at_once(series: Series, session: Session, repeat: Any, field: str) -> None:
    began = perf_counter()
    answer = series.send(repeat)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert perf_counter() - began < 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


@pytest.mark.parametrize(
    ("repeat", "days"),
    [
        ({"rrule": "FREQ=WEEKLY;COUNT=3"}, ["05-21", "05-28", "06-04"]),
        (
            {"rrule": "RRULE:freq=weekly;byday=th,sa;wkst=mo", "count": 4},
            ["05-21", "05-23", "05-28", "05-30"],
        ),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=2", "until": "2026-06-18"}, ["05-21", "06-04", "06-18"]),
        ({"rrule": "FREQ=WEEKLY", "until": "2026-06-04T10:00:00+05:00"}, ["05-21", "05-28", "06-04"]),
        ({"rrule": "FREQ=WEEKLY", "until": "2026-06-04T04:59:59Z"}, ["05-21", "05-28"]),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20260528"}, ["05-21", "05-28"]),
        ({"rrule": "FREQ=MONTHLY;BYDAY=3TH", "count": 3}, ["05-21", "06-18", "07-16"]),
        ({"rrule": "FREQ=MONTHLY;BYDAY=TH;BYSETPOS=3", "count": 3}, ["05-21", "06-18", "07-16"]),
        ({"rrule": "FREQ=MONTHLY", "count": 3}, ["05-21", "06-21", "07-21"]),
        ({"rrule": "FREQ=DAILY", "count": 1}, ["05-21"]),
    ],
)
def test_what_people_mean_by_a_rule(series: Series, repeat: Any, days: list[str]) -> None:
    made = series.send(repeat)
    assert made.status_code == 201, made.json
    assert [start[5:10] for start in starts(series.dates(made.json["series_id"]))] == days


@pytest.mark.parametrize(
    "repeat",
    [
        {"rrule": THURSDAYS, "count": 3},
        {"rrule": THURSDAYS, "until": "2026-06-04"},
        {"rrule": THURSDAYS, "until": "2026-06-04T05:00:00.250001Z"},
    ],
)
def test_a_first_date_between_two_seconds_is_repeated_to_the_microsecond(series: Series, repeat: Any) -> None:
    """Some phones write their moments that finely."""
    made = series.send(repeat, starts_at=FIRST + timedelta(microseconds=250_001))
    assert made.status_code == 201, made.json
    assert starts(series.dates(made.json["series_id"])) == [
        f"2026-{day}T10:00:00.250001+05:00" for day in ("05-21", "05-28", "06-04")
    ]
    sooner = {"rrule": THURSDAYS, "until": "2026-06-04T05:00:00.250000Z"}
    made = series.send(sooner, starts_at=FIRST + timedelta(microseconds=250_001))
    assert len(series.dates(made.json["series_id"])) == 2


def test_52_weeks_are_a_series(series: Series) -> None:
    assert len(series.makes(52)) == 52


def test_the_same_id_is_one_series(series: Series, session: Session) -> None:
    id_, repeat = str(uuid4()), {"rrule": THURSDAYS, "count": 3}
    first, again = series.send(repeat, id=id_), series.send(repeat, id=id_)
    assert (again.status_code, again.json) == (201, first.json)
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 3
    for other in (series.send(repeat | {"count": 4}, id=id_), series.send(repeat, id=id_, capacity=5)):
        assert (other.status_code, other.json["code"]) == (409, "id-reused")
    alone = series.client.post(
        "/v1/events",
        json=event_body(
            series.organization.id,
            id=id_,
            starts_at=FIRST.isoformat(),
            ends_at=(FIRST + timedelta(hours=2)).isoformat(),
        ),
        headers=series.login(series.owner),
    )
    assert alone.json["code"] == "id-reused"


def test_a_colleague_is_asked_once_to_be_the_contact_of_all_dates(series: Series, session: Session) -> None:
    colleague = make_volunteer(session)
    make_member(session, series.organization, colleague)
    dates = series.makes(4, contact={"phone": colleague.phone})
    asked = session.scalars(sa.select(Outbox).where(Outbox.kind == "contact_asked")).all()
    assert [entry.volunteer_id for entry in asked] == [colleague.id]
    url = f"/v1/me/contacts/{asked[0].facts['contact_id']}/accept"
    assert series.client.post(url, headers=series.login(colleague)).status_code == 204
    found = series.dates(dates[0]["series_id"])
    assert [one["contact"]["phone"] for one in found] == [colleague.phone] * 4


def test_everybody_finds_the_dates_of_a_series(series: Series, client: FlaskClient) -> None:
    dates = series.makes(3)
    series.makes(2)
    found = client.get(f"/v1/events?series={dates[0]['series_id']}&to=2026-12-31").json["items"]
    assert of(found, "id") == of(dates, "id")
    wrong = client.get("/v1/events?series=abc")
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["series"])
