"""Each call of staff that changes something, or reads of people, leaves its entry; a new one has to, too."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AuditAction, AuditEntry, Volunteer
from tests.conftest import NOW
from tests.makers import make_coordinator
from tests.mobile_api.audited_calls import AUDITED, CONTACT, WORDS, A
from tests.mobile_api.audited_world import REASON, World

Login = Callable[[Volunteer], dict[str, str]]


@pytest.fixture
def world(client: FlaskClient, session: Session, login: Login) -> World:
    return World(client, session, login)


def entries(session: Session, action: AuditAction) -> list[AuditEntry]:
    return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.parametrize("name", sorted(AUDITED))
def test_the_call_leaves_its_entry(world: World, session: Session, name: str) -> None:
    audited = AUDITED[name]
    assert entries(session, audited.action) == []
    answer = audited.steps(world)
    assert answer.status_code < 300, answer.json
    session.expire_all()
    (entry,) = entries(session, audited.action)
    assert entry.actor_id in {world.owner.id, world.coordinator.id, world.national.id}
    assert entry.at == NOW
    assert [part for part in audited.about if getattr(entry, part) is None] == []
    subjects = (world.owner, world.volunteer, world.member, world.coordinator, world.other)
    assert entry.subject_id in {None} | {person.id for person in subjects}
    said = session.scalar(sa.text("SELECT string_agg(CAST(audit_entry AS text), ' ') FROM audit_entry"))
    assert [word for word in WORDS if word in said] == []


def test_what_is_refused_leaves_no_entry(world: World, session: Session) -> None:
    stranger = make_coordinator(session, "KZ-75")
    session.commit()
    url = f"/events/{world.event.id}"
    assert world.call(stranger, "POST", f"{url}/hide", REASON).status_code == 403
    assert world.call(stranger, "GET", f"{url}/participants").status_code == 403
    assert world.call(stranger, "GET", "/audit").status_code == 403
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_an_event_s_contact_is_recorded(world: World, session: Session) -> None:
    body = {"version": 1} | CONTACT
    assert world.call(world.owner, "PATCH", f"/events/{world.draft.id}", body).status_code == 200
    assert [entry.event_id for entry in entries(session, A.EVENT_CONTACT_SET)] == [world.draft.id]
    url = f"/organizations/{world.organization.id}"
    assert world.call(world.coordinator, "PATCH", url, body).status_code == 200
    (entry,) = entries(session, A.ORGANIZATION_CONTACT_SET)
    assert (entry.organization_id, entry.event_id) == (world.organization.id, None)


def test_a_coordinator_who_reads_the_list_has_read_no_phone(world: World, session: Session) -> None:
    world.call(world.coordinator, "GET", f"/events/{world.event.id}/participants")
    assert entries(session, A.PHONES_READ) == []
    assert [entry.actor_id for entry in entries(session, A.PARTICIPANTS_READ)] == [world.coordinator.id]


def test_who_turns_pages_has_read_once_and_another_reader_too(world: World, session: Session) -> None:
    url = f"/events/{world.event.id}/participants"
    for reader in (world.owner, world.owner, world.member):
        assert world.call(reader, "GET", f"{url}?limit=1").status_code == 200
    readers = sorted(entry.actor_id for entry in entries(session, A.PHONES_READ) if entry.actor_id)
    assert readers == sorted([world.owner.id, world.member.id])
