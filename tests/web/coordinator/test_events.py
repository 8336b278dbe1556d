"""The region's events by district and day, and the message to those whose result is missing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import AuditEntry, Event, EventResult, Headcount, Outbox
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import (
    box,
    make_attendance,
    make_coordinator,
    make_district,
    make_event,
    make_import,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.web.html import Element, read
from tests.web.visitor import Visitor

LIST = "/kk/coordinator/events"
DAY = timedelta(days=1)


def named(session: Session, name: str, **values: Any) -> Event:
    return make_event(session, title={"kk": name}, **values)


def make_result(session: Session, event: Event) -> EventResult:
    values = {"created_by": event.created_by, "updated_by": event.created_by}
    result = EventResult(event_id=event.id, version=1, created_at=NOW, updated_at=NOW, **values)
    session.add(result)
    session.flush()
    return result


def make_group(session: Session, event: Event, people: int | None, expected: int | None = None) -> Headcount:
    group = Headcount(
        event_id=event.id,
        id=new_id(),
        group_name="5 мектеп",
        people=people,
        expected=expected,
        created_by=event.created_by,
        created_at=NOW,
        changed_by=event.created_by,
        changed_at=NOW,
        taken_back=False,
    )
    session.add(group)
    session.flush()
    return group


def listed(page: Element) -> list[str]:
    """The titles of the table, in its order."""
    return [row.one("a").text for row in page.one("main").all("th", scope="row")]


def test_two_weeks_back_and_ahead_soonest_first_and_no_drafts(desk: Visitor, session: Session) -> None:
    named(session, "Ертең", starts_at=NOW + DAY)
    named(session, "Кеше", starts_at=NOW - DAY)
    named(session, "Ескі", starts_at=NOW - 16 * DAY)
    named(session, "Алыс", starts_at=NOW + 16 * DAY)
    named(session, "Қаралама", starts_at=NOW + DAY, status="draft")
    off = {"status": "cancelled", "cancelled_at": NOW, "never_published": True}
    named(session, "Болмаған қаралама", starts_at=NOW + DAY, **off)
    named(session, "Бөтен", region_code="KZ-75")
    assert listed(desk.page(LIST)) == ["Кеше", "Ертең"]


def test_filters_stand_in_the_address(desk: Visitor, session: Session) -> None:
    make_district(session, "151010000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_import(session)
    organization = make_organization(session, name={"kk": "Жасыл"})
    named(session, "Қалада", starts_at=NOW + DAY, district_code="151010000")
    named(session, "Ағаш", starts_at=NOW + DAY, kind="tree_planting")
    named(session, "Жасылдікі", organization=organization, starts_at=NOW - DAY)
    named(session, "Болмайды", starts_at=NOW + DAY, status="cancelled", cancelled_at=NOW, kind="other")
    named(session, "Жасырын", starts_at=NOW + 2 * DAY, hidden_by="coordinator")
    done = named(session, "Өтті", starts_at=NOW - 2 * DAY)
    make_result(session, done)
    for query, expected in {
        "district=151010000": ["Қалада"],
        "district=none&state=held": ["Өтті", "Жасылдікі"],
        "kind=tree_planting": ["Ағаш"],
        f"organization={organization.id}": ["Жасылдікі"],
        "state=cancelled": ["Болмайды"],
        "state=hidden": ["Жасырын"],
        "state=no-result": ["Жасылдікі"],
        "state=coming": ["Қалада", "Ағаш", "Жасырын"],
        f"from={NOW.date() + 2 * DAY}&to={NOW.date() + 3 * DAY}": ["Жасырын"],
        f"to={NOW.date() - DAY}&from=": ["Өтті", "Жасылдікі"],
    }.items():
        assert listed(desk.page(f"{LIST}?{query}")) == expected, query
    page = desk.page(f"{LIST}?district=151010000&state=coming&from={NOW.date()}")
    for name, value in {"district": "151010000", "state": "coming"}.items():
        assert page.one("select", id=name).one("option", selected="")["value"] == value
    assert page.one("input", id="from")["value"] == NOW.date().isoformat()


def test_a_district_that_is_gone_is_said_to_be_and_all_are_shown(desk: Visitor, session: Session) -> None:
    make_district(session, "151010000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_import(session)
    named(session, "Қалада", starts_at=NOW + DAY, district_code="151010000")
    page = desk.page(f"{LIST}?district=150000000&state=coming")
    assert listed(page) == ["Қалада"]
    assert page.one("p", class_="notice").text.startswith("Мұндай аудан")
    assert page.one("select", id="state").one("option", selected="")["value"] == "coming"


def test_what_was_called_off_before_it_began_lacks_no_result(desk: Visitor, session: Session) -> None:
    start = NOW - DAY
    named(session, "Басталмады", starts_at=start, status="cancelled", cancelled_at=start - DAY)
    named(session, "Тоқтады", starts_at=start, status="cancelled", cancelled_at=start + timedelta(hours=1))
    assert listed(desk.page(f"{LIST}?state=no-result")) == ["Тоқтады"]


@pytest.mark.parametrize(
    "query", ["from=2026-99-99", "kind=party", "state=lost", "organization=x", "cursor=x"]
)
def test_what_cannot_be_read_is_told(desk: Visitor, query: str) -> None:
    answer = desk.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"


def test_days_the_wrong_way_round_are_turned(desk: Visitor, session: Session) -> None:
    named(session, "Бүгін")
    day = NOW.date()
    assert listed(desk.page(f"{LIST}?from={day + DAY}&to={day - DAY}")) == ["Бүгін"]


def test_a_row_says_what_is_expected_who_came_and_what_is_declared(desk: Visitor, session: Session) -> None:
    event = named(session, "Өзен", starts_at=NOW - DAY, capacity=50, going=3)
    make_signup(session, event, make_volunteer(session), companions=2)
    make_attendance(session, event, make_volunteer(session), companions=4)
    make_attendance(session, event, make_volunteer(session))
    make_attendance(session, event, make_volunteer(session), status="review", companions=9)
    make_attendance(session, event, make_volunteer(session), status="rejected")
    make_group(session, event, 24, 30)
    make_group(session, event, None, 10)
    make_group(session, event, 70, 70).taken_back = True
    session.flush()
    row = desk.page(LIST).one("main").one("tbody").one("tr")
    cells = {cell["data-label"]: cell.text.strip() for cell in row.all("td")}
    assert cells["Жазылған"] == "3 / 50"
    assert cells["Күтілетін топтар, адам"] == "40"
    assert cells["Келген, расталған"] == "2"
    assert cells["Ұйымдастырушы көрсеткен"] == "28"


def test_an_empty_list_says_how_to_go_on(desk: Visitor) -> None:
    main = desk.page(f"{LIST}?kind=recycling").one("main")
    assert main.one("div", class_="empty").one("a").text == "Сүзгіні алып тастау"
    assert main.one("div", class_="empty").one("a")["href"] == LIST


def test_more_than_a_page_goes_on_where_it_ended(desk: Visitor, session: Session) -> None:
    organization = make_organization(session)
    names = [f"{n:02}" for n in range(31)]
    for n, name in enumerate(names):
        named(session, name, organization=organization, starts_at=NOW + DAY + timedelta(minutes=n // 2))
    first = desk.page(f"{LIST}?state=coming")
    (following,) = first.one("main").all("a", rel="next")
    rest = desk.page(following["href"])
    assert listed(first) + listed(rest) == names
    assert "state=coming" in following["href"]


def test_ticked_ones_are_asked_for_their_result_once_a_day(desk: Visitor, session: Session) -> None:
    missing = [named(session, f"Жоқ {n}", starts_at=NOW - DAY) for n in range(2)]
    page = desk.page(LIST)
    assert "Қорытындысы жоқ іс-шаралар: 2" in page.one("main").text
    assert [box["value"] for box in page.all("input", name="ids")] == [
        str(one.id) for one in sorted_by_id(missing)
    ]
    answer = desk.send(f"{LIST}?state=no-result", {"ids": str(missing[0].id)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}?state=no-result")
    (owed,) = session.scalars(sa.select(Outbox).where(Outbox.kind == "result_missing"))
    assert owed.event_id == missing[0].id
    (entry,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "results-reminded"))
    assert entry.event_id == missing[0].id
    page = desk.page(LIST)
    assert "Ескертілді: 1." in page.one("main").text
    assert [box["value"] for box in page.all("input", name="ids")] == [str(missing[1].id)]
    desk.send(LIST, {"ids": [str(one.id) for one in missing]})
    assert "Қалғаны: 1" in desk.page(LIST).one("main").text
    assert session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "result_missing")) == 2


def sorted_by_id(found: list[Event]) -> list[Event]:
    return sorted(found, key=lambda one: one.id)


@pytest.mark.parametrize("typed", [{}, {"ids": "x"}, {"ids": [str(UUID(int=n)) for n in range(51)]}])
def test_nobody_is_asked_when_nothing_right_is_ticked(
    desk: Visitor, session: Session, typed: dict[str, Any]
) -> None:
    named(session, "Жоқ", starts_at=NOW - DAY)
    answer = desk.send(LIST, typed)
    assert answer.status_code == 422
    assert read(answer.text).one("title").text.startswith("Қате: ")
    assert session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "result_missing")) == 0


def test_another_regions_are_neither_shown_nor_asked(visitor: Visitor, session: Session) -> None:
    event = named(session, "Жоқ", starts_at=NOW - DAY)
    named(session, "Өзінікі", starts_at=NOW - DAY, region_code="KZ-75")
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    assert listed(visitor.page(LIST)) == ["Өзінікі"]
    assert visitor.get(f"{LIST}?region=KZ-15").status_code == 403
    visitor.send(LIST, {"ids": str(event.id)})
    assert session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "result_missing")) == 0


def test_the_national_one_sees_all_and_chooses(visitor: Visitor, session: Session) -> None:
    named(session, "Ақтөбеде", starts_at=NOW - DAY)
    named(session, "Алматыда", starts_at=NOW - DAY, region_code="KZ-75")
    visitor.sign_in(session, make_coordinator(session, "*"))
    assert sorted(listed(visitor.page(LIST))) == ["Алматыда", "Ақтөбеде"]
    assert listed(visitor.page(f"{LIST}?region=KZ-75")) == ["Алматыда"]


def test_organizers_see_nothing(visitor: Visitor, session: Session) -> None:
    event = named(session, "Жоқ")
    organizer = make_volunteer(session)
    make_member(session, event.organization, organizer)
    assert visitor.get(LIST).status_code == 303
    visitor.sign_in(session, organizer)
    assert visitor.get(LIST).status_code == 403


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(desk: Visitor, session: Session, language: str) -> None:
    for kind in ("cleanup", "tree_planting", "water_body", "recycling", "education", "other"):
        named(session, kind, kind=kind, starts_at=NOW - DAY)
    named(session, "Болмайды", status="cancelled", cancelled_at=NOW, hidden_by="coordinator")
    desk.page(f"/{language}/coordinator/events")
    desk.page(f"/{language}/coordinator/events?state=coming&kind=other")


def test_what_goes_on_is_not_said_to_lie_ahead(desk: Visitor, session: Session) -> None:
    make_event(session, title={"kk": "Жүріп жатыр"}, starts_at=NOW - timedelta(hours=1))
    make_event(session, title={"kk": "Ертең"}, starts_at=NOW + timedelta(days=1))
    states = {
        row.one("a").text: row.one("span", class_="chip").text
        for row in desk.page(LIST).one("tbody").all("tr")
    }
    assert states == {"Жүріп жатыр": "Қазір өтуде", "Ертең": "Алда"}
    for state, title in (("running", "Жүріп жатыр"), ("coming", "Ертең")):
        assert [row.one("a").text for row in desk.page(f"{LIST}?state={state}").one("tbody").all("tr")] == [
            title
        ]
