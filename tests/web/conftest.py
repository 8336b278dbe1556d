"""Fixtures of tests that look at pages."""

import pytest

from http_base.application import Tazalyq
from tests.web.visitor import Visitor


@pytest.fixture
def visitor(app: Tazalyq) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app, app.response_class, use_cookies=True)
