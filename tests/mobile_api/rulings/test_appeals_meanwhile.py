"""An appeal of a refusal, and what becomes of its event and its person meanwhile."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.makers import make_volunteer
from tests.mobile_api.phones import END, Phone, assert_counts_equal_the_rows
from tests.mobile_api.rulings.test_refusal_appeals import FAR, appeal
from tests.mobile_api.scene import Scene


@pytest.fixture
def refused(scene: Scene) -> Scene:
    """Somebody was refused; the event is over by now."""
    assert scene.send("check-ins", **FAR).json["code"] == "outside-area"
    scene.clock.at = END + timedelta(hours=1)
    return scene


def test_who_was_refused_is_heard_though_the_event_is_hidden_by_now(refused: Scene, session: Session) -> None:
    refused.event.hidden_by = "coordinator"
    session.flush()
    mine = refused.login(refused.volunteer)
    (listed,) = refused.client.get("/v1/me/refusals", headers=mine).json["items"]
    assert listed["can_appeal"] is True
    id_ = str(uuid4())
    assert [appeal(refused, id=id_).status_code for _ in range(2)] == [201, 200]
    stranger = appeal(refused, by=make_volunteer(session))
    assert (stranger.status_code, stranger.json["code"]) == (404, "not-found")


def test_accepted_twice_beside_an_attendance_that_came_late_it_is_said_once(refused: Scene) -> None:
    """What the phone kept arrives before the word on the appeal: the attendance has an id of its own."""
    id_ = appeal(refused).json["id"]
    phone = Phone(refused.client, refused.clock, refused.login(refused.volunteer))
    (came,) = phone.send([phone.record("check_in", refused.event, NOW)])
    first, again = refused.review(id_, "accept"), refused.review(id_, "accept")
    assert (first.status_code, first.json["id"]) == (200, came["id"])
    assert (again.status_code, again.json) == (200, first.json)
    assert len(refused.told()) == 1
    other = refused.review(id_, "reject", reason="Қайта қарадық")
    assert (other.status_code, other.json["status"]) == (200, "rejected")
    assert_counts_equal_the_rows(refused.session)
