"""`flask pushes`: what it tells an operator to do can be done as it stands."""

from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Outbox
from service.models.base import new_id
from tests.conftest import NOW


def test_what_was_set_aside_is_tried_again_by_the_command_that_is_printed(
    app: Tazalyq, session: Session
) -> None:
    for kind in ("event_cancelled", "announcement", "announcement"):
        session.add(Outbox(id=new_id(), kind=kind, facts={}, created_at=NOW, set_aside_at=NOW, attempts=8))
    session.commit()
    said = app.test_cli_runner().invoke(args=["pushes", "stats"]).output
    (line,) = [one.split() for one in said.splitlines() if "flask pushes retry" in one]
    assert line == ["flask", "pushes", "retry", "--kind", "announcement", "--kind", "event_cancelled"]
    done = app.test_cli_runner().invoke(args=line[1:])
    assert (done.exit_code, "3 notifications" in done.output) == (0, True)
    assert "retry" not in app.test_cli_runner().invoke(args=["pushes", "stats"]).output
