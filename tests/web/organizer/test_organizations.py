"""My organization on pages: founded, asked about, corrected."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import words
from notifications.words import LOCALES
from service.models import Contact, ContactState, Membership, Organization, Volunteer
from service.platform.settings import SecondFactorMode
from tests.makers import make_member, make_organization, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

NEW = "/kk/organizer/organizations/new"
NO_CONTACT = {"contact.name": "", "contact.phone": "", "contact.link": ""}


@pytest.fixture
def owner(session: Session) -> Volunteer:
    return make_volunteer(session, display_name="Айдос Серікұлы")


@pytest.fixture
def own(session: Session, owner: Volunteer) -> Organization:
    return make_organization(session, owner, status="pending", name={"kk": "Жас Толқын"})


@pytest.fixture
def desk(visitor: Visitor, session: Session, owner: Volunteer) -> Visitor:
    visitor.sign_in(session, owner)
    return visitor


def page_of(organization: Organization, of: str = "", language: str = "kk") -> str:
    return f"/{language}/organizer/organizations/{organization.id}{of}"


@pytest.mark.parametrize("language", LOCALES)
def test_who_stays_where_nobody_administers_is_sent_to_the_coordinator(
    desk: Visitor, session: Session, owner: Volunteer, language: str
) -> None:
    organization = make_organization(session)
    make_member(session, organization, owner, "organizer")
    session.commit()
    said = words.translate("page.own-organization.left", language)
    assert said not in desk.page(page_of(organization, language=language)).one("main").text
    owners = sa.delete(Membership).where(Membership.role == "owner")
    session.execute(owners.where(Membership.organization_id == organization.id))
    session.commit()
    assert said in desk.page(page_of(organization, language=language)).one("main").text


def test_an_organization_is_founded_once(desk: Visitor, session: Session, owner: Volunteer) -> None:
    page = desk.page(NEW)
    assert page.one("input", id="contact.phone")["value"] == owner.phone
    typed = {
        "name.kk": "Таза Өлке",
        "kind": "ngo",
        "region": "KZ-75",
        "bin": "",
        "contact.phone": owner.phone,
    }
    answer = desk.send(NEW, typed | {"id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6"})
    assert answer.status_code == 303
    assert desk.send(NEW, typed | {"id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6"}).location == answer.location
    (made,) = session.scalars(sa.select(Organization)).all()
    assert (made.name, made.kind, made.region_code, made.status) == (
        {"kk": "Таза Өлке"},
        "ngo",
        "KZ-75",
        "pending",
    )
    assert session.scalars(sa.select(Contact.volunteer_id)).all() == [owner.id]
    main = desk.page(str(answer.location)).one("main")
    assert "Өтінім жіберілді" in main.text
    assert "Растауды күтуде" in main.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name.kk": ""}, None),
        ({"kind": ""}, "kind"),
        ({"kind": "club"}, "kind"),
        ({"region": "KZ-99"}, "region"),
        ({"bin": "123456789012"}, "bin"),
        ({"bin": "12"}, "bin"),
        ({"contact.phone": "+77019998877"}, "contact.phone"),
        ({"contact.phone": "abc"}, "contact.phone"),
        ({"contact.link": "javascript:alert(1)"}, "contact.link"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_founded(
    desk: Visitor, session: Session, typed: dict[str, str], field: str | None
) -> None:
    good = {"name.kk": "Таза Өлке", "name.ru": "", "kind": "ngo", "region": "KZ-15", "bin": ""} | NO_CONTACT
    answer = desk.send(NEW, good | typed)
    assert answer.status_code == 422
    page = read(answer.text)
    assert page.one("div", class_="errors").all("li")
    if field is not None:
        assert page.all(id=field)[0].has("aria-invalid", "true")
    assert page.one("input", id="name.kk")["value"] == {**good, **typed}["name.kk"]
    assert session.scalars(sa.select(Organization)).all() == []


def test_the_coordinators_question_is_answered(desk: Visitor, session: Session, own: Organization) -> None:
    own.status, own.question = "asked", "Жарғыңыз бар ма?"
    session.commit()
    page = desk.page(page_of(own)).one("main")
    (link,) = page.all("a", href=page_of(own, "/answer"))
    assert "Жарғыңыз бар ма?" in page.text
    assert desk.send(link["href"], {"text": " "}).status_code == 422
    typed = {"text": "Иә, БСН бойынша тіркелгенбіз.", "id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6"}
    assert desk.send(link["href"], typed).location == page_of(own)
    assert desk.send(link["href"], typed).location == page_of(own)
    session.expire_all()
    assert (own.status, own.answer) == ("pending", typed["text"])


@pytest.mark.parametrize(
    ("status", "new_name", "kind"), [("verified", "pending_name", "group"), ("pending", "name", "school")]
)
def test_a_new_name_and_kind_of_a_verified_one_wait(
    desk: Visitor, session: Session, own: Organization, status: str, new_name: str, kind: str
) -> None:
    own.status, own.kind = status, "group"
    session.commit()
    typed: dict[str, Any] = {
        "name.kk": "Таза Толқын",
        "name.ru": "",
        "name.en": "",
        "bin": "",
        "kind": "school",
    }
    assert desk.send(page_of(own, "/edit"), typed).location == page_of(own)
    session.expire_all()
    assert getattr(own, new_name) == {"kk": "Таза Толқын"}
    assert own.kind == kind
    # What is asked for stands in the form again, and on the page until it is decided.
    form = desk.page(page_of(own, "/edit"))
    options = form.one("select", id="kind").all("option")
    assert [one["value"] for one in options if "selected" in one.attributes] == ["school"]
    assert ("үйлестіруші растай" in form.one("main").text) == (status == "verified")
    assert "мектеп" in desk.page(page_of(own)).one("main").text


def test_who_was_overtaken_reads_what_stands_and_keeps_the_text(
    desk: Visitor, session: Session, own: Organization
) -> None:
    typed = {"name.kk": "Таза Толқын", "name.ru": "", "name.en": "", "bin": "", "kind": "ngo", "version": "1"}
    own.version = 7
    session.commit()
    answer = desk.send(page_of(own, "/edit"), typed)
    assert answer.status_code == 412
    page = read(answer.text)
    assert page.one("input", id="name.kk")["value"] == "Таза Толқын"
    assert "Жас Толқын" in page.one("main").text


def test_a_contact_that_waits_is_kept_by_a_form_that_was_not_changed(
    desk: Visitor, session: Session, own: Organization, owner: Volunteer
) -> None:
    """The page begins with what was said last: what stands, sent again, would take the question back."""
    path, colleague = page_of(own, "/contact"), make_volunteer(session)
    make_member(session, own, colleague)
    assert desk.send(path, {"name": "Айгүл", "phone": owner.phone}).status_code == 303
    assert desk.send(path, {"name": "Болат", "phone": colleague.phone}).status_code == 303
    page = desk.page(path)
    assert (page.one("input", id="name")["value"], page.one("input", id="phone")["value"]) == (
        "Болат",
        colleague.phone,
    )
    assert desk.send(path, {"name": "Болат", "phone": colleague.phone}).status_code == 303
    assert set(session.scalars(sa.select(Contact.state))) == {ContactState.STANDING, ContactState.WAITING}


def test_a_contact_is_named(desk: Visitor, session: Session, own: Organization, owner: Volunteer) -> None:
    path = page_of(own, "/contact")
    assert desk.send(path, {"name": "Айдос", "phone": owner.phone, "link": ""}).location == page_of(own)
    assert owner.phone in desk.page(page_of(own)).one("main").text
    assert desk.send(path, {"name": "", "phone": "", "link": ""}).status_code == 422


def test_an_administrator_passes_the_second_factor_first(
    visitor: Visitor, session: Session, own: Organization, owner: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = visitor.application.extensions["tazalyq"]
    monkeypatch.setattr(
        services, "settings", replace(services.settings, second_factor=SecondFactorMode.REQUIRED)
    )
    visitor.sign_in(session, owner, elevated=False)
    assert visitor.page(page_of(own)).all("a", href=page_of(own, "/members"))
    for of in ("/edit", "/contact", "/members"):
        answer = visitor.get(page_of(own, of))
        assert "/account/confirm" in str(answer.location), of


def test_a_suspended_one_is_seen_and_not_changed(desk: Visitor, session: Session, own: Organization) -> None:
    own.status, own.status_reason = "suspended", "Тексеру"
    session.commit()
    main = desk.page(page_of(own)).one("main")
    assert "Тексеру" in main.text
    assert not main.all("a", href=page_of(own, "/contact"))
    assert desk.get(page_of(own, "/contact")).status_code == 409


def test_it_is_ones_own_alone(desk: Visitor, session: Session, own: Organization) -> None:
    other = make_organization(session, status="pending")
    session.commit()
    for of in ("", "/edit", "/contact", "/answer", "/members"):
        assert desk.get(page_of(other, of)).status_code == 404, of
    shown = make_organization(session)
    session.commit()
    for of in ("", "/edit", "/contact", "/answer", "/members"):
        assert desk.get(page_of(shown, of)).status_code == 403, of


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(desk: Visitor, session: Session, own: Organization, language: str) -> None:
    own.status = "asked"
    session.commit()
    desk.page(NEW.replace("/kk/", f"/{language}/"))
    for of in ("", "/edit", "/contact", "/answer", "/members"):
        desk.page(page_of(own, of, language))
