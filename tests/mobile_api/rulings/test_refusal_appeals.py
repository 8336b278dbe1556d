"""A refused check-in leaves something to be heard about: one appeal an event, before a coordinator."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_volunteer
from tests.mobile_api.phones import END, Login, Phone, assert_counts_equal_the_rows, outcomes
from tests.mobile_api.scene import Scene

FAR = {"latitude": 50.2839 + 0.05}
"""Some five and a half kilometres off."""

TEXT = {"text": "Мен сонда болдым, ұйымдастырушы көрді"}


@pytest.fixture
def refused(scene: Scene, clock: FixedClock) -> str:
    """The id of a check-in that was refused on the day; the event is over by now."""
    answer = scene.send("check-ins", **FAR)
    assert (answer.status_code, answer.json["code"]) == (409, "outside-area")
    clock.at = END + timedelta(hours=1)
    return str(scene.event.id)


def appeal(scene: Scene, event_id: Any = None, by: Volunteer | None = None, **changes: Any) -> Any:
    return scene.client.post(
        f"/v1/events/{event_id or scene.event.id}/appeal",
        json={"id": str(uuid4())} | TEXT | changes,
        headers=scene.login(by or scene.volunteer),
    )


def test_what_was_measured_is_put_before_a_coordinator(scene: Scene, refused: str, session: Session) -> None:
    made = appeal(scene)
    assert made.status_code == 201
    assert (made.json["status"], made.json["evidence"]) == ("review", "none")
    assert made.json["distance_m"] == pytest.approx(5_400, rel=0.05)
    assert made.json["reasons"] == ["outside-area"]
    (item,) = scene.reviews().json["items"]
    assert item["attendance"]["id"] == made.json["id"]
    assert item["appeal"]["text"] == TEXT["text"]
    assert item["explanations"]
    assert scene.counts() == (0, 0, 0, 0)
    shown = scene.client.get(f"/v1/events/{scene.event.id}", headers=scene.login(scene.owner)).json
    assert shown["present"] == 0
    assert_counts_equal_the_rows(session)


def test_it_freezes_nothing_until_accepted(scene: Scene, session: Session, clock: FixedClock) -> None:
    scene.send("check-ins", **FAR)
    body = {"version": 1, "meeting_point": {"latitude": 50.3, "longitude": 57.2}}
    moved = scene.client.patch(f"/v1/events/{scene.event.id}", json=body, headers=scene.login(scene.owner))
    assert moved.status_code == 200


def test_accepted_it_counts(scene: Scene, refused: str, session: Session) -> None:
    id_ = appeal(scene).json["id"]
    decided = scene.review(id_, "accept")
    assert decided.status_code == 200
    assert (decided.json["id"], decided.json["status"]) == (id_, "counted")
    participations, minutes, assumed, in_review = scene.counts()
    assert (participations, in_review) == (1, 0)
    assert minutes > 0
    assert scene.waiting() == []
    assert len(scene.told()) == 1
    assert_counts_equal_the_rows(session)
    mine = scene.login(scene.volunteer)
    (in_list,) = scene.client.get("/v1/me/record", headers=mine).json["items"]
    alone = scene.client.get(f"/v1/me/record/{scene.event.id}", headers=mine).json
    for line in (in_list, alone):
        assert (line["appeal"]["text"], line["can_appeal"]) == (TEXT["text"], False)
        assert line["appeal"]["decided_at"] is not None
    again = scene.review(id_, "accept")
    assert (again.status_code, len(scene.told())) == (200, 1)


def test_minutes_before_the_start_do_not_count(scene: Scene, clock: FixedClock) -> None:
    clock.at = scene.event.starts_at - timedelta(minutes=20)
    assert scene.send("check-ins", **FAR).json["code"] == "outside-area"
    clock.at = END + timedelta(hours=1)
    assert scene.review(appeal(scene).json["id"], "accept").status_code == 200
    length = scene.event.ends_at - scene.event.starts_at
    assert scene.counts()[:2] == (1, length // timedelta(minutes=1))


def test_rejected_it_leaves_no_attendance_and_no_second_appeal(
    scene: Scene, refused: str, session: Session
) -> None:
    id_ = appeal(scene).json["id"]
    decided = scene.review(id_, "reject", reason="Ол күні сіз басқа қалада болдыңыз")
    assert (decided.status_code, decided.json["status"]) == (200, "rejected")
    assert scene.counts() == (0, 0, 0, 0)
    assert scene.waiting() == []
    assert len(scene.told()) == 1
    again = appeal(scene)
    assert (again.status_code, again.json["code"]) == (409, "already-appealed")
    assert_counts_equal_the_rows(session)


def test_the_same_appeal_twice_is_one(scene: Scene, refused: str) -> None:
    id_ = str(uuid4())
    first, second = appeal(scene, id=id_), appeal(scene, id=id_)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"]
    other = appeal(scene, id=id_, text="басқа")
    assert (other.status_code, other.json["code"]) == (409, "already-appealed")


def test_before_the_end_it_is_too_early_and_after_two_weeks_too_late(scene: Scene, clock: FixedClock) -> None:
    scene.send("check-ins", **FAR)
    early = appeal(scene)
    assert (early.status_code, early.json["code"]) == (409, "too-early")
    clock.at = END + timedelta(days=14, minutes=1)
    late = appeal(scene)
    assert (late.status_code, late.json["code"]) == (409, "too-late")


def test_who_was_not_refused_has_nothing_to_appeal(scene: Scene, clock: FixedClock) -> None:
    clock.at = END + timedelta(hours=1)
    answer = appeal(scene)
    assert (answer.status_code, answer.json["code"]) == (409, "nothing-to-appeal")


def test_who_counts_after_all_has_nothing_to_appeal(scene: Scene, clock: FixedClock) -> None:
    scene.send("check-ins", **FAR)
    scene.send("check-ins")
    clock.at = END + timedelta(hours=1)
    answer = appeal(scene)
    assert (answer.status_code, answer.json["code"]) == (409, "nothing-to-appeal")


def test_a_refused_records_id_stays_free(scene: Scene, clock: FixedClock, login: Login) -> None:
    """Sent again it is judged anew: now with a position that is near."""
    phone = Phone(scene.client, clock, login(scene.volunteer))
    record = phone.record("check_in", scene.event, NOW, position=FAR)
    assert outcomes(phone.send([record])) == ["outside-area"]
    near = record | {"position": record["position"] | {"latitude": scene.event.latitude}}
    assert outcomes(phone.send([near])) == ["stored"]
    assert outcomes(phone.send([near])) == ["repeated"]


@pytest.mark.parametrize(
    ("event", "position"),
    [
        ({"min_age": 60}, {}),
        ({"status": "draft"}, {}),
        ({"status": "cancelled", "cancelled_at": NOW - timedelta(days=1), "cancel_reason": "жел"}, {}),
    ],
    ids=["too-young", "draft", "cancelled-before"],
)
def test_what_no_second_look_can_change_is_not_appealed(
    scene: Scene, session: Session, clock: FixedClock, event: dict[str, Any], position: dict[str, Any]
) -> None:
    place = make_event(session, scene.organization, **event)
    scene.event = place
    assert scene.send("check-ins", **position).status_code in (404, 409)
    clock.at = END + timedelta(hours=1)
    assert appeal(scene, place.id).status_code in (404, 409)
    assert appeal(scene, place.id).json["code"] in ("not-found", "nothing-to-appeal", "not-published")


@pytest.mark.parametrize("hours", [-8, 10])
def test_a_refusal_far_from_the_event_in_time_is_no_ground(
    scene: Scene, session: Session, clock: FixedClock, login: Login, hours: int
) -> None:
    phone = Phone(scene.client, clock, login(scene.volunteer))
    at = scene.event.starts_at + timedelta(hours=hours)
    clock.at = max(at, NOW) + timedelta(minutes=1)
    assert outcomes(phone.send([phone.record("check_in", scene.event, at)])) in (["too-early"], ["too-late"])
    clock.at = END + timedelta(days=1)
    assert appeal(scene).json["code"] == "nothing-to-appeal"


def test_two_may_be_open_and_five_a_month(scene: Scene, session: Session, clock: FixedClock) -> None:
    codes = []
    for number in range(4):
        scene.event = make_event(session, scene.organization)
        clock.at = NOW
        scene.send("check-ins", **FAR)
        clock.at = END + timedelta(hours=1)
        codes.append(appeal(scene, scene.event.id).json.get("code"))
        if number == 2:
            assert codes == [None, None, "too-many-appeals"]
            for waiting in scene.waiting():
                scene.review(waiting, "reject")
    assert codes[3] is None


def test_five_are_heard_in_thirty_days(scene: Scene, session: Session, clock: FixedClock) -> None:
    def ask(after: timedelta) -> Any:
        scene.event = make_event(session, scene.organization, starts_at=NOW + after - timedelta(hours=1))
        clock.at = NOW + after
        scene.send("check-ins", **FAR)
        clock.at = scene.event.ends_at + timedelta(hours=1)
        return appeal(scene)

    for _ in range(5):
        scene.review(ask(timedelta(0)).json["id"], "reject")
    sixth = ask(timedelta(days=20))
    assert (sixth.status_code, sixth.json["code"], sixth.json["limit"]) == (409, "too-many-appeals", 5)
    assert ask(timedelta(days=31)).status_code == 201


def test_of_several_refusals_the_nearest_is_heard(scene: Scene, clock: FixedClock) -> None:
    for off in (0.09, 0.03, 0.05):
        scene.send("check-ins", latitude=scene.event.latitude + off)
        clock.move(timedelta(minutes=2))
    clock.at = END + timedelta(hours=1)
    assert appeal(scene).json["distance_m"] == pytest.approx(3_200, rel=0.05)


def test_of_many_at_once_what_another_one_has_decided_of_a_refusal_stays(scene: Scene, refused: str) -> None:
    id_ = appeal(scene).json["id"]
    assert scene.review(id_, "reject", by=scene.national).status_code == 200
    body = {"ids": [id_], "decision": "accept", "reason": "Тізім бойынша"}
    answer = scene.client.post("/v1/reviews", json=body, headers=scene.login(scene.coordinator))
    assert [one["outcome"] for one in answer.json["results"]] == ["already-decided"]
    assert scene.counts() == (0, 0, 0, 0)


def test_the_nearest_is_seen_first(scene: Scene, session: Session, login: Login, clock: FixedClock) -> None:
    people = [make_volunteer(session) for _ in range(3)]
    for person, latitude in zip(people, (0.09, 0.03, 0.05), strict=True):
        phone = Phone(scene.client, clock, login(person))
        position = {"latitude": scene.event.latitude + latitude}
        phone.send([phone.record("check_in", scene.event, NOW, position=position)])
    clock.at = END + timedelta(hours=1)
    for person in people:
        assert appeal(scene, by=person).status_code == 201
    seen = [item["volunteer"]["id"] for item in scene.reviews().json["items"]]
    assert seen == [str(people[n].id) for n in (1, 2, 0)]
    paged, cursor = [], ""
    for _ in range(3):
        page = scene.reviews(query=f"limit=1{cursor}").json
        paged += [item["volunteer"]["id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert paged == seen


def test_appeals_come_before_doubts_and_all_are_paged(
    scene: Scene, session: Session, login: Login, clock: FixedClock
) -> None:
    doubtful = Phone(scene.client, clock, login(make_volunteer(session)))
    doubtful.send([doubtful.record("check_in", scene.event, NOW, position={"mocked": True})])
    scene.send("check-ins", **FAR)
    clock.at = END + timedelta(hours=1)
    id_ = appeal(scene).json["id"]
    both = scene.waiting()
    assert len(both) == 2
    assert both[0] == id_
    first = scene.reviews(query="limit=1").json
    second = scene.reviews(query=f"limit=1&cursor={first['next']}").json
    assert [one["attendance"]["id"] for one in first["items"] + second["items"]] == both
    assert second["next"] is None


def test_only_its_regions_coordinator_decides_and_never_about_oneself(
    scene: Scene, session: Session, clock: FixedClock, login: Login, refused: str
) -> None:
    id_ = appeal(scene).json["id"]
    elsewhere = make_coordinator(session, "KZ-75")
    assert scene.review(id_, "accept", by=elsewhere).status_code in (403, 404)
    assert scene.reviews(by=elsewhere).json["items"] == []
    phone = Phone(scene.client, clock, login(scene.coordinator))
    clock.at = NOW
    phone.send([phone.record("check_in", scene.event, NOW, position=FAR)])
    clock.at = END + timedelta(hours=1)
    own = appeal(scene, by=scene.coordinator).json["id"]
    assert scene.review(own, "accept").status_code == 403
    assert own not in scene.waiting()


def test_signup_required_can_be_heard(
    scene: Scene, session: Session, clock: FixedClock, client: FlaskClient
) -> None:
    """Refused at the gate of an event that takes no walk-ins, by somebody whose sign-up was lost."""
    scene.event = make_event(session, scene.organization, walk_ins=False)
    assert scene.send("check-ins").json["code"] == "signup-required"
    clock.at = END + timedelta(hours=1)
    made = appeal(scene, scene.event.id)
    assert (made.status_code, made.json["distance_m"]) == (201, 0)


def test_refusals_of_a_batch_are_heard_as_well(scene: Scene, clock: FixedClock, login: Login) -> None:
    phone = Phone(scene.client, clock, login(scene.volunteer))
    clock.at = END + timedelta(hours=2)
    record = phone.record("check_in", scene.event, NOW, position=FAR)
    assert outcomes(phone.send([record])) == ["outside-area"]
    assert appeal(scene).json["checked_in_at"].startswith("2026-05-16T11:00:00")


def test_a_correction_meanwhile_is_not_undone(scene: Scene, refused: str, session: Session) -> None:
    id_ = appeal(scene).json["id"]
    assert scene.correct({"present": True, "minutes": 60}).status_code == 200
    assert scene.review(id_, "accept").status_code == 200
    assert scene.counts()[0] == 1
    assert_counts_equal_the_rows(session)


def test_anybody_elses_refusals_are_nobodys_business(scene: Scene, refused: str, session: Session) -> None:
    assert appeal(scene, by=make_volunteer(session)).json["code"] == "nothing-to-appeal"
    assert appeal(scene, uuid4()).status_code == 404


def meanwhile(scene: Scene, by: Volunteer, id_: str, event: Any, **position: Any) -> Any:
    """A check-in under an id of one's own choosing."""
    phone = Phone(scene.client, scene.clock, scene.login(by))
    (result,) = phone.send([phone.record("check_in", event, NOW, id=id_, position=position)])
    return result


