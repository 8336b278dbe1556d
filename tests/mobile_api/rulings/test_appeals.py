"""The volunteer's one answer to a rejection or a review, over HTTP."""

from datetime import timedelta
from uuid import uuid4

from tests.makers import make_volunteer
from tests.mobile_api.scene import Scene


def test_a_rejected_volunteer_answers_once_and_is_heard(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "reject", "Телефон орны жалған")
    line = scene.record()["items"][0]
    assert (line["status"], line["can_appeal"]) == ("rejected", True)
    answer = scene.appeal(doubtful, "Телефоным ескі")
    assert (answer.status_code, answer.json["text"]) == (201, "Телефоным ескі")
    (item,) = scene.reviews().json["items"]
    assert (item["attendance"]["id"], item["attendance"]["status"]) == (doubtful, "rejected")
    assert (item["appeal"]["text"], item["appeal"]["decided_at"]) == ("Телефоным ескі", None)
    assert [said["reason"] for said in item["decisions"]] == ["Телефон орны жалған"]
    line = scene.record()["items"][0]
    assert (line["can_appeal"], line["appeal"]["text"]) == (False, "Телефоным ескі")
    again = scene.appeal(doubtful, "Тағы да")
    assert (again.status_code, again.json["code"]) == (409, "already-appealed")
    # The very same decision, on the appeal, is one of its own: it is told, and final.
    assert scene.review(doubtful, "reject", "Телефон орны жалған").json["status"] == "rejected"
    assert (len(scene.decisions()), len(scene.told()), scene.waiting()) == (2, 2, [])
    assert [one.facts["is_final"] for one in scene.told()] == [False, True]
    assert scene.record()["items"][0]["appeal"]["decided_at"] is not None
    final = scene.appeal(doubtful, "Әлі де келіспеймін")
    assert (final.status_code, final.json["code"]) == (409, "already-appealed")


def test_an_accepted_appeal_counts(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "reject")
    scene.appeal(doubtful)
    assert scene.review(doubtful, "accept").json["status"] == "counted"
    assert scene.counts()[0] == 1
    assert scene.waiting() == []


def test_an_answer_while_in_review_reaches_the_coordinator(scene: Scene, doubtful: str) -> None:
    assert scene.appeal(doubtful, "GPS нашар болды").status_code == 201
    (item,) = scene.reviews().json["items"]
    assert item["appeal"]["text"] == "GPS нашар болды"


def test_a_repeat_of_an_answer_is_known_by_its_own_id(scene: Scene, doubtful: str) -> None:
    first = scene.appeal(doubtful, id=str(uuid4()))
    again = scene.appeal(doubtful, id=first.json["id"])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    for other in (
        scene.appeal(doubtful, "Басқа мәтін", id=first.json["id"]),
        scene.appeal(doubtful, id=str(uuid4())),
    ):
        assert (other.status_code, other.json["code"]) == (409, "already-appealed")


def test_there_is_nothing_to_answer_to_when_it_counts(scene: Scene) -> None:
    came = scene.send("check-ins").json
    answer = scene.appeal(came["id"])
    assert (answer.status_code, answer.json["code"]) == (409, "nothing-to-appeal")


def test_only_the_volunteer_answers(scene: Scene, doubtful: str) -> None:
    for by in (scene.owner, scene.coordinator, make_volunteer(scene.session)):
        assert scene.appeal(doubtful, by=by).status_code == 404
    assert scene.appeal(str(uuid4())).status_code == 404
    for text in ("", " ", "x" * 2_001, "\x00"):
        assert scene.appeal(doubtful, text).status_code == 422


def test_a_coordinator_lifts_an_organizers_rejection(scene: Scene) -> None:
    came = scene.send("check-ins").json
    scene.clock.move(timedelta(minutes=60))
    scene.send("check-outs")
    scene.correct({"present": False})
    assert scene.waiting() == []
    assert scene.appeal(came["id"]).status_code == 201
    assert scene.waiting() == [came["id"]]
    lifted = scene.review(came["id"], "accept").json
    assert (lifted["status"], lifted["evidence"], lifted["minutes"]) == ("counted", "gps", 60)
    assert scene.counts() == (1, 60, 0, 0)
    assert [said["by"] for said in scene.record()["items"][0]["decisions"]] == ["organizer", "coordinator"]
