"""My record on pages: the sums, what stands behind a line, what was refused, and how one is heard."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import (
    Appeal,
    Attendance,
    AttendanceDecision,
    Event,
    PresenceRecord,
    RefusalAppeal,
    RefusedRecord,
    Volunteer,
)
from service.models.base import new_id
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, make_attendance, make_contact, make_event, make_volunteer
from tests.web.html import Element
from tests.web.visitor import Visitor

RECORD = "/kk/account/record"
SAID = "Мені ұйымдастырушы көрді"


def said(page: Element) -> str:
    return " ".join(page.one("main").text.split())


def refuse(session: Session, event: Event, person: Volunteer, **changes: Any) -> RefusedRecord:
    values: dict[str, Any] = {
        "sender_id": person.id,
        "id": uuid4(),
        "event_id": event.id,
        "captured_at": event.starts_at,
        "received_at": event.starts_at,
        "refused_as": "outside-area",
        "distance_m": 5_432,
        "accuracy_m": 12.0,
    }
    made = RefusedRecord(**values | changes)
    session.add(made)
    session.flush()
    return made


def make_record(session: Session, attended: Attendance) -> None:
    session.add(
        PresenceRecord(
            sender_id=attended.volunteer_id,
            id=attended.id,
            content_hash=b"",
            type="check_in",
            event_id=attended.event_id,
            installation_id="phone",
            captured_at=attended.checked_in_at,
            received_at=attended.checked_in_at,
            latitude=AKTOBE[0] + 0.006,
            longitude=AKTOBE[1],
            accuracy_m=25,
            mocked=False,
            code_is_right=False,
            day=NOW.date(),
            distance_m=520,
            status="review",
            evidence="gps",
            reasons=["distance"],
        )
    )
    session.flush()


def decide(session: Session, attended: Attendance, by: Volunteer, role: str, status: str = "counted") -> None:
    session.add(
        AttendanceDecision(
            attendance_id=attended.id,
            role=role,
            status=status,
            reason="",
            decided_by=by.id,
            decided_at=NOW,
            after={},
        )
    )
    session.flush()


def over(session: Session, **changes: Any) -> Event:
    return make_event(session, starts_at=NOW - timedelta(days=1), **changes)


def test_hours_stand_proven_and_assumed_apart_with_the_lines_below(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    make_attendance(session, over(session), volunteer, minutes=130)
    half = over(session, title={"kk": "Жартылай"})
    make_attendance(session, half, volunteer, minutes=150, assumed_minutes=25, minutes_assumed=True)
    last_year = make_event(session, starts_at=NOW - timedelta(days=200), title={"kk": "Былтыр"})
    make_attendance(session, last_year, volunteer, minutes=60)
    make_attendance(session, over(session, title={"kk": "Күмән"}), volunteer, status="review", minutes=60)
    make_attendance(session, over(session, title={"kk": "Жоқ"}), volunteer, status="rejected", minutes=0)
    make_attendance(session, over(session, title={"kk": "Бөтен"}), make_volunteer(session))
    page = mine.page(RECORD)
    text = said(page)
    assert page.one("p", class_="figure-first").one("span", class_="figure-value").text == "5 сағ 15 мин"
    assert "25 минболжамды уақыт" in text
    assert "Іс-шаралар: 3 · биылғы барлық уақыт: 4 сағ 40 мин" in text
    rows = {" ".join(row.text.split()) for row in page.one("main").all("li")}
    assert len(rows) == 5
    assert any("Жартылай" in row and "Есепке алынды" in row and "болжамды" in row for row in rows)
    assert any("Күмән" in row and "Тексеруде" in row for row in rows)
    assert any("Жоқ" in row and "Есепке алынбады" in row for row in rows)
    assert "Қабылданбаған" not in text


def test_it_is_paged(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    for n in range(21):
        event = over(session, title={"kk": f"Іс {n}"})
        make_attendance(session, event, volunteer, checked_in_at=NOW - timedelta(minutes=n))
    first = mine.page(RECORD)
    assert len(first.one("main").all("li")) == 20
    second = mine.page(first.one("a", rel="next")["href"])
    assert "Іс 20" in second.one("main").one("li").text


def test_nobody_is_told_where_to_go(visitor: Visitor, mine: Visitor) -> None:
    assert "Әзірге қатысу жоқ" in said(mine.page(RECORD))


@pytest.mark.parametrize("path", [RECORD, RECORD + "/refused", "/kk/account/certificates"])
def test_who_is_not_signed_in_is_asked_to(visitor: Visitor, path: str) -> None:
    assert "sign-in" in visitor.get(path).headers["Location"]


def test_what_stands_behind_a_line_is_said_in_words_and_drawn(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event = over(session)
    attended = make_attendance(session, event, volunteer, status="review", reasons=["distance"])
    make_record(session, attended)
    page = mine.page(f"{RECORD}/{event.id}")
    text = said(page)
    assert "Телефон көрсеткен орын іс-шара аумағынан тыс." in text
    assert "келді · аумаққа дейін: 520 м · дәлдігі: 25 м" in text
    assert page.one("svg", role="img")["aria-label"].startswith("Жоспар: ")
    assert "Бұл мен емеспін" not in text


def test_anothers_is_nobodys(mine: Visitor, session: Session) -> None:
    event, other = over(session), make_volunteer(session)
    make_attendance(session, event, other)
    refuse(session, over(session), other)
    assert mine.get(f"{RECORD}/{event.id}").status_code == 404
    assert mine.post(f"{RECORD}/{event.id}/not-me", data={"sure": "yes"}).status_code in (403, 404)


def test_a_doubt_is_answered_once(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    event = over(session)
    attended = make_attendance(session, event, volunteer, status="review", reasons=["distance"])
    path = f"{RECORD}/{event.id}"
    empty = mine.send(path, {"text": ""})
    assert empty.status_code == 422
    assert mine.send(path, {"text": SAID}).status_code == 303
    appeal = session.get_one(Appeal, attended.id)
    assert appeal.text == SAID
    text = said(mine.page(path))
    assert SAID in text
    assert "Үйлестіруші қарап жатыр" in text
    assert mine.page(path).all("form", method="post") == []


def test_pressed_twice_it_is_one_answer(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    event = over(session)
    make_attendance(session, event, volunteer, status="rejected", minutes=0)
    path = f"{RECORD}/{event.id}"
    (form,) = mine.page(path).all("form", method="post")
    typed = {one["name"]: one["value"] for one in form.all(type="hidden")} | {"text": SAID}
    assert [mine.post(path, data=typed).status_code for _ in range(2)] == [303, 303]
    assert session.scalar(sa.select(sa.func.count()).select_from(Appeal)) == 1
    assert mine.post(path, data=typed | {"id": str(new_id())}).status_code == 409


def test_a_refusal_says_what_was_measured_and_allowed_and_when_it_is_heard(
    mine: Visitor, session: Session, volunteer: Volunteer, clock: FixedClock
) -> None:
    event = make_event(session)
    refuse(session, event, volunteer)
    assert "Қабылданбаған белгілер" in said(mine.page(RECORD))
    assert "Қайта қарау басталатын уақыт" in said(mine.page(f"{RECORD}/refused"))
    text = said(mine.page(f"{RECORD}/{event.id}"))
    assert "Телефон көрсеткен орын аумақтан тым алыс болды." in text
    assert "аумаққа дейін: 5,4 км · рұқсат етілгені: 100 м · дәлдігі: 12 м" in text
    assert "Басталуы: сб, 16 мамыр, 13:00" in text
    assert mine.page(f"{RECORD}/{event.id}").all("form", method="post") == []


def test_a_refusal_is_answered_once_and_its_answer_read(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event = over(session)
    refuse(session, event, volunteer)
    path = f"{RECORD}/{event.id}"
    assert "сұрауға болады" in said(mine.page(f"{RECORD}/refused"))
    assert mine.send(path, {"text": SAID}).status_code == 303
    asked = session.get_one(RefusalAppeal, (event.id, volunteer.id))
    assert (asked.text, asked.distance_m) == (SAID, 5_432)
    assert "Үйлестіруші қарап жатыр" in said(mine.page(path))
    asked.decision, asked.decided_by, asked.decided_at = "rejected", volunteer.id, NOW
    asked.reason = "Сізді ешкім көрмеген"
    session.commit()
    assert "Қайта қаралды, есепке алынбады: Сізді ешкім көрмеген" in said(mine.page(path))
    assert "есепке алынбады" in said(mine.page(f"{RECORD}/refused"))


def test_an_accepted_appeal_of_a_refusal_still_stands_on_its_page(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event = over(session)
    refuse(session, event, volunteer)
    path = f"{RECORD}/{event.id}"
    assert mine.send(path, {"text": SAID}).status_code == 303
    asked = session.get_one(RefusalAppeal, (event.id, volunteer.id))
    asked.decision, asked.decided_by, asked.decided_at = "counted", volunteer.id, NOW
    make_attendance(session, event, volunteer, id=asked.attendance_id, evidence="organizer")
    session.commit()
    text = said(mine.page(path))
    assert SAID in text
    assert "Үйлестіруші қарады" in text


def test_whom_to_ask_is_the_regions_contact_where_event_and_organization_have_none(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event, holder = over(session, region_code="KZ-15"), make_volunteer(session)
    refuse(session, event, volunteer)
    make_contact(session, holder)
    assert "Сұрақ болса: Ерлан Сейітұлы" in said(mine.page(f"{RECORD}/{event.id}"))


def test_of_nothing_that_stands_behind_nothing_is_said(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event = over(session)
    make_attendance(session, event, volunteer, minutes=130, assumed_minutes=25)
    text = said(mine.page(f"{RECORD}/{event.id}"))
    assert "Неге сүйенеді" not in text
    assert "Расталған уақыт1 сағ 45 мин" in text


def test_who_was_ticked_on_a_list_may_say_that_was_not_me(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event = over(session)
    attended = make_attendance(session, event, volunteer, evidence="organizer", decision="counted")
    decide(session, attended, make_volunteer(session), "organizer")
    path = f"{RECORD}/{event.id}"
    assert "Бұл мен емеспін" in said(mine.page(path))
    assert event.title["kk"] in said(mine.page(f"{path}/not-me"))
    assert mine.send(f"{path}/not-me", {}).status_code == 303
    session.refresh(attended)
    assert attended.status == "rejected"
    text = said(mine.page(path))
    assert "Есепке алынбады" in text
    assert "Адамның өзі" in text
    assert mine.page(path).all("a", href=f"{path}/not-me") == []
