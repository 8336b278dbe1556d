"""Pages of staff: who is let in, and what is written down of a look."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Response
from marshmallow import INCLUDE
from sqlalchemy.orm import Session

from app import create_app
from http_base.application import Tazalyq
from http_base.context import actor
from http_base.fields import Strict
from service import errors
from service.access import Permission
from service.audit import audit
from service.models import Volunteer
from service.models.audit import AuditAction, AuditEntry
from service.platform.database import db, within
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings
from tests.makers import make_coordinator, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor
from web.forms import read_form
from web.pages import PLAIN, How, Pages, Unaudited, done, render, tell_audit

EVENT = UUID("01a20b43-da95-76d9-b7ca-338e67a4b6e6")


def page(how: How = PLAIN) -> Response:
    """Any page: what is tried here is what it stands in."""
    problem = {"title": "?", "detail": "?", "errors": {}, "contact": {}}
    hrefs = dict.fromkeys(("sign_in_href", "bare_href", "event_href", "next_near"))
    shown = {"problem": problem, "way_on": "back", "written": [], "again": [], "is_somewhere": True}
    return render("error.html", how, **shown, **hrefs)


def make_pages() -> Pages:
    pages = Pages("tried")

    @pages.page("/tried/<uuid:event_id>", methods=("GET", "POST"))
    @pages.staff(Permission.COUNT_REGION, audit=AuditAction.LIVE_READ)
    def live(event_id: UUID) -> Response:
        tell_audit(region_code="KZ-15", detail={"rows": 3})
        if event_id != EVENT:
            raise errors.NotFound(errors.Thing.EVENT)
        return page()

    @pages.page("/tried/plain", methods=("GET", "POST"))
    @pages.staff(Permission.COUNT_REGION, audit=Unaudited("shows nobody"))
    def plain() -> Response:
        return done("/kk/tried/plain#row-3") if actor().is_national else page()

    @pages.page("/tried/refused", methods=("GET", "POST"))
    @pages.staff(Permission.COUNT_REGION, audit=Unaudited("its use case records whom it showed"))
    def refused() -> Response:
        form = read_form(Strict(unknown=INCLUDE))
        who, region = actor().volunteer_id, "KZ-15"
        audit.record_read(db.session(), who, AuditAction.PERSON_READ, region_code=region, now=NOW)
        if form.sent:
            # A use case that stops half-way.
            db.session().execute(sa.update(Volunteer).values(display_name="Half done"))
            if "again" in form.typed:
                db.session().rollback()
        return done("/kk/tried/refused") if "on" in form.typed else page()

    @pages.page("/tried/open")
    def anybody() -> Response:
        return page(How(cache="public, max-age=60"))

    return pages


@pytest.fixture(scope="module")
def page_app(database_url: str) -> Iterator[Tazalyq]:
    made = create_app(test_settings(DATABASE_URL=database_url, SECOND_FACTOR="pages"), clock=FixedClock(NOW))
    made.testing = True
    made.register_blueprint(make_pages())
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def staff(page_app: Tazalyq, connection: sa.Connection, clock: FixedClock) -> Iterator[Visitor]:
    """Somebody on these pages, on this test's connection and clock."""
    with page_app.app_context():
        engines: dict[str | None, Any] = db.engines  # type: ignore[assignment] # a plain dict inside
    engine, engines[None] = engines[None], connection
    page_app.extensions["tazalyq"].clock = clock
    page_app.extensions["tazalyq"].connections = within(connection)
    yield Visitor(page_app, page_app.response_class, use_cookies=True)
    engines[None] = engine


def entries(session: Session) -> list[AuditEntry]:
    session.expire_all()
    return list(session.scalars(sa.select(AuditEntry)))


def test_nobody_is_asked_to_sign_in(staff: Visitor, session: Session) -> None:
    answer = staff.get(f"/kk/tried/{EVENT}?state=absent")
    assert (answer.status_code, answer.location) == (
        303,
        f"/kk/sign-in?next=/kk/tried/{EVENT}?state%3Dabsent",
    )
    assert entries(session) == []


