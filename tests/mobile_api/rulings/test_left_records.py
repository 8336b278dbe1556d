"""A record that nobody signs in to any more keeps what was done: staff can still decide about it."""

import pytest

from service.models import Volunteer
from tests.conftest import NOW
from tests.makers import make_volunteer
from tests.mobile_api.phones import Phone, assert_counts_equal_the_rows
from tests.mobile_api.scene import Scene


@pytest.fixture
def left(scene: Scene) -> Volunteer:
    """Detached, as whoever got a recycled SIM and did not know the birth date has left it."""
    return make_volunteer(scene.session, subject=None, phone=None)


@pytest.mark.parametrize(("decision", "status"), [("accept", "counted"), ("reject", "rejected")])
def test_what_waits_can_be_decided(scene: Scene, decision: str, status: str) -> None:
    person = make_volunteer(scene.session)
    phone = Phone(scene.client, scene.clock, scene.login(person))
    (sent,) = phone.send([phone.record("check_in", scene.event, NOW, position={"mocked": True})])
    person.subject = person.phone = None
    scene.session.commit()
    assert scene.waiting() == [sent["id"]]
    decided = scene.review(sent["id"], decision)
    assert (decided.status_code, decided.json.get("status")) == (200, status)
    assert scene.waiting() == []
    assert_counts_equal_the_rows(scene.session)


def test_an_organizer_can_correct_it(scene: Scene, left: Volunteer) -> None:
    corrected = scene.correct({"present": True}, left)
    assert (corrected.status_code, corrected.json.get("status")) == (200, "counted")


def test_nobody_is_still_nobody(scene: Scene) -> None:
    erased = make_volunteer(scene.session, subject=None, phone=None, is_tombstone=True)
    for nobody in (Volunteer(id=scene.event.id), erased):
        assert scene.correct({"present": True}, nobody).status_code == 404
