"""Exact coordinates live 90 days."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import h3
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in, retention
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.models import Event, PresenceRecord, RefusedRecord, Volunteer
from service.platform.database import within
from service.platform.thresholds import Thresholds
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event, make_volunteer

LATER = NOW + retention.COORDINATES_KEPT


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session)


def came(session: Session, event: Event, person: Volunteer, metres: int = 0) -> SentRecord:
    latitude = AKTOBE[0] + metres * 1e-5
    position = Position(latitude, AKTOBE[1], accuracy_m=8, fixed_at=NOW)
    sent = SentRecord(uuid4(), event.id, RecordKind.CHECK_IN, str(uuid4()), NOW, timedelta(0), position)
    check_in.record(within(session.connection()), person.subject, sent, NOW, Thresholds())
    return sent


def record(session: Session, sent: SentRecord) -> PresenceRecord:
    query = sa.select(PresenceRecord).where(PresenceRecord.id == sent.id)
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def test_after_ninety_days_a_coarse_cell_is_left(session: Session, event: Event) -> None:
    sent = came(session, event, make_volunteer(session))
    assert retention.forget_coordinates(session, LATER) == 0
    assert record(session, sent).latitude == AKTOBE[0]
    assert retention.forget_coordinates(session, LATER + timedelta(seconds=1)) == 1
    kept = record(session, sent)
    assert (kept.latitude, kept.longitude, kept.fix_key, kept.content_hash) == (None, None, None, b"")
    assert (kept.distance_m, kept.status, kept.evidence, kept.accuracy_m) == (0, "counted", "gps", 8)
    assert h3.int_to_str(kept.cell) == h3.latlng_to_cell(*AKTOBE, 8)
    assert retention.forget_coordinates(session, LATER + timedelta(seconds=1)) == 0


def test_an_attendance_stays_as_it_was_judged(session: Session, event: Event) -> None:
    person = make_volunteer(session)
    sent = came(session, event, person)
    retention.forget_coordinates(session, LATER + timedelta(days=1))
    connections = within(session.connection())
    with pytest.raises(errors.IdReused):
        check_in.record(connections, person.subject, sent, LATER + timedelta(days=1), Thresholds())
    assert record(session, sent).status == "counted"


def test_the_oldest_go_first_chunk_by_chunk(
    session: Session, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    sent = [came(session, event, make_volunteer(session), metres) for metres in range(3)]
    session.execute(
        sa.update(PresenceRecord)
        .where(PresenceRecord.id == sent[2].id)
        .values(captured_at=NOW - timedelta(hours=1))
    )
    when = LATER + timedelta(minutes=1)
    assert [retention.forget_coordinates(session, when) for _ in range(2)] == [2, 1]
    assert all(record(session, one).cell for one in sent)


def test_the_worker_knows_the_task() -> None:
    """In a process of its own: here the task is known because this file imports it."""
    code = f"import app; from service.platform import queue; assert {retention.TASK!r} in queue.app.tasks"
    root = Path(__file__).parent.parent.parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_refused_records_are_deleted_after_ninety_days(session: Session) -> None:
    event, person = make_event(session), make_volunteer(session)
    for days in (89, 91):
        session.add(
            RefusedRecord(
                sender_id=person.id,
                id=uuid4(),
                event_id=event.id,
                captured_at=NOW,
                received_at=NOW - timedelta(days=days),
                refused_as="outside-area",
            )
        )
    session.flush()
    assert retention.forget_refusals(session, NOW) == 1
    assert retention.forget_refusals(session, NOW) == 0
