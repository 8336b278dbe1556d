"""Fixtures of tests in several rooms."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Organization, Volunteer
from service.platform.files import Files
from service.platform.settings import SecondFactorMode
from tests.makers import make_organization, make_volunteer


@pytest.fixture
def owner(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def organization(session: Session, owner: Volunteer) -> Organization:
    return make_organization(session, owner)


@pytest.fixture
def files(app: Tazalyq, tmp_path: Path) -> Iterator[Files]:
    """Where the application keeps files during this test."""
    parts = app.extensions["tazalyq"]
    before, parts.files = parts.files, Files(tmp_path.as_uri())
    yield parts.files
    parts.files = before


@pytest.fixture
def second_factor_required(app: Tazalyq) -> Iterator[None]:
    """As in production."""
    services = app.extensions["tazalyq"]
    before = services.settings
    services.settings = replace(before, second_factor=SecondFactorMode.REQUIRED)
    yield
    services.settings = before
