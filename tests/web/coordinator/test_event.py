"""One event: its facts and figures, and each act of a coordinator on a page of its own."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import (
    AttendanceDecision,
    AuditEntry,
    CountPending,
    Event,
    EventResult,
    Headcount,
    Volunteer,
)
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
    make_signup,
    make_volunteer,
)
from tests.web.coordinator.test_events import make_group, make_result
from tests.web.html import read
from tests.web.visitor import Visitor

DAY = timedelta(days=1)


@pytest.fixture
def held(session: Session) -> Event:
    """An event of yesterday."""
    return make_event(session, starts_at=NOW - DAY, title={"kk": "Елек"})


@pytest.fixture
def coming(session: Session) -> Event:
    """An event of tomorrow."""
    return make_event(session, starts_at=NOW + DAY, title={"kk": "Ертең"})


def of(event: Event, rest: str = "", language: str = "kk") -> str:
    return f"/{language}/coordinator/events/{event.id}{rest}"


def actions(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "rest",
    ["", "/cancel", "/hide", "/show", "/restore", "/district", "/result", "/groups/new", "/groups/{group}"]
    + ["/groups/{group}/take-back", "/people", "/people/{person}"],
)
def test_pages_are_whole(desk: Visitor, session: Session, held: Event, language: str, rest: str) -> None:
    group = make_group(session, held, 24, 30)
    person = make_volunteer(session)
    make_attendance(session, held, person)
    result = make_result(session, held)
    result.trees, result.waste_amount, result.waste_unit, result.waste_t = 12, 60, "bag", 0.6  # type: ignore[assignment] # the database makes it exact
    session.flush()
    desk.page(of(held, rest.format(group=group.id, person=person.id), language))


def test_verified_stands_apart_from_declared(desk: Visitor, session: Session, held: Event) -> None:
    make_attendance(session, held, make_volunteer(session), companions=3)
    make_group(session, held, 24)
    main = desk.page(of(held)).one("main")
    figures = {
        one.all("span")[1].text: one.all("span")[0].text for one in main.one("div", class_="figures").all("p")
    }
    assert figures["Келген, расталған"] == "1"
    assert figures["Ұйымдастырушы көрсеткен"] == "27"
    assert [one.text for one in main.all("span", class_="verified")][0] == "Келген, расталған"
    assert "27" not in [one.text for one in main.all("span", class_="verified")]


def test_a_look_is_recorded(desk: Visitor, session: Session, coordinator: Volunteer, held: Event) -> None:
    desk.page(of(held))
    (entry,) = session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.actor_id, entry.event_id) == ("event-read", coordinator.id, held.id)
    assert (entry.region_code, entry.organization_id) == ("KZ-15", held.organization_id)


@pytest.mark.parametrize(("act", "action"), [("cancel", "event-cancelled"), ("hide", "event-hidden")])
def test_needs_a_reason(desk: Visitor, session: Session, coming: Event, act: str, action: str) -> None:
    answer = desk.send(of(coming, f"/{act}"), {"reason": "  "})
    assert answer.status_code == 422
    assert read(answer.text).one("textarea")["aria-invalid"] == "true"
    assert action not in actions(session)
    answer = desk.send(of(coming, f"/{act}"), {"reason": "Боран"})
    assert (answer.status_code, answer.headers["Location"]) == (303, of(coming))
    assert action in actions(session)
    session.refresh(coming)
    assert "Боран" in (coming.cancel_reason, coming.hidden_reason)
    assert "Боран" in desk.page(of(coming)).one("main").text


def test_what_was_done_is_taken_back(desk: Visitor, session: Session, coming: Event) -> None:
    desk.send(of(coming, "/cancel"), {"reason": "Боран"})
    desk.send(of(coming, "/hide"), {"reason": "Боран"})
    assert desk.send(of(coming, "/restore"), {}).status_code == 303
    assert desk.send(of(coming, "/show"), {}).status_code == 303
    session.refresh(coming)
    assert (coming.status, coming.hidden_by) == ("published", None)
    assert {"event-restored", "event-shown"} <= set(actions(session))


def test_what_is_over_is_not_called_off(desk: Visitor, session: Session, held: Event) -> None:
    assert of(held, "/cancel") not in [link["href"] for link in desk.page(of(held)).all("a")]
    assert desk.send(of(held, "/cancel"), {"reason": "Боран"}).status_code == 409
    session.refresh(held)
    assert held.status == "published"


def test_a_district_is_set_by_hand_and_left_to_the_place(
    desk: Visitor, session: Session, held: Event
) -> None:
    make_district(session, "151010000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_district(session, "153620000", box(59, 48, 60, 49), names={"kk": "Алға ауданы"})
    make_district(session, "751110000", box(76, 43, 77, 44), region_code="KZ-75")
    make_import(session)
    assert desk.send(of(held, "/district"), {"district": "751110000"}).status_code == 422
    assert desk.send(of(held, "/district"), {"district": "153620000"}).status_code == 303
    session.refresh(held)
    assert (held.district_code, held.district_by_hand) == ("153620000", True)
    assert "Алға ауданы" in desk.page(of(held)).one("main").text
    assert desk.send(of(held, "/district"), {"district": ""}).status_code == 303
    session.refresh(held)
    assert (held.district_code, held.district_by_hand) == ("151010000", False)


def test_a_result_is_given_as_people_write_numbers(desk: Visitor, session: Session, held: Event) -> None:
    typed = {"waste.amount": "1 200,5", "waste.unit": "bag", "trees": "12", "area_ha": "0,8", "note": "Көшет"}
    assert desk.send(of(held, "/result"), typed).status_code == 303
    result = session.get_one(EventResult, held.id)
    assert (float(result.waste_amount or 0), result.waste_unit, result.trees, result.yards) == (
        1200.5,
        "bag",
        12,
        None,
    )
    page = desk.page(of(held, "/result"))
    assert page.one("input", name="waste.amount")["value"] == "1200,5"
    assert page.one("input", name="yards")["value"] == ""
    assert (
        desk.send(of(held, "/result"), {"waste.amount": "2", "waste.unit": "t", "trees": ""}).status_code
        == 303
    )
    session.refresh(result)
    assert (float(result.waste_t or 0), result.trees, result.version) == (2.0, None, 2)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"trees": "көп"}, "trees"),
        ({"trees": "-1"}, "trees"),
        ({"waste.amount": "5", "waste.unit": ""}, "waste.unit"),
    ],
)
def test_a_result_that_cannot_be_is_told_beside_its_field(
    desk: Visitor, session: Session, held: Event, typed: dict[str, str], field: str
) -> None:
    answer = desk.send(of(held, "/result"), typed)
    assert answer.status_code == 422
    page = read(answer.text)
    assert page.one(None, id=field)["aria-invalid"] == "true"
    assert session.get(EventResult, held.id) is None


def test_a_result_that_somebody_changed_meanwhile_is_not_overwritten(
    desk: Visitor, session: Session, held: Event
) -> None:
    result = make_result(session, held)
    page = desk.page(of(held, "/result"))
    hidden = {one["name"]: one["value"] for one in page.one("main").one("form").all(type="hidden")}
    result.trees, result.version = 7, 2
    session.commit()
    assert desk.post(of(held, "/result"), data=hidden | {"trees": "9"}).status_code == 412
    session.refresh(result)
    assert result.trees == 7


def test_a_head_count_is_corrected_with_a_reason(desk: Visitor, session: Session, held: Event) -> None:
    group = make_group(session, held, 24)
    path = of(held, f"/groups/{group.id}")
    typed = {"group": "5 мектеп", "people": "42", "minutes": "90"}
    answer = desk.send(path, typed)
    assert answer.status_code == 422
    assert read(answer.text).one("textarea")["aria-invalid"] == "true"
    answer = desk.send(path, typed | {"reason": "Тізім бойынша"})
    assert (answer.status_code, answer.headers["Location"]) == (303, of(held) + "#groups")
    session.refresh(group)
    assert (group.people, group.change_reason) == (42, "Тізім бойынша")
    assert session.scalar(sa.select(sa.func.sum(CountPending.headcount))) == 18
    assert "headcount-given" in actions(session)
    assert desk.send(path, typed | {"minutes": "9999", "reason": "x"}).status_code == 422


def test_a_group_is_added_once_and_taken_back(desk: Visitor, session: Session, held: Event) -> None:
    page = desk.page(of(held, "/groups/new"))
    hidden = {one["name"]: one["value"] for one in page.one("main").one("form").all(type="hidden")}
    typed = hidden | {"group": "Қазпошта", "category": "state", "people": "9", "reason": "Қоңырау шалдым"}
    for _ in range(2):
        assert desk.post(of(held, "/groups/new"), data=typed).status_code == 303
    (group,) = session.scalars(sa.select(Headcount))
    assert (group.group_name, group.category, group.people) == ("Қазпошта", "state", 9)
    path = of(held, f"/groups/{group.id}/take-back")
    assert desk.send(path, {"reason": ""}).status_code == 422
    assert desk.send(path, {"reason": "Келмеген"}).status_code == 303
    session.refresh(group)
    assert group.taken_back


def test_names_of_participants_and_no_phones(desk: Visitor, session: Session, held: Event) -> None:
    goes = make_volunteer(session, display_name="Дәурен Қасымов")
    make_signup(session, held, goes)
    make_attendance(session, held, make_volunteer(session, display_name="Әсем Қуанышқызы"), status="review")
    text = desk.page(of(held, "/people")).one("main").text
    assert "Дәурен Қасымов" in text
    assert "Әсем Қуанышқызы" in text
    assert (goes.phone or "")[-4:] not in text
    assert actions(session) == ["participants-read"]


def test_attendance_is_corrected_and_recorded(desk: Visitor, session: Session, held: Event) -> None:
    person = make_volunteer(session)
    make_signup(session, held, person)
    path = of(held, f"/people/{person.id}")
    typed: dict[str, Any] = {"present": "yes", "minutes": "60", "reason": "Суретте бар"}
    assert desk.send(path, typed).status_code == 303
    (said,) = session.scalars(sa.select(AttendanceDecision))
    assert (said.status, said.minutes, said.reason, said.role) == (
        "counted",
        60,
        "Суретте бар",
        "coordinator",
    )
    assert {"person-read", "attendance-corrected"} <= set(actions(session))
    page = desk.page(path)
    assert page.one("input", type="radio", value="yes").has("checked", "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": "x"}, "present"),
        ({"present": "yes"}, "reason"),
        ({"present": "yes", "minutes": "9999", "reason": "x"}, "minutes"),
        ({"present": "yes", "minutes": "500", "reason": "x"}, "minutes"),
        ({"present": "no", "minutes": "5", "reason": "x"}, "minutes"),
    ],
)
def test_a_correction_that_is_not_whole_changes_nothing(
    desk: Visitor, session: Session, held: Event, typed: dict[str, str], field: str
) -> None:
    person = make_volunteer(session)
    made = make_attendance(session, held, person, status="review")
    answer = desk.send(of(held, f"/people/{person.id}"), typed)
    assert answer.status_code == 422
    assert f"#{field}" in [link["href"] for link in read(answer.text).one("div", class_="errors").all("a")]
    session.refresh(made)
    assert made.status == "review"


def test_who_takes_no_part_is_not_found(desk: Visitor, session: Session, held: Event) -> None:
    assert desk.get(of(held, f"/people/{make_volunteer(session).id}")).status_code == 404
    assert desk.get(of(held, f"/people/{new_id()}")).status_code == 404


def test_ones_own_is_for_somebody_else(
    desk: Visitor, session: Session, coordinator: Volunteer, held: Event
) -> None:
    make_attendance(session, held, coordinator, status="review")
    path = of(held, f"/people/{coordinator.id}")
    assert path not in [link["href"] for link in desk.page(of(held, "/people")).all("a")]
    assert desk.send(path, {"present": "yes", "reason": "x"}).status_code == 403
    make_member(session, held.organization, coordinator, "owner")
    page = desk.page(of(held))
    assert "басқа үйлестіруші" in page.one("main").text
    assert of(held, "/hide") not in [link["href"] for link in page.all("a")]
    assert desk.send(of(held, "/hide"), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("status", ["published", "draft"])
@pytest.mark.parametrize(
    "rest",
    ["", "/cancel", "/hide", "/district", "/result", "/groups/new", "/people", "/people/{person}"],
)
def test_another_regions_event_is_closed(
    visitor: Visitor, session: Session, held: Event, status: str, rest: str
) -> None:
    held.status = status
    person = make_volunteer(session, display_name="Дәурен Қасымов")
    make_attendance(session, held, person)
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    answer = visitor.get(of(held, rest.format(person=person.id)))
    assert answer.status_code == (403 if status == "published" else 404)
    assert "Дәурен" not in answer.text
    assert "Елек" not in answer.text
