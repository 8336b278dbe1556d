"""My certificates on pages, and what everybody sees by their codes."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Attendance, Certificate, Volunteer
from tests.conftest import NOW
from tests.makers import make_attendance, make_event
from tests.web.html import Element, read
from tests.web.visitor import Visitor

MINE = "/kk/account/certificates"
CODE_OF_NONE = "AAAAAAAAAAAAAAAA"


@pytest.fixture
def attended(session: Session, volunteer: Volunteer) -> Attendance:
    event = make_event(session, starts_at=NOW - timedelta(days=3))
    return make_attendance(session, event, volunteer, minutes=130, assumed_minutes=25)


def said(page: Element) -> str:
    return " ".join(page.one("main").text.split())


def make(mine: Visitor, session: Session, **typed: Any) -> Certificate:
    answer = mine.send(MINE, {"period": "year", "from": "", "to": "", "lang": "kk"} | typed)
    assert answer.status_code == 303, answer.text
    return session.scalars(sa.select(Certificate).order_by(Certificate.id.desc())).first()  # type: ignore[return-value] # it was made


def test_made_downloaded_shared_and_taken_back(mine: Visitor, session: Session, attended: Attendance) -> None:
    made = make(mine, session)
    assert (made.first_day.isoformat(), made.last_day.isoformat()) == ("2026-01-01", "2026-05-16")
    page = mine.page(MINE)
    text = said(page)
    assert "Жарамды" in text
    assert "1 сағ 45 мин" in text
    paper = mine.get(page.one("a", href=f"{MINE}/{made.id}.pdf")["href"])
    assert paper.data.startswith(b"%PDF")
    assert any(one["href"].startswith("https://wa.me/") for one in page.one("main").all("a"))
    asked = said(mine.page(f"{MINE}/{made.id}/delete"))
    assert "1 қаңтар – 16 мамыр 2026 · 2 сағ 10 мин" in asked
    assert mine.send(f"{MINE}/{made.id}/delete", {}).status_code == 303
    session.refresh(made)
    assert (made.status, made.name) == ("revoked", None)
    assert f"{MINE}/{made.id}.pdf" not in mine.get(MINE).text


def test_of_days_of_ones_own_choice(mine: Visitor, session: Session, attended: Attendance) -> None:
    """They stand in place of the year that is chosen; the fields are open when they are filled."""
    assert "open" not in mine.page(MINE).one("main").one("details").attributes
    made = make(mine, session, **{"from": "2026-05-01", "to": "2026-05-15"})
    assert (made.first_day.isoformat(), made.last_day.isoformat()) == ("2026-05-01", "2026-05-15")


def test_the_same_again_makes_no_second_one(mine: Visitor, session: Session, attended: Attendance) -> None:
    assert make(mine, session).id == make(mine, session).id
    assert make(mine, session, lang="ru").language == "ru"


def test_of_all_time_it_begins_with_the_first_event(
    mine: Visitor, session: Session, attended: Attendance, volunteer: Volunteer
) -> None:
    make_attendance(session, make_event(session, starts_at=NOW - timedelta(days=500)), volunteer)
    made = make(mine, session, period="all")
    assert made.first_day == (NOW - timedelta(days=500)).date()
    assert made.events == 2


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"from": "2026-05-10"}, {"to"}),
        ({"to": "2026-05-10"}, {"from"}),
        ({"period": "days"}, {"period"}),
        ({"from": "2026-05-10", "to": "2026-05-01"}, {"to"}),
        ({"from": "2026-05-10", "to": "2026-06-01"}, {"to"}),
        ({"from": "1990-05-10", "to": "2026-05-01"}, {"from"}),
        ({"from": "кеше", "to": "2026-05-01"}, {"from"}),
        ({"lang": "tr"}, {"lang"}),
        ({"from": "2026-01-01", "to": "2026-01-02"}, set()),
    ],
)
def test_what_cannot_be_made_says_why(
    mine: Visitor, session: Session, attended: Attendance, typed: dict[str, str], fields: set[str]
) -> None:
    answer = mine.send(MINE, {"period": "year", "from": "", "to": "", "lang": "kk"} | typed)
    assert answer.status_code == 422
    for name in fields:
        assert f'href="#{name}"' in answer.text
    assert fields or "есепке алынған қатысу жоқ" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 0


def test_by_its_code_everybody_reads_whether_it_holds(
    mine: Visitor, visitor: Visitor, session: Session, attended: Attendance
) -> None:
    made = make(mine, session)
    path = f"/kk/certificates/{made.code}"
    answer = visitor.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = said(visitor.page(path))
    assert "Жарамды: қазіргі деректермен сәйкес." in text
    for part in (
        "1 сағ 45 мин",
        "25 мин",
        "А. С.",
        "1 қаңтар – 16 мамыр 2026",
        "Берілген уақыты16 мамыр 2026",
    ):
        assert part in text
    assert "Айгүл" not in answer.text
    attended.minutes = 140
    session.commit()
    changed = said(visitor.page(path))
    assert "сағаттар өзгерген" in changed
    attended.status = "rejected"
    session.commit()
    gone = said(visitor.page(path))
    assert "сертификат қайтарылған" in gone
    for told in (changed, gone):
        assert "сағ " not in told
        assert "А. С." not in told


@pytest.mark.parametrize("code", [CODE_OF_NONE, "x", "A" * 300, "%00", "%F0%9F%92%A9"])
def test_a_code_that_is_none(visitor: Visitor, code: str) -> None:
    answer = visitor.get(f"/kk/certificates/{code}")
    assert answer.status_code == 404
    assert "Мұндай сертификат жоқ" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_code_can_be_typed_again(
    visitor: Visitor, mine: Visitor, session: Session, attended: Attendance
) -> None:
    made = make(mine, session)
    form = read(visitor.get(f"/kk/certificates/{CODE_OF_NONE}").text).one("form", id="again")
    assert form["action"] == "/kk/certificates"
    assert visitor.get("/kk/certificates").status_code == 200
    code = f"{made.code[:4]}-{made.code[4:]} /?#"
    answer = visitor.get("/kk/certificates", query_string={"code": code})
    assert (answer.status_code, answer.location) == (302, f"/kk/certificates/{made.code}")
    assert visitor.get("/kk/certificates", query_string={"code": "А-Б / "}).status_code == 200
