"""Signing in where somebody lies in wait: at a computer of many people, behind an address of many."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import SecretUse, Volunteer
from service.people import web_sign_ins
from service.platform import usage_limits
from tests.conftest import NOW
from tests.makers import make_volunteer
from tests.web.test_sign_in import SIGN_IN, Login, ask_code, code_of, hidden_of, is_in, type_code
from tests.web.visitor import Visitor


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def asked_too_often(session: Session) -> None:
    """Somebody has opened the page all the time: it shows no more codes to this address in this hour."""
    usage_limits.count_use(session, "web-sign-in:127.0.0.1", NOW, web_sign_ins.CODES_AN_HOUR)
    session.execute(sa.update(SecretUse).values(uses=web_sign_ins.CODES_AN_HOUR))
    session.commit()


def test_who_took_the_browsers_cookie_along_does_not_come_in_with_its_next_person(
    app: Tazalyq, visitor: Visitor, client: FlaskClient, login: Login, person: Volunteer
) -> None:
    left = visitor.page(SIGN_IN).one("form", id="by-phone")
    cookie = visitor.get_cookie("tazalyq_dev")
    assert cookie is not None
    thief = Visitor(app, app.response_class, use_cookies=True)
    thief.set_cookie("tazalyq_dev", cookie.value)
    form = visitor.page(SIGN_IN).one("form", id="by-phone")
    code = hidden_of(form)["shown"]
    client.post(f"/v1/me/web-sign-ins/{code}", headers=login(person))
    for theirs in (left, thief.page(SIGN_IN).one("form", id="by-phone")):
        answer = thief.post(theirs["action"], data=hidden_of(theirs) | {"shown": code})
        assert answer.location == SIGN_IN
    assert not is_in(thief)
    assert visitor.post(form["action"], data=hidden_of(form)).location == "/kk/account/going"


@pytest.mark.usefixtures("asked_too_often")
def test_a_number_leads_in_where_no_phone_can_let_browsers_in(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    page = visitor.page(SIGN_IN)
    assert page.all("form", id="by-phone") == []
    assert "Тым жиі" in page.text
    asked = ask_code(visitor, person.phone)
    assert type_code(visitor, asked, code_of(session, person.phone)).location == "/kk/account/going"


@pytest.mark.usefixtures("asked_too_often")
def test_a_wrong_number_is_told_to_be_one_there_too(visitor: Visitor) -> None:
    form = visitor.page(SIGN_IN).one("form", id="by-code")
    answer = visitor.post(form["action"], data=hidden_of(form) | {"phone": "12"})
    assert answer.status_code == 422
