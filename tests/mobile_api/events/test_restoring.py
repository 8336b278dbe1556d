"""An event that was called off takes place after all: within a day, before its end; its people hear of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.audience import recipients
from service.models import CountPending, Event, Outbox, Signup, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]
REASON = {"reason": "Дауылды ескерту"}


class Off:
    """An event of tomorrow with its organizer; coordinators of its region and of another one."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner = make_volunteer(session)
        self.organization = make_organization(session, self.owner)
        self.event = make_event(session, self.organization, starts_at=NOW + timedelta(days=2))
        self.coordinator = make_coordinator(session, "KZ-15")
        session.commit()

    def post(self, what: str, by: Volunteer, body: Any = None) -> Any:
        url = f"/v1/events/{self.event.id}/{what}"
        return self.client.post(url, json=REASON if body is None else body, headers=self.login(by))

    def cancel(self, by: Volunteer | None = None) -> None:
        assert self.post("cancel", by or self.owner).status_code == 200

    def restore(self, by: Volunteer | None = None) -> Any:
        return self.post("restore", by or self.owner, {})

    def told(self, kind: str) -> list[Any]:
        self.session.expire_all()
        (entry,) = self.session.scalars(sa.select(Outbox).where(Outbox.kind == kind))
        return [row.volunteer_id for row in self.session.execute(recipients(self.session, entry))]

    def counted(self) -> int:
        query = sa.select(sa.func.coalesce(sa.func.sum(CountPending.events), 0))
        return int(self.session.scalar(query.where(CountPending.event_id == self.event.id)) or 0)


@pytest.fixture
def off(client: FlaskClient, session: Session, login: Login) -> Off:
    return Off(client, session, login)


@pytest.mark.parametrize("who", ["owner", "coordinator"])
def test_it_is_as_before_and_its_people_hear(off: Off, who: str) -> None:
    going, waiting, gone = (make_volunteer(off.session) for _ in range(3))
    for person, status in ((going, "going"), (waiting, "waitlisted"), (gone, "cancelled")):
        make_signup(off.session, off.event, person, status=status)
    before = off.client.get(f"/v1/events/{off.event.id}").json
    off.cancel()
    assert off.counted() == -1
    answer = off.restore(getattr(off, who))
    assert answer.status_code == 200
    shown = off.client.get(f"/v1/events/{off.event.id}").json
    assert shown | {"version": 1} == before
    assert shown["version"] == before["version"] + 2
    assert off.counted() == 0
    assert sorted(off.told("event_restored")) == sorted([going.id, waiting.id])
    assert off.told("event_cancelled") == [], "nobody is told of what is not so any more"


def test_repeated_it_changes_nothing(off: Off) -> None:
    off.cancel()
    first, again = off.restore().json, off.restore()
    assert (again.status_code, again.json) == (200, first)
    assert len(off.told("event_restored")) == 0
    assert off.counted() == 0


def test_a_draft_that_was_called_off_is_a_draft_again(off: Off) -> None:
    off.event.status = "draft"
    off.session.commit()
    off.cancel()
    assert off.restore().json["status"] == "draft"
    assert off.counted() == 0
    assert off.session.scalar(sa.select(Outbox.id).where(Outbox.kind == "event_restored")) is None
    assert off.client.get(f"/v1/events/{off.event.id}").status_code == 404


def test_a_day_after_the_cancelling_at_the_latest(off: Off, clock: FixedClock) -> None:
    off.cancel()
    clock.move(timedelta(hours=24, seconds=1))
    late = off.restore()
    assert (late.status_code, late.json["code"]) == (409, "already-over")
    assert late.json["closed_at"] == "2026-05-17T11:00:00+05:00"
    assert "2026" in late.json["detail"] or "17" in late.json["detail"]
    clock.move(timedelta(seconds=-1))
    assert off.restore().status_code == 200


