"""Nobody is at two events at once: more than 15 minutes together are for review, at both (rulings, 19)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_event
from tests.mobile_api.phones import EVENING, START, Phone

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def visit(phone: Phone, event: Event, come: float, leave: float | None = None) -> list[dict[str, Any]]:
    records = [phone.record("check_in", event, after(come))]
    return records if leave is None else [*records, phone.record("check_out", event, after(leave))]


def verdict(phone: Phone, event: Event) -> tuple[str, list[str]]:
    shown = phone.history()[str(event.id)]
    return shown["status"], shown["reasons"]


COUNTED: tuple[str, list[str]] = ("counted", [])
DOUBTED = ("review", ["overlap"])


@pytest.fixture
def beside(session: Session, clock: FixedClock) -> Event:
    """Another event of the same hours at the same spot."""
    clock.at = EVENING
    return make_event(session)


@pytest.fixture
def rule(phone: Phone, session: Session, login: Any) -> Any:
    """A coordinator's ruling on one's attendance at an event."""
    headers = login(make_coordinator(session, "KZ-15"))

    def decide(event: Event, decision: str) -> None:
        attendance_id = phone.history()[str(event.id)]["attendance_id"]
        answer = phone.client.put(
            f"/v1/reviews/{attendance_id}",
            json={"decision": decision, "reason": "Дәлел жеткілікті"},
            headers=headers,
        )
        assert answer.status_code == 200, answer.json

    return decide


def test_three_events_in_one_hour_are_all_for_review(
    phone: Phone, event: Event, beside: Event, session: Session
) -> None:
    third = make_event(session)
    records = [record for one in (event, beside, third) for record in visit(phone, one, 0, 57)]
    results = phone.send(records)
    assert {tuple(one["attendance"]["reasons"]) for one in results} == {("overlap",)}
    assert [verdict(phone, one) for one in (event, beside, third)] == [DOUBTED] * 3


@pytest.mark.parametrize(("together", "expected"), [(15, COUNTED), (15.1, DOUBTED)])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_quarter_of_an_hour_is_nobodys_fault(
    phone: Phone, event: Event, beside: Event, together: float, expected: object, *, at_once: bool
) -> None:
    first, second = visit(phone, event, 0, 60 + together), visit(phone, beside, 60, 120)
    if at_once:
        phone.send([*second, *first])
    else:
        phone.send(second)
        assert verdict(phone, beside) == COUNTED
        phone.send(first)
    assert [verdict(phone, one) for one in (event, beside)] == [expected] * 2


def test_two_short_ones_add_up(phone: Phone, event: Event, beside: Event) -> None:
    phone.send([*visit(phone, event, 0, 180), *visit(phone, beside, 10, 20), *visit(phone, beside, 50, 60)])
    assert verdict(phone, beside) == DOUBTED


def test_only_the_hours_of_the_events_are_compared(phone: Phone, event: Event, session: Session) -> None:
    """Who is early for the next one, and checks out late of the last one, was at neither in between."""
    following = make_event(session, starts_at=event.ends_at)
    phone.clock.at = EVENING + timedelta(hours=3)
    phone.send([*visit(phone, event, 0, 200), *visit(phone, following, 150, 300)])
    assert [verdict(phone, one) for one in (event, following)] == [COUNTED] * 2


def test_what_was_forgotten_is_no_overlap(phone: Phone, event: Event, beside: Event) -> None:
    phone.send([*visit(phone, event, 0), *visit(phone, beside, 60)])
    assert [verdict(phone, one) for one in (event, beside)] == [COUNTED] * 2


def test_it_vanishes_when_a_record_that_was_kept_says_otherwise(
    phone: Phone, event: Event, beside: Event
) -> None:
    phone.send([*visit(phone, event, 0, 120), *visit(phone, beside, 60, 150)])
    assert [verdict(phone, one) for one in (event, beside)] == [DOUBTED] * 2
    phone.send([phone.record("check_out", event, after(40))])
    assert [verdict(phone, one) for one in (event, beside)] == [COUNTED] * 2


def test_other_people_and_other_doubts_stay_as_they_are(
    phone: Phone, make_phone: Any, event: Event, beside: Event
) -> None:
    other = make_phone()
    other.send(visit(other, event, 0, 120))
    phone.send([*visit(phone, event, 0, 120), phone.record("check_in", beside, after(60),
                position={"mocked": True})])  # fmt: skip
    assert verdict(other, event) == COUNTED
    assert verdict(phone, beside) == ("review", ["mocked", "overlap"])


def test_an_acceptance_settles_the_one_accepted(phone: Phone, event: Event, beside: Event, rule: Any) -> None:
    phone.send([*visit(phone, event, 0, 120), *visit(phone, beside, 60, 150)])
    rule(event, "accept")
    assert verdict(phone, event) == ("counted", ["overlap"])
    assert verdict(phone, beside) == DOUBTED


def test_a_rejection_frees_the_other_and_its_lifting_binds_it_again(
    phone: Phone, event: Event, beside: Event, rule: Any
) -> None:
    phone.send([*visit(phone, event, 0, 120), *visit(phone, beside, 60, 150)])
    rule(event, "reject")
    assert verdict(phone, event)[0] == "rejected"
    assert verdict(phone, beside) == COUNTED
    rule(event, "accept")
    assert verdict(phone, beside) == DOUBTED


def test_a_rejected_check_in_elsewhere_closes_nothing(
    phone: Phone, event: Event, beside: Event, rule: Any
) -> None:
    phone.send([*visit(phone, event, 0), *visit(phone, beside, 60)])
    assert phone.history()[str(event.id)]["minutes"] == 60
    rule(beside, "reject")
    assert phone.history()[str(event.id)]["minutes"] == 180


def test_whom_an_organizer_vouches_for_is_doubted_at_neither(
    phone: Phone, event: Event, beside: Event, session: Session, login: Any
) -> None:
    phone.send([*visit(phone, event, 0, 120), *visit(phone, beside, 60, 150)])
    mine = phone.client.get("/v1/me", headers=phone.headers).json
    answer = phone.client.put(
        f"/v1/events/{event.id}/attendance/{mine['id']}",
        json={"present": True, "reason": "Мен оны көрдім"},
        headers=login(session.get_one(Volunteer, event.created_by)),
    )
    assert (answer.status_code, answer.json["status"], answer.json["reasons"]) == (200, "counted", [])
    assert verdict(phone, beside) == COUNTED


def test_a_second_person_of_the_phone_is_somebody_else(make_phone: Any, event: Event, beside: Event) -> None:
    one, other = make_phone(installation="shared"), make_phone(installation="shared")
    one.send(visit(one, event, 0, 120))
    other.send(
        [
            other.record("check_in", beside, after(0), position={"latitude": beside.latitude + 1e-5}),
            other.record("check_out", beside, after(90), position={"latitude": beside.latitude + 1e-5}),
        ]
    )
    assert verdict(one, event) == verdict(other, beside) == COUNTED


def test_a_vague_position_does_not_switch_the_travel_rule_off(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    far = make_event(session, latitude=43.2389, longitude=76.8897, region_code="KZ-75")
    clock.at = EVENING
    results = phone.send(
        [
            phone.record("check_in", event, START, position={"accuracy_m": 1e7}),
            phone.record("check_in", far, START + timedelta(minutes=90)),
        ]
    )
    assert all("travel" in one["attendance"]["reasons"] for one in results)


def test_what_comes_three_days_later_takes_no_doubt_back(
    phone: Phone, session: Session, clock: FixedClock
) -> None:
    """Of an event's neighbours all is known, whatever another event near by knows of them in part alone."""
    long, beside, later, new = (
        make_event(session, starts_at=after(60 * starts), ends_at=after(60 * ends))
        for starts, ends in ((20, 28), (22, 30), (96, 99), (100, 103))
    )
    visits = ((long, 20, 27.9), (beside, 22.5, 29), (later, 96.5, 98), (new, 100.5, 102))
    verdicts = []
    for event, come, leave in visits:
        for record in visit(phone, event, 60 * come, 60 * leave):
            clock.at = datetime.fromisoformat(record["captured_at"])
            phone.send([record])
        verdicts.append([verdict(phone, one) for one in (long, beside) if str(one.id) in phone.history()])
    assert verdicts == [[COUNTED], *[[DOUBTED] * 2] * 3]
