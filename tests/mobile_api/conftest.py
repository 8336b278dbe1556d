"""Fixtures of tests with phones."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.clock import FixedClock
from service.models import Event
from tests.makers import make_event, make_volunteer
from tests.mobile_api.phones import Login, Phone, assert_counts_equal_the_rows


@pytest.fixture
def make_phone(
    client: FlaskClient, clock: FixedClock, session: Session, login: Login
) -> Callable[..., Phone]:
    """A phone of somebody new."""

    def make(**values: Any) -> Phone:
        return Phone(client, clock, login(make_volunteer(session)), **values)

    return make


@pytest.fixture
def phone(make_phone: Callable[..., Phone]) -> Phone:
    return make_phone()


@pytest.fixture
def event(session: Session) -> Event:
    """In Aktobe, from an hour before NOW to two hours after it."""
    return make_event(session)


@pytest.fixture
def _counts_equal_the_rows(session: Session) -> Iterator[None]:
    """Whatever a test did: the counts say what the attendance rows say."""
    yield
    assert_counts_equal_the_rows(session)
