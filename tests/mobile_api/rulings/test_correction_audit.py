"""Organizers who correct unusually much, over HTTP."""

from typing import Any

import pytest
import sqlalchemy as sa

from http_base import cursors
from service.models import Volunteer
from tests.makers import make_attendance, make_event, make_volunteer
from tests.mobile_api.scene import Scene


def organizers(scene: Scene, query: str = "", by: Volunteer | None = None) -> Any:
    return scene.client.get(f"/v1/reviews/organizers?{query}", headers=scene.login(by or scene.coordinator))


def test_organizers_who_correct_unusually_much_are_shown(scene: Scene) -> None:
    people = [make_volunteer(scene.session) for _ in range(16)]
    for person in people[:15]:
        make_attendance(scene.session, scene.event, person)
    for person in people[:4]:
        scene.correct({"present": True, "minutes": 60}, person)
    scene.correct({"present": True, "minutes": 90}, people[0])
    (one,) = organizers(scene).json["items"]
    assert (one["volunteer_id"], one["corrections"], one["vouched"]) == (str(scene.owner.id), 4, 4)
    assert (one["attendances"], one["share"], one["unusual"]) == (15, 0.267, False)
    assert one["organizations"] == [{"id": str(scene.organization.id), "name": {"kk": "Таза Ақтөбе"}}]
    scene.correct({"present": False}, people[4])
    answer = organizers(scene, "region=KZ-15&from=2026-05-01&to=2026-05-31").json
    (one,) = answer["items"]
    assert (one["corrections"], one["vouched"], one["attendances"]) == (5, 4, 15)
    assert one["unusual"] is True
    assert answer["unusual_from"] == {"corrections": 5, "share": 0.2}


def test_many_corrections_among_many_people_are_usual(scene: Scene) -> None:
    people = [make_volunteer(scene.session) for _ in range(26)]
    for person in people:
        make_attendance(scene.session, scene.event, person)
    for person in people[:5]:
        scene.correct({"present": True}, person)
    (one,) = organizers(scene).json["items"]
    assert (one["corrections"], one["share"], one["unusual"]) == (5, 0.192, False)


def test_what_phones_reported_is_not_vouched_for(scene: Scene, doubtful: str) -> None:
    scene.correct({"present": True})
    scene.correct({"present": True}, make_volunteer(scene.session))
    (one,) = organizers(scene).json["items"]
    assert (one["corrections"], one["vouched"], one["attendances"]) == (2, 1, 2)


def test_organizers_by_region_days_and_page(scene: Scene) -> None:
    scene.correct({"present": True})
    assert organizers(scene, "from=2026-05-17&to=2026-05-18").json["items"] == []
    assert organizers(scene, "region=KZ-10", scene.national).json["items"] == []
    assert len(organizers(scene, "", scene.national).json["items"]) == 1
    assert organizers(scene, "", scene.owner).status_code == 403
    assert organizers(scene, "region=KZ-10").status_code == 403
    for query in ("from=2026-05-18&to=2026-05-17", "from=2020-01-01", "to=0001-01-01", "cursor=x"):
        assert organizers(scene, query).status_code == 422
    colleague = make_volunteer(scene.session)
    event = make_event(scene.session, created_by=colleague.id)
    owner = scene.session.get_one(Volunteer, event.created_by)
    scene.session.execute(
        sa.text("INSERT INTO membership VALUES (:org, :who, 'organizer', now())"),
        {"org": event.organization_id, "who": owner.id},
    )
    scene.event = event
    for _ in range(2):
        scene.correct({"present": True}, make_volunteer(scene.session), owner)
    first = organizers(scene, "limit=1").json
    second = organizers(scene, f"limit=1&cursor={first['next']}").json
    seen = [item["corrections"] for page in (first, second) for item in page["items"]]
    assert (seen, second["next"]) == ([2, 1], None)


@pytest.mark.parametrize("corrections", [10**30, -1, 2.5, None])
def test_a_forged_cursor_is_invalid(scene: Scene, corrections: Any) -> None:
    cursor = cursors.encode(corrections, scene.owner.id)
    assert organizers(scene, f"cursor={cursor}").status_code == 422
