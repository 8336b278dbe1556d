"""Organizers who correct unusually much, on a page."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import AttendanceDecision, AuditAction, AuditEntry, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_volunteer
from tests.web.visitor import Visitor

PATH = "/kk/coordinator/correctors"


def corrected(session: Session, by: Volunteer, times: int, region_code: str = "KZ-15") -> None:
    """An event yesterday where somebody corrected so many of five attendances."""
    starts_at = NOW - timedelta(days=1)
    event = make_event(session, starts_at=starts_at, region_code=region_code)
    for number in range(5):
        attended = make_attendance(session, event, make_volunteer(session))
        if number < times:
            session.add(
                AttendanceDecision(
                    id=new_id(),
                    attendance_id=attended.id,
                    decided_by=by.id,
                    role="organizer",
                    status="counted",
                    reason="тізім бойынша",
                    decided_at=NOW,
                    after={},
                )
            )
    session.commit()


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_is_whole(desk: Visitor, session: Session, language: str) -> None:
    assert "page.correctors" not in desk.page(f"/{language}/coordinator/correctors").text
    corrected(session, make_volunteer(session), 5)
    desk.page(f"/{language}/coordinator/correctors")


def test_who_corrected_most_stands_first(desk: Visitor, session: Session) -> None:
    corrected(session, make_volunteer(session, display_name="Болат Ахметов"), 1)
    corrected(session, make_volunteer(session, display_name="Әсем Қуанышқызы"), 5)
    rows = desk.page(PATH).one("main").one("tbody").all("tr")
    assert ["Әсем Қуанышқызы" in rows[0].text, "Болат Ахметов" in rows[1].text] == [True, True]
    assert [len(row.all("span", class_="chip")) for row in rows] == [1, 0]
    assert [cell.text for cell in rows[1].all("td", class_="n")] == ["1", "5", "20 %", "1"]
    (look,) = session.scalars(sa.select(AuditEntry))
    assert (look.action, look.region_code) == (AuditAction.CORRECTORS_READ, "KZ-15")


def test_other_days_and_other_regions_are_not_shown(desk: Visitor, session: Session) -> None:
    corrected(session, make_volunteer(session, display_name="Әсем"), 5)
    corrected(session, make_volunteer(session, display_name="Болат"), 5, "KZ-75")
    assert "Болат" not in desk.page(PATH).text
    assert "Әсем" not in desk.page(f"{PATH}?from=2025-01-01&to=2025-02-01").text
    assert desk.get(f"{PATH}?from=2026-02-01&to=2026-01-01").status_code == 422
    assert desk.get(f"{PATH}?region=KZ-75").status_code == 403


def test_the_list_goes_on(visitor: Visitor, session: Session) -> None:
    for _ in range(21):
        corrected(session, make_volunteer(session, display_name="Әсем"), 1)
    visitor.sign_in(session, make_coordinator(session, "*"))
    page = visitor.page(PATH)
    assert len(page.one("tbody").all("tr")) == 20
    following = page.one("main").one("a", rel="next")["href"]
    assert len(visitor.page(following).one("tbody").all("tr")) == 1