def test_before_its_end_and_presence_counts_again(off: Off, clock: FixedClock) -> None:
    off.event.starts_at, off.event.ends_at = NOW - timedelta(hours=1), NOW + timedelta(hours=2)
    make_attendance(off.session, off.event, make_volunteer(off.session))
    off.session.commit()
    off.cancel()
    # From then on nobody was there.
    off.session.refresh(off.event)
    assert off.event.rederiving
    off.event.rederiving_since = None
    off.session.commit()
    clock.move(timedelta(hours=2))
    over = off.restore()
    assert (over.status_code, over.json["code"]) == (409, "already-over")
    clock.move(timedelta(seconds=-1))
    answer = off.restore()
    assert (answer.status_code, answer.json["rederiving"]) == (200, True)


def test_places_that_became_free_meanwhile_go_to_the_line(off: Off) -> None:
    off.event.capacity = off.event.going = 1
    off.event.waitlisted = 1
    going, waiting = make_volunteer(off.session), make_volunteer(off.session)
    make_signup(off.session, off.event, going)
    make_signup(off.session, off.event, waiting, status="waitlisted")
    off.session.commit()
    off.cancel()
    url = f"/v1/events/{off.event.id}/signup"
    assert off.client.delete(url, headers=off.login(going)).status_code == 204
    off.restore()
    off.session.expire_all()
    assert off.session.get_one(Signup, (off.event.id, waiting.id)).status == "going"


def test_who_turned_out_too_young_meanwhile_is_taken_off_and_told(off: Off) -> None:
    off.event.hazard, off.event.capacity, off.event.going, off.event.waitlisted = True, 1, 1, 1
    young, waiting = make_volunteer(off.session), make_volunteer(off.session)
    make_signup(off.session, off.event, young)
    make_signup(off.session, off.event, waiting, status="waitlisted")
    off.session.commit()
    off.cancel()
    url, born = f"/v1/volunteers/{young.id}/birth-date", {"birth_date": "2009-06-01"}
    assert off.client.put(url, json=born, headers=off.login(off.coordinator)).status_code == 200
    off.restore()
    off.session.expire_all()
    stands = [off.session.get_one(Signup, (off.event.id, one.id)).status for one in (young, waiting)]
    assert stands == ["cancelled", "going"]
    removed = sa.select(Outbox.volunteer_id).where(Outbox.kind == "removed")
    assert off.session.scalars(removed).all() == [young.id]


def test_what_a_coordinator_called_off_an_organizer_does_not_bring_back(off: Off) -> None:
    off.cancel(off.coordinator)
    refused = off.restore()
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert "үйлестіруші" in refused.json["detail"]
    assert off.restore(off.coordinator).status_code == 200


def test_not_while_its_organization_is_suspended_whoever_asks(off: Off) -> None:
    off.cancel()
    off.organization.status = "suspended"
    off.session.commit()
    for who in (off.owner, off.coordinator):
        refused = off.restore(who)
        assert (refused.status_code, refused.json["code"]) == (409, "not-verified")
    off.organization.status = "verified"
    off.session.commit()
    assert off.restore().status_code == 200


def test_what_was_called_off_with_its_organization_is_a_coordinators(off: Off) -> None:
    url = f"/v1/organizations/{off.organization.id}/status"
    headers = off.login(off.coordinator)
    off.client.put(url, json={"status": "suspended", "events": "cancel"}, headers=headers)
    off.client.put(url, json={"status": "verified"}, headers=headers)
    assert off.restore().status_code == 403
    assert off.restore(off.coordinator).status_code == 200


def test_nobody_else(off: Off) -> None:
    off.cancel()
    own = make_coordinator(off.session, "KZ-15")
    make_member(off.session, off.organization, own, role="organizer")
    strangers = [make_volunteer(off.session), make_coordinator(off.session, "KZ-75")]
    stranger_owner = make_volunteer(off.session)
    make_organization(off.session, stranger_owner)
    off.session.commit()
    for person in (*strangers, stranger_owner):
        assert off.restore(person).status_code == 403
    assert off.client.post(f"/v1/events/{off.event.id}/restore", json={}).status_code == 401
    assert off.restore(own).status_code == 200, "as its organizer"


def test_a_body_says_nothing(off: Off) -> None:
    off.cancel()
    assert off.post("restore", off.owner, {"reason": "x"}).status_code == 422
    off.session.expire_all()
    assert off.session.get_one(Event, off.event.id).status == "cancelled"
