"""Entries are sealed in a chain; `flask audit verify` finds what the owner of a database did to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.audit import audit, seal, verify
from service.audit.verify import Checkpoint, Fault
from service.models import AuditAction, AuditEntry, AuditSeal
from service.models.audit import AUDIT_KEPT
from service.models.base import new_id
from service.platform.settings import DEVELOPMENT_SECRET
from tests.conftest import NOW, Sessions

KEY = seal.key_of(DEVELOPMENT_SECRET)
OLD = min(NOW, datetime.now(NOW.tzinfo)) - AUDIT_KEPT - timedelta(days=3)
"""An entry of then has lived its time, by the database's own clock, too."""


def record(session: Session, at: datetime = NOW) -> UUID:
    audit.record(session, new_id(), AuditAction.REVIEWED, detail={"n": 1.5, "ә": [None, True]}, now=at)
    session.flush()
    ids = session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1))
    return ids.one()


def found(
    session: Session, now: datetime = NOW, **options: Any
) -> list[tuple[Fault, int | None, UUID | None]]:
    findings = verify.findings(session, [KEY], now, **options)
    return [(one.fault, one.number, one.entry_id) for one in findings]


def by_force(session: Session, statement: str, **values: Any) -> None:
    """As somebody who owns the database can: with the triggers off."""
    for table in ("audit_entry", "audit_seal"):
        session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    session.execute(sa.text(statement), values)
    for table in ("audit_entry", "audit_seal"):
        session.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


@pytest.fixture
def entries(session: Session) -> list[UUID]:
    """Five entries, sealed in two batches."""
    ids = [record(session) for _ in range(5)]
    assert seal.seal(session, KEY, limit=3) == 3
    assert seal.seal(session, KEY, limit=3) == 2
    assert seal.seal(session, KEY, limit=3) == 0
    return ids


def test_what_nobody_touched_holds(session: Session, entries: list[UUID]) -> None:
    links = session.execute(sa.select(AuditSeal.number, AuditSeal.entry_id).order_by(AuditSeal.number)).all()
    assert [tuple(link) for link in links] == list(enumerate(entries, start=1))
    assert found(session) == []


@pytest.mark.parametrize(
    "change",
    [
        "action = 'banned'",
        "at = at + interval '1 microsecond'",
        "actor_id = subject_id",
        "region_code = 'KZ-15'",
        "organization_id = id",
        "event_id = id",
        "subject_id = id",
        """detail = '{"n": 1.5, "ә": [null, false]}'""",
    ],
)
def test_an_edited_entry_is_named(session: Session, entries: list[UUID], change: str) -> None:
    by_force(session, f"UPDATE audit_entry SET {change} WHERE id = :id", id=entries[2])  # noqa: S608 - the test's own
    assert found(session) == [(Fault.EDITED, 3, entries[2])]


def test_a_deleted_entry_is_named(session: Session, entries: list[UUID]) -> None:
    by_force(session, "DELETE FROM audit_entry WHERE id = :id", id=entries[4])
    assert found(session) == [(Fault.DELETED, 5, entries[4])]


def test_an_entry_deleted_with_its_link_leaves_a_gap(session: Session, entries: list[UUID]) -> None:
    by_force(session, "DELETE FROM audit_entry WHERE id = :id", id=entries[1])
    by_force(session, "DELETE FROM audit_seal WHERE number = 2")
    assert found(session) == [(Fault.GAP, 3, entries[2])]


def test_links_that_were_counted_anew_do_not_hold(session: Session, entries: list[UUID]) -> None:
    by_force(session, "DELETE FROM audit_entry WHERE id = :id", id=entries[1])
    by_force(session, "DELETE FROM audit_seal WHERE number = 2")
    by_force(session, "UPDATE audit_seal SET number = number - 1 WHERE number > 2")
    assert [fault for fault, *_ in found(session)] == [Fault.FORGED] * 3


def test_a_link_that_says_its_entry_was_old_does_not_hold(session: Session, entries: list[UUID]) -> None:
    by_force(session, "DELETE FROM audit_entry WHERE id = :id", id=entries[1])
    by_force(session, "UPDATE audit_seal SET at = :old WHERE number = 2", old=OLD)
    assert found(session) == [(Fault.FORGED, 2, entries[1])]


