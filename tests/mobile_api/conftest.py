"""What tests of decisions over HTTP share."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.clock import FixedClock
from tests.mobile_api.scene import Login, Scene


@pytest.fixture
def scene(client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> Scene:
    return Scene(client, session, login, clock)


@pytest.fixture
def doubtful(scene: Scene) -> str:
    """The id of an attendance that is in review: mocked, and a fix of 400 m."""
    came = scene.send("check-ins", accuracy_m=400, mocked=True).json
    assert came["status"] == "review"
    return str(came["id"])
