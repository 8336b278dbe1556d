"""Periods of a report: local days, every form of the contract, and what is none."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service import errors
from service.figures import periods

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-11-21", date(2026, 11, 21), date(2026, 11, 21)),
    ],
)
def test_each_form_has_its_days(code: str, first: date, last: date) -> None:
    found = periods.parse(code, NOW)
    assert (found.code, found.first_day, found.last_day) == (code, first, last)


@pytest.mark.parametrize(
    "code",
    ["", "2026-W54", "2025-W53", "2026-W00", "2026-13", "2026-00", "2026-02-30", "26", "2026-W7", "2026-1",
     "20261121", "2026-W47 ", "2026-w47", "٢٠٢٦", "2026-W47-1", "last", "9999", "0000", "1999", "2026\0"],
)  # fmt: skip
def test_what_is_no_period_says_what_there_is(code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        periods.parse(code, NOW)
    assert (refused.value.field, refused.value.reason) == ("period", "period")
    assert refused.value.data["forms"] == "2026-W47, 2026-11, 2026, 2026-11-21"


@pytest.mark.parametrize("code", ["2027", "2026-12", "2026-W49", "2026-11-27"])
def test_a_period_that_begins_in_the_future_is_refused(code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        periods.parse(code, NOW)
    assert refused.value.reason == "period-future"


@pytest.mark.parametrize("code", ["2026", "2026-11", "2026-W48", "2026-11-26"])
def test_a_period_that_goes_on_is_taken(code: str) -> None:
    assert periods.parse(code, NOW).code == code


def test_the_day_begins_by_the_countrys_clock() -> None:
    """At 19:30 UTC it is half past midnight in Almaty: the next day's period is no future."""
    evening = datetime(2026, 11, 26, 19, 30, tzinfo=UTC)
    assert periods.parse("2026-11-27", evening).code == "2026-11-27"
    with pytest.raises(errors.Invalid):
        periods.parse("2026-11-27", evening - timedelta(hours=1))


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (datetime(2026, 11, 26, 6, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 22, 18, 59, tzinfo=UTC), "2026-W46"),
        (datetime(2026, 11, 22, 19, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 1, 1, 6, tzinfo=UTC), "2025-W52"),
    ],
)
def test_without_a_period_it_is_the_last_whole_week(now: datetime, code: str) -> None:
    assert periods.parse(None, now).code == code


def test_people_read_it_in_their_language() -> None:
    assert periods.parse("2026-W47", NOW).words("kk") == "16.11.2026–22.11.2026"
    assert periods.parse("2026-11-21", NOW).words("ru") == "21.11.2026"
    assert periods.parse("2026-11", NOW).words("en") == "November 2026"
    assert "қараша" in periods.parse("2026-11", NOW).words("kk")
