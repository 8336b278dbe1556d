"""Fixtures of tests of the ledger."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from http_base.application import Tazalyq

Run = Callable[[str], tuple[int, str]]


@pytest.fixture
def run(app: Tazalyq, session: Session) -> Run:
    """Run `flask counts …`: the exit code, and what was printed."""

    def run_command(command: str) -> tuple[int, str]:
        session.commit()
        done = app.test_cli_runner().invoke(args=["counts", command])
        return done.exit_code, done.output

    return run_command
