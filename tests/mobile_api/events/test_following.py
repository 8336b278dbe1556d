"""Series over HTTP: one date changed alone, or this one and the later ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.ledger import verify
from service.models import AuditEntry, Event, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_volunteer
from tests.mobile_api.events.series_world import FIRST, Series, of, starts

Login = Callable[[Volunteer], dict[str, str]]


def test_this_is_the_default_and_changes_one(series: Series) -> None:
    dates = series.makes()
    assert series.patch(dates[1], scope=None, capacity=7).json["capacity"] == 7
    assert series.patch(dates[2], scope="this", capacity=8).json["capacity"] == 8
    found = series.dates(dates[0]["series_id"])
    assert of(found, "capacity") == [None, 7, 8, None, None]
    cancelled = series.post(dates[3]["id"], "cancel", {"reason": "Дауыл"}).json
    assert cancelled["status"] == "cancelled"
    assert of(series.dates(dates[0]["series_id"]), "status").count("cancelled") == 1


def test_following_leaves_what_came_before(series: Series) -> None:
    dates = series.makes()
    answer = series.patch(dates[2], title={"kk": "Жаңа атау"}, capacity=40)
    assert (answer.status_code, answer.json["id"]) == (200, dates[2]["id"])
    found = series.dates(dates[0]["series_id"])
    assert of(found, "capacity") == [None, None, 40, 40, 40]
    assert [one["title"]["kk"] for one in found] == ["Елек жағалауы"] * 2 + ["Жаңа атау"] * 3
    newer = zip(of(dates, "version"), of(found, "version"), strict=True)
    assert [after - before for before, after in newer] == [0, 0, 1, 1, 1]


def test_following_moves_hours_by_the_clock_and_days_by_as_many(series: Series) -> None:
    dates = series.makes(3)
    moved = datetime(2026, 5, 23, 6, 30, tzinfo=UTC)
    answer = series.patch(
        dates[0], starts_at=moved.isoformat(), ends_at=(moved + timedelta(hours=3)).isoformat()
    )
    assert answer.status_code == 200, answer.json
    found = series.dates(dates[0]["series_id"])
    assert starts(found) == [f"2026-{day}T11:30:00+05:00" for day in ("05-23", "05-30", "06-06")]
    assert [one["ends_at"][11:16] for one in found] == ["14:30"] * 3


def test_following_moves_the_place(series: Series) -> None:
    dates = series.makes(3)
    almaty = {"meeting_point": {"latitude": 43.2383, "longitude": 76.9456}, "address": "Алматы"}
    series.patch(dates[1], **almaty)
    found = series.dates(dates[0]["series_id"])
    assert of(found, "region") == ["KZ-15", "KZ-75", "KZ-75"]
    assert of(found, "address") == ["Ақтөбе", "Алматы", "Алматы"]


def test_what_was_changed_alone_stays_but_for_what_it_shares(series: Series) -> None:
    """A hall that is free at another hour, on a day with more places: both stay; the new title comes too."""
    dates = series.makes()
    later = datetime(2026, 6, 4, 10, tzinfo=UTC)
    alone = series.patch(
        dates[2],
        scope="this",
        starts_at=later.isoformat(),
        ends_at=(later + timedelta(hours=2)).isoformat(),
        capacity=99,
    )
    assert alone.status_code == 200
    at = FIRST + timedelta(hours=1)
    answer = series.patch(
        dates[0],
        starts_at=at.isoformat(),
        ends_at=(at + timedelta(hours=2)).isoformat(),
        capacity=10,
        title={"kk": "Жаңа"},
    )
    assert answer.status_code == 200, answer.json
    found = series.dates(dates[0]["series_id"])
    assert [start[11:16] for start in starts(found)] == ["11:00", "11:00", "15:00", "11:00", "11:00"]
    assert of(found, "capacity") == [10, 10, 99, 10, 10]
    assert [one["title"] for one in found] == [{"kk": "Жаңа"}] * 5


def test_a_date_with_a_place_of_its_own_keeps_all_of_it(series: Series) -> None:
    dates = series.makes(3)
    elsewhere = {"meeting_point": {"latitude": 50.3, "longitude": 57.167}, "address": "Басқа саябақ"}
    series.patch(dates[1], scope="this", **elsewhere)
    series.patch(dates[0], meeting_point={"latitude": 50.2839, "longitude": 57.2}, address="Жаңа орын")
    found = series.dates(dates[0]["series_id"])
    assert of(found, "address") == ["Жаңа орын", "Басқа саябақ", "Жаңа орын"]
    assert of(found, "meeting_point")[1] == elsewhere["meeting_point"]


def test_a_value_given_to_all_is_no_ones_own_any_more(series: Series) -> None:
    dates = series.makes(3)
    own = series.patch(dates[1], scope="this", capacity=99).json
    series.patch(own, capacity=50)
    first = series.dates(dates[0]["series_id"])[0]
    series.patch(first, capacity=20)
    assert of(series.dates(dates[0]["series_id"]), "capacity") == [20, 20, 20]


def test_following_changes_only_what_has_not_begun(series: Series, clock: FixedClock) -> None:
    """The third date runs: the first three stay as they are, whichever of them is asked for."""
    dates = series.makes()
    clock.at = FIRST + timedelta(days=14, minutes=30)
    for one in dates[:3]:
        for answer in (
            series.patch(one, capacity=5),
            series.post(one["id"], "cancel", {"scope": "following", "reason": "Дауыл"}),
            series.post(one["id"], "publish", {"scope": "following"}),
        ):
            assert (answer.status_code, answer.json["code"]) == (409, "already-started"), answer.json
            assert answer.json["starts_at"] == one["starts_at"]
    assert series.patch(dates[3], capacity=5).status_code == 200
    assert of(series.dates(dates[0]["series_id"]), "capacity") == [None, None, None, 5, 5]


def test_a_date_that_was_moved_before_the_first_and_has_begun_stays(
    series: Series, clock: FixedClock
) -> None:
    dates = series.makes(3)
    early = NOW + timedelta(hours=2)
    moved = {"starts_at": early.isoformat(), "ends_at": (early + timedelta(hours=2)).isoformat()}
    assert series.patch(dates[2], scope="this", **moved).status_code == 200
    clock.at = early
    assert series.patch(dates[0], capacity=5).status_code == 200
    found = {one["id"]: one["capacity"] for one in series.dates(dates[0]["series_id"])}
    assert [found[one["id"]] for one in dates] == [5, 5, None]


def test_cancelled_dates_stay_as_they_are(series: Series) -> None:
    dates = series.makes(4)
    series.post(dates[2]["id"], "cancel", {"reason": "Дауыл"})
    assert series.patch(dates[1], capacity=5).status_code == 200
    found = series.dates(dates[0]["series_id"])
    assert of(found, "capacity") == [None, 5, None, 5]
    answer = series.post(dates[0]["id"], "cancel", {"scope": "following", "reason": "Жаз"})
    assert (answer.status_code, answer.json["status"]) == (200, "cancelled")
    found = series.dates(dates[0]["series_id"])
    assert of(found, "cancel_reason") == ["Жаз", "Жаз", "Дауыл", "Жаз"]
    again = series.post(dates[0]["id"], "cancel", {"scope": "following", "reason": "Тағы"})
    assert again.json["version"] == answer.json["version"]


def test_publishing_this_alone_and_then_the_rest(series: Series, session: Session) -> None:
    dates = series.makes(4, publish=False)
    assert series.post(dates[1]["id"], "publish").json["status"] == "published"
    assert of(series.dates(dates[0]["series_id"]), "status") == ["draft", "published", "draft", "draft"]
    answer = series.post(dates[1]["id"], "publish", {"scope": "following"})
    assert answer.status_code == 200
    found = of(series.dates(dates[0]["series_id"]), "status")
    assert found == ["draft", "published", "published", "published"]
    nothing = series.post(dates[1]["id"], "publish", {"scope": "following"})
    assert (nothing.status_code, nothing.json["code"]) == (409, "not-a-draft")
    near = session.scalars(sa.select(Outbox.event_id).where(Outbox.kind == "nearby_event")).all()
    assert sorted(map(str, near)) == sorted([dates[1]["id"], dates[2]["id"]])


def test_publishing_takes_no_body_an_empty_one_and_none_of_another_kind(series: Series) -> None:
    dates = series.makes(3, publish=False)
    headers = series.login(series.owner)
    url = "/v1/events/{}/publish".format
    empty = {"data": b"", "content_type": "application/x-www-form-urlencoded"}
    assert series.client.post(url(dates[0]["id"]), headers=headers, **empty).status_code == 200
    assert series.client.post(url(dates[1]["id"]), headers=headers, json={}).status_code == 200
    wrong = series.client.post(url(dates[2]["id"]), headers=headers, json={"scope": "all"})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["scope"])
    other = series.client.post(url(dates[2]["id"]), headers=headers, data=b"a=1", content_type="text/plain")
    assert other.status_code == 415


def test_who_goes_to_several_hears_once(series: Series, session: Session) -> None:
    dates = series.makes(5)
    all_of_them, some, last = (make_volunteer(session) for _ in range(3))
    series.goes(all_of_them, *dates)
    series.goes(some, dates[2], dates[4])
    series.goes(last, dates[0], dates[4])
    at = FIRST + timedelta(days=7, hours=1)
    moved = {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat()}
    assert series.patch(dates[1], **moved).status_code == 200
    assert series.told(all_of_them) == [("event_changed", dates[1]["id"])]
    assert series.told(some) == [("event_changed", dates[2]["id"])]
    assert series.told(last) == [("event_changed", dates[4]["id"])]
    series.post(dates[0]["id"], "cancel", {"scope": "following", "reason": "Дауыл"})
    assert series.told(all_of_them)[1:] == [("event_cancelled", dates[0]["id"])]
    assert series.told(some)[1:] == [("event_cancelled", dates[2]["id"])]
    assert series.told(last)[1:] == [("event_cancelled", dates[0]["id"])]


def test_a_date_that_stays_as_it_is_silences_no_other(series: Series, session: Session) -> None:
    dates, person = series.makes(3), make_volunteer(session)
    series.goes(person, *dates[1:])
    series.patch(dates[1], scope="this", meeting_point={"latitude": 50.3, "longitude": 57.167})
    assert len(series.told(person)) == 1
    series.patch(dates[0], meeting_point={"latitude": 50.2839, "longitude": 57.2})
    assert series.told(person)[1:] == [("event_changed", dates[2]["id"])]


def test_minors_of_many_dates_hear_once_that_the_work_is_dangerous(series: Series, session: Session) -> None:
    dates = series.makes(3)
    minor = make_volunteer(session, birth_date=datetime(2009, 1, 1, tzinfo=UTC).date())
    series.goes(minor, *dates)
    assert series.patch(dates[0], hazard=True).status_code == 200
    assert [one["going"] for one in series.dates(dates[0]["series_id"])] == [0, 0, 0]
    assert series.told(minor) == [("removed", dates[0]["id"])]


def test_a_later_date_with_too_many_people_refuses_the_whole_change(series: Series, session: Session) -> None:
    dates = series.makes(3)
    for _ in range(3):
        series.goes(make_volunteer(session), dates[2])
    answer = series.patch(dates[0], capacity=2)
    assert (answer.status_code, answer.json["code"]) == (422, "capacity-below-going")
    assert (answer.json["going"], answer.json["starts_at"]) == (3, dates[2]["starts_at"])
    assert "4 маусым" in answer.json["errors"]["capacity"][0]
    assert of(series.dates(dates[0]["series_id"]), "capacity") == [None] * 3


def test_a_stale_version_changes_nothing(series: Series) -> None:
    dates = series.makes(3)
    assert series.patch(dates[0], capacity=5).status_code == 200
    stale = series.patch(dates[0], capacity=6)
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert of(series.dates(dates[0]["series_id"]), "capacity") == [5] * 3


def test_only_its_organizers_change_a_series_and_coordinators_call_it_off(
    series: Series, session: Session
) -> None:
    dates = series.makes(3)
    body = {"scope": "following", "reason": "Жалған"}
    for stranger in (make_volunteer(session), make_coordinator(session, "KZ-75")):
        assert series.post(dates[0]["id"], "cancel", body, stranger).status_code == 403
    coordinator = make_coordinator(session, "KZ-15")
    assert series.post(dates[0]["id"], "publish", {"scope": "following"}, coordinator).status_code == 403
    assert series.post(dates[1]["id"], "cancel", body, coordinator).status_code == 200
    assert of(series.dates(dates[0]["series_id"]), "status") == ["published", "cancelled", "cancelled"]


def test_later_dates_follow_wherever_they_stand_and_the_counts_go_along(
    series: Series, session: Session
) -> None:
    """One of them was moved to another region alone: it is its organizer's as the others are."""
    dates = series.makes(4)
    almaty = {"meeting_point": {"latitude": 43.2383, "longitude": 76.9456}}
    series.patch(dates[3], scope="this", **almaty)
    assert (
        series.patch(dates[1], meeting_point={"latitude": 43.24, "longitude": 76.95}, capacity=7).status_code
        == 200
    )
    found = series.dates(dates[0]["series_id"])
    assert of(found, "region") == ["KZ-15", "KZ-75", "KZ-75", "KZ-75"]
    assert of(found, "capacity") == [None, 7, 7, 7]
    assert verify.differences(session) == []


