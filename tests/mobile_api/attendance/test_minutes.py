"""Minutes over HTTP: the sum of the stays, proven and assumed ones told apart (rulings, 18)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.models import Event
from tests.clock import FixedClock
from tests.makers import make_event
from tests.mobile_api.phones import EVENING, START, Phone
from tests.mobile_api.scene import Scene

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")

FAR = {"latitude": 50.29}
"""Some 700 m from the meeting point: a doubt."""


def after(minutes: float) -> datetime:
    """A moment so many minutes after the start."""
    return START + timedelta(minutes=minutes)


def day(phone: Phone, event: Event, *records: tuple[str, float] | tuple[str, float, dict[str, Any]]) -> Any:
    """The attendance after a phone has sent ("in" or "out", minutes after the start, its position)."""
    kinds = {"in": "check_in", "out": "check_out"}
    sent = [
        phone.record(kinds[kind], event, after(minutes), position=position[0] if position else {})
        for kind, minutes, *position in records
    ]
    return phone.send(sent)[-1]["attendance"]


def spent(shown: dict[str, Any]) -> tuple[int | None, int, bool]:
    return shown["minutes"], shown["assumed_minutes"], shown["minutes_assumed"]


@pytest.fixture
def long(session: Session, clock: FixedClock) -> Event:
    """An event of nine hours, long over."""
    clock.at = EVENING + timedelta(hours=12)
    return make_event(session, starts_at=START, ends_at=START + timedelta(hours=9))


def test_minutes_are_the_sum_of_the_stays(phone: Phone, long: Event) -> None:
    shown = day(phone, long, ("in", 0), ("out", 30), ("in", 225), ("out", 240))
    assert spent(shown) == (45, 0, False)
    assert shown["checked_in_at"] == after(0).astimezone(_zone(shown)).isoformat()
    assert shown["checked_out_at"] == after(240).astimezone(_zone(shown)).isoformat()


def _zone(shown: dict[str, Any]) -> Any:
    return datetime.fromisoformat(shown["checked_in_at"]).tzinfo


def test_seconds_of_all_stays_are_summed_before_they_are_cut(phone: Phone, long: Event) -> None:
    shown = day(phone, long, ("in", 0), ("out", 0.5), ("in", 10), ("out", 10.5))
    assert spent(shown) == (1, 0, False)


def test_a_forgotten_check_out_is_assumed_and_what_was_before_it_is_proven(phone: Phone, long: Event) -> None:
    shown = day(phone, long, ("in", 0), ("out", 60), ("in", 480))
    assert spent(shown) == (120, 60, True)


@pytest.mark.parametrize("come", [-30, 0, 60])
def test_at_most_four_hours_of_a_forgotten_check_out_are_assumed(
    phone: Phone, long: Event, come: float
) -> None:
    assert spent(day(phone, long, ("in", come))) == (240, 240, True)


def test_counts_hold_proven_and_assumed_apart(scene: Scene, phone: Phone, long: Event) -> None:
    day(phone, long, ("in", 0), ("out", 60), ("in", 480))
    assert scene.counts() == (1, 60, 60, 0)


def test_ones_own_history_tells_the_assumed_minutes(phone: Phone, long: Event) -> None:
    day(phone, long, ("in", 480))
    assert spent(phone.history()[str(long.id)]) == (60, 60, True)


def test_a_check_in_that_goes_on_has_no_minutes_yet(scene: Scene) -> None:
    assert spent(scene.send("check-ins").json) == (None, 0, False)
    scene.clock.move(timedelta(minutes=30))
    assert spent(scene.send("check-outs").json) == (30, 0, False)


def test_the_coordinators_queue_and_a_correction_tell_them(scene: Scene) -> None:
    scene.send("check-ins", accuracy_m=900)
    scene.clock.move(timedelta(minutes=30))
    scene.send("check-outs", accuracy_m=900)
    (waiting,) = scene.reviews().json["items"]
    assert spent(waiting["attendance"]) == (30, 30, True)
    # What staff names is proven.
    assert spent(scene.correct({"present": True, "minutes": 30}).json) == (30, 0, False)


def test_a_doubtful_check_out_closes_and_its_stay_is_assumed(phone: Phone, long: Event) -> None:
    shown = day(phone, long, ("in", 0), ("out", 60), ("in", 90), ("out", 120, FAR))
    assert (shown["status"], spent(shown)) == ("counted", (90, 30, True))


def test_a_check_out_that_finds_nothing_open_says_nothing(phone: Phone, long: Event) -> None:
    assert spent(day(phone, long, ("in", 0), ("out", 60), ("out", 400))) == (60, 0, False)


def test_a_doubtful_check_in_opens_only_while_there_is_no_settled_one(phone: Phone, long: Event) -> None:
    alone = day(phone, long, ("in", 0, FAR), ("out", 60), ("in", 90, FAR), ("out", 120))
    assert (alone["status"], spent(alone)) == ("review", (90, 0, False))
    settled = day(phone, long, ("in", 300), ("out", 310))
    assert (settled["status"], spent(settled)) == ("counted", (10, 0, False))


def test_a_check_in_elsewhere_closes_what_was_forgotten(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    """Two events a day: who leaves one for the next, and does not say so, has left by then."""
    next_one = make_event(session, starts_at=after(80))
    clock.at = after(100)
    came = phone.send_live(phone.record("check_in", event, after(100)))
    assert spent(came.json) == (None, 0, False)
    clock.at = after(130)
    assert phone.send_live(phone.record("check_in", next_one, after(130))).json["status"] == "counted"
    first = phone.history()[str(event.id)]
    assert (first["status"], spent(first)) == ("counted", (30, 30, True))
    assert first["checked_out_at"] == "2026-05-16T12:10:00+05:00"


def test_a_check_out_kept_in_the_phone_proves_it_after_all(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    next_one = make_event(session, starts_at=after(80))
    clock.at = EVENING
    phone.send([phone.record("check_in", event, START), phone.record("check_in", next_one, after(130))])
    assert spent(phone.history()[str(event.id)]) == (130, 130, True)
    phone.send([phone.record("check_out", event, after(120))])
    assert spent(phone.history()[str(event.id)]) == (120, 0, False)


def test_who_comes_back_opens_anew(phone: Phone, long: Event, session: Session) -> None:
    between = make_event(session, starts_at=after(60))
    phone.send(
        [
            phone.record("check_in", long, after(0)),
            phone.record("check_in", between, after(90)),
            phone.record("check_out", between, after(120)),
            phone.record("check_in", long, after(150)),
            phone.record("check_out", long, after(200)),
        ]
    )
    history = phone.history()
    assert spent(history[str(long.id)]) == (140, 90, True)
    assert spent(history[str(between.id)]) == (30, 0, False)
    assert {one["status"] for one in history.values()} == {"counted"}


def test_minutes_are_never_more_than_the_event(phone: Phone, event: Event, clock: FixedClock) -> None:
    clock.at = EVENING
    shown = day(phone, event, ("in", -50), ("out", -10), ("in", -5), ("out", 90), ("in", 91), ("out", 230))
    assert spent(shown) == (179, 0, False)


def test_assumed_minutes_survive_a_rejection_and_its_lifting(scene: Scene) -> None:
    scene.send("check-ins")
    scene.clock.at = EVENING
    scene.correct({"present": False})
    lifted = scene.correct({"present": True}).json
    assert spent(lifted) == (120, 120, True)