def test_a_token_of_the_app_opens_no_page(
    staff: Visitor, session: Session, login: Callable[[Volunteer], dict[str, str]]
) -> None:
    assert staff.get(f"/kk/tried/{EVENT}", headers=login(make_volunteer(session))).status_code == 303


def test_who_may_not_is_told_so_and_nothing_is_shown(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_volunteer(session))
    answer = staff.get(f"/ru/tried/{EVENT}")
    assert answer.status_code == 403
    assert "субботники" not in answer.text.casefold()
    assert entries(session) == []


def test_who_would_with_the_second_factor_is_asked_for_it(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session), elevated=False)
    answer = staff.get(f"/kk/tried/{EVENT}")
    assert (answer.status_code, answer.location) == (303, f"/kk/account/confirm?next=/kk/tried/{EVENT}")
    assert entries(session) == []


def test_a_look_is_written_down_once_with_its_ids(staff: Visitor, session: Session) -> None:
    coordinator = make_coordinator(session)
    staff.sign_in(session, coordinator)
    staff.page(f"/kk/tried/{EVENT}")
    (entry,) = entries(session)
    assert (entry.actor_id, entry.action, entry.event_id) == (coordinator.id, "live-read", EVENT)
    assert (entry.region_code, entry.detail) == ("KZ-15", {"rows": 3})


def test_what_was_refused_was_not_seen(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session))
    answer = staff.get("/kk/tried/01a20b43-da95-76d9-b7ca-000000000000")
    assert answer.status_code == 404
    assert read(answer.text).one("h1").text == "Табылмады"
    assert entries(session) == []


def test_a_page_that_shows_nobody_is_not_written_down(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session))
    staff.page("/kk/tried/plain")
    assert entries(session) == []


def seen(session: Session) -> list[tuple[str, UUID | None]]:
    return [(entry.action, entry.event_id) for entry in entries(session)]


def send(staff: Visitor, path: str, **typed: str) -> int:
    """The status of a form's answer."""
    token = staff.page("/kk/account").one("main").all(name="csrf_token")[0]["value"]
    return staff.post(path, data={"csrf_token": token} | typed).status_code


def test_a_form_that_is_shown_again_has_shown_its_page(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session))
    assert send(staff, f"/kk/tried/{EVENT}") == 200
    assert seen(session) == [("live-read", EVENT)]


@pytest.mark.parametrize("typed", [{}, {"again": "yes"}])
def test_what_a_use_case_recorded_of_a_look_stands_though_its_form_was_refused(
    staff: Visitor, session: Session, typed: dict[str, str]
) -> None:
    coordinator = make_coordinator(session)
    name = coordinator.display_name
    staff.sign_in(session, coordinator)
    assert send(staff, "/kk/tried/refused", **typed) == 200
    assert seen(session) == [("person-read", None)]
    session.refresh(coordinator)
    assert coordinator.display_name == name


def test_a_form_that_leads_on_has_shown_nobody(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session))
    assert send(staff, "/kk/tried/refused", on="yes") == 303
    assert seen(session) == []


def test_a_post_leads_back_to_its_row(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session, "*"))
    answer = staff.get("/kk/tried/plain")
    assert answer.headers["Location"] == "/kk/tried/plain#row-3"


def test_a_form_of_another_site_changes_nothing(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session))
    answer = staff.post("/kk/tried/plain", data={})
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"


def test_what_staff_sees_is_kept_nowhere(staff: Visitor, session: Session) -> None:
    staff.sign_in(session, make_coordinator(session))
    assert staff.get(f"/kk/tried/{EVENT}").headers["Cache-Control"] == "private, no-store"


def test_an_open_page_may_be_kept_until_somebody_signs_in(staff: Visitor, session: Session) -> None:
    assert staff.get("/kk/tried/open").headers["Cache-Control"] == "public, max-age=60"
    staff.sign_in(session, make_coordinator(session))
    assert staff.get("/kk/tried/open").headers["Cache-Control"] == "private, no-cache"
