"""People without phones who come along: declared at check-in, counted while the attendance is (R23)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance import rederivation
from service.events import changing
from service.ledger import ledger, verify
from service.models import Attendance, Event, PresenceRecord
from service.people import identities
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event
from tests.mobile_api.phones import START, Phone, outcomes
from tests.mobile_api.scene import Scene

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


def declared(session: Session) -> int:
    """How many companions count, folded or not; equal to the rows."""
    wrong = [one for one in verify.differences(session) if set(one.figures) - {"events"}]
    assert wrong == []
    rows = ledger.all_rows()
    return int(session.scalar(sa.select(sa.func.coalesce(sa.func.sum(rows.c.companions), 0))) or 0)


def test_companions_are_said_at_check_in_and_counted_apart(
    phone: Phone, event: Event, session: Session
) -> None:
    came = phone.send_live(phone.record("check_in", event, NOW) | {"companions": 3})
    assert (came.status_code, came.json["companions"]) == (201, 3)
    assert declared(session) == 3
    left = phone.send_live(phone.record("check_out", event, NOW))
    assert (left.json["companions"], declared(session)) == (3, 3)
    assert phone.history()[str(event.id)]["companions"] == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(Attendance)) == 1


@pytest.mark.parametrize("said", [{}, {"companions": 0}, {"companions": None}])
def test_who_says_nothing_came_alone(
    phone: Phone, event: Event, session: Session, said: dict[str, Any]
) -> None:
    assert phone.send_live(phone.record("check_in", event, NOW) | said).json["companions"] == 0
    assert declared(session) == 0


@pytest.mark.parametrize("wrong", [-1, 11, "3", 1.5, True, [], 10**30])
def test_what_is_no_number_of_companions_is_refused(phone: Phone, event: Event, wrong: Any) -> None:
    assert phone.send_live(phone.record("check_in", event, NOW) | {"companions": wrong}).status_code == 422
    (result,) = phone.send([phone.record("check_in", event, NOW) | {"companions": wrong}])
    assert (result["outcome"], result["problem"]["code"]) == ("refused", "invalid")


def test_of_a_check_out_they_are_refused(phone: Phone, event: Event, session: Session) -> None:
    come, leave = phone.visit(event, leave=NOW)
    results = phone.send([come | {"companions": 2}, leave | {"companions": 2}])
    assert outcomes(results) == ["stored", "invalid"]
    assert outcomes(phone.send([leave | {"companions": None}])) == ["stored"]
    assert phone.send_live(phone.record("check_out", event, NOW) | {"companions": 2}).status_code == 422
    assert declared(session) == 2


@pytest.mark.parametrize("order", [(2, 5, 1), (5, 2, 1), (1, 2, 5)])
def test_of_several_check_ins_the_largest_number_stands(
    phone: Phone, event: Event, session: Session, order: tuple[int, ...]
) -> None:
    for number, companions in enumerate(order):
        moment = START + timedelta(minutes=10 * (1 + number))
        phone.send([phone.record("check_in", event, moment) | {"companions": companions}])
    assert declared(session) == 5


def test_of_a_doubtful_check_in_nobody_is_counted_beside_a_settled_one(
    phone: Phone, event: Event, session: Session
) -> None:
    vague = phone.record("check_in", event, START, position={"accuracy_m": 420}) | {"companions": 9}
    (first,) = phone.send([vague])
    assert (first["attendance"]["status"], first["attendance"]["companions"]) == ("review", 9)
    assert declared(session) == 0
    sure = phone.record("check_in", event, START + timedelta(minutes=5)) | {"companions": 2}
    (second,) = phone.send([sure])
    assert (second["attendance"]["status"], second["attendance"]["companions"]) == ("counted", 2)
    assert declared(session) == 2


def test_a_repeat_counts_once_and_another_number_is_another_record(
    phone: Phone, event: Event, session: Session
) -> None:
    record = phone.record("check_in", event, NOW) | {"companions": 4}
    assert outcomes(phone.send([record, record])) == ["stored", "repeated"]
    assert outcomes(phone.send([record, record | {"companions": 5}])) == ["repeated", "id-reused"]
    assert declared(session) == 4
    assert session.scalar(sa.select(PresenceRecord.companions)) == 4


def test_they_move_with_the_status(scene: Scene, session: Session) -> None:
    now = scene.clock.now().isoformat()
    place = {"latitude": scene.event.latitude, "longitude": scene.event.longitude}
    body = {
        "id": str(uuid4()),
        "sent_at": now,
        "installation_id": "phone-1",
        "position": place | {"accuracy_m": 8, "fixed_at": now},
        "companions": 6,
    }
    url = f"/v1/events/{scene.event.id}/check-ins"
    came = scene.client.post(url, json=body, headers=scene.login(scene.volunteer)).json
    assert declared(session) == 6
    absent = scene.correct({"present": False})
    assert (absent.json["companions"], declared(session)) == (6, 0)
    assert scene.correct({"present": True, "minutes": 60}).json["status"] == "counted"
    assert declared(session) == 6
    assert scene.review(came["id"], "reject").json["companions"] == 6
    assert declared(session) == 0
    scene.appeal(came["id"])
    scene.review(came["id"], "accept")
    assert declared(session) == 6


def test_a_doubt_that_others_cast_takes_them_out(
    make_phone: Callable[..., Phone], event: Event, session: Session
) -> None:
    """The fifth of one fix puts all five into review, with whom they brought."""
    fix = {"latitude": event.latitude, "longitude": event.longitude + 1e-5}
    for number in range(5):
        phone = make_phone()
        phone.send_live(phone.record("check_in", event, NOW, position=fix) | {"companions": 2})
        assert declared(session) == (2 * (number + 1) if number < 4 else 0)


def test_they_stay_when_the_end_moves_and_move_with_the_event(
    scene: Scene, session: Session, make_phone: Callable[..., Phone], clock: FixedClock
) -> None:
    phone = make_phone()
    phone.send([phone.record("check_in", scene.event, NOW) | {"companions": 3}])
    actor = identities.find_actor(session, scene.owner.subject or "")
    assert actor is not None
    event = session.get_one(Event, scene.event.id, populate_existing=True)
    changes = {"ends_at": event.ends_at + timedelta(minutes=30)}
    changing.change(session, actor, event.id, event.version, changes, clock.now())
    while rederivation.derive_chunk(session, event.id, clock.now(), Thresholds()):
        pass
    assert declared(session) == 3


def test_who_was_told_by_a_release_of_before_keeps_the_companions(
    phone: Phone, event: Event, session: Session
) -> None:
    """It derives an attendance without knowing of companions: what is stored stays."""
    phone.send([phone.record("check_in", event, NOW) | {"companions": 3}])
    attended = session.scalars(sa.select(Attendance)).one()
    row = {
        "id": str(attended.id),
        "version": attended.version,
        "event_version": attended.event_version,
        "status": "counted",
        "evidence": "gps",
        "checked_in_at": NOW.isoformat(),
        "minutes_assumed": False,
        "reasons": [],
        "decision_is_correction": False,
    }
    nothing: dict[str, Any] = dict.fromkeys(
        ("events", "locks", "records", "annotations", "created", "counts"), ()
    )
    sent = nothing | {"window": {}, "checksum": 0, "changed": [row]}
    session.execute(sa.select(sa.func.presence_store(sa.cast(sent, sa.JSON))))
    assert session.scalar(sa.select(Attendance.companions)) == 3


def test_somebody_elses_event_is_not_touched(phone: Phone, event: Event, session: Session) -> None:
    other = make_event(session, starts_at=event.starts_at + timedelta(days=1))
    phone.send([phone.record("check_in", event, NOW) | {"companions": 3}])
    assert session.scalar(sa.select(Attendance).where(Attendance.event_id == other.id)) is None
