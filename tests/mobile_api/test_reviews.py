"""The coordinators' queue, their decisions, and appeals, over HTTP."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import expansion, messages, words
from service import evidence
from service.clock import FixedClock
from service.models import Attendance, Outbox, PresenceRecord, Volunteer
from tests.conftest import NOW
from tests.makers import AKTOBE, make_attendance, make_coordinator, make_event, make_volunteer
from tests.mobile_api.scene import Login, Scene


@pytest.fixture
def scene(client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> Scene:
    return Scene(client, session, login, clock)


@pytest.fixture
def doubtful(scene: Scene) -> str:
    """The id of an attendance that is in review: mocked, and a fix of 400 m."""
    came = scene.send("check-ins", accuracy_m=400, mocked=True).json
    assert came["status"] == "review"
    return str(came["id"])


def owed(scene: Scene) -> list[Outbox]:
    return list(scene.session.scalars(sa.select(Outbox).where(Outbox.kind == "review_decided")))


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
    assert [seen(abai, "region=KZ-15"), seen(scene.coordinator, "region=KZ-99")] == [403, 403]
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
    (entry,) = owed(scene)
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
    (entry,) = owed(scene)
    expansion.expand(scene.session, entry.id, NOW)
    scene.session.commit()
    (item,) = scene.client.get("/v1/me/inbox", headers=scene.login(scene.volunteer)).json["items"]
    assert (item["kind"], item["event_id"]) == ("review_decided", str(scene.event.id))
    assert "Телефон орны жалған" in item["body"]
    inbox = scene.client.get("/v1/me/inbox", headers=scene.login(scene.coordinator)).json
    assert inbox["items"] == []


def test_the_same_decision_again_changes_nothing_another_one_is_new(scene: Scene, doubtful: str) -> None:
    first = scene.review(doubtful, "reject")
    assert scene.review(doubtful, "reject").json == first.json
    assert (len(scene.decisions()), len(owed(scene))) == (1, 1)
    assert scene.review(doubtful, "accept").json["status"] == "counted"
    assert [kept.status for kept in scene.decisions()] == ["rejected", "counted"]
    assert len(owed(scene)) == 2
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
    assert (len(scene.decisions()), len(owed(scene)), scene.waiting()) == (2, 2, [])
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
    other = scene.appeal(doubtful, "Басқа мәтін", id=first.json["id"])
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


def test_counts_agree_with_the_rows_after_all_that(scene: Scene, doubtful: str) -> None:
    scene.review(doubtful, "accept")
    scene.review(doubtful, "reject")
    scene.correct({"present": True}, make_volunteer(scene.session))
    rows = scene.session.execute(
        sa.select(sa.func.count(), sa.func.sum(Attendance.minutes)).where(Attendance.status == "counted")
    ).one()
    assert scene.counts()[:2] == tuple(rows)
