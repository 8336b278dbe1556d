"""Whom to ask: with the holder's yes, shown to whom it may be, and in every refusal that names somebody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Contact, Event, Organization, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_volunteer,
)
from tests.mobile_api.events.test_events import event_body
from tests.mobile_api.phones import Phone

Login = Callable[[Volunteer], dict[str, str]]


class Asking:
    """An organization with an owner and a member, one of its events, and people who read."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner, self.member, self.reader = (make_volunteer(session) for _ in range(3))
        self.coordinator = make_coordinator(session, "KZ-15")
        self.organization = make_organization(session, self.owner)
        make_member(session, self.organization, self.member)
        self.event = make_event(session, self.organization)

    @property
    def url(self) -> str:
        return f"/v1/organizations/{self.organization.id}"

    def put(self, contact: Any, by: Volunteer | None = None) -> Any:
        headers = self.login(by or self.owner)
        version = self.client.get(self.url, headers=headers).json["version"]
        return self.client.patch(self.url, json={"version": version, "contact": contact}, headers=headers)

    def put_event(self, contact: Any) -> Any:
        headers = self.login(self.owner)
        url = f"/v1/events/{self.event.id}"
        version = self.client.get(url, headers=headers).json["version"]
        return self.client.patch(url, json={"version": version, "contact": contact}, headers=headers)

    def put_region(self, contact: Any, by: Volunteer | None = None, code: str = "KZ-15") -> Any:
        headers = self.login(by or self.coordinator)
        return self.client.put(f"/v1/regions/{code}/contact", json=contact, headers=headers)

    def read(self) -> Any:
        return self.client.get(self.url, headers=self.login(self.reader)).json["contact"]

    def read_event(self, by: Volunteer | None = None) -> Any:
        headers = self.login(by) if by else {}
        return self.client.get(f"/v1/events/{self.event.id}", headers=headers).json["contact"]

    def asked(self, person: Volunteer) -> list[str]:
        query = sa.select(Outbox.facts["contact_id"].astext).where(
            Outbox.kind == "contact_asked", Outbox.volunteer_id == person.id
        )
        return list(self.session.scalars(query.order_by(Outbox.id)))

    def answer(self, contact_id: str, how: str, by: Volunteer) -> Any:
        return self.client.post(f"/v1/me/contacts/{contact_id}/{how}", headers=self.login(by))


@pytest.fixture
def asking(client: FlaskClient, session: Session, login: Login) -> Asking:
    return Asking(client, session, login)


def test_ones_own_number_stands_at_once(asking: Asking) -> None:
    assert asking.read() is None
    said = {"name": "Айгүл", "phone": asking.owner.phone, "link": "https://t.me/taza"}
    made = asking.put(said)
    assert (made.status_code, made.json["contact"]) == (200, said | {"public": False})
    assert asking.read() == said | {"public": False}
    assert asking.asked(asking.owner) == []
    # An event without one of its own has its organization's.
    assert asking.read_event(asking.reader) == said | {"public": False}
    assert asking.put(None).json["contact"] is None


@pytest.mark.parametrize("public", [True, False])
def test_strangers_see_the_number_when_its_holder_said_so(asking: Asking, public: bool) -> None:  # noqa: FBT001
    asking.put({"name": "Айгүл", "phone": asking.owner.phone, "public": public})
    shown = [asking.read_event(), asking.client.get("/v1/events?from=2026-05-01").json["items"][0]["contact"]]
    for contact in shown:
        assert contact["name"] == "Айгүл"
        assert contact.get("phone") == (asking.owner.phone if public else None)
    answer = asking.client.get(f"/v1/events/{asking.event.id}")
    assert "Authorization" in answer.headers["Vary"]
    assert "private" in answer.headers["Cache-Control"]


def test_a_colleagues_number_waits_for_the_yes(asking: Asking) -> None:
    asking.put({"name": "Айгүл", "phone": asking.owner.phone})
    assert asking.put({"name": "Бекзат", "phone": asking.member.phone}).status_code == 200
    assert asking.read()["name"] == "Айгүл"
    assert asking.put({"name": "Бекзат", "phone": asking.member.phone}).status_code == 200
    (contact_id,) = asking.asked(asking.member)
    for one in (asking.owner, asking.reader):
        assert asking.answer(contact_id, "accept", one).status_code == 404
    for _ in range(2):
        assert asking.answer(contact_id, "accept", asking.member).status_code == 204
    assert asking.read() == {"name": "Бекзат", "phone": asking.member.phone, "public": False}
    # Whoever has agreed may take it back.
    for _ in range(2):
        assert asking.answer(contact_id, "decline", asking.member).status_code == 204
    assert asking.read() is None
    refused = asking.answer(contact_id, "accept", asking.member)
    assert (refused.status_code, refused.json["code"]) == (409, "already-decided")


def test_a_no_leaves_what_stood(asking: Asking) -> None:
    asking.put({"phone": asking.owner.phone})
    asking.put({"phone": asking.member.phone})
    (contact_id,) = asking.asked(asking.member)
    assert asking.answer(contact_id, "decline", asking.member).status_code == 204
    assert asking.read()["phone"] == asking.owner.phone


