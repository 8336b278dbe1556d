"""Fixtures of rulings."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.clock import FixedClock
from tests.mobile_api.rulings.listed import List


@pytest.fixture
def listed(client: FlaskClient, session: Session, login: Callable[..., Any], clock: FixedClock) -> List:
    return List(client, session, login, clock)
