"""The organization comes with an event that is only read; who changes the event reads it behind the lock."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import events
from service.models import Event
from tests.makers import make_event


def has_organization(event: Event) -> bool:
    return "organization" not in sa.inspect(event).unloaded


def test_what_may_be_changed_comes_without_its_organization(session: Session) -> None:
    event_id = make_event(session).id
    session.expunge_all()
    assert not has_organization(events.get_visible(session, None, event_id))


def test_what_is_only_read_comes_with_it(session: Session) -> None:
    event_id = make_event(session).id
    session.expunge_all()
    assert has_organization(events.get_to_read(session, None, event_id))