def test_each_date_that_changes_is_written_down_and_no_other(series: Series, session: Session) -> None:
    dates = series.makes(4)
    own = series.patch(dates[2], scope="this", capacity=99).json
    before = session.scalars(sa.select(AuditEntry.id)).all()
    series.patch(dates[0], capacity=7)
    found = series.dates(dates[0]["series_id"])
    assert found[2]["version"] == own["version"]
    entries = session.execute(
        sa.select(AuditEntry.event_id, AuditEntry.detail).where(
            AuditEntry.id.not_in(before), AuditEntry.action == "event-changed"
        )
    ).all()
    assert sorted(str(one.event_id) for one in entries) == sorted(dates[at]["id"] for at in (0, 1, 3))
    assert [one.detail for one in entries] == [{"fields": ["capacity"]}] * 3


def test_each_date_that_moves_is_written_down_however_often_its_people_are_told(
    series: Series, session: Session
) -> None:
    dates = series.makes(3)
    series.patch(dates[0], ends_at=(FIRST + timedelta(hours=3)).isoformat())
    entries = session.execute(
        sa.select(AuditEntry.event_id, AuditEntry.detail).where(AuditEntry.action == "event-changed")
    ).all()
    assert sorted(str(one.event_id) for one in entries) == sorted(of(dates, "id"))
    assert [one.detail for one in entries] == [{"fields": ["ends_at"]}] * 3


