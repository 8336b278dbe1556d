"""Fixtures of tests that look at figures."""

from tests.mobile_api.figures.office import office

__all__ = ["office"]
