"""One's own refusals: what was measured and allowed, from when on they are heard, and the answer."""

from datetime import timedelta

import pytest

from tests.clock import FixedClock
from tests.mobile_api.phones import END, Phone
from tests.mobile_api.rulings.test_refusal_appeals import FAR, appeal
from tests.mobile_api.scene import Scene


def refusals(scene: Scene) -> list[dict[str, object]]:
    answer = scene.client.get("/v1/me/refusals", headers=scene.login(scene.volunteer))
    assert answer.status_code == 200
    items: list[dict[str, object]] = answer.json["items"]
    return items


def test_what_was_measured_and_allowed_and_from_when_it_is_heard(scene: Scene, clock: FixedClock) -> None:
    assert refusals(scene) == []
    scene.send("check-ins", latitude=50.2839 + 0.08)
    told = scene.send("check-ins", **FAR).json
    (one,) = refusals(scene)
    assert one["event"]["id"] == str(scene.event.id)
    measured = ("distance_m", "allowed_m")
    assert [one[name] for name in measured] == [told[name] for name in measured]
    assert (one["refused_as"], one["can_appeal"], one["appeal"]) == ("outside-area", False, None)
    clock.at = END + timedelta(hours=1)
    assert refusals(scene)[0]["can_appeal"]
    clock.at = END + timedelta(days=14, minutes=1)
    assert not refusals(scene)[0]["can_appeal"]


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_the_answer_stands_there_or_the_attendance_does(
    scene: Scene, clock: FixedClock, decision: str
) -> None:
    scene.send("check-ins", **FAR)
    clock.at = END + timedelta(hours=1)
    made = appeal(scene).json
    (one,) = refusals(scene)
    assert not one["can_appeal"]
    assert one["appeal"]["decision"] is None
    scene.review(made["id"], decision)
    left = refusals(scene)
    if decision == "accept":
        assert left == []
        assert scene.record()["events"] == 1
    else:
        assert left[0]["appeal"]["decision"] == "rejected"
        assert left[0]["appeal"]["reason"]
        assert not left[0]["can_appeal"]


def test_who_came_in_after_all_was_not_refused(scene: Scene) -> None:
    scene.send("check-ins", **FAR)
    assert scene.send("check-ins").status_code == 201
    assert refusals(scene) == []


def test_what_was_long_before_the_event_is_seen_and_not_heard(scene: Scene, clock: FixedClock) -> None:
    phone = Phone(scene.client, clock, scene.login(scene.volunteer))
    phone.send([phone.record("check_in", scene.event, scene.event.starts_at - timedelta(hours=8))])
    clock.at = END + timedelta(hours=1)
    (one,) = refusals(scene)
    assert (one["refused_as"], one["can_appeal"]) == ("too-early", False)