def test_what_was_changed_alone_on_two_occasions_stays(series: Series) -> None:
    dates = series.makes(2)
    first = series.patch(dates[1], scope="this", capacity=99).json
    series.patch(first, scope="this", title={"kk": "Саябақ"})
    series.patch(dates[0], capacity=7, title={"kk": "Елек"}, bring=["су"])
    last = series.dates(dates[0]["series_id"])[1]
    assert (last["capacity"], last["title"], last["bring"]) == (99, {"kk": "Саябақ"}, ["су"])


def test_whom_to_ask_follows_at_dates_that_are_on(series: Series) -> None:
    contact = {"name": "Штаб", "link": "https://example.kz", "public": False}
    dates = series.makes(4)
    series.post(dates[2]["id"], "cancel", {"reason": "Дауыл"})
    assert series.patch(dates[1], contact=contact).status_code == 200
    assert of(series.dates(dates[0]["series_id"]), "contact") == [None, contact, None, contact]


def test_another_zone_goes_along_and_the_hours_are_by_its_clocks(series: Series) -> None:
    """Over the end of a summer time."""
    made = series.send({"rrule": "FREQ=WEEKLY", "count": 3}, datetime(2026, 10, 15, 8, tzinfo=UTC)).json
    assert series.patch(made, zone="Europe/Berlin").status_code == 200
    found = series.dates(made["series_id"])
    assert starts(found) == [
        "2026-10-15T10:00:00+02:00",
        "2026-10-22T10:00:00+02:00",
        "2026-10-29T10:00:00+01:00",
    ]
    assert of(found, "zone") == ["Europe/Berlin"] * 3


