"""Fixtures of tests of pages for everybody."""

from collections.abc import Iterator

import pytest

from web.public import year


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    """No figure of another test's database is remembered."""
    year.forget()
    yield
    year.forget()
