"""The ban of somebody who was erased: nothing says whose it is but the number, which its holder tells."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications.words import LOCALES
from service.models import AuditAction, AuditEntry, Ban, Volunteer
from service.models.base import new_id
from service.people import bans
from tests.conftest import NOW
from tests.makers import make_ban, make_coordinator, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

PAGE = "/kk/coordinator/people/erased"
PHONE = "+77012223344"


@pytest.fixture
def national(session: Session) -> Volunteer:
    return make_coordinator(session, "*")


@pytest.fixture
def chief(visitor: Visitor, session: Session, national: Volunteer) -> Visitor:
    visitor.sign_in(session, national)
    return visitor


@pytest.fixture
def banned(session: Session, app: Tazalyq, national: Volunteer) -> Ban:
    """As erasure leaves it: of nobody who is there."""
    marks = bans.marks("local:gone", PHONE, app.extensions["tazalyq"].settings.secret_key)
    ban = make_ban(session, new_id(), marks=marks, banned_by=national.id, banned_at=NOW - timedelta(days=9))
    session.commit()
    return ban


def marks_of(session: Session) -> int:
    """How many bans are known."""
    session.expire_all()
    return session.scalar(sa.select(sa.func.count()).select_from(Ban)) or 0


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_lifted_by_the_number_after_a_question(
    chief: Visitor, session: Session, banned: Ban, national: Volunteer, app: Tazalyq, language: str
) -> None:
    page, who = PAGE.replace("/kk/", f"/{language}/"), banned.volunteer_id
    asked = chief.send(page, {"phone": "8 (701) 222-33-44"})
    question = read(asked.text)
    assert "Төбелес" in question.one("main").text
    assert marks_of(session) == 1
    hidden = {one["name"]: one["value"] for one in question.one("main").all(type="hidden")}
    done = chief.post(page, data=hidden)
    assert done.status_code == 303
    # The mark was kept for the ban alone, and goes with it: the number registers again.
    assert marks_of(session) == 0
    known_by = bans.marks(None, PHONE, app.extensions["tazalyq"].settings.secret_key)
    bans.refuse_banned(session, known_by, NOW)
    entries = session.execute(sa.select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id)).all()
    assert (AuditAction.BAN_LIFTED, national.id, who) in entries
    assert (AuditAction.BAN_READ, national.id, who) in entries


def test_a_number_of_no_such_ban_is_told(chief: Visitor, session: Session, banned: Ban) -> None:
    """Of somebody who has a record it is lifted on their page; one that has ended keeps nobody out."""
    person = make_volunteer(session, phone="+77019998877")
    banned.volunteer_id = person.id
    session.commit()
    for phone in (PHONE, "+77019998877", "12", ""):
        answer = chief.send(PAGE, {"phone": phone, "sure": "yes"})
        assert answer.status_code == 422
        assert read(answer.text).one(id="phone-error")
    banned.volunteer_id, banned.expires_at = new_id(), NOW
    session.commit()
    assert chief.send(PAGE, {"phone": PHONE, "sure": "yes"}).status_code == 422
    assert marks_of(session) == 1


def test_only_a_national_coordinator_may(desk: Visitor, session: Session, banned: Ban) -> None:
    assert desk.get(PAGE).status_code == 403
    assert not [link for link in desk.page("/kk/coordinator/people").all("a") if PAGE in link["href"]]
    visitor = desk
    visitor.sign_in(session, make_coordinator(session, "*"))
    assert [link for link in visitor.page("/kk/coordinator/people").all("a") if PAGE in link["href"]]
