"""Door (b) with Firebase: its script, Google's hosts on the sign-in page alone, whom its tokens let in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from http_base.identity import Unauthenticated
from service.models import PageSession, Volunteer
from service.people.identities import Identity
from service.platform import settings
from tests.conftest import NOW
from tests.makers import make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor
from web import sign_in

SIGN_IN = "/kk/sign-in"


class Verifier:
    """Takes one token, of this person, who signed in at `signed_in_at`."""

    def __init__(self, person: Volunteer, signed_in_at: datetime) -> None:
        assert person.subject is not None
        assert person.phone is not None
        self.identity = Identity(person.subject, person.phone, NOW, signed_in_at)

    def verify(self, token: str) -> Identity:
        if token != "good":
            raise Unauthenticated
        return self.identity

    def prepare(self) -> None:
        """Nothing."""

    def describe(self) -> dict[str, str]:
        return {}


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def firebase(app: Tazalyq, person: Volunteer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tazalyq]:
    services = app.extensions["tazalyq"]
    before = services.settings
    services.settings = replace(
        before,
        firebase_project_id="taza",
        firebase_web_api_key="key-of-the-web",
        firebase_auth_domain="taza.firebaseapp.com",
    )
    services.verifier = Verifier(person, NOW)
    monkeypatch.setattr(sign_in, "asset", lambda _name: "/static/sign-in.js")
    yield app
    services.settings = before


def send(visitor: Visitor, token: str) -> str | None:
    return visitor.send(SIGN_IN, {"token": token}, of="by-token").location


def test_googles_hosts_stand_in_the_policy_of_this_page_alone(firebase: Tazalyq, visitor: Visitor) -> None:
    policy = visitor.get(SIGN_IN).headers["Content-Security-Policy"]
    assert "script-src 'self' https://www.google.com" in policy
    assert "frame-src 'self' https://www.google.com https://taza.firebaseapp.com" in policy
    assert "connect-src 'self' https://identitytoolkit.googleapis.com" in policy
    assert "google" not in visitor.get("/kk/").headers["Content-Security-Policy"]
    box = visitor.page(SIGN_IN).one("div", id="by-firebase")
    assert (box["data-key"], box["data-project"]) == ("key-of-the-web", "taza")
    # Without a script the other door is all there is.
    assert "hidden" in box.attributes


def test_where_it_is_not_set_up_the_phone_is_the_door(firebase: Tazalyq, visitor: Visitor) -> None:
    services = firebase.extensions["tazalyq"]
    services.settings = replace(services.settings, firebase_web_api_key=None)
    answer = visitor.get(SIGN_IN)
    assert "google" not in answer.headers["Content-Security-Policy"]
    page = read(answer.text)
    assert page.all("div", id="by-firebase") == []
    assert page.one("form", id="by-phone")


def test_who_has_just_proven_their_number_comes_in(
    firebase: Tazalyq, visitor: Visitor, person: Volunteer
) -> None:
    assert send(visitor, "good") == "/kk/account/going"
    assert person.display_name in visitor.page("/kk/account").text


@pytest.mark.parametrize("token", ["bad", "", "x" * 9_000])
def test_what_is_no_token_leads_back_to_the_door(
    firebase: Tazalyq, visitor: Visitor, session: Session, token: str
) -> None:
    assert send(visitor, token) == SIGN_IN
    assert session.scalars(sa.select(PageSession)).all() == []


def test_a_token_that_somebody_found_is_no_way_in(
    firebase: Tazalyq, visitor: Visitor, person: Volunteer, session: Session
) -> None:
    services = firebase.extensions["tazalyq"]
    services.verifier = Verifier(person, NOW - timedelta(minutes=5, seconds=1))
    assert send(visitor, "good") == SIGN_IN
    assert session.scalars(sa.select(PageSession)).all() == []
    services.verifier = Verifier(person, NOW - timedelta(minutes=5))
    assert send(visitor, "good") == "/kk/account/going"


def test_local_codes_take_no_token(visitor: Visitor) -> None:
    form = visitor.page(SIGN_IN).one("form", id="by-code")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    answer = visitor.post("/kk/sign-in/token", data=hidden | {"token": "good"})
    assert answer.location == SIGN_IN


@pytest.mark.parametrize("value", ["https://x.test", "x.test/y", "x.test; script-src *", "a b"])
def test_a_domain_that_would_widen_the_policy_is_refused(value: str) -> None:
    with pytest.raises(settings.SettingsError, match="FIREBASE_AUTH_DOMAIN"):
        settings.read({"TAZALYQ_ENV": "development", "FIREBASE_AUTH_DOMAIN": value})