def test_later_dates_are_as_long_by_the_clock_on_the_wall(series: Series, clock: FixedClock) -> None:
    """The first night is the one in which the clocks are put back."""
    clock.at = datetime(2024, 2, 1, tzinfo=UTC)
    night = datetime(2024, 2, 29, 16, tzinfo=UTC)
    made = series.send({"rrule": "FREQ=WEEKLY", "count": 2}, night, hours=5).json
    assert series.patch(made, starts_at=(night - timedelta(hours=1)).isoformat()).status_code == 200
    found = series.client.get(
        f"/v1/events?mine=true&from=2024-02-01&to=2024-12-31&series={made['series_id']}",
        headers=series.login(series.owner),
    ).json["items"]
    assert [(one["starts_at"][5:16], one["ends_at"][5:16]) for one in found] == [
        ("02-29T21:00", "03-01T02:00"),
        ("03-07T21:00", "03-08T02:00"),
    ]


def test_a_district_that_is_said_goes_along_but_to_a_place_of_its_own(series: Series) -> None:
    dates = series.makes(3)
    elsewhere = {"meeting_point": {"latitude": 50.3, "longitude": 57.167}}
    series.patch(dates[1], scope="this", district="153200000", **elsewhere)
    assert series.patch(dates[0], district="151010000").status_code == 200
    assert of(series.dates(dates[0]["series_id"]), "district") == ["151010000", "153200000", "151010000"]


