"""Who is erased while they are at an event: they have left now, and count as whoever leaves (R18, R30)."""

from datetime import timedelta

import sqlalchemy as sa

from service.ledger import ledger, verify
from service.models import Attendance
from tests.mobile_api.scene import Scene

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def erase(scene: Scene) -> None:
    answer = scene.client.delete("/v1/me", headers=scene.login(scene.volunteer))
    assert answer.status_code == 204, answer.json
    ledger.add(scene.session, scene.event, events=1)
    assert verify.differences(scene.session) == []


def test_the_minutes_that_staff_named_stay(scene: Scene) -> None:
    scene.send("check-ins")
    scene.clock.move(30 * MINUTE)
    assert scene.correct({"present": True, "minutes": 45}).json["minutes"] == 45
    assert scene.counts() == (1, 45, 0, 0)
    erase(scene)
    assert scene.counts() == (1, 45, 0, 0)


def test_what_was_proven_before_they_came_again_is_proven(scene: Scene) -> None:
    scene.send("check-ins")
    scene.clock.move(30 * MINUTE)
    scene.send("check-outs")
    scene.clock.move(30 * MINUTE)
    scene.send("check-ins")
    scene.clock.move(15 * MINUTE)
    erase(scene)
    assert scene.counts() == (1, 30, 15, 0)


def test_no_more_than_four_hours_are_assumed(scene: Scene) -> None:
    scene.event.ends_at += 8 * HOUR
    scene.session.flush()
    scene.send("check-ins")
    scene.clock.move(6 * HOUR)
    erase(scene)
    assert scene.counts() == (1, 0, 240, 0)


def test_who_was_rejected_while_there_counts_no_more_than_before(scene: Scene) -> None:
    scene.send("check-ins")
    scene.correct({"present": False})
    scene.clock.move(30 * MINUTE)
    erase(scene)
    assert scene.counts() == (0, 0, 0, 0)
    (sealed,) = scene.session.scalars(sa.select(Attendance))
    assert (sealed.status, sealed.checked_out_at) == ("rejected", scene.clock.now())
