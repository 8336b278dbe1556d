"""Fixtures of tests that look at a volunteer's own pages."""

import pytest
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_volunteer
from tests.web.visitor import Visitor


@pytest.fixture
def volunteer(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def mine(visitor: Visitor, session: Session, volunteer: Volunteer) -> Visitor:
    """The volunteer, signed in."""
    visitor.sign_in(session, volunteer, elevated=False)
    return visitor
