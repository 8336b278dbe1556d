"""Who coordinates which region, on the pages of national coordinators."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.access import Actor
from service.models import AuditAction, AuditEntry, Coordinator, Volunteer
from service.people import coordinators, second_factor
from tests.conftest import NOW, test_settings
from tests.makers import make_coordinator, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

PATH = "/kk/coordinator/coordinators"
SECRET = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")


@pytest.fixture
def national(visitor: Visitor, session: Session) -> Visitor:
    visitor.sign_in(session, make_coordinator(session, "*", display_name="Сәуле Әбілқасымқызы"))
    return visitor


def regions_of(session: Session, person: Volunteer) -> dict[str, bool]:
    session.expire_all()
    return dict(coordinators.regions_of(session, person.id))


def actions(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole(national: Visitor, session: Session, language: str) -> None:
    person = make_coordinator(session, "KZ-75", display_name="Болат Ахметов")
    assert "Болат Ахметов" in national.page(f"/{language}/coordinator/coordinators").text
    assert national.page(f"/{language}/coordinator/coordinators/{person.id}/remove").one("nav", class_="tabs")


def test_the_secret_of_who_is_appointed_is_shown_once(national: Visitor, session: Session) -> None:
    person = make_volunteer(session, phone="+77012223344")
    answer = national.send(PATH, {"phone": "8 701 222 33 44", "region": "KZ-75"})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    (secret,) = SECRET.findall(read(answer.text).one("main").text)
    assert regions_of(session, person) == {"KZ-75": False}
    assert AuditAction.COORDINATOR_APPOINTED in actions(session)
    assert not SECRET.search(national.page(PATH).text)
    caller = Actor(person.id, person.phone, "kk", {}, frozenset({"KZ-75"}))
    key = test_settings().secret_key
    assert second_factor.begin(session, caller, secret, NOW, key, proven=False).uri


def test_the_whole_country_is_a_choice(national: Visitor, session: Session) -> None:
    person = make_volunteer(session, phone="+77012223344")
    assert national.send(PATH, {"phone": "+77012223344", "region": ""}).status_code == 200
    assert regions_of(session, person) == {"*": False}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"phone": "+77019998877", "region": "KZ-75"}, "phone"),
        ({"phone": "abc", "region": "KZ-75"}, "phone"),
        ({"phone": "", "region": "KZ-75"}, "phone"),
        ({"phone": "+77012223344", "region": "KZ-99"}, "region"),
        ({"phone": "+77012223344", "region": "*"}, "region"),
    ],
)
def test_who_cannot_be_appointed_is_told(
    national: Visitor, session: Session, typed: dict[str, str], field: str
) -> None:
    person = make_volunteer(session, phone="+77012223344")
    answer = national.send(PATH, typed)
    assert answer.status_code == 422
    (bad,) = read(answer.text).all(aria_invalid="true") or [
        one for one in read(answer.text).all() if one.has("aria-invalid", "true")
    ]
    assert bad["id"] == field
    assert regions_of(session, person) == {}


def test_a_resting_role_is_confirmed(national: Visitor, session: Session) -> None:
    person = make_coordinator(session, "KZ-75", phone=None, subject="firebase:1")
    session.execute(sa.update(Coordinator).where(Coordinator.volunteer_id == person.id).values(resting=True))
    session.commit()
    page = national.page(PATH)
    (form,) = [one for one in page.all("form") if one.attributes.get("action", "").endswith("/confirm")]
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    assert national.post(form["action"], data=hidden | {"region": "KZ-15"}).status_code == 404
    assert national.post(form["action"], data=hidden | {"region": "Мәскеу"}).status_code == 303
    assert regions_of(session, person) == {"KZ-75": True}
    assert national.post(form["action"], data=hidden).status_code == 200
    assert regions_of(session, person) == {"KZ-75": False}
    assert actions(session).count(AuditAction.COORDINATOR_APPOINTED) == 1


def test_removing_is_asked_again(national: Visitor, session: Session) -> None:
    person = make_coordinator(session, "KZ-75")
    path = f"{PATH}/{person.id}/remove"
    token = national.page(path).one("main").one("form", method="post").one(name="csrf_token")["value"]
    assert national.post(path, data={"csrf_token": token}).status_code == 200
    assert regions_of(session, person) == {"KZ-75": False}
    assert national.send(path, {}).status_code == 303
    assert regions_of(session, person) == {}
    assert national.get(path).headers["Location"] == PATH


def test_the_last_national_one_stays(national: Visitor, session: Session) -> None:
    (one,) = session.scalars(sa.select(Coordinator.volunteer_id))
    assert national.send(f"{PATH}/{one}/remove", {}).status_code == 409
    assert session.scalar(sa.select(sa.func.count()).select_from(Coordinator)) == 1


def test_a_regions_coordinator_sees_none_of_it(desk: Visitor, session: Session) -> None:
    person = make_volunteer(session, phone="+77012223344")
    assert "coordinator/coordinators" not in desk.page("/kk/coordinator/people").text
    assert desk.get(PATH).status_code == 403
    for act in ("", f"/{person.id}/confirm", f"/{person.id}/remove"):
        assert desk.post(PATH + act, data={"phone": "+77012223344"}).status_code == 403
    assert regions_of(session, person) == {}
