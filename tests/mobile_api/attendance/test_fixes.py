"""What counts of a fix: how old it is by either clock, dates that receivers get wrong, coarse positions.

The contract is the table "When presence counts"; each rule is tried live and as a phone kept it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event
from tests.mobile_api.phones import END, EVENING, START, Phone, outcomes

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")

HOUR = timedelta(hours=1)
ROLLOVER = timedelta(weeks=1024)
SECOND = timedelta(seconds=1)


def fixed(at: datetime, **position: Any) -> dict[str, Any]:
    """A position with a date of its own, whatever the phone's clock shows."""
    return {"position": {"fixed_at": at.isoformat(), **position}}


# The age of a fix: by the clock that makes it younger


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(hours=20), timedelta(minutes=-3)])
def test_a_satellites_time_and_a_wrong_clock_live(
    make_phone: Callable[..., Phone], event: Event, ahead: timedelta
) -> None:
    phone = make_phone(ahead=ahead)
    answer = phone.send_live(phone.record("check_in", event, NOW, **fixed(NOW - 3 * SECOND)))
    assert (answer.status_code, answer.json["status"], answer.json["reasons"]) == (201, "counted", [])


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_a_satellites_time_and_a_wrong_clock_in_a_batch(
    make_phone: Callable[..., Phone], event: Event, clock: FixedClock, ahead: timedelta
) -> None:
    phone = make_phone(ahead=ahead)
    clock.at = EVENING
    came, left = phone.send(
        [
            phone.record("check_in", event, START, **fixed(START - 3 * SECOND)),
            phone.record("check_out", event, END, **fixed(END - 3 * SECOND)),
        ]
    )
    assert outcomes([came, left]) == ["stored", "stored"]
    assert (left["attendance"]["status"], left["attendance"]["minutes"]) == ("counted", 180)


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(0)])
def test_a_phones_own_time_and_a_wrong_clock(
    make_phone: Callable[..., Phone], event: Event, ahead: timedelta
) -> None:
    phone = make_phone(ahead=ahead)
    answer = phone.send_live(phone.record("check_in", event, NOW, **fixed(NOW + ahead - 3 * SECOND)))
    assert (answer.status_code, answer.json["status"]) == (201, "counted")


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_a_fix_that_is_old_by_both_clocks_is_refused(
    make_phone: Callable[..., Phone], event: Event, ahead: timedelta
) -> None:
    phone = make_phone(ahead=ahead)
    oldest = min(NOW, NOW + ahead) - timedelta(minutes=11)
    answer = phone.send_live(phone.record("check_in", event, NOW, **fixed(oldest)))
    assert (answer.status_code, answer.json["code"]) == (409, "stale-position")
    # The younger of its two ages.
    assert answer.json["age_s"] == 660


def test_a_fix_of_the_future_by_both_clocks_is_invalid(
    make_phone: Callable[..., Phone], event: Event
) -> None:
    phone = make_phone(ahead=HOUR)
    answer = phone.send_live(phone.record("check_in", event, NOW, **fixed(NOW + HOUR + timedelta(minutes=2))))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["position.fixed_at"])


# Presence in the future


@pytest.mark.parametrize("kind", ["check_in", "check_out"])
def test_presence_claimed_for_the_future_is_refused(
    phone: Phone, session: Session, clock: FixedClock, kind: str
) -> None:
    in_a_month = make_event(session, starts_at=NOW + timedelta(days=30))
    later = phone.record(kind, in_a_month, in_a_month.starts_at + HOUR)
    now = phone.record("check_in", make_event(session), NOW)
    results = phone.send([later, now])
    assert outcomes(results) == ["invalid", "stored"]
    assert results[0]["problem"]["status"] == 422
    assert list(results[0]["problem"]["errors"]) == ["captured_at"]


@pytest.mark.parametrize("ahead", [timedelta(days=1), -timedelta(days=1)])
def test_the_future_is_told_by_the_corrected_clock(
    make_phone: Callable[..., Phone], event: Event, ahead: timedelta
) -> None:
    phone = make_phone(ahead=ahead)
    minute = timedelta(minutes=1)
    just_so, too_far = (phone.record("check_in", event, NOW + minute + more) for more in (-SECOND, SECOND))
    assert outcomes(phone.send([just_so, too_far])) == ["stored", "invalid"]


def test_nothing_of_the_future_freezes_an_event(
    phone: Phone, session: Session, login: Callable[..., dict[str, str]]
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=30))
    phone.send([phone.record("check_in", event, event.starts_at)])
    owner = session.get_one(Volunteer, event.created_by)
    moved = phone.client.patch(
        f"/v1/events/{event.id}",
        json={"version": event.version, "starts_at": (event.starts_at + timedelta(days=1)).isoformat(),
              "ends_at": (event.ends_at + timedelta(days=1)).isoformat()},
        headers=login(owner),
    )  # fmt: skip
    assert moved.status_code == 200, moved.json


