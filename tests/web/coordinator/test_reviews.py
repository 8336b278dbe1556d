"""Doubts, twenty at a time: the evidence in words, one reason for those that are ticked."""

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Attendance, AttendanceDecision, Event, Volunteer
from service.models.base import new_id
from tests.makers import make_attendance, make_coordinator, make_event, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

LIST = "/kk/coordinator/reviews"


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session)


@pytest.fixture
def doubted(session: Session, event: Event) -> list[Attendance]:
    return [
        make_attendance(
            session,
            event,
            make_volunteer(session, display_name=f"Адам {number}"),
            status="review",
            reasons=["distance"],
            distance_m=640,
        )
        for number in range(3)
    ]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("query", ["", "?reason=distance", "?reason=cancelled"])
def test_the_page_is_whole(desk: Visitor, doubted: list[Attendance], language: str, query: str) -> None:
    desk.page(f"/{language}/coordinator/reviews{query}")


def test_the_ticked_ones_are_decided_with_a_ready_reason(
    desk: Visitor, session: Session, doubted: list[Attendance]
) -> None:
    ticked = [str(one.id) for one in doubted[:2]]
    answer = desk.send(LIST, {"ids": ticked, "decision": "accept", "ready": "organizer-confirms"})
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    for one in doubted:
        session.refresh(one)
    assert [one.status for one in doubted] == ["counted", "counted", "review"]
    said = session.query(AttendanceDecision).all()
    assert {one.reason for one in said} == {"Ұйымдастырушы қатысуды растады"}
    page = desk.page(LIST)
    assert "Шешілді: 2" in page.one("main").text
    assert len(page.all("input", name="ids")) == 1


def test_ones_own_words_stand_before_the_ready_ones(
    desk: Visitor, session: Session, doubted: list[Attendance]
) -> None:
    typed = {"ids": str(doubted[0].id), "decision": "reject", "ready": "far-away", "reason": "Суретте жоқ"}
    assert desk.send(LIST, typed).status_code == 303
    (said,) = session.query(AttendanceDecision)
    assert (said.status, said.reason) == ("rejected", "Суретте жоқ")


@pytest.mark.parametrize(
    "typed",
    [
        {"decision": "accept", "ready": "was-there"},
        {"ids": "x", "decision": "accept", "ready": "was-there"},
        {"ids": "{id}", "decision": "accept"},
        {"ids": "{id}", "decision": "perhaps", "ready": "was-there"},
        {"ids": "{id}", "decision": "accept", "ready": "because"},
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_decided(
    desk: Visitor, session: Session, doubted: list[Attendance], typed: dict[str, str]
) -> None:
    sent = {name: value.format(id=doubted[0].id) for name, value in typed.items()}
    answer = desk.send(LIST, sent)
    assert answer.status_code == 422
    assert len(read(answer.text).all("input", name="ids")) == 3
    session.refresh(doubted[0])
    assert doubted[0].status == "review"


def test_what_somebody_else_decided_meanwhile_stays(
    desk: Visitor, session: Session, doubted: list[Attendance]
) -> None:
    page = desk.page(LIST)
    hidden = {
        one["name"]: one["value"] for one in page.one("main").one("form", method="post").all(type="hidden")
    }
    first = str(doubted[0].id)
    desk.send(LIST, {"ids": first, "decision": "reject", "ready": "no-answer"})
    ids = [first, str(doubted[1].id)]
    desk.post(LIST, data=hidden | {"ids": ids, "decision": "accept", "ready": "was-there"})
    for one in doubted:
        session.refresh(one)
    assert [one.status for one in doubted] == ["rejected", "counted", "review"]
    assert "Қалғаны: 1" in desk.page(LIST).one("main").text


def test_ones_own_attendance_is_for_somebody_else(
    desk: Visitor, session: Session, event: Event, coordinator: Volunteer
) -> None:
    own = make_attendance(session, event, coordinator, status="review", reasons=["distance"])
    make_attendance(session, event, make_volunteer(session), status="review", reasons=["distance"])
    assert str(own.id) not in desk.get(LIST).text
    desk.send(LIST, {"ids": str(own.id), "decision": "accept", "ready": "was-there"})
    session.refresh(own)
    assert own.status == "review"


def test_another_regions_doubts_are_neither_shown_nor_decided(
    visitor: Visitor, session: Session, doubted: list[Attendance]
) -> None:
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    other = make_event(session, region_code="KZ-75")
    make_attendance(session, other, make_volunteer(session), status="review", reasons=["distance"])
    assert "Адам 0" not in visitor.page(LIST).text
    visitor.send(LIST, {"ids": str(doubted[0].id), "decision": "accept", "ready": "was-there"})
    session.refresh(doubted[0])
    assert doubted[0].status == "review"


def test_the_evidence_is_said_in_words_and_drawn(
    desk: Visitor, session: Session, doubted: list[Attendance]
) -> None:
    text = desk.page(LIST).one("ul", id="ids").text
    assert "аумаққа дейін: 640 м" in text


def test_more_than_a_page_are_not_decided_at_once(
    desk: Visitor, session: Session, doubted: list[Attendance]
) -> None:
    ids = [str(doubted[0].id), *(str(new_id()) for _ in range(20))]
    answer = desk.send(LIST, {"ids": ids, "decision": "accept", "ready": "was-there"})
    assert answer.status_code == 422
    assert "20" in read(answer.text).one(class_="errors").text
    session.refresh(doubted[0])
    assert doubted[0].status == "review"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("accuracy", "Орналасқан жердің дәлдігі төмен болды."),
        ("overlap", "Осы уақытта басқа іс-шарада да белгіленген."),
    ],
)
def test_a_doubt_is_not_told_to_staff_as_if_it_was_about_them(
    desk: Visitor, session: Session, event: Event, reason: str, said: str
) -> None:
    make_attendance(session, event, make_volunteer(session), status="review", reasons=[reason])
    assert desk.page(LIST).one("ul", class_="evidence").all("b")[0].text == said


def test_all_of_a_page_can_be_ticked_at_once(desk: Visitor, doubted: list[Attendance]) -> None:
    page = desk.page(LIST)
    assert not any(box.has("checked", "") for box in page.all("input", name="ids"))
    (tick_all,) = (link["href"] for link in page.one("main").all("a") if "белгілеу" in link.text)
    boxes = desk.page(tick_all).all("input", name="ids")
    assert [box.has("checked", "") for box in boxes] == [True] * 3
    ticked = {"ids": [box["value"] for box in boxes[:1]], "decision": "accept", "ready": "was-there"}
    assert desk.send(tick_all, ticked).headers["Location"] == LIST


def test_where_nothing_is_ticked_the_page_says_what_to_do(desk: Visitor, doubted: list[Attendance]) -> None:
    answer = desk.send(LIST, {"decision": "accept", "ready": "was-there"})
    assert answer.status_code == 422
    assert "Кемінде біреуін белгілеңіз." in read(answer.text).one("div", class_="errors").text
