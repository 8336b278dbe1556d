"""What a phone kept while without signal, over HTTP: `POST /v1/attendance/batch`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from service.models import Event
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event
from tests.mobile_api.phones import END, EVENING, START, Phone, outcomes

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1), timedelta(0)])
def test_a_wrong_clock_is_corrected(
    make_phone: Callable[..., Phone], event: Event, clock: FixedClock, ahead: timedelta
) -> None:
    clock.at = EVENING
    phone = make_phone(ahead=ahead)
    come, leave = START + timedelta(minutes=10), END - timedelta(minutes=20)
    came, left = phone.send(phone.visit(event, come, leave))
    assert (came["outcome"], left["outcome"]) == ("stored", "stored")
    shown = left["attendance"]
    assert shown == came["attendance"]
    assert (shown["status"], shown["minutes"], shown["minutes_assumed"]) == ("counted", 150, False)
    assert shown["checked_in_at"] == "2026-05-16T10:10:00+05:00"
    assert shown["checked_out_at"] == "2026-05-16T12:40:00+05:00"
    assert shown["id"] == came["id"]


def test_results_come_in_the_order_sent(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    other = make_event(session, starts_at=START - timedelta(days=1))
    clock.at = EVENING
    came, left = phone.visit(event)
    yesterday = phone.visit(other, START - timedelta(days=1), END - timedelta(days=1))
    results = phone.send([left, yesterday[1], came, yesterday[0]])
    assert [one["attendance"]["event_id"] for one in results] == [
        str(event.id), str(other.id), str(event.id), str(other.id)
    ]  # fmt: skip
    assert {one["attendance"]["minutes"] for one in results} == {180}


BAD: dict[str, Callable[[Phone, Event], dict[str, Any]]] = {
    "not-found": lambda phone, event: phone.record("check_in", event, START, event_id=str(uuid4())),
    "outside-area": lambda phone, event: phone.record("check_in", event, START, position={"latitude": 50.4}),
    "stale-position": lambda phone, event: phone.record(
        "check_in", event, START, position={"fixed_at": (START - timedelta(minutes=11)).isoformat()}
    ),
    "invalid": lambda phone, event: phone.record(
        "check_in", event, START, position={"fixed_at": (START + timedelta(minutes=2)).isoformat()}
    ),
    "too-early": lambda phone, event: phone.record("check_in", event, START - timedelta(hours=8)),
    "too-late": lambda phone, event: phone.record("check_out", event, END + timedelta(hours=8)),
}


@pytest.mark.parametrize("code", BAD)
def test_one_bad_record_never_spoils_the_others(
    phone: Phone, event: Event, clock: FixedClock, code: str
) -> None:
    clock.at = END + timedelta(hours=9)
    came, left = phone.visit(event)
    results = phone.send([came, BAD[code](phone, event), left])
    assert outcomes(results) == ["stored", code, "stored"]
    assert "attendance" not in results[1]
    assert results[1]["problem"]["title"]
    assert (results[2]["attendance"]["status"], results[2]["attendance"]["minutes"]) == ("counted", 180)


def test_one_id_with_two_contents_in_a_batch(phone: Phone, event: Event, clock: FixedClock) -> None:
    clock.at = EVENING
    came, left = phone.visit(event)
    assert outcomes(phone.send([came, left | {"id": came["id"]}, left])) == ["stored", "id-reused", "stored"]


def test_an_id_of_somebody_elses_attendance_never_spoils_the_others(
    make_phone: Callable[..., Phone], event: Event, session: Session, clock: FixedClock
) -> None:
    """On a shared phone, an app that mixes up the queues of two people."""
    clock.at = EVENING
    first, second = make_phone(), make_phone()
    came, _ = first.visit(event)
    first.send([came])
    other = make_event(session, starts_at=START - timedelta(days=1))
    yesterday = second.visit(other, START - timedelta(days=1), END - timedelta(days=1))
    assert outcomes(second.send([came, *yesterday])) == ["id-reused", "stored", "stored"]


@pytest.mark.parametrize(
    "position", [{"accuracy_m": -1}, {"latitude": 9_999}, {"fixed_at": "2026-05-16T10:00:00"}]
)
def test_a_position_that_is_none_never_spoils_the_others(
    phone: Phone, event: Event, clock: FixedClock, position: dict[str, Any]
) -> None:
    """iOS reports a negative accuracy when it has no fix: such a record would block the queue for ever."""
    clock.at = EVENING
    came, left = phone.visit(event)
    results = phone.send([came, phone.record("check_in", event, START, position=position), left])
    assert outcomes(results) == ["stored", "invalid", "stored"]
    (field_,) = results[1]["problem"]["errors"]
    assert field_ == f"position.{next(iter(position))}"


@pytest.mark.parametrize("change", [{"speed": 3}, {"type": "dance"}, {"position": None}, {"event_id": "x"}])
def test_any_other_record_that_cannot_be_read_is_refused_by_itself(
    phone: Phone, event: Event, clock: FixedClock, change: dict[str, Any]
) -> None:
    clock.at = EVENING
    came, left = phone.visit(event)
    broken = phone.record("check_in", event, START) | change
    assert outcomes(phone.send([came, broken, left])) == ["stored", "invalid", "stored"]


@pytest.mark.parametrize(
    ("captured_at", "sent_at", "status"),
    [
        ("1970-01-01T00:10:00+00:00", "1970-01-01T06:00:00+00:00", 200),
        ("2999-12-31T00:00:00+00:00", "1900-01-01T00:00:00+00:00", 200),
        ("1900-01-01T00:00:00+00:00", "2999-12-31T00:00:00+00:00", 200),
        ("2026-05-16T06:00:00+00:00", "9999-12-28T00:00:00+00:00", 422),
        ("2026-05-16T06:00:00+00:00", "0001-01-04T00:00:00+00:00", 422),
    ],
)
def test_clocks_that_are_centuries_off(
    phone: Phone, event: Event, captured_at: str, sent_at: str, status: int
) -> None:
    record = phone.record("check_in", event, START) | {"captured_at": captured_at, "code": "123456"}
    body = {"sent_at": sent_at, "installation_id": "p", "records": [record]}
    answer = phone.client.post("/v1/attendance/batch", json=body, headers=phone.headers)
    assert answer.status_code == status, answer.json


def test_sent_again_everything_is_repeated(phone: Phone, event: Event, clock: FixedClock) -> None:
    clock.at = EVENING
    records = phone.visit(event)
    first = phone.send(records)
    clock.move(timedelta(minutes=5))
    again = phone.send(records)
    assert outcomes(again) == ["repeated", "repeated"]
    assert [one["attendance"] for one in again] == [one["attendance"] for one in first]


def test_cut_in_the_middle_and_sent_again(
    phone: Phone, event: Event, session: Session, clock: FixedClock
) -> None:
    other = make_event(session, starts_at=START - timedelta(days=1))
    clock.at = EVENING
    records = [
        *phone.visit(event),
        *phone.visit(other, START - timedelta(days=1), END - timedelta(days=1)),
    ]
    for cut in (1, 3):
        phone.send(records[:cut])
    assert outcomes(phone.send(records)) == ["repeated", "repeated", "repeated", "stored"]
    assert {one["minutes"] for one in phone.history().values()} == {180}


def test_a_check_out_waits_for_its_check_in(phone: Phone, event: Event, clock: FixedClock) -> None:
    clock.at = EVENING
    came, left = phone.visit(event)
    (waiting,) = phone.send([left])
    assert (waiting["outcome"], "attendance" in waiting) == ("stored", False)
    assert phone.history() == {}
    (completed,) = phone.send([came])
    assert completed["attendance"]["minutes"] == 180
    (repeated,) = phone.send([left])
    assert (repeated["outcome"], repeated["attendance"]["minutes"]) == ("repeated", 180)


def test_a_live_check_out_is_kept_though_its_check_in_is_still_in_the_phone(
    phone: Phone, event: Event, clock: FixedClock
) -> None:
    came = phone.record("check_in", event, START)
    clock.at = END
    answer = phone.send_live(phone.record("check_out", event, END))
    assert (answer.status_code, answer.json["code"]) == (409, "not-checked-in")
    (completed,) = phone.send([came])
    assert completed["attendance"]["minutes"] == 180


def test_a_check_in_whose_answer_was_lost_comes_again_in_the_batch(
    phone: Phone, event: Event, clock: FixedClock
) -> None:
    came = phone.record("check_in", event, NOW)
    live = phone.send_live(came)
    assert live.status_code == 201
    clock.at = EVENING
    (again,) = phone.send([came])
    assert again["outcome"] == "repeated"
    assert again["attendance"]["checked_in_at"] == live.json["checked_in_at"]


def test_a_record_of_the_batch_comes_again_live(phone: Phone, event: Event, clock: FixedClock) -> None:
    came = phone.record("check_in", event, NOW)
    phone.send([came])
    assert phone.send_live(came).status_code == 200


def test_presence_before_the_event_was_cancelled_counts_until_then(
    phone: Phone, session: Session, clock: FixedClock
) -> None:
    event = make_event(session, status="cancelled", cancelled_at=NOW, cancel_reason="дауыл")
    clock.at = EVENING
    _, left = phone.send(phone.visit(event))
    assert (left["attendance"]["status"], left["attendance"]["minutes"]) == ("counted", 60)


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Себебі: дауыл"), ("ru", "Причина: дауыл"), ("en", "Reason: дауыл")],
)
def test_who_did_not_know_that_it_was_cancelled_is_told(
    phone: Phone, session: Session, clock: FixedClock, language: str, words: str
) -> None:
    event = make_event(session, status="cancelled", cancelled_at=NOW, cancel_reason="дауыл")
    clock.at = EVENING
    came = phone.record("check_in", event, NOW + timedelta(minutes=1))
    (refused,) = phone.send([came], language)
    problem = refused["problem"]
    assert (refused["outcome"], problem["code"], problem["status"]) == ("refused", "cancelled", 409)
    assert datetime.fromisoformat(problem["cancelled_at"]) == NOW
    assert problem["reason"] == "дауыл"
    assert words in problem["detail"]


@pytest.mark.parametrize(
    ("late", "status", "reasons"),
    [
        (timedelta(hours=72), "counted", []),
        (timedelta(hours=72, seconds=1), "review", ["late-sync"]),
        (timedelta(days=14), "review", ["late-sync"]),
    ],
)
def test_late_sync(
    phone: Phone, event: Event, clock: FixedClock, late: timedelta, status: str, reasons: list[str]
) -> None:
    records = phone.visit(event)
    clock.at = END + late
    came, _ = phone.send(records)
    assert (came["attendance"]["status"], came["attendance"]["reasons"]) == (status, reasons)


def test_after_two_weeks_it_is_too_late(phone: Phone, event: Event, clock: FixedClock) -> None:
    records = phone.visit(event)
    clock.at = END + timedelta(days=14, seconds=1)
    results = phone.send(records)
    assert outcomes(results) == ["sync-too-late", "sync-too-late"]
    assert results[0]["problem"]["allowed_days"] == 14


def test_more_than_two_hundred_records_are_too_many(phone: Phone, event: Event, clock: FixedClock) -> None:
    records = [phone.record("check_in", event, START) for _ in range(201)]
    body = {"sent_at": clock.now().isoformat(), "installation_id": "p", "records": records}
    answer = phone.client.post("/v1/attendance/batch", json=body, headers=phone.headers)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert list(answer.json["errors"]) == ["records"]


def test_an_empty_batch_is_fine(phone: Phone) -> None:
    assert phone.send([]) == []


@pytest.mark.parametrize(("code", "most"), [({}, 4), ({"code": "000000"}, 8)])
def test_a_batch_takes_one_round_of_statements(
    make_phone: Callable[..., Phone],
    session: Session,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    code: dict[str, str],
    most: int,
) -> None:
    events = [make_event(session) for _ in range(100)]
    clock.at = EVENING
    statements: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        statements.append(str(query))
        return execute(cursor, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    taken = {}
    for size in (1, 100):
        phone = make_phone()
        records = [record | code for event in events[:size] for record in phone.visit(event)]
        statements.clear()
        assert set(outcomes(phone.send(records))) == {"stored"}
        taken[len(records)] = list(statements)
    assert len(taken[2]) == len(taken[200]) > 0
    product = [text for text in taken[200] if "SAVEPOINT" not in text and "clock_offset" not in text]
    assert len(product) <= most, product
