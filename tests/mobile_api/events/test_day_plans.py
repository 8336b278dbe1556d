"""A day's plan becomes a draft of each organization; for results that are missing one asks once a day."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.audience import recipients
from service.access import Actor
from service.events import day_plans
from service.events.day_plans import DayPlan
from service.models import Event, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions
from tests.makers import (
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]
START = NOW + timedelta(days=10)


class Desk:
    """A coordinator of KZ-15, organizations there and elsewhere."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.coordinator = make_coordinator(session, "KZ-15")
        self.owner = make_volunteer(session)
        self.here, self.there = make_organization(session, self.owner), make_organization(session)
        self.foreign = make_organization(session, region_code="KZ-75")
        self.pending = make_organization(session, status="suspended")
        self.plan: dict[str, Any] = {
            "id": str(uuid4()),
            "title": {"kk": "Таза Қазақстан күні"},
            "kind": "cleanup",
            "starts_at": START.isoformat(),
            "ends_at": (START + timedelta(hours=2)).isoformat(),
        }
        session.commit()

    def send(self, *organizations: UUID, by: Volunteer | None = None, **changes: Any) -> Any:
        body = self.plan | {"organizations": [str(id_) for id_ in organizations]} | changes
        return self.client.post("/v1/plans", json=body, headers=self.login(by or self.coordinator))

    def drafts(self) -> list[Event]:
        self.session.expire_all()
        return list(self.session.scalars(sa.select(Event).where(Event.status == "draft")))

    def remind(self, *ids: UUID, by: Volunteer | None = None) -> Any:
        body = {"ids": [str(id_) for id_ in ids]}
        return self.client.post(
            "/v1/events/remind-results", json=body, headers=self.login(by or self.coordinator)
        )


@pytest.fixture
def desk(client: FlaskClient, session: Session, login: Login) -> Desk:
    return Desk(client, session, login)


def by_organization(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.json
    return {result["organization_id"]: result for result in answer.json["results"]}


def test_a_draft_for_each_where_it_was_last(desk: Desk) -> None:
    make_event(desk.session, desk.here, latitude=50.3, longitude=57.2, address="Саябақ")
    found = by_organization(desk.send(desk.here.id, desk.there.id))
    shown = {
        id_: desk.client.get(
            f"/v1/events/{found[str(id_)]['event_id']}", headers=desk.login(desk.coordinator)
        )
        for id_ in (desk.here.id, desk.there.id)
    }
    first, second = shown[desk.here.id].json, shown[desk.there.id].json
    assert (first["status"], first["title"]) == ("draft", {"kk": "Таза Қазақстан күні"})
    assert (first["meeting_point"], first["address"]) == ({"latitude": 50.3, "longitude": 57.2}, "Саябақ")
    assert second["region"] == "KZ-15"
    assert desk.client.get(f"/v1/events/{first['id']}").status_code == 404
    published = desk.client.post(f"/v1/events/{first['id']}/publish", headers=desk.login(desk.owner))
    assert published.status_code == 200


def test_its_organizers_hear_while_it_is_a_draft(desk: Desk) -> None:
    organizer, resting = make_volunteer(desk.session), make_volunteer(desk.session)
    make_member(desk.session, desk.here, organizer)
    make_member(desk.session, desk.here, resting).resting = True
    desk.send(desk.here.id)
    (entry,) = desk.session.scalars(sa.select(Outbox).where(Outbox.kind == "event_planned"))
    told = {row.volunteer_id for row in desk.session.execute(recipients(desk.session, entry))}
    assert told == {desk.owner.id, organizer.id}
    (draft,) = desk.drafts()
    draft.status = "published"
    desk.session.flush()
    assert desk.session.execute(recipients(desk.session, entry)).all() == []


def test_others_organizations_and_stopped_ones_get_none(desk: Desk) -> None:
    unknown = uuid4()
    found = by_organization(desk.send(desk.here.id, desk.foreign.id, desk.pending.id, unknown))
    assert found[str(desk.here.id)]["event_id"] is not None
    codes = {id_: found[str(id_)]["problem"]["code"] for id_ in (desk.foreign.id, desk.pending.id, unknown)}
    assert codes == {desk.foreign.id: "not-found", desk.pending.id: "not-verified", unknown: "not-found"}
    assert found[str(desk.foreign.id)]["problem"] == found[str(unknown)]["problem"]
    assert len(desk.drafts()) == 1


def test_sent_twice_it_is_planned_once(desk: Desk) -> None:
    first = by_organization(desk.send(desk.here.id))
    (draft,) = desk.drafts()
    draft.capacity = 40
    desk.session.commit()
    again = by_organization(desk.send(desk.here.id, desk.there.id))
    assert again[str(desk.here.id)] == first[str(desk.here.id)]
    assert len(desk.drafts()) == 2
    assert sorted(event.capacity or 0 for event in desk.drafts()) == [0, 40]
    assert desk.session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "event_planned")) == 2


