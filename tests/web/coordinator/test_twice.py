"""A second press of a button that has done its work: as calm as the first, and nothing is done twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import AuditEntry, Outbox, PageSession, Volunteer
from service.people import bans
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.web.coordinator.test_events import make_group
from tests.web.coordinator.test_meanwhile import hidden_of
from tests.web.visitor import Visitor

LIST = "/kk/coordinator/organizations"
DAY = timedelta(days=1)


def press_twice(desk: Visitor, path: str, typed: dict[str, str]) -> None:
    """As a hand does that is not sure: the page is open, and its button is pressed again."""
    sent = hidden_of(desk.page(path)) | typed
    first, second = (desk.post(path, data=sent) for _ in range(2))
    assert first.status_code == 303
    assert (second.status_code, second.headers.get("Location")) == (303, first.headers["Location"])


def done(session: Session, action: str) -> int:
    found = session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == action))
    return found or 0


@pytest.mark.parametrize(
    ("act", "typed"),
    [("verify", {}), ("ask", {"question": "Жарғы?"}), ("reject", {"reason": "Құжат жоқ"})]
    + [("suspend", {"reason": "Құжат жоқ"})],
)
def test_a_word_about_an_organization(
    desk: Visitor, session: Session, act: str, typed: dict[str, str]
) -> None:
    organization = make_organization(session, status="pending")
    press_twice(desk, f"{LIST}/{organization.id}/{act}", typed)
    session.refresh(organization)
    assert organization.version == 2
    told = sa.select(sa.func.count()).where(Outbox.kind == "organization_decided")
    assert session.scalar(told) == 1
    assert done(session, "organization-decided") == 1


def test_a_corrected_organization(desk: Visitor, session: Session) -> None:
    organization = make_organization(session, status="pending", name={"kk": "Жасыл"})
    press_twice(desk, f"{LIST}/{organization.id}/edit", {"name.kk": "Жасыл Ақтөбе"})
    session.refresh(organization)
    assert organization.version == 2


@pytest.mark.parametrize("act", ["cancel", "hide", "restore", "show"])
def test_an_act_about_an_event(desk: Visitor, session: Session, act: str) -> None:
    event = make_event(session, starts_at=NOW + DAY)
    undone = {"restore": "cancel", "show": "hide"}.get(act)
    if undone:
        desk.send(f"/kk/coordinator/events/{event.id}/{undone}", {"reason": "Боран"})
    press_twice(desk, f"/kk/coordinator/events/{event.id}/{act}", {"reason": "Боран"} if not undone else {})


def test_a_group_that_is_taken_back(desk: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=NOW - DAY)
    group = make_group(session, event, 24)
    path = f"/kk/coordinator/events/{event.id}/groups/{group.id}/take-back"
    press_twice(desk, path, {"reason": "Келмеген"})
    assert done(session, "headcount-taken-back") == 1
    assert desk.get(path).headers["Location"].endswith("#groups")


def test_a_region_that_is_taken_from_somebody(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_coordinator(session, "*"))
    other = make_coordinator(session, "KZ-75")
    press_twice(visitor, f"/kk/coordinator/coordinators/{other.id}/remove", {"sure": "yes"})
    assert done(session, "coordinator-removed") == 1


def test_a_ban_and_its_end(desk: Visitor, session: Session, coordinator: Volunteer) -> None:
    person = make_volunteer(session)
    path = f"/kk/coordinator/people/{person.id}"
    press_twice(desk, f"{path}/ban", {"reason": "Қоқыс тастады", "sure": "yes"})
    press_twice(desk, f"{path}/lift-ban", {"sure": "yes"})
    assert bans.get_open(session, person.id) is None


def test_a_session_that_is_ended(desk: Visitor, session: Session, coordinator: Volunteer) -> None:
    here = session.scalars(sa.select(PageSession.id)).one()
    desk.sign_in(session, coordinator)
    token = desk.page("/kk/account").one("main").all(name="csrf_token")[0]["value"]
    for _ in range(2):
        answer = desk.post(f"/kk/account/sessions/{here}/end", data={"csrf_token": token})
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/kk/account/devices#sessions")