def test_names_that_an_older_release_left_of_another_place_are_not_taken_along(
    series: Series, session: Session
) -> None:
    dates = series.makes(2, address="Елек", address_names={"kk": "Елек", "ru": "Илек"})
    session.get_one(Event, dates[0]["id"]).address = "Саябақ"
    session.commit()
    assert series.patch(dates[0], meeting_point={"latitude": 50.3, "longitude": 57.167}).status_code == 200
    found = series.dates(dates[0]["series_id"])
    assert of(found, "address") == ["Саябақ"] * 2
    assert of(found, "address_names") == [{}] * 2


@pytest.mark.parametrize("what", ["change", "cancel", "restore", "hide", "show"])
def test_of_the_last_date_nobody_is_told_of_later_ones(series: Series, session: Session, what: str) -> None:
    dates, coordinator = series.makes(2), make_coordinator(session, "KZ-15")
    said = {"scope": "following", "reason": "Дауыл"}
    if what == "restore":
        series.post(dates[1]["id"], "cancel", {"reason": "Дауыл"})
    if what == "show":
        series.post(dates[1]["id"], "hide", {"reason": "Дауыл"}, coordinator)
    if what == "change":
        later = (FIRST + timedelta(days=8)).isoformat()
        ends = (FIRST + timedelta(days=8, hours=2)).isoformat()
        answer = series.patch(dates[1], starts_at=later, ends_at=ends)
    else:
        body = {"scope": "following"} if what == "restore" else said
        answer = series.post(dates[1]["id"], what, body, coordinator)
    assert answer.status_code == 200, answer.json
    entry = session.scalars(
        sa.select(Outbox).order_by(Outbox.id.desc()).where(Outbox.event_id.is_not(None))
    ).first()
    assert entry is not None
    assert (str(entry.event_id), "series" in entry.facts) == (dates[1]["id"], False)


def test_what_was_called_off_as_a_draft_does_not_come_out(series: Series, session: Session) -> None:
    dates = series.makes(4, publish=False)
    series.post(dates[0]["id"], "cancel", {"reason": "Дауыл"})
    series.post(dates[2]["id"], "cancel", {"reason": "Дауыл"})
    assert series.post(dates[0]["id"], "publish", {"scope": "following"}).status_code == 200
    found = of(series.dates(dates[0]["series_id"]), "status")
    assert found == ["cancelled", "published", "cancelled", "published"]
    (near,) = session.scalars(sa.select(Outbox).where(Outbox.kind == "nearby_event"))
    assert str(near.event_id) == dates[1]["id"]
    assert datetime.fromisoformat(near.facts["starts_at"]) == FIRST + timedelta(weeks=1)