def test_two_people_may_have_been_refused_under_one_id(scene: Scene, clock: FixedClock) -> None:
    """Phones choose the ids of what they send: whoever knows another's must not be in the way of it."""
    id_, other = str(uuid4()), make_volunteer(scene.session)
    for person in (scene.volunteer, other):
        assert meanwhile(scene, person, id_, scene.event, **FAR)["outcome"] == "refused"
    clock.at = END + timedelta(hours=1)
    made = [appeal(scene, by=person) for person in (scene.volunteer, other)]
    assert [one.status_code for one in made] == [201, 201]
    assert len({one.json["id"] for one in made}) == 2
    assert [scene.review(one.json["id"], "accept").status_code for one in made] == [200, 200]
    assert scene.counts()[0] == 2


def test_an_attendance_under_the_refused_id_is_not_in_the_way_of_the_appeal(
    scene: Scene, clock: FixedClock
) -> None:
    id_, other = str(uuid4()), make_volunteer(scene.session)
    meanwhile(scene, scene.volunteer, id_, scene.event, **FAR)
    clock.at = END + timedelta(hours=1)
    appealed = appeal(scene).json["id"]
    result = meanwhile(scene, other, id_, scene.event, mocked=True)
    assert (result["outcome"], result["attendance"]["status"]) == ("stored", "review")
    decided = scene.review(appealed, "accept")
    assert (decided.status_code, decided.json["volunteer_id"]) == (200, str(scene.volunteer.id))
    doubted = scene.review(result["attendance"]["id"], "reject")
    assert (doubted.status_code, doubted.json["volunteer_id"]) == (200, str(other.id))
    assert_counts_equal_the_rows(scene.session)


