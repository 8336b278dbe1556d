"""Whom to ask in a region, said on a page."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import AuditAction, AuditEntry, Volunteer
from service.organizations import contacts
from service.organizations.contacts import ContactSaid
from tests.makers import make_coordinator
from tests.web.html import read
from tests.web.visitor import Visitor

PATH = "/kk/coordinator/contact"


def standing(session: Session, code: str = "KZ-15") -> ContactSaid | None:
    session.expire_all()
    return contacts.by_region(session, [code]).get(code)


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(desk: Visitor, language: str) -> None:
    desk.page(f"/{language}/coordinator/contact")
    desk.page(f"/{language}/coordinator/contact/remove")


def test_ones_own_number_stands_at_once(desk: Visitor, session: Session, coordinator: Volunteer) -> None:
    typed = {"name": "Айгерім", "phone": coordinator.phone, "link": "https://t.me/aqtobe", "public": "yes"}
    assert desk.send(PATH, typed).status_code == 303
    assert standing(session) == ContactSaid("Айгерім", coordinator.phone, "https://t.me/aqtobe", public=True)
    page = desk.page(PATH)
    assert page.one("input", id="phone")["value"] == coordinator.phone
    assert "checked" in page.one("input", id="public").attributes
    assert desk.send(PATH, {"name": "Айгерім", "phone": "", "link": ""}).status_code == 303
    found = standing(session)
    assert found is not None
    assert found.phone is None
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert actions == [AuditAction.REGION_CONTACT_SET] * 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"phone": "+77019998877"}, "phone"),
        ({"phone": "abc"}, "phone"),
        ({"phone": "+14155552671"}, "phone"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"name": "А" * 101}, "name"),
        ({}, None),
    ],
)
def test_what_cannot_stand_is_told_at_its_field(
    desk: Visitor, session: Session, typed: dict[str, str], field: str | None
) -> None:
    answer = desk.send(PATH, {"name": "", "phone": "", "link": ""} | typed)
    assert answer.status_code == 422
    page = read(answer.text)
    assert len(page.one("div", class_="errors").all("li")) == 1
    bad = [one["id"] for one in page.all("input") if one.has("aria-invalid", "true")]
    assert bad == ([] if field is None else [field])
    assert standing(session) is None


def test_nobody_is_to_be_asked_any_more(desk: Visitor, session: Session) -> None:
    desk.send(PATH, {"name": "Айгерім"})
    assert standing(session) is not None
    # Asked within the desk: whoever will not has the sections to go on by.
    tabs = desk.page(f"{PATH}/remove").one("nav", class_="tabs")
    assert [one["href"] for one in tabs.all("a") if one.has("aria-current", "page")] == [
        "/kk/coordinator/people"
    ]
    assert desk.send(f"{PATH}/remove", {"sure": "yes"}).status_code == 303
    assert standing(session) is None


def test_another_regions_is_not_ones_own(desk: Visitor, session: Session) -> None:
    assert desk.get(f"{PATH}?region=KZ-75").status_code == 403
    assert desk.post(f"{PATH}?region=KZ-75", data={"name": "Айгерім"}).status_code == 403
    assert standing(session, "KZ-75") is None


def test_who_has_several_regions_chooses_one(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_coordinator(session, "*"))
    page = visitor.page(PATH)
    assert page.one("main").all("form", method="post") == []
    assert visitor.get(f"{PATH}/remove").status_code == 303
    answer = visitor.post(f"{PATH}?region=KZ-75", data=_sent(visitor, f"{PATH}?region=KZ-75"))
    assert answer.headers["Location"] == f"{PATH}?region=KZ-75"
    assert standing(session, "KZ-75") == ContactSaid("Айгерім")


def _sent(visitor: Visitor, path: str) -> dict[str, str]:
    form = visitor.page(path).one("main").one("form", method="post")
    return {one["name"]: one["value"] for one in form.all(type="hidden")} | {"name": "Айгерім"}
