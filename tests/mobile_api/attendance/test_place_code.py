"""The code of the place is no remote control: what it is worth alone, for whom, and what a wrong one says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Organization, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_member, make_organization, make_volunteer
from tests.mobile_api.phones import EVENING, START, Phone, outcomes

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")

Login = Callable[[Volunteer], dict[str, str]]
MINUTE = timedelta(minutes=1)


def code_of(event: Event, at: datetime) -> str:
    return pyotp.TOTP(event.code_secret, interval=60).at(at)


def alone(
    phone: Phone, event: Event, at: datetime, code: str | None = None, **changes: Any
) -> dict[str, Any]:
    """A check-in by the code of a moment, without any position."""
    record = phone.record("check_in", event, at, code=code or code_of(event, at), **changes)
    return record | {"position": None}


def wrong(event: Event) -> str:
    """A code of none of the moments around."""
    near = {code_of(event, NOW + minutes * MINUTE) for minutes in range(-400, 400)}
    return next(code for code in ("000000", "000001", "000002") if code not in near)


def verdict(shown: dict[str, Any]) -> tuple[str, list[str]]:
    return shown["status"], shown["reasons"]


COUNTED: tuple[str, list[str]] = ("counted", [])


@pytest.fixture
def phone_of(client: FlaskClient, clock: FixedClock, login: Login) -> Callable[..., Phone]:
    return lambda person, **values: Phone(client, clock, login(person), **values)


# A wrong code


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("kind", ["check_in", "check_out"])
def test_a_wrong_code_without_a_position_is_told_as_such(
    phone: Phone, event: Event, kind: str, *, live: bool
) -> None:
    record = alone(phone, event, NOW, wrong(event)) | {"type": kind}
    problem = phone.send_live(record).json if live else phone.send([record])[0]["problem"]
    assert (problem["status"], problem["code"]) == (409, "wrong-place-code")
    assert "errors" not in problem


@pytest.mark.parametrize(
    ("language", "words"), [("kk", "Ұйымдастырушының"), ("ru", "организатора"), ("en", "organizer's screen")]
)
def test_it_says_where_the_right_one_is(phone: Phone, event: Event, language: str, words: str) -> None:
    phone.headers["Accept-Language"] = language
    assert words in phone.send_live(alone(phone, event, NOW, wrong(event))).json["detail"]


@pytest.mark.parametrize("code", ["12345", "абвгде", "1234567"])
def test_what_cannot_be_a_code_is_a_wrong_one(phone: Phone, event: Event, code: str) -> None:
    assert phone.send_live(alone(phone, event, NOW, code)).json["code"] == "wrong-place-code"


@pytest.mark.parametrize("live", [True, False])
def test_beside_a_position_a_wrong_code_is_a_hint(phone: Phone, event: Event, *, live: bool) -> None:
    record = phone.record("check_in", event, NOW, code=wrong(event))
    shown = phone.send_live(record).json if live else phone.send([record])[0]["attendance"]
    assert (*verdict(shown), shown["hints"]) == ("counted", [], ["wrong-place-code"])
    again = phone.send_live(record).json if live else phone.send([record])[0]["attendance"]
    assert again == shown


def test_it_is_a_hint_beside_a_refusal_too(phone: Phone, event: Event) -> None:
    record = phone.record("check_in", event, NOW, position={"latitude": 50.4}, code=wrong(event))
    problem = phone.send_live(record).json
    assert (problem["code"], problem["hints"]) == ("outside-area", ["wrong-place-code"])


def test_a_right_code_and_no_code_give_no_hint(phone: Phone, event: Event) -> None:
    with_code = phone.record("check_in", event, NOW, code=code_of(event, NOW))
    assert phone.send_live(with_code).json["hints"] == []
    assert phone.send_live(phone.record("check_out", event, NOW)).json["hints"] == []


def test_without_both_the_request_is_what_is_wrong(phone: Phone, event: Event) -> None:
    answer = phone.send_live(phone.record("check_in", event, NOW) | {"position": None})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["position"])


# Members of the organization


@pytest.mark.parametrize("role", ["owner", "organizer"])
@pytest.mark.parametrize("live", [True, False])
def test_who_shows_the_code_needs_a_position_as_well(
    session: Session, event: Event, phone_of: Callable[..., Phone], role: str, *, live: bool
) -> None:
    member = make_volunteer(session)
    make_member(session, session.get_one(Organization, event.organization_id), member, role)
    phone = phone_of(member)
    record = alone(phone, event, NOW)
    shown = phone.send_live(record).json if live else phone.send([record])[0]["attendance"]
    assert verdict(shown) == ("review", ["own-code"])
    # Being there settles it.
    better = phone.send_live(phone.record("check_in", event, NOW, code=code_of(event, NOW)))
    assert verdict(better.json) == COUNTED


def test_a_member_of_another_organization_is_a_volunteer_as_any(
    session: Session, event: Event, phone_of: Callable[..., Phone]
) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner)
    phone = phone_of(owner)
    assert verdict(phone.send_live(alone(phone, event, NOW)).json) == COUNTED


# A code that was kept


def test_a_code_of_now_counts_alone(phone: Phone, event: Event) -> None:
    shown = phone.send_live(alone(phone, event, NOW)).json
    assert (*verdict(shown), shown["evidence"]) == ("counted", [], "code")


@pytest.mark.parametrize(("late", "expected"), [(180, COUNTED), (181, ("review", ["code-only"]))])
def test_three_minutes_later_it_is_kept(
    phone: Phone, event: Event, clock: FixedClock, late: int, expected: object
) -> None:
    record = alone(phone, event, NOW)
    clock.move(timedelta(seconds=late))
    (came,) = phone.send([record])
    assert verdict(came["attendance"]) == expected


def test_kept_it_counts_of_whoever_was_going(phone: Phone, event: Event, clock: FixedClock) -> None:
    clock.at = START
    url = f"/v1/events/{event.id}/signup"
    assert phone.client.put(url, json={}, headers=phone.headers).status_code == 200
    clock.at = EVENING
    (came,) = phone.send([alone(phone, event, NOW)])
    assert verdict(came["attendance"]) == COUNTED


def test_who_signs_up_afterwards_was_not_going(phone: Phone, event: Event, clock: FixedClock) -> None:
    clock.at = NOW + MINUTE
    url = f"/v1/events/{event.id}/signup"
    assert phone.client.put(url, json={}, headers=phone.headers).status_code == 200
    clock.at = EVENING
    (came,) = phone.send([alone(phone, event, NOW)])
    assert verdict(came["attendance"]) == ("review", ["code-only"])


def test_a_position_settles_a_code_that_was_kept(phone: Phone, event: Event, clock: FixedClock) -> None:
    record, better = alone(phone, event, NOW), phone.record("check_in", event, NOW + MINUTE)
    clock.at = EVENING
    assert verdict(phone.send([record])[0]["attendance"]) == ("review", ["code-only"])
    assert verdict(phone.send([better])[0]["attendance"]) == COUNTED


def test_a_code_kept_with_a_position_counts_as_before(phone: Phone, event: Event, clock: FixedClock) -> None:
    record = phone.record("check_in", event, NOW, code=code_of(event, NOW), position={"accuracy_m": 900})
    clock.at = EVENING
    assert verdict(phone.send([record])[0]["attendance"]) == COUNTED


@pytest.mark.parametrize("live", [True, False])
def test_what_is_stored_is_repeated_however_often_its_answer_is_lost(
    phone: Phone, event: Event, clock: FixedClock, *, live: bool
) -> None:
    """To send again what was stored is no try of a code; to send another one is."""
    record = alone(phone, event, NOW)
    for number in range(15):
        clock.move(timedelta(seconds=10))
        if live:
            assert phone.send_live(record).status_code == (200 if number else 201)
        else:
            assert outcomes(phone.send([record])) == ["repeated" if number else "stored"]
    tries = [outcomes(phone.send([alone(phone, event, NOW, wrong(event))])) for _ in range(10)]
    assert tries == [["wrong-place-code"]] * 9 + [["too-many-requests"]]
    assert outcomes(phone.send([record])) == ["repeated"]


# A code that goes round in a chat


def statuses(phones: list[Phone]) -> list[tuple[str, list[str]]]:
    return [verdict(one) for phone in phones for one in phone.history().values()]


@pytest.mark.parametrize("live", [True, False])
def test_nine_people_by_one_code_count_and_ten_do_not(
    make_phone: Callable[..., Phone], event: Event, *, live: bool
) -> None:
    phones = [make_phone() for _ in range(10)]
    for number, phone in enumerate(phones):
        record = alone(phone, event, NOW + timedelta(seconds=number))
        if live:
            phone.send_live(record)
        else:
            phone.send([record])
        if number == 8:
            assert statuses(phones) == [COUNTED] * 9
    assert statuses(phones) == [("review", ["shared-code"])] * 10


def test_a_code_is_the_same_one_in_whatever_digits_it_is_written(
    make_phone: Callable[..., Phone], event: Event
) -> None:
    """Full-width digits are right ones: ten ways of writing one code are no ten codes."""
    phones, code = [make_phone() for _ in range(10)], code_of(event, NOW)
    for wide, phone in enumerate(phones):
        written = "".join(chr(ord(one) + 0xFEE0) if wide >> at & 1 else one for at, one in enumerate(code))
        phone.send_live(alone(phone, event, NOW, written))
    assert statuses(phones) == [("review", ["shared-code"])] * 10


def test_of_two_codes_each_has_its_own_people(
    make_phone: Callable[..., Phone], event: Event, clock: FixedClock
) -> None:
    phones = [make_phone() for _ in range(12)]
    for number, phone in enumerate(phones):
        clock.at = NOW + number * 10 * timedelta(seconds=1)
        phone.send_live(alone(phone, event, clock.at))
    assert statuses(phones) == [COUNTED] * 12


def test_ten_people_with_positions_share_a_code_rightly(
    make_phone: Callable[..., Phone], event: Event
) -> None:
    phones = [make_phone() for _ in range(10)]
    for number, phone in enumerate(phones):
        place = {"latitude": event.latitude + number * 1e-5, "accuracy_m": 900}
        phone.send_live(phone.record("check_in", event, NOW, position=place, code=code_of(event, NOW)))
    assert statuses(phones) == [COUNTED] * 10


def test_one_person_ten_times_is_one_person(phone: Phone, event: Event) -> None:
    for _ in range(10):
        shown = phone.send_live(alone(phone, event, NOW)).json
    assert verdict(shown) == COUNTED


# Events that take no walk-ins


@pytest.fixture
def closed(session: Session) -> Event:
    return make_event(session, walk_ins=False)


def _sign_up(phone: Phone, event: Event, *, to: bool = True) -> None:
    send = phone.client.put if to else phone.client.delete
    body: dict[str, Any] = {"json": {}} if to else {}
    answer = send(f"/v1/events/{event.id}/signup", headers=phone.headers, **body)
    assert answer.status_code in (200, 204), answer.json


def test_who_was_going_at_the_moment_of_presence_counts(
    phone: Phone, closed: Event, clock: FixedClock
) -> None:
    clock.at = START
    _sign_up(phone, closed)
    record = phone.record("check_in", closed, NOW)
    clock.at = NOW + MINUTE
    _sign_up(phone, closed, to=False)
    assert outcomes(phone.send([record])) == ["stored"]
    # Withdrawn by then, though.
    assert outcomes(phone.send([phone.record("check_in", closed, NOW + MINUTE)])) == ["signup-required"]


def test_who_signs_up_after_it_was_not(phone: Phone, closed: Event, clock: FixedClock) -> None:
    clock.at = NOW + MINUTE
    _sign_up(phone, closed)
    early, there = (phone.record("check_in", closed, at) for at in (NOW, NOW + MINUTE))
    assert outcomes(phone.send([early, there])) == ["signup-required", "stored"]


def test_each_time_of_going_is_known(phone: Phone, closed: Event, clock: FixedClock) -> None:
    for minutes, to in ((0, True), (10, False), (20, True), (25, True)):
        clock.at = START + minutes * MINUTE
        _sign_up(phone, closed, to=to)
    clock.at = EVENING
    records = [phone.record("check_in", closed, START + minutes * MINUTE) for minutes in (5, 15, 30)]
    assert outcomes(phone.send(records)) == ["stored", "signup-required", "stored"]


def test_who_moved_up_from_the_line_goes_from_then_on(
    make_phone: Callable[..., Phone], session: Session, clock: FixedClock
) -> None:
    event = make_event(session, walk_ins=False, capacity=1)
    first, second = make_phone(), make_phone()
    clock.at = START
    _sign_up(first, event)
    _sign_up(second, event)
    clock.at = START + 10 * MINUTE
    _sign_up(first, event, to=False)
    clock.at = EVENING
    records = [second.record("check_in", event, START + minutes * MINUTE) for minutes in (5, 15)]
    assert outcomes(second.send(records)) == ["signup-required", "stored"]


# A position that says nothing of where somebody is

FROM_HOME = {"latitude": 50.2839 + 0.04, "accuracy_m": 3_000}
"""Four and a half kilometres off, as iOS tells an "approximate location"."""


def vague(phone: Phone, event: Event, at: datetime, **position: Any) -> dict[str, Any]:
    return phone.record("check_in", event, at, code=code_of(event, at), position=FROM_HOME | position)


def test_who_shows_the_code_needs_a_position_that_says_where(
    session: Session, event: Event, phone_of: Callable[..., Phone]
) -> None:
    member = make_volunteer(session)
    make_member(session, session.get_one(Organization, event.organization_id), member)
    phone = phone_of(member)
    assert verdict(phone.send_live(vague(phone, event, NOW)).json) == ("review", ["own-code"])


def test_a_code_kept_with_a_square_of_kilometres_is_kept_alone(
    phone: Phone, event: Event, clock: FixedClock
) -> None:
    record = vague(phone, event, NOW)
    clock.at = EVENING
    assert verdict(phone.send([record])[0]["attendance"]) == ("review", ["code-only"])


@pytest.mark.parametrize("live", [True, False])
def test_ten_people_with_one_code_and_vague_positions_share_it(
    make_phone: Callable[..., Phone], event: Event, *, live: bool
) -> None:
    phones = [make_phone() for _ in range(10)]
    for number, phone in enumerate(phones):
        record = vague(phone, event, NOW + timedelta(seconds=number), longitude=57.167 + number * 1e-4)
        if live:
            phone.send_live(record)
        else:
            phone.send([record])
    assert statuses(phones) == [("review", ["shared-code"])] * 10


def test_who_is_going_or_sends_it_at_once_counts_by_the_code(
    phone: Phone, event: Event, clock: FixedClock
) -> None:
    shown = phone.send_live(vague(phone, event, NOW)).json
    assert (*verdict(shown), shown["evidence"]) == ("counted", [], "code")
    clock.at = START
    _sign_up(phone, event)
    record = vague(phone, event, NOW)
    clock.at = EVENING
    assert verdict(phone.send([record])[0]["attendance"]) == COUNTED


def test_a_good_position_far_off_still_contradicts_it(phone: Phone, event: Event) -> None:
    shown = phone.send_live(vague(phone, event, NOW, accuracy_m=900)).json
    assert verdict(shown) == ("review", ["distance"])
