"""The coordinators' queue, their decisions, and appeals, over HTTP."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from notifications import fan_out, messages, words
from service.attendance import evidence
from service.models import Attendance, PresenceRecord, Volunteer
from tests.conftest import NOW
from tests.makers import AKTOBE, make_attendance, make_coordinator, make_event, make_volunteer
from tests.mobile_api.scene import Scene


def test_the_queue_shows_the_evidence(scene: Scene, doubtful: str) -> None:
    (item,) = scene.reviews().json["items"]
    attended = item["attendance"]
    assert (attended["id"], attended["status"]) == (doubtful, "review")
    assert set(attended["reasons"]) == {"accuracy", "mocked"}
    assert item["event"]["id"] == str(scene.event.id)
    assert item["event"]["title"]["en"] == "Ilek bank clean-up"
    assert item["event"]["starts_at"] == "2026-05-16T10:00:00+05:00"
    assert item["event"]["organization"] == {
        "id": str(scene.organization.id),
        "name": {"kk": "Таза Ақтөбе"},
    }
    assert item["volunteer"] == {"id": str(scene.volunteer.id), "display_name": "Айгүл Серікқызы"}
    (record,) = item["records"]
    assert record["type"] == "check_in"
    assert record["captured_at"] == "2026-05-16T11:00:00+05:00"
    assert (record["distance_m"], record["accuracy_m"], record["mocked"]) == (0, 400, True)
    assert (record["code_is_right"], record["attested"], record["installation_people"]) == (False, None, 1)
    assert record["position"] == {"latitude": AKTOBE[0], "longitude": AKTOBE[1]}
    assert (item["appeal"], item["decisions"]) == (None, [])
    assert scene.volunteer.phone not in str(item)


def test_the_queue_says_how_many_share_the_phone(scene: Scene) -> None:
    people = [make_volunteer(scene.session) for _ in range(4)]
    for n, scene.volunteer in enumerate(people):
        scene.send("check-ins", latitude=AKTOBE[0] + n * 1e-5)
    items = scene.reviews().json["items"]
    assert [item["records"][0]["installation_people"] for item in items] == [4] * 4
    assert {reason for item in items for reason in item["attendance"]["reasons"]} == {"installation"}


def test_the_oldest_comes_first_page_by_page(scene: Scene) -> None:
    made = []
    for n in (3, 1, 2):
        event = make_event(scene.session, scene.organization, starts_at=NOW - timedelta(days=n))
        made.append(make_attendance(scene.session, event, make_volunteer(scene.session), status="review"))
    make_attendance(scene.session, event, make_volunteer(scene.session))
    expected = [str(made[n].id) for n in (0, 2, 1)]
    seen, query = [], "limit=1"
    while query:
        page = scene.reviews(query=query).json
        seen += [item["attendance"]["id"] for item in page["items"]]
        query = f"limit=1&cursor={page['next']}" if page["next"] else ""
    assert seen == expected


def test_who_sees_which_queue(scene: Scene, doubtful: str) -> None:
    abai, both = make_coordinator(scene.session, "KZ-10"), make_coordinator(scene.session, "KZ-10")
    scene.session.execute(sa.text("INSERT INTO coordinator VALUES (:who, 'KZ-15', now())"), {"who": both.id})

    def seen(by: Volunteer, query: str = "") -> Any:
        answer = scene.reviews(by, query)
        return len(answer.json["items"]) if answer.status_code == 200 else answer.status_code

    assert [seen(scene.coordinator), seen(scene.coordinator, "region=KZ-15")] == [1, 1]
    assert [seen(scene.national), seen(scene.national, "region=KZ-15")] == [1, 1]
    assert [seen(scene.national, "region=KZ-10"), seen(abai), seen(both)] == [0, 0, 1]
    assert [seen(abai, "region=KZ-15"), seen(scene.coordinator, "region=KZ-99")] == [403, 422]
    assert [seen(scene.owner), seen(scene.volunteer, "region=KZ-15")] == [403, 403]
    assert [seen(scene.national, "region=KZ-99"), seen(scene.national, "cursor=x")] == [422, 422]


@pytest.mark.parametrize(
    ("decision", "status", "counted"), [("accept", "counted", 1), ("reject", "rejected", 0)]
)
def test_a_decision_counts_at_once_and_is_told(
    scene: Scene, doubtful: str, decision: str, status: str, counted: int
) -> None:
    scene.clock.move(timedelta(minutes=60))
    scene.send("check-outs")
    assert scene.counts() == (0, 0, 0, 1)
    answer = scene.review(doubtful, decision, "Ұйымдастырушы растады")
    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["status"]) == (doubtful, status)
    assert answer.json["checked_in_at"] == "2026-05-16T11:00:00+05:00"
    assert scene.counts() == (counted, counted * 60, 0, 0)
    assert scene.waiting() == []
    (entry,) = scene.told()
    assert (entry.volunteer_id, entry.event_id) == (scene.volunteer.id, scene.event.id)
    for locale, word in (("kk", "есепке"), ("ru", "засчитано"), ("en", "attendance")):
        title, body = messages.words(entry.kind, entry.facts, locale)
        assert scene.event.title[locale] in title
        assert word in body
        assert "Ұйымдастырушы растады" in body
    (kept,) = scene.decisions()
    assert (kept.role, kept.decided_by, kept.reason) == (
        "coordinator",
        scene.coordinator.id,
        "Ұйымдастырушы растады",
    )
    assert (kept.before["status"], kept.after["status"]) == ("review", status)


def test_a_decision_is_in_the_volunteers_inbox(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "reject", "Телефон орны жалған")
    (entry,) = scene.told()
    fan_out.expand(scene.session, entry.id, NOW)
    scene.session.commit()
    (item,) = scene.client.get("/v1/me/inbox", headers=scene.login(scene.volunteer)).json["items"]
    assert (item["kind"], item["event_id"]) == ("review_decided", str(scene.event.id))
    assert "Телефон орны жалған" in item["body"]
    inbox = scene.client.get("/v1/me/inbox", headers=scene.login(scene.coordinator)).json
    assert inbox["items"] == []


def test_the_same_decision_again_changes_nothing_another_one_is_new(scene: Scene, doubtful: str) -> None:
    first = scene.review(doubtful, "reject")
    assert scene.review(doubtful, "reject").json == first.json
    assert (len(scene.decisions()), len(scene.told())) == (1, 1)
    assert scene.review(doubtful, "accept").json["status"] == "counted"
    assert [kept.status for kept in scene.decisions()] == ["rejected", "counted"]
    assert len(scene.told()) == 2
    assert scene.counts()[0] == 1


def test_only_a_coordinator_of_the_region_decides_and_not_about_themself(scene: Scene, doubtful: str) -> None:
    abai = make_coordinator(scene.session, "KZ-10")
    for by in (scene.owner, scene.volunteer, make_volunteer(scene.session), abai):
        answer = scene.review(doubtful, "accept", by=by)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert scene.review(str(uuid4()), "accept").status_code == 404
    mine = make_attendance(scene.session, scene.event, scene.coordinator, status="review")
    answer = scene.review(str(mine.id), "accept")
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert scene.waiting() == [doubtful]
    assert scene.review(str(mine.id), "accept", by=scene.national).status_code == 200
    assert scene.review(doubtful, "accept", by=scene.national).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"decision": "maybe", "reason": "x"}, {"decision": "accept"}, {"decision": 1, "reason": "x"}]
)
def test_a_decision_that_is_none(scene: Scene, doubtful: str, body: dict[str, Any]) -> None:
    answer = scene.client.put(f"/v1/reviews/{doubtful}", json=body, headers=scene.login(scene.coordinator))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_a_coordinator_can_reject_what_rests_on_an_organizers_word_alone(scene: Scene) -> None:
    vouched = scene.correct({"present": True, "minutes": 100}).json
    assert scene.review(vouched["id"], "reject").json["status"] == "rejected"
    assert scene.counts() == (0, 0, 0, 0)
    assert scene.review(vouched["id"], "accept", "Қателестім").json["minutes"] == 100
    assert scene.counts() == (1, 100, 0, 0)


def test_what_a_coordinator_decided_binds_the_organizer(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "reject")
    refused = scene.correct({"present": True, "minutes": 60}, **{"Accept-Language": "en"})
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")
    assert "coordinator" in refused.json["detail"]
    assert scene.counts() == (0, 0, 0, 0)
    scene.review(doubtful, "accept")
    assert scene.correct({"present": False}).status_code == 409
    assert scene.correct({"present": True, "minutes": 60}).json["minutes"] == 60
    assert scene.counts() == (1, 60, 0, 0)


def test_what_a_phone_sends_later_does_not_undo_a_decision(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "reject")
    scene.clock.move(timedelta(minutes=5))
    assert scene.send("check-ins").json["status"] == "rejected"
    scene.clock.move(timedelta(minutes=30))
    left = scene.send("check-outs").json
    assert (left["status"], left["minutes"]) == ("rejected", 30)
    assert scene.counts() == (0, 0, 0, 0)


def test_each_line_of_ones_record_shows_its_facts(scene: Scene, doubtful: str) -> None:
    line = scene.record()["items"][0]
    assert (line["attendance_id"], line["status"], line["evidence"]) == (doubtful, "review", "weak")
    assert (line["distance_m"], line["minutes_assumed"], line["can_appeal"]) == (0, False, True)
    assert set(line["reasons"]) == {"accuracy", "mocked"}
    (record,) = line["records"]
    assert (record["type"], record["accuracy_m"]) == ("check_in", 400)
    assert record["position"] == {"latitude": AKTOBE[0], "longitude": AKTOBE[1]}
    assert "installation_people" not in record
    assert line["event"]["meeting_point"]["latitude"] == AKTOBE[0]


def test_coordinates_are_shown_only_while_they_are_kept(scene: Scene, doubtful: str) -> None:
    scene.session.execute(sa.update(PresenceRecord).values(latitude=None, longitude=None))
    (item,) = scene.reviews().json["items"]
    assert (item["records"][0]["position"], item["records"][0]["distance_m"]) == (None, 0)
    assert scene.record()["items"][0]["records"][0]["position"] is None


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_refusals_speak_the_callers_language(scene: Scene, doubtful: str, language: str) -> None:
    scene.appeal(doubtful)
    headers = scene.login(scene.volunteer) | {"Accept-Language": language}
    url = f"/v1/attendance/{doubtful}/appeal"
    answer = scene.client.post(url, json={"text": "x"}, headers=headers)
    word = {"kk": "бір рет", "ru": "один раз", "en": "once"}[language]
    assert word in answer.json["detail"]


@pytest.mark.parametrize(("language", "word"), [("kk", "дәлдігі"), ("ru", "Точность"), ("en", "accurate")])
def test_doubts_are_explained_in_the_callers_language(
    scene: Scene, doubtful: str, language: str, word: str
) -> None:
    headers = {"Accept-Language": language}
    (line,) = scene.client.get("/v1/me/record", headers=scene.login(scene.volunteer) | headers).json["items"]
    (item,) = scene.client.get("/v1/reviews", headers=scene.login(scene.coordinator) | headers).json["items"]
    assert line["explanations"] == item["explanations"]
    assert len(line["explanations"]) == 2
    assert word in " ".join(line["explanations"])


def test_every_rule_has_an_explanation() -> None:
    source = Path(evidence.__file__).read_text(encoding="utf-8")
    of_quality = {"distance", "accuracy", "accuracy-unknown", "old-fix", "early", "late", "late-sync"}
    assert all(f'"{reason}"' in source for reason in of_quality)
    for reason in of_quality | evidence.INTEGRITY:
        assert words.has(f"reason.{reason}"), reason


def test_counts_agree_with_the_rows_after_all_that(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "accept")
    scene.review(doubtful, "reject")
    scene.correct({"present": True}, make_volunteer(scene.session))
    rows = scene.session.execute(
        sa.select(sa.func.count(), sa.func.sum(Attendance.minutes)).where(Attendance.status == "counted")
    ).one()
    assert scene.counts()[:2] == tuple(rows)
