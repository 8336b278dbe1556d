"""At most 40 records a person and event, 400 a person and day: one account slows nobody else down."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event
from tests.conftest import NOW
from tests.makers import make_event
from tests.mobile_api.phones import Phone, outcomes

MakePhone = Callable[..., Phone]
A_SECOND = timedelta(seconds=1)


def test_forty_records_an_event(make_phone: MakePhone, event: Event) -> None:
    phone = make_phone()
    records = [phone.record("check_in", event, NOW - n * A_SECOND) for n in range(45)]
    assert outcomes(phone.send(records)) == ["stored"] * 40 + ["too-many-records"] * 5
    late = phone.send_live(phone.record("check_in", event, NOW))
    assert (late.status_code, late.json["code"]) == (409, "too-many-records")
    assert late.json["limit"] == 40


def test_a_repeat_is_no_further_record(make_phone: MakePhone, event: Event) -> None:
    phone = make_phone()
    records = [phone.record("check_in", event, NOW - n * A_SECOND) for n in range(40)]
    assert outcomes(phone.send(records)) == ["stored"] * 40
    assert outcomes(phone.send(records)) == ["repeated"] * 40


def test_somebody_elses_records_are_not_ones_own(make_phone: MakePhone, event: Event) -> None:
    one, other = make_phone(), make_phone()
    one.send([one.record("check_in", event, NOW - n * A_SECOND) for n in range(40)])
    assert outcomes(other.send([other.record("check_in", event, NOW)])) == ["stored"]


def test_four_hundred_records_a_day(make_phone: MakePhone, session: Session, event: Event) -> None:
    """The day is that of the presence, wherever it was: eleven events on one square."""
    phone = make_phone()
    events = [event, *(make_event(session) for _ in range(10))]
    sent = [
        outcome
        for number, place in enumerate(events)
        for outcome in outcomes(
            phone.send(
                [phone.record("check_in", place, NOW - (number * 40 + n) * A_SECOND) for n in range(40)]
            )
        )
    ]
    assert sent.count("too-many-records") == 40
    assert sent[:400].count("too-many-records") == 0


def test_refused_records_are_bounded_as_well(make_phone: MakePhone, event: Event, session: Session) -> None:
    phone = make_phone()
    far = {"latitude": event.latitude + 1}
    for _ in range(3):
        records = [phone.record("check_in", event, NOW, position=far) for _ in range(60)]
        assert set(outcomes(phone.send(records))) <= {"outside-area", "too-many-records"}
    assert outcomes(phone.send([phone.record("check_in", event, NOW)])) == ["stored"]


@pytest.mark.parametrize("kind", ["check_in", "check_out"])
def test_the_facts_behind_one_attendance_are_paged(
    client: FlaskClient, make_phone: MakePhone, event: Event, kind: str
) -> None:
    phone = make_phone()
    phone.send([phone.record("check_in", event, NOW - timedelta(minutes=30))])
    phone.send([phone.record(kind, event, NOW - n * A_SECOND) for n in range(12)])
    path, seen, cursor = f"/v1/me/record/{event.id}", [], ""
    while True:
        page = client.get(f"{path}?limit=5{cursor}", headers=phone.headers).json
        seen += [one["captured_at"] for one in page["records"]]
        assert len(page["records"]) <= 5
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == 13
    assert seen == sorted(seen)
    assert client.get(f"/v1/me/record/{event.id}", headers=make_phone().headers).status_code == 404
