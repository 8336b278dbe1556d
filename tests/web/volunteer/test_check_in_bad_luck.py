"""A check-in gone wrong: before registering, without a consent, of another session, of a hidden event."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Attendance, Event
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor
from tests.web.volunteer.test_check_in import block, code_of, now, outcomes, send, tap


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session)


def test_who_scans_registers_and_then_taps_has_consented_in_time(
    visitor: Visitor, session: Session, event: Event, clock: FixedClock
) -> None:
    """The scan is of before the record: the consent stands before anything of theirs is taken."""
    scanned = tap(event, code=code_of(event, NOW), position=None)
    clock.move(timedelta(minutes=2))
    made = make_volunteer(session, created_at=clock.now())
    visitor.sign_in(session, made)
    assert outcomes(send(visitor, event, clock, scanned)) == ["stored"]
    assert session.scalars(sa.select(Attendance.status)).one() == "counted"


def test_without_the_consent_a_tap_leads_to_where_it_is_given(
    visitor: Visitor, session: Session, event: Event, clock: FixedClock
) -> None:
    visitor.sign_in(session, make_volunteer(session, consents={}))
    (result,) = send(visitor, event, clock, tap(event)).get_json()["results"]
    assert result["problem"]["code"] == "consent-missing"
    given = json.loads(block(visitor, event)["data-given"])
    assert visitor.page(given["consents"]).all("form")
    typed = {"code": code_of(event, NOW)}
    answer = visitor.send(f"/kk/events/{event.id}/check-in", typed, of="check-in-form")
    assert answer.status_code == 409
    assert read(answer.text).one("main").all("a", href=given["consents"])


def test_the_form_of_a_session_of_before_is_shown_again_with_its_code(
    visitor: Visitor, session: Session, event: Event
) -> None:
    person = make_volunteer(session)
    visitor.sign_in(session, person)
    form = block(visitor, event).one("form", id="check-in-form")
    typed = {one["name"]: one.attributes.get("value", "") for one in form.all("input")}
    visitor.sign_in(session, person)
    answer = visitor.post(form["action"], data=typed | {"code": "123456", "companions": "3"})
    assert answer.status_code == 403
    again = read(answer.text).one("form", id="check-in-form")
    values = {one["name"]: one.attributes.get("value", "") for one in again.all("input")}
    assert (values["code"], values["companions"]) == ("123456", "3")
    assert visitor.post(form["action"], data=values | {"code": code_of(event, NOW)}).status_code == 303


def test_what_is_kept_goes_out_though_its_event_is_shown_no_more(
    visitor: Visitor, session: Session, event: Event, clock: FixedClock
) -> None:
    """Whoever came without signing up: the address of that event says who is here all the same."""
    walked_in = make_volunteer(session)
    visitor.sign_in(session, walked_in)
    event.hidden_by, event.hidden_reason = "coordinator", "x"
    session.flush()
    found = now(visitor, event)
    assert (found["person"], found["held"]) == (str(walked_in.id), None)
    assert len(outcomes(send(visitor, event, clock, tap(event)))) == 1