def test_what_stands_said_again_takes_back_what_waits(asking: Asking) -> None:
    own = {"name": "Айгүл", "phone": asking.owner.phone}
    asking.put(own)
    asking.put({"name": "Бекзат", "phone": asking.member.phone})
    (contact_id,) = asking.asked(asking.member)
    assert asking.put(own).status_code == 200
    # They were asked by mistake, or for a day: a yes that comes later is to nothing.
    assert asking.answer(contact_id, "accept", asking.member).status_code == 404
    assert asking.read() == own | {"public": False}


def test_the_holder_ticks_public_by_accepting_what_was_asked(asking: Asking) -> None:
    asking.put({"phone": asking.member.phone, "public": True})
    assert asking.read_event() is None
    (contact_id,) = asking.asked(asking.member)
    asking.answer(contact_id, "accept", asking.member)
    assert asking.read_event()["phone"] == asking.member.phone


def test_nobody_is_asked_without_end(asking: Asking) -> None:
    for n in range(3):
        assert asking.put({"name": str(n), "phone": asking.member.phone}).status_code == 200
    refused = asking.put({"name": "again", "phone": asking.member.phone})
    assert (refused.status_code, refused.json["code"]) == (429, "too-many-requests")


@pytest.mark.parametrize("whose", ["a stranger's", "nobody's", "a minor's"])
def test_other_numbers_are_refused_alike(asking: Asking, whose: str) -> None:
    minor = make_volunteer(asking.session, birth_date=NOW.date() - timedelta(days=16 * 365))
    make_member(asking.session, asking.organization, minor)
    phone = {"a stranger's": asking.reader.phone, "nobody's": "+77015550155", "a minor's": minor.phone}[whose]
    refused = asking.put({"name": "x", "phone": phone})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["contact.phone"])
    assert asking.read() is None


def test_a_minors_own_number_is_refused(client: FlaskClient, session: Session, login: Login) -> None:
    minor = make_volunteer(session, birth_date=NOW.date() - timedelta(days=16 * 365))
    body = {"name": {"kk": "Таза"}, "region": "KZ-15", "contact": {"phone": minor.phone}}
    refused = client.post("/v1/organizations", json=body, headers=login(minor))
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["contact.phone"])


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({}, "contact"),
        ({"public": True}, "contact"),
        ({"name": "  "}, "contact.name"),
        ({"phone": "12"}, "contact.phone"),
        ({"link": "javascript:alert(1)"}, "contact.link"),
        ({"link": "http://example.kz"}, "contact.link"),
        ({"mail": "x"}, "contact.mail"),
        ([], "contact"),
    ],
)
def test_what_is_no_contact(asking: Asking, contact: Any, field: str) -> None:
    refused = asking.put(contact)
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])


def test_an_event_may_have_its_own(asking: Asking) -> None:
    asking.put({"name": "Ұйым"})
    made = asking.put_event({"name": "Іс-шара", "phone": asking.owner.phone})
    assert made.json["contact"]["name"] == "Іс-шара"
    assert asking.read_event()["name"] == "Іс-шара"
    assert asking.put_event(None).json["contact"]["name"] == "Ұйым"


@pytest.mark.parametrize("repeat", [None, {"rrule": "FREQ=WEEKLY", "count": 3}])
def test_a_repeated_creation_of_events_brings_no_contact_back(asking: Asking, repeat: Any) -> None:
    """Such as of a phone that never had the answer, after a colleague has taken the contact away."""
    body = event_body(asking.organization.id, contact={"name": "Штаб"})
    body |= {"repeat": repeat} if repeat else {}

    def send(**changes: Any) -> Any:
        return asking.client.post("/v1/events", json=body | changes, headers=asking.login(asking.owner))

    asking.event = asking.session.get_one(Event, UUID(send().json["id"]))
    asking.put_event(None)
    assert (send().status_code, asking.read_event(asking.owner)) == (201, None)
    other = send(contact={"name": "Басқа"})
    assert (other.status_code, other.json["code"]) == (409, "id-reused")


def test_a_repeated_founding_brings_no_contact_back(asking: Asking) -> None:
    body = {"id": str(uuid4()), "name": {"kk": "Таза"}, "region": "KZ-15", "contact": {"name": "Штаб"}}

    def found(**changes: Any) -> Any:
        headers = asking.login(asking.owner)
        return asking.client.post("/v1/organizations", json=body | changes, headers=headers)

    asking.organization = asking.session.get_one(Organization, UUID(found().json["id"]))
    asking.put(None)
    again = found()
    assert (again.status_code, again.json["contact"]) == (201, None)
    other = found(contact={"name": "Басқа"})
    assert (other.status_code, other.json["code"]) == (409, "id-reused")


