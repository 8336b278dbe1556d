"""A date of a series that is moved onto another one: two of them at once are a slip of the hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.models import Event
from tests.mobile_api.events.series_world import FIRST, Series, starts

WEEK = timedelta(weeks=1)
TWO_HOURS = timedelta(hours=2)


def move(series: Series, date: dict[str, Any], starts_at: datetime, scope: str = "this") -> Any:
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + TWO_HOURS).isoformat()}
    return series.patch(date, scope, **times)


@pytest.mark.parametrize("minutes", [-119, 0, 119])
def test_no_date_is_moved_onto_another(series: Series, minutes: int) -> None:
    dates = series.makes(3)
    answer = move(series, dates[0], FIRST + WEEK + timedelta(minutes=minutes))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["starts_at"])
    assert "28 мамыр" in answer.json["errors"]["starts_at"][0]
    assert series.dates(dates[0]["series_id"]) == dates


def test_a_date_that_would_last_into_another_is_refused(series: Series) -> None:
    dates = series.makes(2)
    assert move(series, dates[1], FIRST + TWO_HOURS).status_code == 200
    longer = series.patch(dates[0], "this", ends_at=(FIRST + timedelta(hours=3)).isoformat())
    assert (longer.status_code, list(longer.json["errors"])) == (422, ["starts_at"])


def test_right_beside_another_date_and_in_place_of_one_that_is_off_there_is_room(series: Series) -> None:
    dates = series.makes(3)
    assert move(series, dates[0], FIRST + WEEK - TWO_HOURS).status_code == 200
    series.post(dates[2]["id"], "cancel", {"reason": "Дауыл"})
    assert move(series, dates[1], FIRST + 2 * WEEK).status_code == 200


def test_dates_that_move_together_may_take_each_others_days(series: Series) -> None:
    dates = series.makes(3)
    assert move(series, dates[0], FIRST + WEEK, "following").status_code == 200
    moved = [one[5:10] for one in starts(series.dates(dates[0]["series_id"]))]
    assert moved == ["05-28", "06-04", "06-11"]
    back = move(series, series.dates(dates[0]["series_id"])[1], FIRST + WEEK, "following")
    assert (back.status_code, list(back.json["errors"])) == (422, ["starts_at"])


def test_a_later_date_that_would_come_onto_one_that_stays_is_named(series: Series) -> None:
    """It was moved alone, so it stays where it is."""
    dates = series.makes(3)
    assert move(series, dates[2], FIRST + WEEK + timedelta(days=1)).status_code == 200
    answer = move(series, dates[0], FIRST + timedelta(days=1), "following")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["starts_at"])
    assert "29 мамыр" in answer.json["errors"]["starts_at"][0]


def test_of_two_dates_at_one_time_since_long_the_rest_can_be_changed_and_one_moved(
    series: Series, session: Session
) -> None:
    dates = series.makes(2)
    first, second = (session.get_one(Event, one["id"]) for one in dates)
    second.starts_at, second.ends_at, second.day = first.starts_at, first.ends_at, first.day
    session.commit()
    times = {"starts_at": FIRST.isoformat(), "ends_at": (FIRST + TWO_HOURS).isoformat()}
    changed = series.patch(dates[1], "this", capacity=5, **times)
    assert changed.status_code == 200
    assert move(series, changed.json, FIRST + timedelta(hours=1)).status_code == 422
    assert move(series, changed.json, FIRST + WEEK).status_code == 200
