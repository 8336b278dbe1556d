"""Problem documents: the members of RFC 9457 are what they say, and facts stand beside them."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base import problems
from http_base.application import Tazalyq
from notifications import words
from service import errors
from tests.makers import make_event, make_organization, make_volunteer
from tests.mobile_api.scene import Login, Scene
from tests.test_rules import all_errors, made_of

ROOT = Path(__file__).parent.parent.parent
MEMBERS = frozenset({"type", "title", "status", "detail", "code", "errors", "contact"})


@pytest.fixture
def scene(client: FlaskClient, session: Session, login: Login, clock: Any) -> Scene:
    return Scene(client, session, login, clock)


def test_the_status_of_a_published_event_is_a_fact_of_its_own(scene: Scene) -> None:
    answer = scene.client.post(f"/v1/events/{scene.event.id}/publish", headers=scene.login(scene.owner))
    assert answer.status_code == 409
    assert (answer.json["status"], answer.json["code"]) == (409, "not-a-draft")
    assert answer.json["event_status"] == "published"


def test_the_status_of_an_attendance_is_a_fact_of_its_own(scene: Scene) -> None:
    attended = scene.send("check-ins").json
    answer = scene.client.post(
        f"/v1/attendance/{attended['id']}/appeal",
        json={"text": "Мен сонда болдым"},
        headers=scene.login(scene.volunteer),
    )
    assert (answer.status_code, answer.json["code"]) == (409, "nothing-to-appeal")
    assert (answer.json["status"], answer.json["attendance_status"]) == (409, "counted")


def test_what_a_coordinator_decided_is_a_fact_of_its_own(scene: Scene) -> None:
    attended = scene.send("check-ins", accuracy_m=400, mocked=True).json
    scene.client.put(
        f"/v1/reviews/{attended['id']}",
        json={"decision": "reject", "reason": "Суретте көрінбейсіз"},
        headers=scene.login(scene.coordinator),
    )
    answer = scene.correct({"present": True})
    assert (answer.status_code, answer.json["status"]) == (409, 409)
    assert answer.json["attendance_status"] == "rejected"


def test_missing_consents_are_a_list(client: FlaskClient, session: Session, login: Login) -> None:
    event = make_event(session, make_organization(session))
    nobody = make_volunteer(session, consents={})
    answer = client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(nobody))
    assert (answer.status_code, answer.json["code"]) == (409, "consent-missing")
    assert sorted(answer.json["missing"]) == ["cross_border", "personal_data"]


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_no_fact_ever_takes_the_place_of_a_member(kind: type[errors.ServiceError], app: Tazalyq) -> None:
    facts: dict[str, Any] = defaultdict(lambda: "fact", {"one": "fact"})
    words.translate(f"problem.{kind.words or kind.code}.detail", "kk", facts)
    taken = facts | dict.fromkeys(MEMBERS - {"contact"}, "taken")
    with app.test_request_context("/"):
        made = made_of(kind, **taken)
        found = problems.document_of(made)
    assert found["status"] == int(problems.status_of(made))
    assert found["code"] == kind.code
    assert "taken" not in [found.get(name) for name in MEMBERS]


def facts_named_like_members() -> Iterator[str]:
    """Each place in the product that makes a refusal with a fact that is named like a member."""
    kinds = {kind.__name__ for kind in all_errors()}
    for path in (
        *ROOT.glob("service/**/*.py"),
        *ROOT.glob("mobile_api/**/*.py"),
        *ROOT.glob("http_base/*.py"),
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in kinds:
                for keyword in node.keywords:
                    if keyword.arg in MEMBERS - {"contact"}:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}: {keyword.arg}"


def test_no_refusal_names_a_fact_like_a_member() -> None:
    assert list(facts_named_like_members()) == []
