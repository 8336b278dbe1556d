"""`flask coordinators`: what is mistyped is told in one line."""

import pytest

from http_base.application import Tazalyq


@pytest.mark.parametrize("command", ["add", "reset-second-factor"])
@pytest.mark.parametrize("typed", ["123", "x", "+15551234567"])
def test_what_is_no_number_is_told(app: Tazalyq, command: str, typed: str) -> None:
    done = app.test_cli_runner().invoke(args=["coordinators", command, typed])
    assert (done.exit_code, done.output) == (
        1,
        f"Error: {typed} is no phone number that is served here: give it as +77011234567.\n",
    )
