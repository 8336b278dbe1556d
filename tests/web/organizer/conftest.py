"""Fixtures of tests that look at organizers' pages."""

import pytest
from sqlalchemy.orm import Session

from service.models import Organization, Volunteer
from tests.makers import make_member, make_organization, make_volunteer
from tests.web.visitor import Visitor


@pytest.fixture
def organization(session: Session) -> Organization:
    return make_organization(session)


@pytest.fixture
def organizer(session: Session, organization: Organization) -> Volunteer:
    """Who runs the organization's events, and does not administer it."""
    organizer = make_volunteer(session, display_name="Әсем Қуанышқызы")
    make_member(session, organization, organizer)
    return organizer


@pytest.fixture
def desk(visitor: Visitor, session: Session, organizer: Volunteer) -> Visitor:
    """The organizer, signed in without a second factor: nothing of an event's needs one."""
    visitor.sign_in(session, organizer, elevated=False)
    return visitor
