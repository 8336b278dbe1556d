"""What an event's page tells beside the event comes with it, as each of it is told by itself."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import events, to_show
from service.models import ContactOf, Event, EventResult, Volunteer
from service.organizations import contacts
from service.people import identities
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_contact,
    make_event,
    make_member,
    make_organization,
    make_photo,
    make_signup,
    make_volunteer,
)


def actor_of(session: Session, volunteer: Volunteer) -> Actor:
    actor = identities.find_actor(session, volunteer.subject or "")
    assert actor is not None
    return actor


def add_result(session: Session, event: Event, trees: int) -> None:
    values = {"created_by": event.created_by, "created_at": NOW, "updated_by": event.created_by}
    session.add(EventResult(event_id=event.id, version=1, updated_at=NOW, trees=trees, **values))
    session.flush()


def test_of_a_bare_event_nothing_is_told(session: Session) -> None:
    event = make_event(session)
    make_event(session)
    found = to_show.get(session, None, event.id)
    assert (found.event, found.result, found.contact) == (event, None, None)
    assert not found.has_photos
    assert not found.is_one


def test_its_organization_comes_with_it(session: Session) -> None:
    event_id = make_event(session).id
    session.expunge_all()
    assert "organization" not in sa.inspect(to_show.get(session, None, event_id).event).unloaded


def test_its_result_and_that_it_has_photographs_are_its_own(session: Session) -> None:
    one, other = make_event(session), make_event(session)
    add_result(session, one, trees=7)
    add_result(session, other, trees=8)
    make_photo(session, one)
    found = to_show.get(session, None, one.id)
    assert found.result is not None
    assert found.result.trees == 7
    assert found.has_photos
    assert not to_show.get(session, None, other.id).has_photos


@pytest.mark.parametrize("named", [(), ("organization",), ("event",), ("organization", "event")])
@pytest.mark.parametrize("state", ["standing", "waiting"])
def test_the_contact_is_the_one_that_is_found_for_each_event(
    session: Session, named: tuple[str, ...], state: str
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    ids = {"organization": event.organization_id, "event": event.id}
    for about in named:
        given = {"about": ContactOf(about), "about_id": str(ids[about]), "name": about, "state": "standing"}
        make_contact(session, owner, **given | ({"state": state} if about == "event" else {}))
    make_contact(session, owner)
    found = to_show.get(session, None, event.id).contact
    assert found == contacts.by_event(session, [event]).get(event.id)
    stands = [about for about in named if about != "event" or state == "standing"]
    assert (found and found.name) == (stands[-1] if stands else None)


def test_a_contact_without_a_number_is_one(session: Session) -> None:
    event = make_event(session)
    holder = make_volunteer(session)
    said = {"name": None, "link": "https://t.me/tazalyq", "volunteer_id": None, "public": False}
    make_contact(session, holder, about=ContactOf.EVENT, about_id=str(event.id), **said)
    found = to_show.get(session, None, event.id).contact
    assert found == contacts.ContactSaid(link="https://t.me/tazalyq")


@pytest.mark.parametrize("status", ["going", "waitlisted", "cancelled", None])
def test_whether_somebody_is_one_of_its_people(session: Session, status: str | None) -> None:
    event, other = make_event(session), make_event(session)
    volunteer, beside = make_volunteer(session), make_volunteer(session)
    for who, where in ((beside, event), (volunteer, other)):
        make_signup(session, where, who)
    if status is None:
        make_attendance(session, event, volunteer, status="rejected")
    else:
        make_signup(session, event, volunteer, status=status)
    found = to_show.get(session, actor_of(session, volunteer), event.id)
    assert found.is_one == (status != "cancelled")
    assert found.is_one == events.is_one_of_its_people(session, event.id, volunteer.id)
    assert not to_show.get(session, None, event.id).is_one


@pytest.mark.parametrize("state", [{"status": "draft"}, {"hidden_by": "coordinator"}])
def test_what_somebody_may_not_see_is_not_found(session: Session, state: dict[str, str]) -> None:
    organization = make_organization(session)
    event = make_event(session, organization, **state)
    member, stranger = make_volunteer(session), make_volunteer(session)
    make_member(session, organization, member)
    assert to_show.get(session, actor_of(session, member), event.id).event is event
    for who in (None, actor_of(session, stranger)):
        with pytest.raises(errors.NotFound):
            to_show.get(session, who, event.id)


def test_none_is_not_found(session: Session) -> None:
    with pytest.raises(errors.NotFound):
        to_show.get(session, None, make_volunteer(session).id)
