"""What was recorded cannot be changed or deleted, by whatever role asks the database."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.audit import audit
from service.models import AuditAction, AuditEntry
from service.models.base import new_id
from tests.conftest import NOW


@pytest.fixture
def entry(session: Session) -> AuditEntry:
    actor_id, subject_id = new_id(), new_id()
    audit.record(session, actor_id, AuditAction.BANNED, region_code="KZ-15", subject_id=subject_id, now=NOW)
    session.flush()
    return session.scalars(sa.select(AuditEntry).where(AuditEntry.actor_id == actor_id)).one()


def test_an_entry_says_who_did_what_to_whom_and_when(entry: AuditEntry) -> None:
    assert (entry.at, entry.action, entry.region_code) == (NOW, "banned", "KZ-15")
    assert isinstance(entry.subject_id, UUID)
    assert (entry.organization_id, entry.event_id, entry.detail) == (None, None, {})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing'",
        "UPDATE audit_entry SET detail = '{}'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_seal",
        "SELECT set_config('tazalyq.audit_forgets', 'on', true); DELETE FROM audit_entry",
    ],
)
def test_neither_changed_nor_deleted(session: Session, entry: AuditEntry, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.connection().exec_driver_sql(statement)
    assert session.get(AuditEntry, entry.id, populate_existing=True) is not None


def test_the_databases_own_function_forgets_nothing_young(session: Session, entry: AuditEntry) -> None:
    before = NOW + timedelta(days=9_000)
    assert session.scalar(sa.select(sa.func.audit_forget(before))) == 0
    assert session.get(AuditEntry, entry.id, populate_existing=True) is not None
