"""Records that change what others are worth: a phone, a fix, a journey, a forgotten check-out; over HTTP."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from service.attendance.closing import close_forgotten
from service.models import Event
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event
from tests.mobile_api.phones import END, EVENING, START, Phone, assert_counts_equal_the_rows

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")

METRE = 1e-5
"""About a metre of latitude, in degrees."""


def _close(session: Session, now: datetime) -> int:
    closed = close_forgotten(session, now, Thresholds())
    session.commit()
    return closed


def test_a_forgotten_check_out_is_closed_and_a_late_one_opens_it_again(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    phone.send([phone.record("check_in", event, START)])
    left = phone.record("check_out", event, NOW)
    closes = END + timedelta(minutes=60)
    assert _close(session, closes - timedelta(seconds=1)) == 0
    assert _close(session, closes) == 1
    assert _close(session, closes) == 0
    clock.at = closes
    closed = phone.history()[str(event.id)]
    assert (closed["minutes"], closed["checked_out_at"]) == (180, "2026-05-16T13:00:00+05:00")
    assert_counts_equal_the_rows(session)
    (opened,) = phone.send([left])
    assert (opened["attendance"]["minutes"], opened["attendance"]["minutes_assumed"]) == (60, False)
    assert _close(session, closes) == 0


def _statuses(phones: Sequence[Phone]) -> list[str]:
    return [item["status"] for phone in phones for item in phone.history().values()]


def test_the_fourth_person_on_one_phone_puts_all_four_into_review(
    make_phone: Callable[..., Phone], event: Event, session: Session, clock: FixedClock
) -> None:
    phones = [make_phone(installation="shared") for _ in range(4)]
    visits = [phone.visit(event, START + timedelta(minutes=minutes)) for minutes, phone in enumerate(phones)]
    for place, visit in enumerate(visits):
        for record in visit:
            record["position"]["latitude"] = AKTOBE[0] + place * METRE
    clock.at = EVENING
    for phone, records in zip(phones[:3], visits, strict=False):
        phone.send(records)
    assert _statuses(phones) == ["counted"] * 3
    assert_counts_equal_the_rows(session)
    came, _ = phones[3].send(visits[3])
    assert (came["attendance"]["status"], came["attendance"]["reasons"]) == ("review", ["installation"])
    assert _statuses(phones) == ["review"] * 4


def test_the_fifth_person_with_one_fix_puts_all_five_into_review(
    make_phone: Callable[..., Phone], event: Event, session: Session, clock: FixedClock
) -> None:
    phones = [make_phone() for _ in range(5)]
    for minutes, phone in enumerate(phones[:4]):
        clock.at = NOW + timedelta(minutes=minutes)
        assert phone.send_live(phone.record("check_in", event, clock.at)).json["status"] == "counted"
    assert_counts_equal_the_rows(session)
    # The fifth was there in between, without signal.
    fifth = phones[4].record("check_in", event, NOW + timedelta(minutes=2))
    clock.at = EVENING
    (came,) = phones[4].send([fifth])
    assert came["attendance"]["reasons"] == ["same-fix"]
    assert _statuses(phones) == ["review"] * 5


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_a_teleport_puts_both_attendances_into_review(
    phone: Phone, event: Event, session: Session, clock: FixedClock, *, at_once: bool, reverse: bool
) -> None:
    far = make_event(session, latitude=43.2389, longitude=76.8897, region_code="KZ-75")
    clock.at = EVENING
    visits = [
        phone.record("check_in", event, START),
        phone.record("check_in", far, START + timedelta(minutes=90)),
    ]
    if reverse:
        visits.reverse()
    if not at_once:
        # From another phone of theirs: it is the person who cannot be in two places.
        phone.send(visits[:1])
        phone.installation = "another"
    results = phone.send(visits if at_once else visits[1:])
    assert results[-1]["attendance"]["reasons"] == ["travel"]
    assert _statuses([phone]) == ["review", "review"]


def test_a_check_in_sent_again_word_for_word_a_week_later_is_doubted(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    body = phone.record("check_in", event, NOW)
    sent_at = NOW.isoformat()
    assert phone.send_live(body).json["status"] == "counted"
    next_week = make_event(session, starts_at=START + timedelta(days=7))
    clock.at = NOW + timedelta(days=7)
    replayed = {"id": str(uuid4()), "position": body["position"], "sent_at": sent_at}
    answer = phone.client.post(
        f"/v1/events/{next_week.id}/check-ins",
        json=replayed | {"installation_id": phone.installation},
        headers=phone.headers,
    )
    assert answer.status_code == 409 or answer.json["status"] == "review"
