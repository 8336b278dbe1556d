"""What the push service says may be anything: it is written down, and stands still for nobody else."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.push.gateway import PushOutcome, PushResult
from service.models import Device
from tests.clock import FixedClock
from tests.notifications.push.test_deliveries import statuses
from tests.notifications.push.test_sender import Database, Gateway, make_crowd, make_sender


@pytest.fixture
def database(connection: sa.Connection) -> Database:
    return Database(connection)


@pytest.mark.parametrize(
    "answer",
    [
        PushResult(PushOutcome.SENT, "projects/x/messages/\0"),
        PushResult(PushOutcome.REJECTED, "FailedPreconditionError: \ud800"),
        PushResult(PushOutcome.RETRY, "UnavailableError", retry_after_s=10**15),
    ],
)
def test_an_answer_of_whatever_text_holds_up_no_other(
    session: Session, database: Database, clock: FixedClock, answer: PushResult
) -> None:
    make_crowd(session, 3)
    odd = session.scalars(sa.select(Device.value).limit(1)).one()
    gateway = Gateway(lambda push: answer if push.target == odd else PushResult(PushOutcome.SENT))
    make_sender(database, gateway, clock).run()
    assert len(gateway.sent) == 3
    assert statuses(session).count("sent") >= 2
    assert "sending" not in statuses(session)
