"""The gateway of developers' machines: encodes and checks each message as Firebase would, and stores it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from notifications.models import LocalMessage
from notifications.push.encoding import to_json
from notifications.push.fcm_schema import problems
from notifications.push.gateway import OnResult, Push, PushOutcome, PushResult
from service.platform.clock import Clock


class LocalGateway:
    """Takes pushes into `local_message`, where `/dev/messages` and `flask pushes show` find them."""

    at_once = 500

    def __init__(self, sessions: sessionmaker[Session], clock: Clock, web_app_url: str | None = None) -> None:
        self._sessions = sessions
        self._clock = clock
        self._web_app_url = web_app_url

    def send(self, pushes: Sequence[Push], report: OnResult) -> None:
        """Store what passes the check, refuse what does not."""
        now = self._clock.now()
        try:
            with self._sessions.begin() as session:
                results = [_take(session, push, self._web_app_url, now) for push in pushes]
        except DBAPIError as error:
            results = [PushResult(PushOutcome.RETRY, type(error).__name__)] * len(pushes)
        for position, result in enumerate(results):
            report(position, result)

    def close(self) -> None:
        """Nothing to let go of."""


def _take(session: Session, push: Push, web_app_url: str | None, now: datetime) -> PushResult:
    try:
        message = to_json(push, web_app_url)
    except ValueError as error:
        return PushResult(PushOutcome.REJECTED, str(error))
    found = problems(message)
    if found:
        return PushResult(PushOutcome.REJECTED, found[0])
    session.add(LocalMessage(recipient=push.target, kind="push", message=message, created_at=now))
    return PushResult(PushOutcome.SENT)


def store_code(session: Session, phone: str, code: str, now: datetime) -> None:
    """Keep a sign-in code where the developer can read it; it never goes to a log."""
    session.add(LocalMessage(recipient=phone, kind="code", code=code, created_at=now))


def recent(session: Session, recipient: str | None, limit: int) -> Sequence[LocalMessage]:
    """The newest messages, of one recipient (a phone or a device's value) or of all."""
    query = sa.select(LocalMessage).order_by(LocalMessage.id.desc()).limit(limit)
    if recipient is not None:
        query = query.where(LocalMessage.recipient == recipient)
    return session.scalars(query).all()
