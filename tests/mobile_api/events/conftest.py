"""Fixtures of tests of events over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from http_base.application import Tazalyq
from service.platform.files import Files
from tests.mobile_api.events.album import Album
from tests.mobile_api.scene import Scene


@pytest.fixture
def album(scene: Scene, app: Tazalyq, tmp_path: Path) -> Iterator[Album]:
    parts = app.extensions["tazalyq"]
    before, parts.files = parts.files, Files(tmp_path.as_uri())
    yield Album(scene, tmp_path)
    parts.files = before
