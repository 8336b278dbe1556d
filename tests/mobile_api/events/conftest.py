"""Fixtures of tests of events over HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.platform.files import Files
from tests.clock import FixedClock
from tests.mobile_api.events.album import Album
from tests.mobile_api.events.door import Door
from tests.mobile_api.events.line import Line, Login
from tests.mobile_api.events.series_world import Series
from tests.mobile_api.scene import Scene


@pytest.fixture
def series(client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> Series:
    return Series(client, session, login, clock)


@pytest.fixture
def album(scene: Scene, app: Tazalyq, tmp_path: Path) -> Iterator[Album]:
    parts = app.extensions["tazalyq"]
    before, parts.files = parts.files, Files(tmp_path.as_uri())
    yield Album(scene, tmp_path)
    parts.files = before


@pytest.fixture
def make_line(client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> Callable[..., Line]:
    return lambda **event: Line(client, session, login, clock, **event)


@pytest.fixture
def line(make_line: Callable[..., Line]) -> Line:
    return make_line()


@pytest.fixture
def door(client: FlaskClient, session: Session, login: Login) -> Door:
    return Door(client, session, login)
