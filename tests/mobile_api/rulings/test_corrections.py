"""An organizer's correction over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.models import EventHelper, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.scene import Scene


def test_somebody_without_any_record_is_vouched_for(scene: Scene) -> None:
    answer = scene.correct({"present": True, "minutes": 150})
    assert answer.status_code == 200
    shown = answer.json
    assert (shown["status"], shown["evidence"], shown["minutes"]) == ("counted", "organizer", 150)
    assert (shown["volunteer_id"], shown["distance_m"]) == (str(scene.volunteer.id), None)
    assert shown["checked_in_at"] == "2026-05-16T10:00:00+05:00"
    assert scene.counts() == (1, 150, 0, 0)
    (kept,) = scene.decisions()
    assert (kept.role, kept.decided_by, kept.decided_at) == ("organizer", scene.owner.id, NOW)
    assert (kept.reason, kept.before) == ("Мен оны көрдім", None)
    assert (kept.after["status"], kept.after["minutes"]) == ("counted", 150)


def test_without_minutes_the_whole_event_counts(scene: Scene) -> None:
    assert scene.correct({"present": True}).json["minutes"] == 180
    assert scene.counts() == (1, 180, 0, 0)


def test_a_rejection_and_its_lifting_move_the_counts(scene: Scene) -> None:
    came = scene.send("check-ins").json
    scene.clock.move(timedelta(minutes=90))
    scene.send("check-outs")
    assert scene.counts() == (1, 90, 0, 0)
    rejected = scene.correct({"present": False}).json
    assert (rejected["id"], rejected["status"]) == (came["id"], "rejected")
    assert scene.counts() == (0, 0, 0, 0)
    assert (scene.record()["events"], scene.record()["minutes"]) == (0, 0)
    assert scene.correct({"present": True, "minutes": 60}).json["minutes"] == 60
    assert scene.counts() == (1, 60, 0, 0)
    first, second = scene.decisions()
    assert (first.before["status"], first.after["status"]) == ("counted", "rejected")
    assert (second.before["status"], second.before["minutes"], second.after["minutes"]) == (
        "rejected",
        90,
        60,
    )


def test_what_was_in_review_counts_by_the_organizers_word(scene: Scene) -> None:
    assert scene.send("check-ins", accuracy_m=900).json["status"] == "review"
    assert scene.counts() == (0, 0, 0, 1)
    shown = scene.correct({"present": True, "minutes": 30}).json
    assert (shown["status"], shown["evidence"], shown["reasons"]) == ("counted", "organizer", ["accuracy"])
    assert scene.counts() == (1, 30, 0, 0)


def test_a_check_in_that_comes_later_keeps_the_organizers_word(scene: Scene) -> None:
    vouched = scene.correct({"present": True, "minutes": 150}).json
    came = scene.send("check-ins").json
    assert (came["id"], came["minutes"], came["evidence"]) == (vouched["id"], 150, "organizer")
    assert scene.counts() == (1, 150, 0, 0)


def test_a_repeat_changes_nothing(scene: Scene) -> None:
    body = {"present": True, "minutes": 150}
    first = scene.correct(body)
    scene.clock.move(timedelta(minutes=5))
    again = scene.correct(body)
    assert (again.status_code, again.json) == (200, first.json)
    assert len(scene.decisions()) == 1
    assert scene.counts() == (1, 150, 0, 0)
    scene.correct(body | {"reason": "басқа себеп"})
    assert len(scene.decisions()) == 2
    assert scene.counts() == (1, 150, 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"present": "true"},
        {"present": True, "reason": ""},
        {"present": True, "reason": None},
        {"present": True, "minutes": -1},
        {"present": True, "minutes": 181},
        {"present": True, "minutes": "60"},
        {"present": True, "minutes": 10**30},
        {"present": False, "minutes": 60},
        {"present": True, "hours": 2},
    ],
)
def test_what_makes_no_sense_is_invalid(scene: Scene, body: dict[str, Any]) -> None:
    answer = scene.correct(body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert scene.counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(("language", "word"), [("kk", "созылды"), ("ru", "длилось"), ("en", "lasted")])
def test_minutes_beyond_the_event_are_explained(scene: Scene, language: str, word: str) -> None:
    answer = scene.correct({"present": True, "minutes": 181}, **{"Accept-Language": language})
    (text,) = answer.json["errors"]["minutes"]
    assert word in text
    assert "180" in text


def test_of_what_never_began_somebody_can_be_said_to_have_been_absent(scene: Scene) -> None:
    make_attendance(scene.session, scene.event, scene.volunteer)
    scene.event.status, scene.event.cancelled_at = "cancelled", scene.event.starts_at - timedelta(minutes=1)
    scene.session.flush()
    assert scene.correct({"present": False}).json["status"] == "rejected"


def test_an_event_that_was_called_off_has_no_minutes_after_that(scene: Scene) -> None:
    scene.event.status, scene.event.cancelled_at = "cancelled", NOW - timedelta(minutes=20)
    scene.session.flush()
    assert scene.correct({"present": True, "minutes": 41}).status_code == 422
    assert scene.correct({"present": True}).json["minutes"] == 40
    scene.event.cancelled_at = scene.event.starts_at - timedelta(days=1)
    scene.session.flush()
    answer = scene.correct({"present": True, "minutes": 0})
    assert (answer.status_code, answer.json["code"]) == (409, "cancelled")


def test_who_signed_up_and_did_not_come_is_said_to_be_absent(scene: Scene) -> None:
    """Also where a phone's kept record comes later; the person can answer to it."""
    make_signup(scene.session, scene.event, scene.volunteer)
    absent = scene.correct({"present": False})
    assert (absent.status_code, absent.json["status"]) == (200, "rejected")
    assert scene.send("check-ins").json["status"] == "rejected"
    assert scene.counts() == (0, 0, 0, 0)
    assert scene.appeal(absent.json["id"]).status_code == 201


