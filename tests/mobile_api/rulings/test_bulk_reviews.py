"""Up to 50 decisions in one call: each by itself, of one's own region, and never over another's word."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from service import errors
from service.access import Actor
from service.attendance.evidence import Status
from service.models import Attendance, AttendanceDecision, AuditEntry, Outbox, Volunteer
from service.platform.thresholds import Thresholds
from service.rulings import bulk_reviews, reviews, waiting
from tests.conftest import NOW, Sessions
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_volunteer,
)
from tests.mobile_api.scene import Scene


def in_review(scene: Scene, number: int = 1, **of_event: Any) -> list[str]:
    event = make_event(scene.session, **of_event) if of_event else scene.event
    made = [
        make_attendance(
            scene.session, event, make_volunteer(scene.session), status="review", reasons=["accuracy"]
        )
        for _ in range(number)
    ]
    scene.session.commit()
    return [str(one.id) for one in made]


def post(scene: Scene, ids: list[str], decision: str = "accept", by: Volunteer | None = None) -> Any:
    body = {"ids": ids, "decision": decision, "reason": "Тізім бойынша"}
    return scene.client.post("/v1/reviews", json=body, headers=scene.login(by or scene.coordinator))


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [result["outcome"] for result in answer.json["results"]]


def test_each_is_decided_told_and_counted(scene: Scene) -> None:
    ids = in_review(scene, 20)
    answer = post(scene, ids)
    assert [result["id"] for result in answer.json["results"]] == ids
    assert outcomes(answer) == ["decided"] * 20
    assert scene.waiting() == []
    assert scene.counts()[0] == 20
    assert len(scene.decisions()) == len(scene.told()) == 20


def test_sent_again_the_results_are_the_same_and_nothing_changes(scene: Scene) -> None:
    ids = in_review(scene, 3)
    first, again = post(scene, ids), post(scene, ids)
    assert again.json == first.json
    assert len(scene.decisions()) == len(scene.told()) == 3


def test_what_another_one_decided_stays(scene: Scene) -> None:
    ids = in_review(scene, 2)
    scene.review(ids[0], "reject", by=scene.national)
    answer = post(scene, ids)
    assert outcomes(answer) == ["already-decided", "decided"]
    problem = answer.json["results"][0]["problem"]
    assert (problem["code"], problem["attendance_status"]) == ("already-decided", "rejected")
    assert "problem" not in answer.json["results"][1]
    assert scene.session.get_one(Attendance, UUID(ids[0]), populate_existing=True).status == "rejected"


def test_of_another_region_nothing_is_told(scene: Scene) -> None:
    foreign = in_review(scene, 2, region_code="KZ-75")
    own, unknown = in_review(scene, 1), str(uuid4())
    answer = post(scene, [foreign[0], own[0], unknown, foreign[1]])
    assert outcomes(answer) == ["not-found", "decided", "not-found", "not-found"]
    shown = [one["problem"] for one in answer.json["results"] if one["outcome"] == "not-found"]
    assert shown[0] == shown[1] == shown[2]
    assert outcomes(post(scene, foreign, by=scene.national)) == ["decided"] * 2


def test_ones_own_and_ones_own_organizations_are_refused(scene: Scene) -> None:
    mine = make_attendance(scene.session, scene.event, scene.coordinator, status="review")
    own = make_organization(scene.session)
    make_member(scene.session, own, scene.coordinator, role="organizer")
    theirs = make_attendance(
        scene.session, make_event(scene.session, own), make_volunteer(scene.session), status="review"
    )
    scene.session.commit()
    ids = [str(mine.id), str(theirs.id)]
    answer = post(scene, ids)
    assert outcomes(answer) == ["refused", "refused"]
    assert {result["problem"]["code"] for result in answer.json["results"]} == {"forbidden"}
    assert scene.waiting() == []
    assert scene.review(str(theirs.id), "accept").status_code == 403
    told = {row.volunteer_id: row.reviews for row in scene.session.execute(waiting.by_coordinator())}
    assert told == {scene.national.id: 2}
    assert outcomes(post(scene, ids, by=scene.national)) == ["decided", "decided"]


def test_appeals_of_attendances_are_decided_too(scene: Scene) -> None:
    rejected = make_attendance(scene.session, scene.event, scene.volunteer, status="rejected")
    scene.session.commit()
    assert outcomes(post(scene, [str(rejected.id)])) == ["already-decided"]
    assert scene.appeal(str(rejected.id)).status_code == 201
    assert outcomes(post(scene, [str(rejected.id)])) == ["decided"]
    assert scene.session.get_one(Attendance, rejected.id, populate_existing=True).status == "counted"


@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4())] * 51, None, "x"])
def test_what_cannot_be_sent(scene: Scene, ids: Any) -> None:
    assert post(scene, ids).status_code == 422


def test_for_coordinators_alone(scene: Scene) -> None:
    ids = in_review(scene)
    for person in (scene.owner, scene.volunteer):
        assert post(scene, ids, by=person).status_code == 403
    assert scene.client.post("/v1/reviews", json={}).status_code == 401
    assert scene.decisions() == []


def test_the_queue_by_organization_and_by_reason(scene: Scene) -> None:
    (here,) = in_review(scene)
    other = make_organization(scene.session)
    elsewhere = make_attendance(
        scene.session,
        make_event(scene.session, other),
        make_volunteer(scene.session),
        status="review",
        reasons=["mocked", "travel"],
    )
    scene.session.commit()

    def found(query: str) -> list[str]:
        return [item["attendance"]["id"] for item in scene.reviews(query=query).json["items"]]

    assert found(f"organization={scene.organization.id}") == [here]
    assert found(f"organization={other.id}") == [str(elsewhere.id)]
    assert found("reason=travel") == [str(elsewhere.id)]
    assert found(f"reason=travel&organization={scene.organization.id}") == []
    assert sorted(found("")) == sorted([here, str(elsewhere.id)])


def test_two_reviewers_at_once_decide_each_once(sessions: Sessions) -> None:
    """In opposite orders: no deadlock, and the later finds the other's word."""
    with sessions.begin() as session:
        event = make_event(session)
        ids = [
            make_attendance(session, event, make_volunteer(session), status="review").id for _ in range(12)
        ]
        reviewers = [make_coordinator(session, "KZ-15").id for _ in range(2)]

    def decide(number: int) -> list[str]:
        actor = Actor(reviewers[number], None, "kk", {}, frozenset({"KZ-15"}))
        status = (Status.COUNTED, Status.REJECTED)[number]
        ordered = ids if number == 0 else ids[::-1]
        with sessions() as session:
            results = bulk_reviews.decide_all(session, actor, ordered, status, "рет", NOW, Thresholds())
        by_id = {result.id: result.outcome for result in results}
        return [by_id[id_] for id_ in ids]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(decide, range(2))
    assert all(sorted(pair) == ["already-decided", "decided"] for pair in zip(first, second, strict=True))
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceDecision)) == 12
        assert session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "review_decided")) == 12
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "reviewed")) == 12


def test_what_was_decided_before_a_failure_stays(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = in_review(scene, 3)
    real, seen = reviews.decide, []

    def decide(*arguments: Any, **options: Any) -> Any:
        seen.append(arguments[2])
        if len(seen) == 2:
            raise errors.Busy(retry_after_s=1)
        return real(*arguments, **options)

    monkeypatch.setattr(reviews, "decide", decide)
    answer = post(scene, ids)
    assert outcomes(answer) == ["decided", "refused", "decided"]
    assert answer.json["results"][1]["problem"]["code"] == "unavailable"
    assert len(scene.decisions()) == 2


def test_a_doubt_that_there_is_not_is_refused_and_those_that_there_are_are_listed(scene: Scene) -> None:
    answer = scene.reviews(query="reason=zzz")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["reason"])
    (said,) = answer.json["errors"]["reason"]
    for reason in ("distance", "shared-code", "overlap", "outside-area", "cancelled"):
        assert reason in said
