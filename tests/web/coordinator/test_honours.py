"""The most active of a period, on a page and as files."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.access import Actor
from service.figures import honours
from service.figures.honours import HonoursQuestion
from service.ledger import ledger
from service.models import (
    AuditAction,
    AuditEntry,
    Event,
    HonoursAgreement,
    OrganizationStatus,
    Volunteer,
)
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_organization, make_volunteer
from tests.web.visitor import Visitor

PATH = "/kk/coordinator/honours"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def agreed(session: Session, name: str, **overrides: object) -> Volunteer:
    person = make_volunteer(session, display_name=name, **overrides)
    session.add(HonoursAgreement(volunteer_id=person.id, agreed_at=NOW))
    session.commit()
    return person


def came(session: Session, *people: Volunteer, **overrides: object) -> Event:
    """An event yesterday, held by «Таза Ақтөбе», where these were for an hour."""
    organization = overrides.pop("organization", None) or make_organization(session)
    starts_at = NOW - timedelta(days=1)
    event = make_event(session, organization, starts_at=starts_at, **overrides)
    for person in people:
        make_attendance(session, event, person, minutes=60)
    number = len(people)
    ledger.add(session, event, events=1, participations=number, minutes=60 * number)
    session.commit()
    return event


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_is_whole(desk: Visitor, session: Session, language: str) -> None:
    desk.page(f"/{language}/coordinator/honours")
    came(session, agreed(session, "Әсем"))
    desk.page(f"/{language}/coordinator/honours?period=2026-05")


def test_who_agreed_is_named_the_most_active_first(desk: Visitor, session: Session) -> None:
    asem, bolat = agreed(session, "Әсем"), agreed(session, "Болат")
    child = agreed(session, "Дана", birth_date=date(2012, 1, 1))
    silent = make_volunteer(session, display_name="Үнсіз")
    came(session, asem, bolat, child, silent)
    came(session, bolat)
    people, organizations = desk.page(PATH).all("tbody")
    assert [[cell.text for cell in row.inside] for row in people.all("tr")] == [
        ["Болат", "2", "2 сағ"],
        ["Әсем", "1", "1 сағ"],
    ]
    assert len(organizations.all("tr")) == 2
    (look,) = session.scalars(sa.select(AuditEntry))
    assert (look.action, look.region_code) == (AuditAction.HONOURS_READ, "KZ-15")


def test_other_regions_and_other_days_are_not_named(
    visitor: Visitor, desk: Visitor, session: Session
) -> None:
    came(session, agreed(session, "Әсем"), region_code="KZ-75")
    assert "Әсем" not in desk.page(PATH).text
    assert desk.get(f"{PATH}?region=KZ-75").status_code == 403
    visitor.sign_in(session, make_coordinator(session, "*"))
    assert "Әсем" in visitor.page(PATH).text
    assert "Әсем" not in visitor.page(f"{PATH}?period=2025").text
    assert visitor.get(f"{PATH}?period=x").status_code == 422


def test_the_files_say_the_same(desk: Visitor, session: Session) -> None:
    came(session, agreed(session, "=2+2"))
    book = desk.get(f"{PATH}/honours.xlsx?period=2026")
    assert book.mimetype == XLSX
    sheets = openpyxl.load_workbook(BytesIO(book.data)).worksheets
    assert [cell.value for cell in sheets[0][2]] == ["=2+2", 1, 60]
    assert sheets[0]["A2"].data_type == "s"
    assert [cell.value for cell in sheets[1][2]][:4] == ["Таза Ақтөбе", 1, 1, 0]
    people = desk.get(f"{PATH}/people.csv?period=2026")
    assert people.data.decode("utf-8-sig").splitlines()[1] == "'=2+2;1;60"
    organizations = desk.get(f"{PATH}/organizations.csv").data.decode("utf-8-sig").splitlines()
    assert organizations[1].startswith("Таза Ақтөбе;1;1;0")
    actions = list(session.scalars(sa.select(AuditEntry.action)))
    assert actions.count(AuditAction.EXPORTED) == 3


@pytest.mark.parametrize("region_code", ["KZ-15", None])
def test_verified_organizations_that_held_most_come_first(session: Session, region_code: str | None) -> None:
    """As the interface has them, with all it knows of them."""
    person = make_volunteer(session)
    few, most, waiting, idle = (make_organization(session) for _ in range(4))
    for held_by in (few, most, most, waiting):
        came(session, person, organization=held_by)
    make_event(session, idle, starts_at=NOW - timedelta(days=1))
    waiting.status = OrganizationStatus.SUSPENDED
    session.commit()
    asked = HonoursQuestion(date(2026, 1, 1), date(2026, 12, 31), region_code, 50)
    national = Actor(make_coordinator(session, "*").id, None, "kk", {}, frozenset("*"))
    _, told = honours.most_active(session, national, asked, NOW)
    assert [one.organization_id for one in told] == [most.id, few.id]
    _, counted = honours.most_active(session, national, replace(asked, with_people=True), NOW)
    assert [one.organization_id for one in counted] == [most.id, few.id]
    for one, whole in zip(told, counted, strict=True):
        assert one.name == whole.name
        assert one.figures == {name: whole.figures.get(name, one.figures[name]) for name in one.figures}
    _, first = honours.most_active(session, national, replace(asked, limit=1), NOW)
    assert [one.organization_id for one in first] == [most.id]


def test_who_is_no_coordinator_sees_nobody(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_volunteer(session))
    for path in (PATH, f"{PATH}/honours.xlsx", f"{PATH}/people.csv"):
        assert visitor.get(path).status_code == 403
