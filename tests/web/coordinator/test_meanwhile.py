"""Forms of what somebody else has changed meanwhile: what was typed stays, and a second press works."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.models import Organization
from tests.conftest import NOW
from tests.makers import make_event, make_organization
from tests.web.coordinator.test_events import make_result
from tests.web.html import Element, read
from tests.web.visitor import Visitor

LIST = "/kk/coordinator/organizations"


def hidden_of(page: Element) -> dict[str, str]:
    form = page.one("main").all("form", method="post")[0]
    return {one["name"]: one["value"] for one in form.all(type="hidden")}


def assert_told(answer: Any, version: int) -> Element:
    """The form again: that somebody was faster, and the version that stands now."""
    assert answer.status_code == 412
    page = read(answer.text)
    assert page.one("title").text.startswith("Қате: ")
    assert "басқа біреу" in page.one(class_="errors").text
    assert hidden_of(page)["version"] == str(version)
    return page


@pytest.mark.parametrize(
    ("act", "field", "status"),
    [("ask", "question", "asked"), ("reject", "reason", "rejected"), ("suspend", "reason", "suspended")],
)
def test_words_about_an_organization_stay(
    desk: Visitor, session: Session, act: str, field: str, status: str
) -> None:
    organization = make_organization(session, name={"kk": "Жасыл"}, bin="940140000385")
    path = f"{LIST}/{organization.id}/{act}"
    typed = hidden_of(desk.page(path)) | {field: "Жарғыңыз керек"}
    organization.bin, organization.version = "940140000386", organization.version + 1
    session.commit()
    page = assert_told(desk.post(path, data=typed), organization.version)
    assert page.one("textarea").text.strip() == "Жарғыңыз керек"
    assert "940140000386" in page.one("main").text
    assert desk.post(path, data=typed | hidden_of(page)).status_code == 303
    session.refresh(organization)
    assert organization.status == status


def test_one_press_that_came_late_is_asked_again(desk: Visitor, session: Session) -> None:
    organization = make_organization(session, status="pending", bin="940140000385")
    typed = hidden_of(desk.page(f"{LIST}/{organization.id}"))
    organization.bin, organization.version = "940140000386", organization.version + 1
    session.commit()
    path = f"{LIST}/{organization.id}/verify"
    page = assert_told(desk.post(path, data=typed), organization.version)
    assert "940140000386" in page.one("main").text
    session.refresh(organization)
    assert organization.status == "pending"
    assert desk.post(path, data=hidden_of(page)).status_code == 303
    session.refresh(organization)
    assert organization.status == "verified"


def test_a_corrected_organization_keeps_what_was_typed(desk: Visitor, session: Session) -> None:
    organization: Organization = make_organization(session, name={"kk": "Жасыл"})
    path = f"{LIST}/{organization.id}/edit"
    typed = hidden_of(desk.page(path)) | {"name.kk": "Жасыл Ақтөбе", "bin": "", "kind": "ngo"}
    organization.bin, organization.version = "940140000385", organization.version + 1
    session.commit()
    page = assert_told(desk.post(path, data=typed), organization.version)
    assert page.one("input", name="name.kk")["value"] == "Жасыл Ақтөбе"
    assert "940140000385" in page.one("main").text
    assert desk.post(path, data=typed | hidden_of(page)).status_code == 303
    session.expire_all()
    corrected = session.get_one(Organization, organization.id)
    assert (corrected.name, corrected.bin) == ({"kk": "Жасыл Ақтөбе"}, None)


def test_a_result_keeps_what_was_typed(desk: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=NOW - timedelta(days=1))
    result = make_result(session, event)
    path = f"/kk/coordinator/events/{event.id}/result"
    typed = hidden_of(desk.page(path)) | {"trees": "9", "note": "Бәрі бітті"}
    result.trees, result.version = 7, 2
    session.commit()
    page = assert_told(desk.post(path, data=typed), 2)
    assert page.one("input", name="trees")["value"] == "9"
    assert page.one("textarea").text.strip() == "Бәрі бітті"
    assert "7" in page.one("dl", class_="facts").text
    assert desk.post(path, data=typed | hidden_of(page)).status_code == 303
    session.refresh(result)
    assert (result.trees, result.note, result.version) == (9, "Бәрі бітті", 3)
