"""`flask erasures`: who was erased since a copy was made is erased again once it is put back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Coordinator, Erasure, GuardianErasure, Guardianship, Volunteer
from service.people import erasure, guardian_data
from service.people.erasure_list import Erased
from service.platform.settings import DEVELOPMENT_SECRET as KEY
from tests.conftest import NOW
from tests.makers import make_coordinator, make_organization, make_volunteer
from tests.service.events.test_waitlist import actor_of
from tests.service.people.test_guardians import agreed, make_child, somebody

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(app: Tazalyq, session: Session) -> Run:
    """Run `flask erasures …`: the exit code, and what was printed."""

    def run_command(*arguments: str) -> tuple[int, str]:
        session.commit()
        done = app.test_cli_runner().invoke(args=["erasures", *arguments])
        session.expire_all()
        return done.exit_code, done.output

    return run_command


def copied(session: Session, *models: type) -> list[tuple[sa.Table, list[dict[str, object]]]]:
    """All rows of these tables, as a copy of the database has them."""
    tables = [model.__table__ for model in models]  # type: ignore[attr-defined] # SQLAlchemy's own
    return [(table, [dict(row) for row in session.execute(sa.select(table)).mappings()]) for table in tables]


def put_back(session: Session, copy: list[tuple[sa.Table, list[dict[str, object]]]]) -> None:
    """What the copy has and is not there any more, and no list of erasures."""
    for table in (Erasure.__table__, GuardianErasure.__table__):
        session.execute(sa.delete(table))
    for table, rows in copy:
        for row in rows:
            found = session.execute(sa.select(table).where(table.c.id == row["id"])).first()
            if found is None:
                session.execute(sa.insert(table).values(row))
            else:
                session.execute(sa.update(table).where(table.c.id == row["id"]).values(row))


def people(session: Session) -> set[UUID]:
    return set(session.scalars(sa.select(Volunteer.id)))


def test_who_was_erased_since_the_copy_is_erased_again(run: Run, session: Session, tmp_path: Path) -> None:
    person, stays = make_volunteer(session, display_name="Жойылған"), make_volunteer(session)
    child = make_child(session)
    person_id, stays_id, child_id = person.id, stays.id, child.id
    agreed(session, child).name = "Сәуле Өшкен"
    session.flush()
    copy = copied(session, Volunteer, Guardianship)
    yesterday = NOW - timedelta(days=1)
    erasure.erase(session, actor_of(session, person), yesterday, KEY, keep_certificates=True)
    guardian_data.erase(session, somebody(), yesterday)
    code, listed = run("list")
    assert code == 0
    assert len(listed.splitlines()) == 2
    assert "Жойылған" not in listed
    session.expunge_all()
    put_back(session, copy)
    assert people(session) >= {person_id, stays_id}
    file = tmp_path / "erasures.jsonl"
    file.write_text(listed, encoding="utf-8")
    assert run("replay", str(file)) == (0, "2 erased again; 0 were not there.\n")
    assert people(session) & {person_id, stays_id} == {stays_id}
    (consent,) = session.scalars(sa.select(Guardianship))
    assert (consent.name, consent.subject, consent.phone) == (None, None, None)
    assert session.get_one(Volunteer, child_id).guardian_phone is None
    # The list stands again, with the moments of then; and the same once more changes nothing.
    assert run("list") == (0, listed)
    assert run("replay", str(file)) == (0, "0 erased again; 2 were not there.\n")


def test_no_role_keeps_who_was_erased_already(run: Run, session: Session, tmp_path: Path) -> None:
    owner, last = make_volunteer(session), make_coordinator(session, "*")
    make_organization(session, owner)
    session.execute(sa.delete(Coordinator).where(Coordinator.volunteer_id != last.id))
    ids = (owner.id, last.id)
    file = tmp_path / "erasures.jsonl"
    file.write_text("\n".join(Erased(id_, NOW, is_guardian=False).written() for id_ in ids), encoding="utf-8")
    assert run("replay", str(file)) == (0, "2 erased again; 0 were not there.\n")
    assert people(session) & set(ids) == set()


@pytest.mark.parametrize(
    "line", ["{}", "x", '{"volunteer_id": "1", "at": "2026-05-16T10:00:00+05:00"}', "[]"]
)
def test_a_line_that_is_none_is_named_and_nobody_is_erased(
    run: Run, session: Session, tmp_path: Path, line: str
) -> None:
    person = make_volunteer(session)
    file = tmp_path / "erasures.jsonl"
    file.write_text(f"{Erased(person.id, NOW, is_guardian=False).written()}\n{line}\n", encoding="utf-8")
    code, said = run("replay", str(file))
    assert code == 2
    assert "line 2" in said
    assert session.get(Volunteer, person.id) is not None
