"""An application with pages of the tests' own, and a browser that keeps its cookies."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Blueprint, Response, jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from http_base import csrf, page_sessions, problems
from http_base.application import Tazalyq
from http_base.context import actor, maybe_actor, now, page_caller, session
from service.models import Volunteer
from service.people import identities
from service.platform.database import db, within
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings

HERE = "http://localhost"


def make_pages() -> Blueprint:
    """One page that says who calls, one that signs in by naming a subject, one that signs out."""
    pages = Blueprint("tried", __name__, url_prefix="/kk/tried")
    problems.install(pages)
    csrf.install(pages)

    @pages.get("/who")
    def who() -> Response:
        found = maybe_actor()
        return jsonify(
            id=found and str(found.volunteer_id), elevated=found and found.elevated, csrf=csrf.token()
        )

    @pages.get("/plain")
    def plain() -> str:
        return "nothing asked"

    @pages.post("/act")
    def act() -> Response:
        return jsonify(id=str(actor().volunteer_id))

    @pages.post("/sign-in/<subject>")
    def sign_in(subject: str) -> str:
        known = identities.find(session(), subject)
        assert known is not None
        page_sessions.start(known.actor)
        session().commit()
        return "in"

    @pages.post("/elevate")
    def elevate() -> str:
        caller = page_caller()
        assert caller is not None
        page_sessions.elevate(caller)
        session().commit()
        return "elevated"

    @pages.post("/sign-out")
    def sign_out() -> str:
        page_sessions.leave()
        session().commit()
        return "out"

    @pages.get("/now")
    def moment() -> str:
        return now().isoformat()

    return pages


class Browser:
    """A browser on these pages: its forms carry their token and say where they come from."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("tazalyq_dev")
        return None if found is None else found.value

    def who(self, **headers: str) -> Any:
        return self.client.get("/kk/tried/who", headers=headers).json

    def post(self, path: str, **form: str) -> TestResponse:
        data = {"csrf_token": self.who()["csrf"]} | form
        return self.client.post(f"/kk/tried/{path}", data=data, headers={"Origin": HERE})

    def sign_in(self, volunteer: Volunteer) -> None:
        assert self.post(f"sign-in/{volunteer.subject}").status_code == 200


@pytest.fixture(scope="module")
def page_app(database_url: str) -> Iterator[Tazalyq]:
    made = create_app(
        test_settings(DATABASE_URL=database_url, SECOND_FACTOR="required"), clock=FixedClock(NOW)
    )
    made.testing = True
    made.register_blueprint(make_pages())
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def paged(page_app: Tazalyq, connection: sa.Connection, clock: FixedClock) -> Iterator[Tazalyq]:
    """That application, on this test's connection and clock."""
    with page_app.app_context():
        engines: dict[str | None, Any] = db.engines  # type: ignore[assignment] # a plain dict inside
    engine, engines[None] = engines[None], connection
    page_app.extensions["tazalyq"].clock = clock
    page_app.extensions["tazalyq"].connections = within(connection)
    yield page_app
    engines[None] = engine


@pytest.fixture
def browser(paged: Tazalyq) -> Browser:
    return Browser(paged.test_client())


@pytest.fixture
def another(paged: Tazalyq) -> Browser:
    return Browser(paged.test_client())
