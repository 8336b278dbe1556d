"""A coordinator's organizations: what waits, decided in words that its administrators read."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Contact, Invitation, Membership, Organization, Volunteer
from service.models.base import new_id
from service.models.contacts import ContactOf, ContactState
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

LIST = "/kk/coordinator/organizations"


@pytest.fixture
def waits(session: Session) -> Organization:
    return make_organization(session, status="pending", name={"kk": "Жасыл Ақтөбе"}, bin="940140000385")


def test_what_waits_is_shown_with_what_is_known_of_it(desk: Visitor, waits: Organization) -> None:
    page = desk.page(LIST)
    assert "Жасыл Ақтөбе" in page.one("main").text
    assert "940140000385" in page.one("main").text
    (current,) = (
        link for link in page.one("nav", class_="tabs").all("a") if link.has("aria-current", "page")
    )
    assert current.one("span", class_="count").text.startswith("1")


@pytest.mark.parametrize("known", ["name", "link"])
def test_a_contact_may_be_a_name_or_a_link_alone(
    desk: Visitor, session: Session, coordinator: Volunteer, waits: Organization, known: str
) -> None:
    said = {"name": "Айгерім", "link": "https://t.me/jasyl"}[known]
    contact = Contact(
        id=new_id(),
        about=ContactOf.ORGANIZATION,
        about_id=str(waits.id),
        state=ContactState.STANDING,
        public=False,
        asked_by=coordinator.id,
        created_at=NOW,
        **{known: said},
    )
    session.add(contact)
    event = make_event(session, waits)
    session.commit()
    for path in (LIST, f"{LIST}/{waits.id}", f"/kk/coordinator/events/{event.id}"):
        assert said in desk.page(path).one("main").text


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "path",
    ["", "?view=all", "?view=all&status=suspended", "/{id}", "/{id}/ask", "/{id}/suspend", "/{id}/edit"],
)
def test_pages_are_whole(desk: Visitor, waits: Organization, language: str, path: str) -> None:
    desk.page(f"/{language}/coordinator/organizations" + path.format(id=waits.id))


def test_verified_with_one_press(desk: Visitor, session: Session, waits: Organization) -> None:
    answer = desk.send(f"{LIST}/{waits.id}", {})
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    session.refresh(waits)
    assert waits.status == "verified"
    page = desk.page(LIST)
    assert "Ұйым расталды" in page.one("main").text
    assert "Бәрі шешілді" in page.one("main").text


@pytest.mark.parametrize(("act", "field"), [("ask", "question"), ("reject", "reason")])
def test_what_needs_words_is_not_done_without(
    desk: Visitor, session: Session, waits: Organization, act: str, field: str
) -> None:
    path = f"{LIST}/{waits.id}/{act}"
    answer = desk.send(path, {field: "  "})
    assert answer.status_code == 422
    page = read(answer.text)
    assert page.one("title").text.startswith("Қате: ")
    assert page.one("textarea")["aria-invalid"] == "true"
    session.refresh(waits)
    assert waits.status == "pending"
    assert desk.send(path, {field: "Жарғыңызды жіберіңіз"}).status_code == 303
    session.refresh(waits)
    assert waits.status == {"ask": "asked", "reject": "rejected"}[act]


def test_suspending_says_what_becomes_of_events(desk: Visitor, session: Session) -> None:
    organization = make_organization(session)
    event = make_event(session, organization)
    answer = desk.send(f"{LIST}/{organization.id}/suspend", {"reason": "Құжат жоқ", "events": "cancel"})
    assert answer.status_code == 303
    session.refresh(organization)
    session.refresh(event)
    assert (organization.status, event.status) == ("suspended", "cancelled")


def test_a_name_is_corrected_and_a_wrong_number_is_told(
    desk: Visitor, session: Session, waits: Organization
) -> None:
    path = f"{LIST}/{waits.id}/edit"
    answer = desk.send(path, {"name.kk": "Жаңа атау", "bin": "111111111111", "kind": "ngo"})
    assert answer.status_code == 422
    assert read(answer.text).one("input", name="name.kk")["value"] == "Жаңа атау"
    assert desk.send(path, {"name.kk": "Жаңа атау", "bin": "", "kind": "ngo"}).status_code == 303
    session.refresh(waits)
    assert (waits.name, waits.bin, waits.kind) == ({"kk": "Жаңа атау"}, None, "ngo")


def test_who_decided_meanwhile_is_not_overruled(desk: Visitor, session: Session, waits: Organization) -> None:
    page = desk.page(f"{LIST}/{waits.id}")
    hidden = {one["name"]: one["value"] for one in page.one("main").one("form").all(type="hidden")}
    waits.status, waits.version = "rejected", waits.version + 1
    session.commit()
    assert desk.post(f"{LIST}/{waits.id}/verify", data=hidden).status_code == 412
    session.refresh(waits)
    assert waits.status == "rejected"


def test_ones_own_is_for_somebody_else(
    desk: Visitor, session: Session, coordinator: Volunteer, waits: Organization
) -> None:
    make_member(session, waits, coordinator, "owner")
    assert "басқа үйлестіруші" in desk.page(f"{LIST}/{waits.id}").one("main").text
    assert desk.post(f"{LIST}/{waits.id}/verify", data={}).status_code == 403


def test_another_region_is_not_ones_own(visitor: Visitor, session: Session, waits: Organization) -> None:
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    assert "Жасыл Ақтөбе" not in visitor.page(LIST).text
    assert visitor.get(f"{LIST}/{waits.id}").status_code in (403, 404)
    assert visitor.get(f"{LIST}?region=KZ-15").status_code == 403
    assert visitor.get(f"{LIST}?region=KZ-99").status_code == 422


def test_the_national_one_chooses_the_region(visitor: Visitor, session: Session, waits: Organization) -> None:
    visitor.sign_in(session, make_coordinator(session, "*"))
    assert "Жасыл Ақтөбе" in visitor.page(LIST).text
    assert "Жасыл Ақтөбе" not in visitor.page(f"{LIST}?region=KZ-75").text
    page = visitor.page(f"{LIST}?region=KZ-15")
    assert page.one("select", id="region").one("option", selected="")["value"] == "KZ-15"
    assert "region=KZ-15" in page.one("ul", class_="rows").one("a", class_="btn-danger")["href"]


def test_what_nobody_administers_stands_above_what_waits_until_somebody_is_asked(
    desk: Visitor, session: Session, coordinator: Volunteer
) -> None:
    make_organization(session, name={"kk": "Басқарылатын"})
    elsewhere, own, rejected, left = (
        make_organization(session, name={"kk": name}, **changed)
        for name, changed in (
            ("Алматылық", {"region_code": "KZ-75"}),
            ("Өзімдікі", {}),
            ("Расталмаған", {"status": "rejected"}),
            ("Иесіз қалған", {}),
        )
    )
    whose = [one.id for one in (elsewhere, own, rejected, left)]
    session.execute(sa.delete(Membership).where(Membership.organization_id.in_(whose)))
    make_member(session, own, coordinator, "organizer")
    session.commit()
    page = desk.page(LIST)
    assert [one.text for one in page.one("section", class_="section").all("h3")] == ["Иесіз қалған"]
    assert "Бәрі шешілді" not in page.one("main").text
    # Also where the filter is sent as it stands; not among what is looked for.
    assert "Иесіз қалған" in desk.page(f"{LIST}?view=waiting&status=&q=").one("main").text
    assert "Иесіз қалған" not in desk.page(f"{LIST}?view=waiting&q=Таза").one("main").text
    (ask,) = (one for one in page.one("main").all("a") if one["href"].partition("?")[0].endswith("/owner"))
    assert ask["href"].partition("?")[0] == f"{LIST}/{left.id}/owner"
    assert desk.send(ask["href"], {"phone": "+77015550188"}).status_code == 303
    assert "Иесіз қалған" not in desk.page(LIST).one("main").text
    session.execute(sa.update(Invitation).values(expires_at=NOW - timedelta(seconds=1)))
    session.commit()
    assert "Иесіз қалған" in desk.page(LIST).one("main").text


@pytest.mark.parametrize("language", LOCALES)
def test_an_organization_that_nobody_administers_is_given_somebody(
    desk: Visitor, session: Session, language: str
) -> None:
    organization = make_organization(session)
    session.commit()
    page = LIST.replace("/kk/", f"/{language}/") + f"/{organization.id}"
    assert not is_offered(desk, page)
    session.execute(sa.delete(Membership).where(Membership.organization_id == organization.id))
    session.commit()
    assert is_offered(desk, page)
    assert desk.send(f"{page}/owner", {"phone": "12"}).status_code == 422
    asked = make_volunteer(session)
    session.commit()
    answer = desk.send(f"{page}/owner", {"phone": str(asked.phone)})
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, page)
    (invitation,) = session.scalars(sa.select(Invitation)).all()
    assert (invitation.phone, invitation.role) == (asked.phone, "owner")
    form = desk.get(f"{page}/owner")
    make_member(session, organization, asked, "owner")
    session.commit()
    assert not is_offered(desk, page)
    assert not desk.page(f"{page}/owner").one("main").all("form")
    token = read(form.text).one("main").one("input", name="csrf_token")["value"]
    late = desk.post(f"{page}/owner", data={"csrf_token": token, "phone": "+77015550199"})
    assert late.status_code == 403


def is_offered(desk: Visitor, page: str) -> bool:
    links = desk.page(page).one("main").all("a")
    return any(link["href"].partition("?")[0] == f"{page}/owner" for link in links)


def test_a_new_kind_of_a_verified_one_is_taken_or_left_and_its_events_stay(
    desk: Visitor, session: Session
) -> None:
    """No press of what waits makes it an organization that nobody has verified."""
    one = make_organization(
        session, kind="group", bin="940140000385", pending_data={"bin": None, "kind": "state"}
    )
    event = make_event(session, one)
    session.commit()
    row = desk.page(LIST).one("main")
    assert "мемлекеттік орган" in row.text
    for act in ("reject", "ask"):
        assert row.all("a", href=f"{LIST}/{one.id}/{act}") == []
    page = desk.page(f"{LIST}/{one.id}").one("main")
    assert "мемлекеттік орган" in page.text
    assert [form["action"] for form in page.all("form")] == [
        f"{LIST}/{one.id}/verify",
        f"{LIST}/{one.id}/keep",
    ]
    assert desk.send(f"{LIST}/{one.id}/keep", {"version": str(one.version)}).status_code == 303
    assert _stands(session, one) == ("verified", "group", "940140000385", None)
    one.pending_data = {"bin": None, "kind": "state"}
    session.commit()
    assert desk.send(f"{LIST}/{one.id}/verify", {"version": str(one.version)}).status_code == 303
    assert _stands(session, one) == ("verified", "state", None, None)
    assert event.hidden_by is None


@pytest.mark.parametrize("status", ["suspended", "rejected"])
def test_a_stopped_one_is_not_let_go_on_by_a_press_in_the_list(
    desk: Visitor, session: Session, status: str
) -> None:
    """Its owner asks for another kind, and stands among what waits: there the kind is taken, or left."""
    one = make_organization(session, status=status, kind="group", pending_data={"kind": "ngo"})
    session.commit()
    row = desk.page(LIST).one("main")
    assert row.all("form", action=f"{LIST}/{one.id}/verify") == []
    assert len(row.one("ul").all("a", href=f"{LIST}/{one.id}")) == 2


def test_who_asks_a_verified_one_reads_before_what_that_does(
    desk: Visitor, session: Session, waits: Organization
) -> None:
    """It is verified no more until the answer, and its coming events are hidden meanwhile."""
    one = make_organization(session)
    session.commit()
    assert "іс-шаралары жасырылады" in desk.page(f"{LIST}/{one.id}/ask").one("main").text
    assert "іс-шаралары жасырылады" not in desk.page(f"{LIST}/{waits.id}/ask").one("main").text


def _stands(session: Session, one: Organization) -> tuple[object, ...]:
    session.expire_all()
    return one.status, one.kind, one.bin, one.pending_data