def test_the_refused_id_stays_free_after_the_appeal(scene: Scene, clock: FixedClock) -> None:
    """Sent again it is judged anew, also for another event, and spoils nobody's batch."""
    id_ = str(uuid4())
    elsewhere = make_event(scene.session, scene.organization)
    meanwhile(scene, scene.volunteer, id_, scene.event, **FAR)
    clock.at = END + timedelta(hours=1)
    assert scene.review(appeal(scene).json["id"], "accept").status_code == 200
    phone = Phone(scene.client, clock, scene.login(scene.volunteer))
    third = make_event(scene.session, scene.organization)
    kept = [phone.record("check_in", elsewhere, NOW, id=id_), phone.record("check_in", third, NOW)]
    assert outcomes(phone.send(kept)) == ["stored", "stored"]
    assert_counts_equal_the_rows(scene.session)


def test_the_same_word_again_changes_nothing_and_another_one_holds(scene: Scene, refused: str) -> None:
    """A phone that got no answer sends it again; of two who decide at once the later one holds."""
    id_ = appeal(scene).json["id"]
    first, again = scene.review(id_, "reject"), scene.review(id_, "reject")
    assert (again.status_code, again.json) == (200, first.json)
    assert len(scene.told()) == 1
    other = scene.review(id_, "accept", reason="Қайта қарадық")
    assert (other.status_code, other.json["status"], other.json["id"]) == (200, "counted", id_)
    assert len(scene.told()) == 2
    assert scene.counts()[0] == 1
    assert_counts_equal_the_rows(scene.session)