def test_the_same_id_with_another_plan_is_refused_whole(desk: Desk) -> None:
    desk.send(desk.here.id)
    other = desk.send(desk.there.id, desk.here.id, title={"kk": "Басқа күн"})
    assert (other.status_code, other.json["code"]) == (409, "id-reused")
    assert len(desk.drafts()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"organizations": []},
        {"organizations": [str(uuid4())] * 101},
        {"title": {}},
        {"kind": "party"},
        {"ends_at": (START - timedelta(hours=1)).isoformat()},
        {
            "starts_at": (NOW - timedelta(days=2)).isoformat(),
            "ends_at": (NOW - timedelta(days=1)).isoformat(),
        },
        {"meeting_point": {"latitude": 50, "longitude": 57}},
    ],
)
def test_what_cannot_be_planned(desk: Desk, changes: dict[str, Any]) -> None:
    assert desk.send(desk.here.id, **changes).status_code == 422
    assert desk.drafts() == []


def test_for_coordinators_alone(desk: Desk) -> None:
    for person in (desk.owner, make_volunteer(desk.session)):
        desk.session.commit()
        assert desk.send(desk.here.id, by=person).status_code == 403
        assert desk.remind(uuid4(), by=person).status_code == 403


def test_the_same_plan_at_once_is_made_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = [make_organization(session).id for _ in range(6)]
        coordinator = make_coordinator(session, "KZ-15").id
    actor = Actor(coordinator, None, "kk", {}, frozenset({"KZ-15"}))
    plan = DayPlan(uuid4(), {"kk": "Күн"}, "cleanup", START, START + timedelta(hours=2))

    def send(order: int) -> set[UUID | None]:
        with sessions.begin() as session:
            planned = day_plans.copy_to(session, actor, plan, ids[::order], NOW)
        return {one.event_id for one in planned}

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, (1, -1))
    assert first == second
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Event.status == "draft")) == 6


def outcomes(answer: Any) -> dict[str, str]:
    assert answer.status_code == 202, answer.json
    return {one["event_id"]: one["outcome"] for one in answer.json["results"]}


def test_organizers_are_asked_for_results_once_a_day(desk: Desk, clock: FixedClock) -> None:
    over = make_event(desk.session, desk.here, starts_at=NOW - timedelta(hours=6))
    running = make_event(desk.session, desk.here)
    foreign = make_event(desk.session, desk.foreign, starts_at=NOW - timedelta(hours=6), region_code="KZ-75")
    unknown = uuid4()
    desk.session.commit()
    asked = outcomes(desk.remind(over.id, running.id, foreign.id, unknown))
    assert asked == {
        str(over.id): "reminded",
        str(running.id): "not-due",
        str(foreign.id): "not-found",
        str(unknown): "not-found",
    }
    (entry,) = desk.session.scalars(sa.select(Outbox).where(Outbox.kind == "result_missing"))
    told = {row.volunteer_id for row in desk.session.execute(recipients(desk.session, entry))}
    assert told == {desk.owner.id}
    other = make_coordinator(desk.session, "*")
    desk.session.commit()
    assert outcomes(desk.remind(over.id, by=other)) == {str(over.id): "already-reminded"}
    clock.move(timedelta(days=1))
    assert outcomes(desk.remind(over.id)) == {str(over.id): "reminded"}
    body = {"version": 0, "trees": 3}
    url = f"/v1/events/{over.id}/result"
    assert desk.client.put(url, json=body, headers=desk.login(desk.owner)).status_code == 200
    clock.move(timedelta(days=1))
    assert outcomes(desk.remind(over.id)) == {str(over.id): "not-due"}


@pytest.mark.parametrize("number", [0, 51])
def test_how_many_can_be_asked(desk: Desk, number: int) -> None:
    assert desk.remind(*(uuid4() for _ in range(number))).status_code == 422
