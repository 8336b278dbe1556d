"""Who changes an event reads its organization behind the lock: it does not come along."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import events
from tests.makers import make_event


def test_what_may_be_changed_comes_without_its_organization(session: Session) -> None:
    event_id = make_event(session).id
    session.expunge_all()
    assert "organization" in sa.inspect(events.get_visible(session, None, event_id)).unloaded
