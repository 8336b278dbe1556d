"""What a phone keeps of a door, and sends: with whose key, by whom, and when it is wiped (R36)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Attendance, Event, EventHelper, ListTick, Organization, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_member, make_signup, make_volunteer
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization)


@pytest.fixture
def aigul(session: Session, event: Event) -> Volunteer:
    person = make_volunteer(session, display_name="Айгүл Серікқызы", phone="+77015554567")
    make_signup(session, event, person)
    return person


def path(event: Event) -> str:
    return f"/kk/organizer/events/{event.id}/list/kept"


def kept(desk: Visitor, event: Event) -> dict[str, Any]:
    answer = desk.get(path(event))
    assert answer.status_code == 200
    assert answer.json is not None
    found: dict[str, Any] = answer.json
    return found


def send(desk: Visitor, event: Event, who: Volunteer, **changes: Any) -> Any:
    tick = {
        "id": str(uuid4()),
        "volunteer_id": str(who.id),
        "present": True,
        "captured_at": NOW.isoformat(),
    }
    given = kept(desk, event)
    body = {"sent_at": NOW.isoformat(), "by": given["person"], "records": [tick]} | changes
    return desk.post(path(event), json=body, headers={"X-CSRF-Token": given["csrf"]})


def test_the_list_comes_with_a_key_of_this_event_and_person(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer, organizer: Volunteer
) -> None:
    given = kept(desk, event)
    assert (given["person"], given["code"]["secret"]) == (str(organizer.id), event.code_secret)
    (row,) = given["rows"]
    assert (row["name"], row["digits"], row["standing"]) == ("Айгүл Серікқызы", "4567", "absent")
    assert aigul.phone is not None
    assert aigul.phone not in desk.get(path(event)).text
    assert kept(desk, event)["key"] == given["key"]
    another = make_event(session, session.get_one(Organization, event.organization_id))
    assert kept(desk, another)["key"] != given["key"]
    colleague = make_volunteer(session)
    make_member(session, session.get_one(Organization, event.organization_id), colleague)
    desk.sign_in(session, colleague, elevated=False)
    assert kept(desk, event)["key"] != given["key"]


def test_a_helper_keeps_codes_and_no_secret(
    visitor: Visitor, session: Session, event: Event, aigul: Volunteer, organizer: Volunteer
) -> None:
    helper = make_volunteer(session)
    session.add(EventHelper(event_id=event.id, volunteer_id=helper.id, named_by=organizer.id, named_at=NOW))
    session.flush()
    visitor.sign_in(session, helper, elevated=False)
    answer = visitor.get(path(event))
    assert event.code_secret not in answer.text
    assert (len(answer.json["code"]["codes"]), answer.json["rows"][0]["digits"]) == (120, None)


def test_a_day_after_the_end_there_is_no_key_any_more_and_ticks_are_taken(
    desk: Visitor, event: Event, aigul: Volunteer, clock: FixedClock
) -> None:
    clock.at = event.ends_at + timedelta(hours=24)
    assert kept(desk, event)["key"]
    clock.move(timedelta(seconds=1))
    given = kept(desk, event)
    assert given["key"] is None
    assert not {"rows", "code"} & set(given)
    (result,) = send(desk, event, aigul, sent_at=clock.at.isoformat()).json["results"]
    assert result["outcome"] == "stored"


def test_what_was_ticked_is_stored_once(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer
) -> None:
    tick = {
        "id": str(uuid4()),
        "volunteer_id": str(aigul.id),
        "present": True,
        "captured_at": NOW.isoformat(),
    }
    outcomes = [send(desk, event, aigul, records=[tick, {"id": "?"}]).json["results"] for _ in range(2)]
    assert [[one["outcome"] for one in results] for results in outcomes] == [
        ["stored", "refused"],
        ["repeated", "refused"],
    ]
    session.expire_all()
    assert session.scalars(sa.select(Attendance.status)).all() == ["counted"]


def test_another_persons_ticks_are_sent_by_nobody(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer
) -> None:
    answer = send(desk, event, aigul, by=str(aigul.id))
    assert (answer.status_code, answer.json["code"]) == (409, "not-yours")
    assert session.scalars(sa.select(ListTick)).all() == []


def test_what_is_no_list_is_told(desk: Visitor, event: Event, aigul: Volunteer) -> None:
    assert send(desk, event, aigul, records="?").json["code"] == "invalid"
    assert send(desk, event, aigul, records=[{}] * 201).status_code == 422
    given = kept(desk, event)
    answer = desk.post(path(event), data="rubbish", headers={"X-CSRF-Token": given["csrf"]})
    assert answer.status_code == 422


@pytest.mark.parametrize("body", [b"[" * 50_000 + b"]" * 50_000, b'{"by": "\xff"}', b'{"by": "\\ud800"}'])
def test_json_that_no_reader_bears_is_refused_as_well(desk: Visitor, event: Event, body: bytes) -> None:
    headers = {"X-CSRF-Token": kept(desk, event)["csrf"]}
    answer = desk.post(path(event), data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")


def test_another_site_sends_nothing(desk: Visitor, session: Session, event: Event, aigul: Volunteer) -> None:
    body = {"sent_at": NOW.isoformat(), "by": kept(desk, event)["person"], "records": []}
    assert desk.post(path(event), json=body).status_code == 403
    token = {"X-CSRF-Token": kept(desk, event)["csrf"]}
    foreign = desk.post(path(event), json=body, headers=token | {"Origin": "https://elsewhere.kz"})
    assert foreign.status_code == 403
    assert desk.post(path(event), json=body, headers=token).status_code == 200


def test_the_pages_that_are_kept_have_nobody_in_them(desk: Visitor, event: Event, aigul: Volunteer) -> None:
    for page in ("list", "code"):
        shown = desk.get(f"/kk/organizer/events/{event.id}/{page}/shell")
        assert shown.status_code == 200
        assert "Айгүл" not in shown.text
        assert "4567" not in shown.text


def test_signing_out_tells_the_browsers_script_to_forget_the_list(desk: Visitor, event: Event) -> None:
    kept(desk, event)
    answer = desk.send("/kk/account", {}, of="sign-out")
    (cookie,) = (one for one in answer.headers.getlist("Set-Cookie") if one.startswith("tazalyq_door="))
    assert cookie.startswith("tazalyq_door=left;")
    assert "HttpOnly" not in cookie
    # It would forget what others have tapped on this phone as well.
    assert "Clear-Site-Data" not in answer.headers


def test_who_never_kept_a_list_is_told_nothing(desk: Visitor) -> None:
    answer = desk.send("/kk/account", {}, of="sign-out")
    assert not [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("tazalyq_door=")]


def test_the_worker_may_ask_for_what_is_ours(desk: Visitor) -> None:
    """By its own answer's policy a browser judges what it may fetch."""
    answer = desk.get("/kk/organizer/door-worker.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