def test_a_contact_goes_with_the_member(asking: Asking) -> None:
    for put in (asking.put, asking.put_event):
        put({"phone": asking.member.phone})
    for contact_id in asking.asked(asking.member):
        asking.answer(contact_id, "accept", asking.member)
    assert asking.read()["phone"] == asking.member.phone
    url = f"{asking.url}/members/{asking.member.id}"
    assert asking.client.delete(url, headers=asking.login(asking.member)).status_code == 204
    assert asking.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0


def test_a_contact_follows_the_number_of_its_holder(asking: Asking) -> None:
    asking.put({"phone": asking.owner.phone})
    asking.session.execute(
        sa.update(Volunteer).where(Volunteer.id == asking.owner.id).values(phone="+77015550144")
    )
    assert asking.read()["phone"] == "+77015550144"


def test_a_regions_contact(asking: Asking) -> None:
    said = {"name": "Жастар бөлімі", "phone": asking.coordinator.phone}
    for one in (asking.owner, make_coordinator(asking.session, "KZ-75")):
        assert asking.put_region(said, one).status_code == 403
    assert asking.put_region(said, code="KZ-99").status_code == 404
    assert asking.put_region(said).status_code == 204
    national = make_coordinator(asking.session, "*")
    assert asking.put_region({"name": "Республика"}, national, "KZ-75").status_code == 204
    for headers, phone in (({}, None), (asking.login(asking.reader), asking.coordinator.phone)):
        regions = {
            region["code"]: region["contact"]
            for region in asking.client.get("/v1/regions", headers=headers).json["items"]
        }
        assert regions["KZ-15"]["name"] == "Жастар бөлімі"
        assert regions["KZ-15"].get("phone") == phone
        assert regions["KZ-75"] == {"name": "Республика", "public": False}
        assert regions["KZ-10"] is None


def test_refusals_say_how_to_reach_the_organizer(
    asking: Asking, make_phone: Callable[..., Phone], clock: FixedClock
) -> None:
    asking.put({"name": "Айгүл", "phone": asking.owner.phone})
    expected = {"name": "Айгүл", "phone": asking.owner.phone, "public": False}
    phone = make_phone()
    far = phone.record("check_in", asking.event, NOW, position={"latitude": asking.event.latitude + 0.5})
    live = phone.send_live(far)
    assert (live.json["code"], live.json["contact"]) == ("outside-area", expected)
    (kept,) = phone.send([far | {"id": str(uuid4())}])
    assert (kept["problem"]["code"], kept["problem"]["contact"]) == ("outside-area", expected)
    asking.put_event({"link": "https://t.me/elek"})
    again = phone.send_live(far | {"id": str(uuid4())})
    assert again.json["contact"] == {"link": "https://t.me/elek", "public": False}
    cancel = f"/v1/events/{asking.event.id}/cancel"
    asking.client.post(cancel, json={"reason": "дауыл"}, headers=asking.login(asking.owner))
    signup = f"/v1/events/{asking.event.id}/signup"
    refused = asking.client.put(signup, json={}, headers=asking.login(asking.reader))
    assert (refused.json["code"], refused.json["contact"]["link"]) == ("cancelled", "https://t.me/elek")


def test_refusals_say_how_to_reach_the_coordinator(asking: Asking, clock: FixedClock) -> None:
    asking.put({"name": "Ұйым"})
    asking.put_region({"name": "Жастар бөлімі", "phone": asking.coordinator.phone})
    expected = {"name": "Жастар бөлімі", "phone": asking.coordinator.phone, "public": False}
    pending = make_organization(asking.session, asking.owner, status="pending")
    headers = asking.login(asking.owner)
    body = {"phone": "+77015550133", "role": "organizer"}
    early = asking.client.post(f"/v1/organizations/{pending.id}/invitations", json=body, headers=headers)
    assert (early.json["code"], early.json["contact"]) == ("not-verified", expected)
    own = asking.client.put(
        f"/v1/events/{asking.event.id}/attendance/{asking.owner.id}",
        json={"present": True, "reason": "x"},
        headers=headers,
    )
    assert (own.status_code, own.json["contact"]) == (403, expected)
    clock.move(timedelta(days=60))
    headers = asking.login(asking.owner)
    late = asking.client.put(
        f"/v1/events/{asking.event.id}/attendance/{asking.reader.id}",
        json={"present": True, "reason": "x"},
        headers=headers,
    )
    assert (late.json["code"], late.json["contact"]) == ("too-late", expected)
    for _ in range(2):
        make_organization(asking.session, asking.owner, status="pending")
    named = {"name": {"kk": "Таза"}, "region": "KZ-15"}
    many = asking.client.post("/v1/organizations", json=named, headers=headers)
    assert (many.status_code, many.json["contact"]) == (429, expected)


def test_a_refusal_without_anybody_to_ask_has_no_contact(
    asking: Asking, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone()
    far = phone.record("check_in", asking.event, NOW, position={"latitude": asking.event.latitude + 0.5})
    assert "contact" not in phone.send_live(far).json
    asking.put({"name": "Айгүл"})
    assert "contact" not in asking.client.get(f"/v1/events/{uuid4()}").json