# One position of many people


def _same_place(
    phones: list[Phone], event: Event, accuracy_m: float | None, **changes: Any
) -> list[dict[str, Any]]:
    return [
        phone.send_live(
            phone.record("check_in", event, NOW, position={"accuracy_m": accuracy_m}, **changes)
        ).json
        for phone in phones
    ]


def test_five_rounded_positions_with_the_right_code_are_no_copies(
    make_phone: Callable[..., Phone], event: Event
) -> None:
    """Phones with "approximate location" round to some kilometres: neighbours show one and the same."""
    code = pyotp.TOTP(event.code_secret, interval=60).at(NOW)
    shown = _same_place([make_phone() for _ in range(5)], event, 4_000, code=code)
    assert [(one["status"], one["reasons"]) for one in shown] == [("counted", [])] * 5


def test_phones_of_one_mast_are_no_copies(make_phone: Callable[..., Phone], event: Event) -> None:
    shown = _same_place([make_phone() for _ in range(6)], event, 301)
    assert {reason for one in shown for reason in one["reasons"]} == {"accuracy"}


@pytest.mark.parametrize("accuracy_m", [300, 8, None])
def test_an_exact_position_of_five_people_is_a_copy(
    make_phone: Callable[..., Phone], event: Event, accuracy_m: float | None
) -> None:
    shown = _same_place([make_phone() for _ in range(5)], event, accuracy_m)
    assert "same-fix" in shown[-1]["reasons"]


def test_a_vague_fifth_neither_doubts_nor_is_doubted(make_phone: Callable[..., Phone], event: Event) -> None:
    exact = _same_place([make_phone() for _ in range(4)], event, 8)
    (vague,) = _same_place([make_phone()], event, 900)
    assert [one["status"] for one in exact] == ["counted"] * 4
    assert vague["reasons"] == ["accuracy"]


# One fix sent twice


def _replay(phone: Phone, event: Event, at: datetime, of: datetime, **changes: Any) -> dict[str, Any]:
    """A record of a moment with the fix of an earlier one; the phone's clock is set back to it."""
    phone.ahead = of - at
    return phone.record("check_in", event, at, **changes)


@pytest.mark.parametrize("original_first", [True, False])
def test_a_fix_sent_again_by_a_clock_that_was_set_back(
    make_phone: Callable[..., Phone], event: Event, clock: FixedClock, *, original_first: bool
) -> None:
    honest, cheat = make_phone(), make_phone()
    later = NOW + timedelta(minutes=20)
    clock.at = later
    sends = [
        lambda: honest.send([honest.record("check_in", event, NOW)])[0]["attendance"],
        lambda: cheat.send_live(_replay(cheat, event, later, NOW)).json,
    ]
    for send in sends if original_first else reversed(sends):
        assert send()["event_id"] == str(event.id)
    (original,), (replayed,) = (list(phone.history().values()) for phone in (honest, cheat))
    assert (original["status"], original["reasons"]) == ("counted", [])
    assert (replayed["status"], replayed["reasons"]) == ("review", ["replayed-fix"])


