"""What waits for the end of the night, and whose organization was stopped, or event called off, meanwhile."""

from datetime import timedelta

import h3
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import Delivery, InboxItem
from notifications.policy import Action
from service.models import Event, Organization
from tests.conftest import NOW
from tests.makers import AKTOBE, make_device, make_event, make_organization, make_volunteer
from tests.notifications.test_policy import EIGHT, EVENING, decided, going, owe


@pytest.fixture
def organization(session: Session) -> Organization:
    return make_organization(session)


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, starts_at=NOW + timedelta(days=3))


def test_a_suspended_organization_says_nothing_in_the_morning(
    session: Session, organization: Organization, event: Event
) -> None:
    """Its events were kept, and it says nothing new beside them (fault 11)."""
    going(session, event)
    delivery = owe(session, event, "announcement", EVENING)
    assert decided(session, delivery, EVENING).action == Action.WAIT
    organization.status = "suspended"
    assert decided(session, delivery, EIGHT).action == Action.DROP
    organization.status = "verified"
    assert decided(session, delivery, EIGHT).action == Action.SEND


def test_what_it_has_said_to_nobody_yet_comes_to_no_inbox(
    session: Session, organization: Organization, event: Event
) -> None:
    going(session, event)
    organization.status = "suspended"
    with pytest.raises(sa.exc.NoResultFound):
        owe(session, event, "announcement")
    assert session.scalars(sa.select(InboxItem.id)).all() == []


def test_nobody_is_called_to_an_event_that_takes_no_sign_ups_any_more(
    session: Session, organization: Organization, event: Event
) -> None:
    neighbour = make_volunteer(session)
    neighbour.home_cell = int(h3.str_to_int(h3.latlng_to_cell(*AKTOBE, 6)))
    make_device(session, neighbour)
    delivery = owe(session, event, "nearby_event", EVENING)
    organization.status = "suspended"
    assert decided(session, delivery, EIGHT).action == Action.DROP
    organization.status = "verified"
    assert decided(session, delivery, EIGHT).action == Action.SEND


def test_what_was_said_of_an_event_that_was_called_off_in_the_night_is_not_pushed(
    session: Session, event: Event
) -> None:
    """«Bring gloves» after «it will not take place»: the inbox has both, in their order."""
    going(session, event)
    delivery = owe(session, event, "announcement", EVENING)
    event.status = "cancelled"
    assert decided(session, delivery, EIGHT).action == Action.DROP
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1
