"""My data: a copy, consents, honours, and being erased, on pages."""

import json
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Consent, HonoursAgreement, Milestone, PageSession, Volunteer
from tests.conftest import NOW
from tests.makers import make_counted, make_event, make_organization, make_volunteer
from tests.web.visitor import Visitor

DATA, ERASE = "/kk/account/data", "/kk/account/data/erase"


def test_a_copy_is_a_file_and_the_third_in_an_hour_is_refused(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session, display_name="Көшірме Иесі")
    visitor.sign_in(session, person)
    for _ in range(2):
        answer = visitor.send(DATA, {}, of="copy-form")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == 'attachment; filename="tazalyq-my-data.json"'
        held = json.loads(answer.text)["held"]
        assert held["volunteer"]["rows"][0]["display_name"] == "Көшірме Иесі"
        assert held["page_session"]["rows"][0]["browser"] is not None
    assert visitor.send(DATA, {}, of="copy-form").status_code == 429


def test_the_word_erases_and_signs_out(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session)
    person_id = person.id
    make_counted(session, make_event(session, starts_at=NOW - timedelta(days=3)), person)
    visitor.sign_in(session, person)
    wrong = visitor.send(ERASE, {"word": "жойма"}, of="erase")
    assert wrong.status_code == 422
    assert "Сөз сәйкес келмеді" in wrong.text
    assert session.get(Volunteer, person.id) is not None
    answer = visitor.send(ERASE, {"word": " жою "}, of="erase")
    assert answer.status_code == 303
    assert "Деректеріңіз жойылды" in visitor.page(answer.location).text
    session.expire_all()
    assert session.scalars(sa.select(Volunteer.id).where(Volunteer.id == person_id)).all() == []
    assert session.scalars(sa.select(PageSession)).all() == []
    assert visitor.get(DATA).status_code == 303


def test_a_guardian_reads_what_their_erasure_is_to_the_child(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_volunteer(session))
    assert "баланың алдағы жазылулары тоқтатылады" in visitor.page(ERASE).one("main").text


def test_who_is_needed_reads_what_to_do_first(visitor: Visitor, session: Session) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner, name={"kk": "Таза Ақтөбе"})
    visitor.sign_in(session, owner)
    page = visitor.page(ERASE)
    assert "жалғыз әкімшісісіз: Таза Ақтөбе" in page.text
    assert page.all("form", id="erase") == []
    hidden = {
        one["name"]: one["value"] for one in visitor.page(DATA).one("form", id="copy-form").all(type="hidden")
    }
    refused = visitor.post(ERASE, data=hidden | {"word": "ЖОЮ"})
    assert refused.status_code == 409
    assert session.get(Volunteer, owner.id) is not None


def test_consents_are_withdrawn_and_given_with_their_history(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session)
    visitor.sign_in(session, person)
    path = "/ru/account/consents"
    page = visitor.page(path)
    assert page.text.count("Дано: ") == 2
    assert visitor.send(path, {}, of="withdraw-cross_border").location == path
    page = visitor.page(path)
    assert "Отозвано: " in page.text
    assert page.all("form", id="withdraw-cross_border") == []
    assert visitor.send(path, {}, of="give-cross_border").location == path
    rows = session.scalars(sa.select(Consent).where(Consent.name == "cross_border")).all()
    assert sorted(row.withdrawn_at is None for row in rows) == [False, True]


def test_milestones_and_being_named(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session)
    session.add(Milestone(volunteer_id=person.id, what="events", number=5, reached_at=NOW))
    visitor.sign_in(session, person)
    path = "/kk/account/honours"
    assert "Іс-шаралар: 5" in visitor.page(path).text
    visitor.send(path, {}, of="public-form")
    assert session.get(HonoursAgreement, person.id) is not None
    visitor.send(path, {}, of="public-form")
    session.expire_all()
    assert session.get(HonoursAgreement, person.id) is None


def test_a_minor_is_never_named(visitor: Visitor, session: Session) -> None:
    child = make_volunteer(
        session, birth_date=date(2010, 1, 1), guardian_name="А", guardian_phone="+77019998866"
    )
    visitor.sign_in(session, child)
    page = visitor.page("/kk/account/honours")
    assert page.all("form", id="public-form") == []
    hidden = {
        one["name"]: one["value"] for one in visitor.page(DATA).one("form", id="copy-form").all(type="hidden")
    }
    assert visitor.post("/kk/account/honours", data=hidden | {"public": "yes"}).status_code == 409
    assert session.get(HonoursAgreement, child.id) is None
