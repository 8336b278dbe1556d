"""Four weeks by district and day, and a day's plan copied to organizations."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.geography.places import fold
from service.models import Event, Organization
from tests.conftest import NOW
from tests.makers import (
    box,
    make_coordinator,
    make_district,
    make_event,
    make_import,
    make_organization,
    make_volunteer,
)
from tests.web.html import Element, read
from tests.web.visitor import Visitor

CALENDAR, PLAN = "/kk/coordinator/events/calendar", "/kk/coordinator/events/plan"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def districts(session: Session) -> None:
    make_district(session, "151010000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_district(session, "153620000", box(59, 48, 60, 49), names={"kk": "Алға ауданы"})
    make_import(session)


def rows(page: Element) -> dict[str, dict[str, str]]:
    """{place: {day: what stands there}} of the calendar, empty cells aside."""
    return {
        row.one("th", scope="row").text: {
            cell["data-label"]: cell.text for cell in row.all("td") if cell.text.strip()
        }
        for row in page.one("main").one("tbody").all("tr")
    }


def test_each_district_has_its_days_and_who_has_none_is_named(desk: Visitor, session: Session) -> None:
    organization = make_organization(session)
    for values in (
        {},
        {},
        {"status": "draft"},
        {"status": "cancelled", "cancelled_at": NOW},
        {"region_code": "KZ-75"},
    ):
        make_event(session, organization, **{"district_code": "151010000", "starts_at": NOW + DAY} | values)
    page = desk.page(CALENDAR)
    found = rows(page)
    ((_, cell),) = found["Ақтөбе қаласы"].items()
    assert cell.startswith("2")
    assert cell.endswith("(1)")
    assert set(found) == {"Ақтөбе қаласы", "Алға ауданыІс-шара жоқ"}
    assert "Бұл апталарда іс-шара жоқ: Алға ауданы" in page.one("main").text
    (link,) = page.one("tbody").all("a")
    listed = desk.page(link["href"]).one("main").one("tbody")
    # The list shows what was called off, too, and says so.
    assert len(listed.all("tr")) == 2 + 1
    assert listed.text.count("Өткізілмейді") == 1


def test_what_has_a_district_that_is_gone_is_shown_too(desk: Visitor, session: Session) -> None:
    """As in the report and on the first page."""
    make_event(session, starts_at=NOW + DAY, district_code="153200000")
    page = desk.page(CALENDAR)
    assert list(rows(page))[-1] == "Аудансыз"
    (link,) = page.one("tbody").all("a")
    desk.page(link["href"])


def test_what_has_no_district_has_a_row_of_its_own(desk: Visitor, session: Session) -> None:
    make_event(session, starts_at=NOW + DAY)
    page = desk.page(CALENDAR)
    assert list(rows(page))[-1] == "Аудансыз"
    (link,) = page.one("tbody").all("a")
    assert len(desk.page(link["href"]).one("main").all("th", scope="row")) == 1


def test_weeks_are_turned(desk: Visitor, session: Session) -> None:
    make_event(session, starts_at=NOW + 28 * DAY, district_code="151010000")
    page = desk.page(CALENDAR)
    assert page.one("tbody").all("a") == []
    later = desk.page(page.one("a", rel="next")["href"])
    assert len(later.one("tbody").all("a")) == 1
    assert desk.page(later.one("a", rel="prev")["href"]).one("tbody").all("a") == []


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_no_fault(desk: Visitor, first: str) -> None:
    desk.page(f"{CALENDAR}?from={first}")


def test_the_national_one_sees_regions(visitor: Visitor, session: Session) -> None:
    make_event(session, starts_at=NOW + DAY, region_code="KZ-75")
    visitor.sign_in(session, make_coordinator(session, "*"))
    found = rows(visitor.page(CALENDAR))
    assert len(found) == 20
    assert sum(bool(cells) for cells in found.values()) == 1


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(desk: Visitor, session: Session, language: str) -> None:
    desk.page(f"/{language}/coordinator/events/plan")
    make_event(session, starts_at=NOW + DAY, district_code="151010000")
    desk.page(f"/{language}/coordinator/events/plan")
    desk.page(f"/{language}/coordinator/events/calendar")


def typed(*organizations: Organization, **others: Any) -> dict[str, Any]:
    day = (NOW + 10 * DAY).date()
    values = {
        "title.kk": "Таза Қазақстан күні",
        "title.ru": "",
        "title.en": "",
        "kind": "cleanup",
        "starts_at": f"{day}T10:00",
        "ends_at": f"{day}T12:00",
        "organizations": [str(one.id) for one in organizations],
    }
    return values | others


def test_a_plan_becomes_a_draft_of_each_ticked_organization_once(desk: Visitor, session: Session) -> None:
    one, another, _ = (make_organization(session, name={"kk": f"Ұйым {n}"}) for n in range(3))
    page = desk.page(PLAN)
    assert len(page.all("input", name="organizations")) == 3
    hidden = {field["name"]: field["value"] for field in page.one("main").one("form").all(type="hidden")}
    for _ in range(2):
        assert desk.post(PLAN, data=hidden | typed(one, another)).status_code == 303
    drafts = session.scalars(sa.select(Event)).all()
    assert {draft.organization_id for draft in drafts} == {one.id, another.id}
    assert {(draft.status, draft.starts_at.hour) for draft in drafts} == {("draft", 5)}
    assert "Қаралама жасалды: 2" in desk.page(CALENDAR).one("main").text


@pytest.mark.parametrize(
    ("others", "field"),
    [
        ({"organizations": []}, "organizations"),
        ({"title.kk": ""}, "title"),
        ({"starts_at": ""}, "starts_at"),
        ({"starts_at": "2020-01-01T10:00", "ends_at": "2020-01-01T12:00"}, "ends_at"),
        ({"kind": "party"}, "kind"),
    ],
)
def test_what_lacks_in_a_plan_is_told_and_nothing_is_made(
    desk: Visitor, session: Session, others: dict[str, Any], field: str
) -> None:
    organization = make_organization(session)
    answer = desk.send(PLAN, typed(organization) | others)
    assert answer.status_code == 422
    links = [link["href"] for link in read(answer.text).one("div", class_="errors").all("a")]
    assert f"#{field}" in links
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


def test_another_regions_organization_is_neither_offered_nor_planned_for(
    visitor: Visitor, session: Session
) -> None:
    foreign, own = make_organization(session), make_organization(session, region_code="KZ-75")
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    assert [one["value"] for one in visitor.page(PLAN).all("input", name="organizations")] == [str(own.id)]
    visitor.send(PLAN, typed(foreign))
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0
    assert "Қалғаны: 1" in visitor.page(CALENDAR).one("main").text


def test_of_very_many_organizations_some_are_found_by_name(desk: Visitor, session: Session) -> None:
    owner = make_volunteer(session)
    for n in range(100):
        make_organization(session, owner, name={"kk": f"Ұйым {n}"}, search=fold(f"Ұйым {n}"))
    page = desk.page(PLAN)
    assert page.one("input", id="q")["value"] == ""
    found = desk.page(f"{PLAN}?q=Ұйым 77")
    assert len(found.all("input", name="organizations")) == 1
    assert found.one("input", id="q")["value"] == "Ұйым 77"
    assert "Ештеңе табылмады" in desk.page(f"{PLAN}?q=Жоқ").one("main").text
