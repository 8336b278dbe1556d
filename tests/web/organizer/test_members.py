"""Members of my organization on pages, and what the invited see."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import AuditAction, AuditEntry, Contact, Invitation, Membership, Organization, Volunteer
from service.models.base import new_id
from service.models.contacts import ContactOf, ContactState
from tests.conftest import NOW
from tests.makers import make_member, make_organization, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor


@pytest.fixture
def owner(session: Session) -> Volunteer:
    return make_volunteer(session, display_name="Айдос Серікұлы")


@pytest.fixture
def own(session: Session, owner: Volunteer) -> Organization:
    return make_organization(session, owner, name={"kk": "Жас Толқын"})


@pytest.fixture
def colleague(session: Session, own: Organization) -> Volunteer:
    found = make_volunteer(session, display_name="Әсем Қуанышқызы", phone="+77015550011")
    make_member(session, own, found)
    return found


@pytest.fixture
def desk(visitor: Visitor, session: Session, owner: Volunteer) -> Visitor:
    visitor.sign_in(session, owner)
    return visitor


def members_of(organization: Organization, of: str = "") -> str:
    return f"/kk/organizer/organizations/{organization.id}/members{of}"


def roles(session: Session, own: Organization) -> dict[str, str]:
    session.expire_all()
    rows = session.execute(
        sa.select(Volunteer.display_name, Membership.role)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(Membership.organization_id == own.id)
    )
    return {row.display_name: row.role for row in rows}


def test_somebody_is_invited_joins_and_is_seen(
    desk: Visitor, session: Session, own: Organization, owner: Volunteer
) -> None:
    invited = make_volunteer(session, display_name="Дана Ерланқызы", phone="+77015550022")
    session.commit()
    answer = desk.send(members_of(own), {"phone": "8 701 555 00 22", "role": "helper"})
    assert answer.location == members_of(own)
    main = desk.page(members_of(own)).one("main")
    assert "+77015550022" in main.text
    desk.sign_in(session, invited)
    account = desk.page("/kk/account")
    (accept,) = (one for one in account.all("form") if one["action"].endswith("/accept"))
    sent = {one["name"]: one["value"] for one in accept.all(type="hidden")}
    assert desk.post(accept["action"], data=sent).location == "/kk/organizer/"
    assert roles(session, own) == {"Айдос Серікұлы": "owner", "Дана Ерланқызы": "helper"}
    desk.sign_in(session, owner)
    assert "Дана Ерланқызы" in desk.page(members_of(own)).one("main").text


@pytest.mark.parametrize(
    ("phone", "role", "bad"),
    [("", "helper", "phone"), ("12", "helper", "phone"), ("+77015550022", "boss", "role")],
)
def test_a_wrong_invitation_is_told_at_its_field(
    desk: Visitor, session: Session, own: Organization, phone: str, role: str, bad: str
) -> None:
    answer = desk.send(members_of(own), {"phone": phone, "role": role})
    assert answer.status_code == 422
    page = read(answer.text)
    (link,) = page.one("div", class_="errors").all("a")
    assert link["href"] == f"#{bad}"
    assert page.one("input", id="phone")["value"] == phone
    assert session.scalars(sa.select(Invitation)).all() == []


def test_an_invitation_is_withdrawn_twice_as_calmly(
    desk: Visitor, session: Session, own: Organization
) -> None:
    desk.send(members_of(own), {"phone": "+77015550022", "role": "organizer"})
    (form,) = (one for one in desk.page(members_of(own)).all("form") if "withdraw" in one["action"])
    sent = {one["name"]: one["value"] for one in form.all(type="hidden")}
    for _ in range(2):
        assert desk.post(form["action"], data=sent).location == members_of(own)
    assert session.scalars(sa.select(Invitation.status)).all() == ["withdrawn"]


def test_one_member_is_read_alone(
    desk: Visitor, session: Session, own: Organization, colleague: Volunteer
) -> None:
    """That all members were read is nobody's word where one was."""
    page = desk.page(members_of(own, f"/{colleague.id}"))
    assert "Әсем Қуанышқызы" in page.one("h1").text
    read_ones = session.scalars(
        sa.select(AuditEntry.subject_id).where(AuditEntry.action == AuditAction.MEMBERS_READ)
    ).all()
    assert read_ones == [colleague.id]
    assert desk.get(members_of(own, f"/{make_volunteer(session).id}")).status_code == 404


