"""A record that a phone sends again after a release is the same record, whatever the release added to it."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in, sent_records
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.models import PresenceRecord, Volunteer
from service.platform.database import within
from service.platform.thresholds import Thresholds
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event, make_volunteer


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def sent(session: Session) -> SentRecord:
    event, at = make_event(session), Position(*AKTOBE, accuracy_m=8, fixed_at=NOW)
    return SentRecord(uuid4(), event.id, RecordKind.CHECK_IN, "phone", NOW, timedelta(0), at)


def is_repeated(session: Session, person: Volunteer, sent: SentRecord) -> bool:
    connections = within(session.connection())
    return check_in.record(connections, person.subject, sent, NOW, Thresholds()).repeated


def stored_hash(session: Session, sent: SentRecord) -> bytes:
    return session.scalars(sa.select(PresenceRecord.content_hash).where(PresenceRecord.id == sent.id)).one()


def release_with_a_new_field(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = max(sent_records.CONTENTS)
    of_before = sent_records.CONTENTS[newest]
    monkeypatch.setitem(sent_records.CONTENTS, newest + 1, lambda one: (*of_before(one), one.is_offline))


def test_an_old_record_is_known_after_a_release_with_a_new_field(
    session: Session, person: Volunteer, sent: SentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_repeated(session, person, sent)
    release_with_a_new_field(monkeypatch)
    assert is_repeated(session, person, sent)
    with pytest.raises(errors.IdReused):
        is_repeated(session, person, replace(sent, code="123456"))


def test_a_record_of_the_new_release_holds_its_new_field(
    session: Session, person: Volunteer, sent: SentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_with_a_new_field(monkeypatch)
    assert not is_repeated(session, person, sent)
    assert is_repeated(session, person, sent)
    with pytest.raises(errors.IdReused):
        is_repeated(session, person, replace(sent, is_offline=True))


def test_a_record_of_a_release_to_come_is_not_refused_by_one_that_still_runs(
    session: Session, person: Volunteer, sent: SentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as released:
        release_with_a_new_field(released)
        assert not is_repeated(session, person, sent)
    assert is_repeated(session, person, sent)


@pytest.mark.parametrize("version", [1, 2])
def test_what_a_release_has_stored_is_known_for_ever(
    session: Session, person: Volunteer, sent: SentRecord, version: int
) -> None:
    assert not is_repeated(session, person, sent)
    position = (*AKTOBE, 8, NOW.timestamp(), False)
    content: tuple[object, ...] = ("check_in", str(sent.event_id), "phone", position, None)
    if version == 2:
        content = (*content, 0)
    digest = hashlib.sha256(repr(content).encode()).digest()
    stored = digest if version == 1 else bytes([version]) + digest
    if version == max(sent_records.CONTENTS):
        assert stored_hash(session, sent) == stored
    session.execute(sa.update(PresenceRecord).where(PresenceRecord.id == sent.id).values(content_hash=stored))
    assert is_repeated(session, person, sent)
    with pytest.raises(errors.IdReused):
        is_repeated(session, person, replace(sent, code="123456"))


def test_a_record_of_before_had_no_companions_to_compare(
    session: Session, person: Volunteer, sent: SentRecord
) -> None:
    assert not is_repeated(session, person, sent)
    of_before = bytes.fromhex(sent.content_hash(1))
    session.execute(
        sa.update(PresenceRecord).where(PresenceRecord.id == sent.id).values(content_hash=of_before)
    )
    assert is_repeated(session, person, replace(sent, companions=3))


def test_the_same_id_with_other_companions_is_another_record(
    session: Session, person: Volunteer, sent: SentRecord
) -> None:
    assert not is_repeated(session, person, replace(sent, companions=2))
    assert is_repeated(session, person, replace(sent, companions=2))
    with pytest.raises(errors.IdReused):
        is_repeated(session, person, replace(sent, companions=3))
