"""Fixtures of the proofs: the scene of tests of decisions, and somebody who may sign up."""

from tests.mobile_api.conftest import doubtful, scene

__all__ = ["doubtful", "scene"]