def test_who_is_not_known_to_have_been_there_cannot_be_denied(scene: Scene) -> None:
    assert scene.correct({"present": False}).status_code == 404
    stranger = Volunteer(id=uuid4())
    assert scene.correct({"present": True}, stranger).status_code == 404
    assert scene.counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_nobody_confirms_themself(scene: Scene, language: str) -> None:
    answer = scene.correct({"present": True}, scene.owner, **{"Accept-Language": language})
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert scene.decisions() == []


def test_only_the_events_organizers_and_coordinators_correct(scene: Scene) -> None:
    session = scene.session
    strangers = [
        make_volunteer(session),
        scene.volunteer,
        make_coordinator(session, "KZ-75"),
        make_organization(session).created_by,
    ]
    for stranger in strangers:
        by = stranger if isinstance(stranger, Volunteer) else session.get_one(Volunteer, stranger)
        who = make_volunteer(session)
        answer = scene.correct({"present": True}, who, by)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    colleague = make_volunteer(session)
    make_member(session, scene.organization, colleague)
    assert scene.correct({"present": True}, by=colleague).status_code == 200
    assert scene.correct({"present": True}, scene.owner, colleague).status_code == 200


@pytest.mark.parametrize("who", ["a member", "the owner", "a helper"])
def test_colleagues_do_not_make_each_other_count(scene: Scene, who: str) -> None:
    """As on their list, else two of them would write hours for each other that no phone has seen."""
    session = scene.session
    colleague, person = make_volunteer(session), make_volunteer(session)
    make_member(session, scene.organization, colleague)
    if who == "the owner":
        person = scene.owner
    elif who == "a member":
        make_member(session, scene.organization, person)
    else:
        named = {"named_by": scene.owner.id, "named_at": NOW}
        session.add(EventHelper(event_id=scene.event.id, volunteer_id=person.id, **named))
    session.commit()
    shown = scene.correct({"present": True, "minutes": 150}, person, colleague).json
    assert (shown["status"], shown["reasons"], shown["minutes"]) == ("review", ["staff-vouched"], 150)
    assert scene.counts() == (0, 0, 0, 1)
    assert scene.review(shown["id"], "accept").json["status"] == "counted"
    assert scene.counts() == (1, 150, 0, 0)


def test_what_a_colleagues_phone_says_is_left_to_the_coordinator(scene: Scene) -> None:
    make_member(scene.session, scene.organization, scene.volunteer)
    scene.session.commit()
    assert scene.send("check-ins", accuracy_m=900).json["status"] == "review"
    shown = scene.correct({"present": True, "minutes": 170}).json
    assert (shown["status"], shown["reasons"]) == ("review", ["accuracy"])
    assert scene.correct({"present": False}).json["status"] == "rejected"


def test_a_draft_is_known_to_its_organizers_alone(scene: Scene) -> None:
    scene.event.status = "draft"
    scene.session.flush()
    assert scene.correct({"present": True}, by=make_volunteer(scene.session)).status_code == 404
    answer = scene.correct({"present": True})
    assert (answer.status_code, answer.json["code"]) == (409, "not-published")


def test_from_the_start_until_fourteen_days_after_the_end(scene: Scene) -> None:
    scene.clock.at = scene.event.starts_at - timedelta(seconds=1)
    early = scene.correct({"present": True}, **{"Accept-Language": "en"})
    assert (early.status_code, early.json["code"]) == (409, "too-early")
    assert early.json["opens_at"] == "2026-05-16T10:00:00+05:00"
    assert "organizer" not in early.json["detail"]
    scene.clock.at = scene.event.starts_at
    assert scene.correct({"present": True}).status_code == 200
    scene.clock.at = scene.event.ends_at + timedelta(days=14)
    assert scene.correct({"present": False}).status_code == 200
    scene.clock.move(timedelta(seconds=1))
    late = scene.correct({"present": True}, **{"Accept-Language": "en"})
    assert (late.status_code, late.json["code"]) == (409, "too-late")
    assert "May 30" in late.json["detail"]
    assert scene.counts() == (0, 0, 0, 0)


def test_the_volunteer_sees_that_an_organizer_corrected_it_and_why(scene: Scene) -> None:
    scene.correct({"present": True, "minutes": 150})
    line = scene.record()["items"][0]
    assert (line["status"], line["evidence"], line["minutes_assumed"]) == ("counted", "organizer", False)
    assert line["decisions"] == [
        {
            "by": "organizer",
            "status": "counted",
            "minutes": 150,
            "reason": "Мен оны көрдім",
            "decided_at": "2026-05-16T11:00:00+05:00",
        }
    ]
    assert (line["records"], line["can_appeal"], line["appeal"]) == ([], False, None)
    assert str(scene.owner.id) not in str(line)
