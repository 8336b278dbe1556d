"""«Келдім» and «Кеттім» on an event's page: the form without script, the JSON, and what is held."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base import installations
from service.models import Attendance, Event, PresenceRecord, RefusedRecord, Volunteer
from service.models.base import new_id
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, make_attendance, make_event, make_signup, make_volunteer
from tests.web.html import Element
from tests.web.visitor import Visitor

HOUR = timedelta(hours=1)


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session)


@pytest.fixture
def person(session: Session, visitor: Visitor, event: Event) -> Volunteer:
    made = make_volunteer(session)
    make_signup(session, event, made)
    visitor.sign_in(session, made)
    return made


def code_of(event: Event, at: datetime) -> str:
    return pyotp.TOTP(event.code_secret, interval=60).at(at)


def wrong_code(event: Event) -> str:
    near = {code_of(event, NOW + timedelta(minutes=minutes)) for minutes in range(-9, 9)}
    return next(code for code in ("000000", "000001", "000002") if code not in near)


def block(visitor: Visitor, event: Event, language: str = "kk") -> Element:
    return visitor.page(f"/{language}/events/{event.id}").one("section", id="check-in")


def line(visitor: Visitor, event: Event, language: str = "kk") -> str:
    return re.sub(r"\s+", " ", block(visitor, event, language).one("p", id="check-in-line").text).strip()


def path(event: Event) -> str:
    return f"/kk/events/{event.id}/check-in/records"


def now(visitor: Visitor, event: Event) -> dict[str, Any]:
    found = visitor.get(path(event))
    assert found.status_code == 200
    assert found.headers["Cache-Control"] == "private, no-store"
    document: dict[str, Any] = found.get_json()
    return document


def tap(event: Event, kind: str = "check_in", at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    place = {
        "latitude": AKTOBE[0],
        "longitude": AKTOBE[1],
        "accuracy_m": 8,
        "fixed_at": at.isoformat(),
    }
    made = {"id": str(uuid4()), "type": kind, "event_id": str(event.id), "captured_at": at.isoformat()}
    return made | {"position": place} | changes


def send(visitor: Visitor, event: Event, clock: FixedClock, *taps: dict[str, Any], **changes: Any) -> Any:
    given = now(visitor, event)
    body = {
        "by": given["person"],
        "sent_at": clock.now().isoformat(),
        "installation_id": "web-" + "a" * 32,
        "records": list(taps),
    }
    return visitor.post(path(event), json=body | changes, headers={"X-CSRF-Token": given["csrf"]})


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["outcome"] for one in answer.get_json()["results"]]


def test_what_the_script_is_given_has_its_letters_as_they_are(
    visitor: Visitor, event: Event, person: Volunteer
) -> None:
    text = visitor.get(f"/kk/events/{event.id}").text
    assert "\\u04" not in text
    assert json.loads(block(visitor, event)["data-given"])["words"]["check_in"] == "Келдім"


def test_the_code_of_the_place_alone_checks_in_and_out_without_script(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    form = block(visitor, event).one("form", id="check-in-form")
    typed = {one["name"]: one.attributes.get("value", "") for one in form.all("input")}
    typed |= {"code": f" {code_of(event, NOW)} ", "companions": "2"}
    answer = visitor.post(form["action"], data=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/kk/events/{event.id}#check-in")
    assert line(visitor, event) == "Келгеніңіз белгіленді: 11:00"
    # A second press, and one after the browser's way back with another code: nothing changes.
    for again in (typed, typed | {"code": wrong_code(event)}):
        assert visitor.post(form["action"], data=again).status_code == 303
    held = session.scalars(sa.select(Attendance)).one()
    assert (held.volunteer_id, held.status, held.companions) == (person.id, "counted", 2)
    clock.move(HOUR)
    form = block(visitor, event).one("form", id="check-in-form")
    typed = {one["name"]: one.attributes.get("value", "") for one in form.all("input")}
    assert typed["type"] == "check_out"
    visitor.post(form["action"], data=typed | {"code": code_of(event, clock.now())})
    assert line(visitor, event) == "Кеткеніңіз белгіленді: 12:00 · 1 сағ"
    assert session.scalar(sa.select(sa.func.count()).select_from(PresenceRecord)) == 2
    # Who left by mistake is back by a tap, which is not the page's one act.
    back = now(visitor, event)["held"]
    assert (back["kind"], back["act"], back["first"]) == ("check_in", "Қайтып келдім", False)
    clock.move(HOUR)
    assert now(visitor, event)["held"]["kind"] is None


def test_a_wrong_code_says_so_at_its_field_and_stays_typed(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    wrong = wrong_code(event)
    answer = visitor.send(f"/kk/events/{event.id}/check-in", {"code": wrong}, of="check-in-form")
    assert answer.status_code == 422
    assert "минут сайын ауысады" in answer.text
    assert wrong in answer.text
    assert session.scalars(sa.select(Attendance)).all() == []


def test_what_is_tapped_is_stored_once_however_often_it_is_sent(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    came = tap(event, companions=1)
    first = send(visitor, event, clock, came)
    assert outcomes(first) == ["stored"]
    held = first.get_json()["now"]["held"]
    assert (held["name"], held["line"]["text"]) == ("sent", "Келгеніңіз белгіленді: 11:00")
    assert (held["kind"], held["act"]) == ("check_out", "Кеттім")
    assert outcomes(send(visitor, event, clock, came)) == ["repeated"]
    clock.move(26 * HOUR)
    # The next day: the same tap is known, one that was kept counts by its moment.
    left = tap(event, "check_out", NOW + HOUR)
    assert outcomes(send(visitor, event, clock, came, left)) == ["repeated", "stored"]
    row = session.scalars(sa.select(Attendance)).one()
    assert (row.checked_out_at, row.minutes) == (NOW + HOUR, 60)


def test_a_code_scanned_three_minutes_ago_is_judged_at_its_moment(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    clock.move(timedelta(minutes=9))
    scanned = tap(event, code=code_of(event, NOW), position=None)
    assert outcomes(send(visitor, event, clock, scanned)) == ["stored"]
    assert session.scalars(sa.select(Attendance.status)).one() == "counted"


def test_whoever_is_far_may_send_anyway_and_is_told_what_was_measured(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    far = tap(event)
    far["position"]["latitude"] += 0.1
    answer = send(visitor, event, clock, far)
    assert outcomes(answer) == ["refused"]
    problem = answer.get_json()["results"][0]["problem"]
    assert (problem["code"], problem["distance_m"]) == ("outside-area", pytest.approx(10_970, abs=50))
    held = answer.get_json()["now"]["held"]
    assert (held["name"], held["kind"], held["look"]) == ("refused", "check_in", None)
    assert "Аумаққа дейін 11 км" in held["line"]["text"]
    assert "қайта қарауды сұрай аласыз" in held["line"]["text"]
    # Its id is free: a better fix of the same tap is judged anew.
    near = tap(event) | {"id": far["id"]}
    assert outcomes(send(visitor, event, clock, near)) == ["stored"]
    assert line(visitor, event) == "Келгеніңіз белгіленді: 11:00"


@pytest.mark.parametrize(
    ("changes", "said", "acts"),
    [  # a better position is no answer to a doubt about honesty
        (
            {"status": "review", "reasons": ["distance"], "distance_m": 640},
            "Аумаққа дейін 640 м",
            "again, check_out",
        ),
        ({"status": "review", "reasons": ["mocked"]}, "Тексеруде: ", "check_out"),
        ({"status": "review", "reasons": []}, "Тексеруде", "check_out"),
        ({"status": "rejected", "reasons": []}, "Есепке алынбады", ""),
    ],
)
def test_doubts_are_said_and_only_those_of_quality_can_be_mended(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, changes: Any, said: str, acts: str
) -> None:
    make_attendance(session, event, person, checked_out_at=None, minutes=None, **changes)
    held = now(visitor, event)["held"]
    assert said in held["line"]["text"]
    there_are = ["again"] if held["again"] else []
    there_are += [held["kind"]] if held["kind"] else []
    assert ", ".join(there_are) == acts


def test_nobody_sends_what_another_has_tapped(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    mine = now(visitor, event)["person"]
    visitor.sign_in(session, make_volunteer(session))
    answer = send(visitor, event, clock, tap(event), by=mine)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not-yours")
    assert session.scalars(sa.select(PresenceRecord)).all() == []


def test_a_session_that_has_ended_is_told_to_the_script_and_nothing_is_stored(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    csrf = now(visitor, event)["csrf"]
    visitor.delete_cookie("tazalyq_dev")
    assert visitor.get(path(event)).status_code == 401
    body = {"by": str(person.id), "sent_at": NOW.isoformat(), "installation_id": "x", "records": [tap(event)]}
    answer = visitor.post(path(event), json=body, headers={"X-CSRF-Token": csrf})
    assert answer.status_code in (401, 403)
    assert session.scalars(sa.select(PresenceRecord)).all() == []


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"records": "all"}, {"by": "me", "records": []}, {"records": [1] * 201}, "text"],
)
def test_what_cannot_be_read_is_refused_as_a_whole(
    visitor: Visitor, event: Event, person: Volunteer, body: Any
) -> None:
    csrf = now(visitor, event)["csrf"]
    answer = visitor.post(
        path(event), data=json.dumps(body), content_type="application/json", headers={"X-CSRF-Token": csrf}
    )
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "invalid"


@pytest.mark.parametrize("body", [b"[" * 50_000 + b"]" * 50_000, b'{"by": "\xff"}', b'{"by": "\\ud800"}'])
def test_json_that_no_reader_bears_is_refused_as_well(
    visitor: Visitor, event: Event, person: Volunteer, body: bytes
) -> None:
    headers = {"X-CSRF-Token": now(visitor, event)["csrf"]}
    answer = visitor.post(path(event), data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")


def test_one_bad_tap_spoils_no_other(
    visitor: Visitor, event: Event, person: Volunteer, clock: FixedClock
) -> None:
    bad = tap(event) | {"position": {"latitude": 999}}
    elsewhere = tap(event) | {"event_id": str(uuid4())}
    assert outcomes(send(visitor, event, clock, bad, elsewhere, tap(event))) == [
        "refused",
        "refused",
        "stored",
    ]


def test_a_foreign_site_cannot_tap(visitor: Visitor, event: Event, person: Volunteer) -> None:
    given = now(visitor, event)
    for headers in ({"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": given["csrf"], "Origin": "https://evil.kz"}):
        assert visitor.post(path(event), json={}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("starts_in", "there_is"),
    [(26, ""), (24, "section"), (0.9, "section form"), (-10.1, "section"), (-24 * 15, "")],
)
def test_it_is_there_from_a_day_before_until_nothing_kept_is_taken(
    visitor: Visitor, session: Session, starts_in: float, there_is: str
) -> None:
    event = make_event(session, starts_at=NOW + starts_in * HOUR)
    visitor.sign_in(session, make_volunteer(session))
    blocks = visitor.page(f"/kk/events/{event.id}").all("section", id="check-in")
    forms = [form for one in blocks for form in one.all("form")]
    assert " ".join(one.name for one in blocks + forms) == there_is
    if starts_in == 24:
        assert "17 мамыр, 10:00" in line(visitor, event)
    if starts_in == -10.1:
        # Nothing to say; the script shows it where the phone has kept something.
        assert "hidden" in blocks[0].attributes


def test_who_is_not_signed_in_is_led_there_and_back(visitor: Visitor, session: Session, event: Event) -> None:
    address = f"/kk/events/{event.id}/check-in"
    page = visitor.page(f"/kk/events/{event.id}")
    assert page.one("a", href=address).text.strip() == "Келдім"
    answer = visitor.get(address)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/kk/sign-in?next={address}"
    later = make_event(session, starts_at=NOW + 3 * HOUR)
    assert visitor.page(f"/kk/events/{later.id}").all("a", href=f"/kk/events/{later.id}/check-in") == []


def test_the_page_carries_the_area_and_the_limits_by_which_a_phone_advises(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    given = json.loads(block(visitor, event)["data-given"])
    point = [AKTOBE[1], AKTOBE[0]]
    assert given["area"] == {"lines": [[point]], "closed": False, "margin": 150}
    assert (given["limits"]["near"], given["limits"]["weak"]) == (100, 300)
    assert given["words"]["outside"] == "Аумаққа дейін {}"
    ring = [[57.16, 50.28], [57.17, 50.28], [57.17, 50.29], [57.16, 50.28]]
    for area, expected in (
        ({"type": "Polygon", "coordinates": [ring]}, {"lines": [ring], "closed": True, "margin": 0}),
        ({"type": "MultiPolygon", "coordinates": [[ring]]}, {"lines": [ring], "closed": True, "margin": 0}),
        (
            {"type": "corridor", "line": {"type": "LineString", "coordinates": ring[:2]}, "width_m": 30},
            {"lines": [ring[:2]], "closed": False, "margin": 15},
        ),
    ):
        other = make_event(session, area=area)
        assert json.loads(block(visitor, other)["data-given"])["area"] == expected


def test_a_browser_keeps_its_number_beyond_who_is_signed_in(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    first = json.loads(block(visitor, event)["data-given"])["installation"]
    visitor.post("/kk/sign-out", data={"csrf_token": now(visitor, event)["csrf"]})
    visitor.sign_in(session, make_volunteer(session))
    assert json.loads(block(visitor, event)["data-given"])["installation"] == first
    visitor.set_cookie(installations.COOKIE, "what ever")
    assert json.loads(block(visitor, event)["data-given"])["installation"] != "what ever"


def test_another_who_signs_in_takes_no_taps_away(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    """What waits is its own person's: by the header all of a browser's storage would go. A script takes away
    what is theirs who sign out, so their forms say whose."""
    block(visitor, event)
    forms = [visitor.page(path).one("form", id=form) for path, form in (
        ("/kk/account", "sign-out"), ("/kk/account/data/erase", "erase")
    )]  # fmt: skip
    assert [form["data-person"] for form in forms] == [str(person.id)] * 2
    left = visitor.post("/kk/sign-out", data={"csrf_token": now(visitor, event)["csrf"]})
    assert "Clear-Site-Data" not in left.headers


def test_what_was_refused_is_said_when_the_page_is_opened_again(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    session.add(
        RefusedRecord(
            sender_id=person.id,
            id=new_id(),
            event_id=event.id,
            captured_at=NOW,
            received_at=NOW,
            refused_as="wrong-place-code",
            distance_m=None,
            accuracy_m=None,
        )
    )
    session.flush()
    held = now(visitor, event)["held"]
    assert held["line"]["text"].startswith("Белгі қабылданбады: Орын коды сәйкес келмеді.")
    assert held["kind"] == "check_in"
