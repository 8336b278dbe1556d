"""A coordinator corrects who was there, and head counts: 90 days, with a reason, never about themself."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.models import Appeal, Headcount, Volunteer
from tests.makers import make_attendance, make_coordinator, make_member, make_volunteer
from tests.mobile_api.scene import Scene

PRESENT = {"present": True, "minutes": 60}
GROUP = {"group": "№ 5 мектеп", "people": 24, "minutes": 60}
REASON = {"reason": "Мектеп растады"}


def correct(scene: Scene, body: dict[str, Any], by: Volunteer | None = None) -> Any:
    return scene.correct(body, by=by or scene.coordinator)


@pytest.mark.parametrize("who", ["coordinator", "national"])
def test_it_is_a_coordinators_word(scene: Scene, who: str) -> None:
    assert correct(scene, PRESENT, getattr(scene, who)).json["status"] == "counted"
    assert scene.counts() == (1, 60, 0, 0)
    (kept,) = scene.decisions()
    assert (kept.role, kept.decided_by) == ("coordinator", getattr(scene, who).id)


def test_it_binds_organizers_and_not_coordinators(scene: Scene) -> None:
    assert scene.correct(PRESENT).status_code == 200
    assert correct(scene, {"present": False}).json["status"] == "rejected"
    refused = scene.correct(PRESENT)
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")
    assert correct(scene, PRESENT, scene.national).json["status"] == "counted"
    assert scene.counts() == (1, 60, 0, 0)


def test_the_same_words_by_a_coordinator_are_a_word_of_their_own_and_bind(scene: Scene) -> None:
    assert scene.correct(PRESENT).status_code == 200
    assert correct(scene, PRESENT).status_code == 200
    assert [kept.role for kept in scene.decisions()] == ["organizer", "coordinator"]
    refused = scene.correct({"present": False})
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")


def test_organizers_still_name_the_minutes_of_what_a_coordinator_has_decided(scene: Scene) -> None:
    assert correct(scene, PRESENT).status_code == 200
    assert scene.correct({"present": True, "minutes": 30}).json["minutes"] == 30
    assert scene.counts() == (1, 30, 0, 0)


@pytest.mark.parametrize(
    ("days", "organizer", "coordinator"), [(13, 200, 200), (15, 409, 200), (91, 409, 409)]
)
def test_organizers_have_14_days_and_coordinators_90(
    scene: Scene, days: int, organizer: int, coordinator: int
) -> None:
    scene.clock.move(timedelta(days=days))
    answers = scene.correct(PRESENT), correct(scene, PRESENT | {"minutes": 90})
    assert [answer.status_code for answer in answers] == [organizer, coordinator]
    codes = [answer.json.get("code") for answer in answers if answer.status_code == 409]
    assert set(codes) <= {"too-late"}


def test_without_a_reason_nothing_is_corrected(scene: Scene) -> None:
    for reason in ("", "   ", None):
        assert correct(scene, PRESENT | {"reason": reason}).status_code == 422
    assert scene.decisions() == []


def test_nobody_corrects_about_themself(scene: Scene) -> None:
    own = scene.correct(PRESENT, scene.coordinator, scene.coordinator)
    assert (own.status_code, own.json["code"]) == (403, "forbidden")
    make_member(scene.session, scene.organization, scene.coordinator)
    scene.organization.status = "suspended"
    scene.session.commit()
    of_own_organization = correct(scene, PRESENT)
    assert (of_own_organization.status_code, of_own_organization.json["code"]) == (409, "not-verified")


def test_as_a_member_it_is_an_organizers_word_with_an_organizers_time(scene: Scene) -> None:
    make_member(scene.session, scene.organization, scene.coordinator)
    assert correct(scene, PRESENT).status_code == 200
    (kept,) = scene.decisions()
    assert kept.role == "organizer"
    scene.clock.move(timedelta(days=15))
    assert correct(scene, PRESENT | {"minutes": 10}).status_code == 409


@pytest.mark.parametrize("state", ["suspended", "rejected"])
def test_also_where_the_organization_is_verified_no_more(scene: Scene, state: str) -> None:
    scene.organization.status = state
    scene.session.commit()
    assert scene.correct(PRESENT).status_code == 409
    assert correct(scene, PRESENT).status_code == 200


def test_an_appeal_that_waits_is_decided_with_it(scene: Scene) -> None:
    attended = make_attendance(scene.session, scene.event, scene.volunteer, status="rejected")
    scene.session.commit()
    assert scene.appeal(str(attended.id)).status_code == 201
    assert scene.waiting() == [str(attended.id)]
    correct(scene, PRESENT)
    scene.session.expire_all()
    assert scene.session.get_one(Appeal, attended.id).decided_at is not None
    assert scene.waiting() == []


def test_an_organizers_word_leaves_an_appeal_to_the_coordinator(scene: Scene) -> None:
    attended = make_attendance(scene.session, scene.event, scene.volunteer, status="rejected")
    scene.session.commit()
    assert scene.appeal(str(attended.id)).status_code == 201
    assert scene.correct({"present": False, "reason": "Ешкім көрмеді"}).status_code == 200
    scene.session.expire_all()
    assert scene.session.get_one(Appeal, attended.id).decided_at is None
    assert scene.waiting() == [str(attended.id)]


def url(scene: Scene) -> str:
    return f"/v1/events/{scene.event.id}/headcounts/{uuid4()}"


def test_a_head_count_by_a_coordinator_has_its_reason(scene: Scene) -> None:
    where, headers = url(scene), scene.login(scene.coordinator)
    for body in (GROUP, GROUP | {"reason": " "}):
        refused = scene.client.put(where, json=body, headers=headers)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason"])
    assert scene.client.put(where, json=GROUP | REASON, headers=headers).status_code == 201
    (kept,) = scene.session.query(Headcount)
    assert (kept.change_reason, kept.changed_by) == (REASON["reason"], scene.coordinator.id)
    assert (
        scene.client.put(where, json=GROUP | {"people": 20}, headers=scene.login(scene.owner)).status_code
        == 200
    )
    scene.session.expire_all()
    assert not kept.change_reason
    assert scene.client.delete(where, headers=headers).status_code == 422
    assert scene.client.delete(f"{where}?reason=Екі рет саналды", headers=headers).status_code == 204
    scene.session.expire_all()
    assert (kept.change_reason, kept.taken_back) == ("Екі рет саналды", True)


@pytest.mark.parametrize(
    ("days", "organizer", "coordinator"), [(13, 201, 201), (15, 409, 201), (91, 409, 409)]
)
def test_head_counts_for_14_and_for_90_days(
    scene: Scene, days: int, organizer: int, coordinator: int
) -> None:
    scene.clock.move(timedelta(days=days))
    answers = [
        scene.client.put(url(scene), json=GROUP | REASON, headers=scene.login(who)).status_code
        for who in (scene.owner, scene.coordinator)
    ]
    assert answers == [organizer, coordinator]


def test_no_head_counts_elsewhere_and_of_ones_own_organization(scene: Scene) -> None:
    elsewhere = make_coordinator(scene.session, "KZ-75")
    make_member(scene.session, scene.organization, scene.coordinator)
    scene.organization.status = "suspended"
    scene.session.commit()
    for person, status in ((elsewhere, 403), (make_volunteer(scene.session), 403), (scene.coordinator, 409)):
        answer = scene.client.put(url(scene), json=GROUP | REASON, headers=scene.login(person))
        assert answer.status_code == status