def test_the_end_that_was_cut_off_is_missed_by_a_checkpoint_of_the_log(
    session: Session, entries: list[UUID]
) -> None:
    mac = session.scalar(sa.select(AuditSeal.mac).where(AuditSeal.number == 5))
    checkpoint = Checkpoint.read(f"5:{mac}")
    assert found(session, checkpoint=checkpoint) == []
    by_force(session, "DELETE FROM audit_entry WHERE id = ANY(:ids)", ids=entries[3:])
    by_force(session, "DELETE FROM audit_seal WHERE number > 3")
    assert found(session) == []
    assert found(session, checkpoint=checkpoint) == [(Fault.CUT, 5, None)]


def test_an_entry_put_in_later_is_sealed_or_named(session: Session, entries: list[UUID]) -> None:
    late = record(session, NOW - timedelta(days=2))
    assert found(session) == [(Fault.UNSEALED, None, late)]
    seal.seal(session, KEY)
    assert found(session) == []


def test_another_key_holds_nothing(session: Session, entries: list[UUID]) -> None:
    other = seal.key_of("another secret key of some length, which sealed nothing")
    faults = {one.fault for one in verify.findings(session, [other], NOW)}
    assert faults == {Fault.FORGED, Fault.EDITED}
    assert list(verify.findings(session, [other, KEY], NOW)) == []


def test_entries_of_five_years_go_by_the_function_alone_and_are_not_missed(session: Session) -> None:
    old, unsealed, young = record(session, OLD), record(session, OLD), record(session)
    assert seal.seal(session, KEY, limit=1) == 1
    by_force(session, "SELECT 1")
    assert session.scalar(sa.select(sa.func.audit_forget(datetime.now(NOW.tzinfo)))) == 1
    seal.seal(session, KEY)
    left = set(session.scalars(sa.select(AuditEntry.id)))
    assert old not in left
    assert {unsealed, young} <= left
    assert found(session, datetime.now(NOW.tzinfo)) == []
    assert (Fault.DELETED, 1, old) in found(session, OLD + timedelta(days=1))


def test_a_transaction_that_took_long_is_sealed_a_turn_later(sessions: Sessions) -> None:
    with sessions() as slow, sessions() as quick:
        first, second = record(slow), record(quick)
        quick.commit()
        assert seal.seal(quick, KEY, everything=False) == 1
        quick.commit()
        slow.commit()
        assert seal.seal(quick, KEY, everything=False) == 1
        quick.commit()
        assert list(quick.scalars(sa.select(AuditSeal.entry_id).order_by(AuditSeal.number))) == [
            second,
            first,
        ]
        assert list(verify.findings(quick, [KEY], NOW)) == []


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(app: Tazalyq, session: Session) -> Run:
    """Run `flask audit verify …`: the exit code, and what was printed."""

    def run_command(*options: str) -> tuple[int, str]:
        session.commit()
        done = app.test_cli_runner().invoke(args=["audit", "verify", *options])
        return done.exit_code, done.output

    return run_command


def test_the_command_says_what_is_wrong(run: Run, session: Session, entries: list[UUID]) -> None:
    assert run() == (0, "The audit is what was sealed.\n")
    by_force(session, "UPDATE audit_entry SET action = 'x' WHERE id = :id", id=entries[0])
    code, said = run()
    assert code == 1
    assert f"link 1, entry {entries[0]}: the entry is another" in said
    assert "1 faults" in said


def test_the_command_takes_former_keys_and_a_checkpoint(run: Run, session: Session, tmp_path: Path) -> None:
    secret = "the SECRET_KEY of before, which is as long as they are"
    record(session)
    seal.seal(session, seal.key_of(secret))
    file = tmp_path / "keys"
    file.write_text(f"{secret}\n\n", encoding="utf-8")
    assert run()[0] == 1
    assert run("--former-keys", str(file))[0] == 0
    assert run("--former-keys", str(file), "--checkpoint", "1:0")[0] == 1
    assert run("--checkpoint", "nothing")[0] == 2