def test_a_role_is_changed_and_a_member_removed(
    desk: Visitor, session: Session, own: Organization, colleague: Volunteer
) -> None:
    path = members_of(own, f"/{colleague.id}")
    assert "selected" in desk.page(path).one("option", value="organizer").attributes
    assert desk.send(path, {"role": "helper"}, of="role-form").location == members_of(own)
    assert roles(session, own)["Әсем Қуанышқызы"] == "helper"
    assert "Әсем Қуанышқызы" in desk.page(f"{path}/remove").one("h1").text
    assert "Әсем Қуанышқызы" in roles(session, own)
    assert desk.send(f"{path}/remove", {}).location == members_of(own)
    assert roles(session, own) == {"Айдос Серікұлы": "owner"}


def test_the_last_owner_stays(desk: Visitor, session: Session, own: Organization, owner: Volunteer) -> None:
    answer = desk.send(members_of(own, f"/{owner.id}"), {"role": "helper"}, of="role-form")
    assert answer.status_code == 409
    assert desk.send(f"/kk/account/organizations/{own.id}/leave", {}).status_code == 409
    assert roles(session, own) == {"Айдос Серікұлы": "owner"}


def test_a_member_leaves(visitor: Visitor, session: Session, own: Organization, colleague: Volunteer) -> None:
    visitor.sign_in(session, colleague, elevated=False)
    (link,) = (one for one in visitor.page("/kk/account").all("a") if one["href"].endswith("/leave"))
    assert visitor.send(link["href"], {}).location == "/kk/account"
    assert roles(session, own) == {"Айдос Серікұлы": "owner"}


def test_a_resting_role_is_confirmed(
    desk: Visitor, session: Session, own: Organization, colleague: Volunteer
) -> None:
    session.execute(sa.update(Membership).where(Membership.volunteer_id == colleague.id).values(resting=True))
    session.commit()
    assert "Рөлі тоқтатулы" in desk.page(members_of(own)).one("main").text
    assert desk.send(members_of(own, f"/{colleague.id}"), {}, of="confirm").location == members_of(own)
    assert "Рөлі тоқтатулы" not in desk.page(members_of(own)).one("main").text


@pytest.mark.parametrize(
    ("answer", "state"), [("accept", ContactState.STANDING), ("decline", ContactState.DECLINED)]
)
def test_a_colleague_says_whether_to_be_the_contact(
    visitor: Visitor,
    session: Session,
    own: Organization,
    owner: Volunteer,
    colleague: Volunteer,
    answer: str,
    state: str,
) -> None:
    contact = Contact(
        id=new_id(),
        about=ContactOf.ORGANIZATION,
        about_id=str(own.id),
        state=ContactState.WAITING,
        public=True,
        volunteer_id=colleague.id,
        asked_by=owner.id,
        created_at=NOW - timedelta(hours=1),
    )
    session.add(contact)
    session.commit()
    visitor.sign_in(session, colleague, elevated=False)
    account = visitor.page("/kk/account")
    assert "Жас Толқын" in account.one("section", **{"aria-labelledby": "contacts"}).text
    (form,) = (one for one in account.all("form") if one["action"].endswith(f"/{answer}"))
    sent = {one["name"]: one["value"] for one in form.all(type="hidden")}
    for _ in range(2):
        assert visitor.post(form["action"], data=sent).location == "/kk/account"
    session.expire_all()
    assert contact.state == state


def test_an_organizer_does_not_see_the_members(
    visitor: Visitor, session: Session, own: Organization, colleague: Volunteer
) -> None:
    visitor.sign_in(session, colleague)
    assert visitor.get(members_of(own)).status_code == 403
    assert not visitor.page(f"/kk/organizer/organizations/{own.id}").all("a", href=members_of(own))


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(desk: Visitor, own: Organization, colleague: Volunteer, language: str) -> None:
    base = members_of(own).replace("/kk/", f"/{language}/")
    for of in ("", f"/{colleague.id}", f"/{colleague.id}/remove"):
        desk.page(base + of)