def test_ones_own_fix_of_yesterday_is_no_better(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    yesterday = make_event(session, starts_at=START - timedelta(days=1))
    phone.send([phone.record("check_in", yesterday, NOW - timedelta(days=1))])
    shown = phone.send_live(_replay(phone, event, NOW, NOW - timedelta(days=1))).json
    assert shown["reasons"] == ["replayed-fix"]


@pytest.mark.parametrize(("minutes", "reasons"), [(10, []), (10.1, ["replayed-fix"])])
def test_a_fix_may_be_sent_twice_while_it_is_fresh(
    phone: Phone, event: Event, clock: FixedClock, minutes: float, reasons: list[str]
) -> None:
    phone.send([phone.record("check_in", event, NOW)])
    clock.move(timedelta(minutes=minutes))
    assert phone.send_live(_replay(phone, event, clock.now(), NOW)).json["reasons"] == reasons


def test_with_a_right_code_an_old_fix_claims_nothing(phone: Phone, event: Event, clock: FixedClock) -> None:
    phone.send([phone.record("check_in", event, NOW)])
    clock.move(timedelta(minutes=30))
    code = pyotp.TOTP(event.code_secret, interval=60).at(clock.now())
    again = phone.record("check_out", event, clock.now(), code=code, **fixed(NOW))
    assert phone.send_live(again).json["reasons"] == []


# What phones leave out, and what old receivers say


@pytest.mark.parametrize("live", [True, False])
def test_a_null_is_as_good_as_nothing(phone: Phone, event: Event, *, live: bool) -> None:
    record = phone.record("check_in", event, NOW, position={"mocked": None}, code=None)
    shown = phone.send_live(record).json if live else phone.send([record])[0]["attendance"]
    assert (shown["status"], shown["reasons"]) == ("counted", [])


def test_null_and_left_out_are_the_same_content(phone: Phone, event: Event) -> None:
    record = phone.record("check_in", event, NOW, position={"mocked": None})
    assert phone.send_live(record).status_code == 201
    del record["position"]["mocked"]
    assert phone.send_live(record).status_code == 200


def test_a_null_position_stands_beside_a_right_code(phone: Phone, event: Event) -> None:
    code = pyotp.TOTP(event.code_secret, interval=60).at(NOW)
    record = phone.record("check_in", event, NOW, code=code) | {"position": None}
    assert phone.send_live(record).json["evidence"] == "code"


@pytest.mark.parametrize("weeks", [1024, 2048])
@pytest.mark.parametrize("ahead", [timedelta(0), HOUR])
def test_a_receiver_whose_weeks_have_rolled_over_is_mended(
    make_phone: Callable[..., Phone], event: Event, weeks: int, ahead: timedelta
) -> None:
    phone = make_phone(ahead=ahead)
    rolled = NOW - timedelta(weeks=weeks) - 3 * SECOND
    shown = phone.send_live(phone.record("check_in", event, NOW, **fixed(rolled)))
    assert (shown.status_code, shown.json["status"], shown.json["reasons"]) == (201, "counted", [])


def test_an_old_fix_of_such_a_receiver_is_old(phone: Phone, event: Event) -> None:
    rolled = NOW - ROLLOVER - timedelta(minutes=20)
    answer = phone.send_live(phone.record("check_in", event, NOW, **fixed(rolled)))
    assert (answer.status_code, answer.json["code"], answer.json["age_s"]) == (409, "stale-position", 1_200)


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00+00:00", "1980-01-06T00:00:00+00:00"])
def test_an_absurd_date_is_for_review(phone: Phone, event: Event, date: str) -> None:
    record = phone.record("check_in", event, NOW, position={"fixed_at": date})
    answer = phone.send_live(record)
    assert (answer.status_code, answer.json["status"], answer.json["reasons"]) == (201, "review", ["old-fix"])


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=1), 409), (timedelta(days=1, seconds=1), 201)])
def test_from_a_day_on_a_date_is_absurd(phone: Phone, event: Event, age: timedelta, status: int) -> None:
    assert phone.send_live(phone.record("check_in", event, NOW, **fixed(NOW - age))).status_code == status


# Coarse positions


@pytest.mark.parametrize("accuracy_m", [1_001, 5_000])
@pytest.mark.parametrize("minutes", [11, 300])
def test_a_coarse_and_old_position_is_for_review(
    phone: Phone, event: Event, accuracy_m: float, minutes: int
) -> None:
    """iOS renews an approximate location four times an hour."""
    old = fixed(NOW - timedelta(minutes=minutes), accuracy_m=accuracy_m)
    answer = phone.send_live(phone.record("check_in", event, NOW, **old))
    assert (answer.status_code, answer.json["status"]) == (201, "review")
    assert answer.json["reasons"] == ["old-fix", "accuracy"]


@pytest.mark.parametrize("accuracy_m", [1_000, 8, None, 0])
def test_any_other_old_position_is_refused(phone: Phone, event: Event, accuracy_m: float | None) -> None:
    old = fixed(NOW - timedelta(minutes=11), accuracy_m=accuracy_m)
    answer = phone.send_live(phone.record("check_in", event, NOW, **old))
    assert (answer.status_code, answer.json["code"]) == (409, "stale-position")


@pytest.mark.parametrize(
    ("language", "switch"), [("kk", "Дәл орын"), ("ru", "Точная геопозиция"), ("en", "Precise location")]
)
def test_who_has_a_coarse_position_learns_of_the_switch(
    phone: Phone, event: Event, language: str, switch: str
) -> None:
    old = fixed(NOW - timedelta(minutes=20), accuracy_m=4_000)
    phone.send_live(phone.record("check_in", event, NOW, **old))
    headers = phone.headers | {"Accept-Language": language}
    (item,) = phone.client.get("/v1/me/record", headers=headers).json["items"]
    assert any(switch in words for words in item["explanations"])
