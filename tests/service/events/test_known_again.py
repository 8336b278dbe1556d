"""What an app creates under an id of its own is known again after a release that added fields to it."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import announcements, events
from service.events.plans import Plan
from service.models import Event, MemberRole, Organization, Outbox
from service.organizations import organizations, verification
from service.organizations.verification import Verdict
from tests.conftest import NOW
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer


@dataclass(frozen=True, slots=True)
class LaterPlan(Plan):
    """What a release to come makes of it."""

    is_quiet: bool = False
    languages: tuple[str, ...] = field(default_factory=tuple)


PLAN: dict[str, Any] = {
    "title": {"kk": "Елек жағалауын тазалау"},
    "description": {},
    "kind": "cleanup",
    "starts_at": NOW + timedelta(days=2),
    "ends_at": NOW + timedelta(days=2, hours=3),
    "zone": "Asia/Aqtobe",
    "latitude": AKTOBE[0],
    "longitude": AKTOBE[1],
    "address": "Ақтөбе",
    "area": {"type": "circle", "radius_m": 150},
}


class Organizer:
    """Somebody with a verified organization, who says things under ids of an app."""

    def __init__(self, session: Session) -> None:
        self.session = session
        person = make_volunteer(session)
        self.organization_id = make_organization(session, person).id
        roles = {self.organization_id: MemberRole.OWNER}
        self.actor = Actor(person.id, person.phone, "kk", roles, frozenset())

    def creates(self, id_: UUID, plan: Plan) -> UUID:
        # Each request has a session of its own.
        self.session.expunge_all()
        return events.create(self.session, self.actor, self.organization_id, plan, NOW, id_).id


@pytest.fixture
def organizer(session: Session) -> Organizer:
    return Organizer(session)


BEFORE, AFTER = Plan(**PLAN), LaterPlan(**PLAN)


@pytest.mark.parametrize(("stored", "sent"), [(BEFORE, AFTER), (AFTER, BEFORE)], ids=["new", "still running"])
def test_an_event_is_known_after_a_release_with_a_new_field(
    organizer: Organizer, stored: Plan, sent: Plan
) -> None:
    id_ = uuid4()
    assert organizer.creates(id_, stored) == organizer.creates(id_, sent) == id_
    with pytest.raises(errors.IdReused):
        organizer.creates(id_, replace(sent, capacity=20))


@pytest.mark.parametrize("said", [{"is_quiet": True}, {"languages": ("kk",)}])
def test_what_a_new_field_says_is_part_of_the_content(organizer: Organizer, said: dict[str, Any]) -> None:
    id_ = uuid4()
    organizer.creates(id_, replace(AFTER, **said))
    assert organizer.creates(id_, replace(AFTER, **said)) == id_
    for other in (BEFORE, AFTER):
        with pytest.raises(errors.IdReused):
            organizer.creates(id_, other)


def digest(**content: Any) -> str:
    """As the first release hashed it; what it has stored is compared with this for ever."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_first_releases_events_are_known_for_ever(session: Session, organizer: Organizer) -> None:
    id_ = organizer.creates(uuid4(), BEFORE)
    defaults = {"region_code": None, "district_code": None, "capacity": None, "min_age": None}
    flags = {"hazard": False, "accessible": False, "walk_ins": True, "bring": []}
    content = PLAN | defaults | flags
    by = {"by": organizer.actor.volunteer_id, "organization": organizer.organization_id}
    assert session.get_one(Event, id_).content_hash == digest(**by, **content)


def test_the_first_releases_organizations_are_known_for_ever(session: Session, organizer: Organizer) -> None:
    name, by = {"kk": "Таза Елек"}, organizer.actor.volunteer_id
    made = organizations.create(session, organizer.actor, name, "KZ-15", None, NOW, uuid4())
    assert session.get_one(Organization, made.id).content_hash == digest(
        by=by, name=name, region="KZ-15", bin=None
    )


def test_the_first_releases_announcements_and_answers_are_known_for_ever(
    session: Session, organizer: Organizer
) -> None:
    by, organization = organizer.actor.volunteer_id, organizer.organization_id
    event = make_event(
        session, session.get_one(Organization, organization), starts_at=NOW + timedelta(days=1)
    )
    said = announcements.announce(session, organizer.actor, event.id, "Қолғап", NOW, uuid4())
    coordinator = Actor(make_coordinator(session).id, "+77010000000", "kk", {}, frozenset({"KZ-15"}))
    verification.decide(session, coordinator, organization, Verdict("asked", question="БСН?"), NOW)
    answered = uuid4()
    verification.answer(session, organizer.actor, organization, answered, "Міне", NOW)
    stored = {entry.id: entry.content_hash for entry in session.scalars(sa.select(Outbox))}
    assert stored[said] == digest(by=by, event=event.id, text="Қолғап")
    assert stored[answered] == digest(by=by, organization=organization, text="Міне")
