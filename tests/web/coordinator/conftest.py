"""Fixtures of tests that look at coordinators' pages."""

import pytest
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_coordinator
from tests.web.visitor import Visitor


@pytest.fixture
def coordinator(session: Session) -> Volunteer:
    return make_coordinator(session, display_name="Айгерім Нұрланова")


@pytest.fixture
def desk(visitor: Visitor, session: Session, coordinator: Volunteer) -> Visitor:
    """The coordinator of KZ-15, signed in with the second factor."""
    visitor.sign_in(session, coordinator)
    return visitor
