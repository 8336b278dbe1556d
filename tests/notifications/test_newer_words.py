"""While two releases run side by side: what the newer one owes in words that the older one does not know."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.models import Delivery, InboxItem
from notifications.words import LOCALES
from service.models import Event, Outbox, Volunteer
from tests.clock import FixedClock
from tests.notifications.push.test_deliveries import statuses
from tests.notifications.push.test_sender import Database, Gateway, make_crowd, make_sender

Login = Callable[[Volunteer], dict[str, str]]

OF_THE_NEXT_RELEASE = [
    # A kind that this release knows, and a sentence about series that it does not.
    ("announcement", {"series": True}),
    ("event_changed", {"changed": ["capacity"]}),
    ("milestone", {"what": "years", "number": 3}),
    ("role_given", {"role": "steward"}),
    ("certificate_changed", {"status": "merged"}),
    ("organization_decided", {"status": "merged"}),
    ("review_decided", {"status": "postponed"}),
    ("invitation", {"role": "steward", "invitation_id": "019a1b2c-0000-7000-8000-000000000001"}),
]


@pytest.fixture
def database(connection: sa.Connection) -> Database:
    return Database(connection)


def entry_of(session: Session, event: Event) -> Outbox:
    return session.scalars(sa.select(Outbox).where(Outbox.event_id == event.id)).one()


def owed(session: Session, kind: str, facts: dict[str, Any]) -> Event:
    """An event whose two people have an item each, which says something in a newer release's words."""
    event = make_crowd(session, 2)
    entry = entry_of(session, event)
    entry.kind, entry.facts = kind, entry.facts | facts
    session.commit()
    return event


@pytest.mark.parametrize(("kind", "facts"), OF_THE_NEXT_RELEASE[:2])
def test_a_push_waits_for_a_worker_that_has_the_words_and_holds_up_no_other(
    session: Session, database: Database, clock: FixedClock, kind: str, facts: dict[str, Any]
) -> None:
    event = owed(session, kind, facts)
    make_crowd(session, 1)
    gateway = Gateway()
    sender = make_sender(database, gateway, clock)
    for _look in range(3):
        sender.run()
        assert sorted(statuses(session)) == ["due", "due", "sent"]
        clock.move(timedelta(minutes=2))
    assert [push.kind for push in gateway.sent] == ["announcement"]
    # To the newer release's worker the words are known.
    entry = entry_of(session, event)
    entry.facts = {name: said for name, said in entry.facts.items() if name not in facts}
    session.commit()
    sender.run()
    assert statuses(session) == ["sent"] * 3


@pytest.mark.parametrize(("kind", "facts"), OF_THE_NEXT_RELEASE[:1])
def test_what_nobody_could_word_until_it_is_too_late_ends_as_too_late(
    session: Session, database: Database, clock: FixedClock, kind: str, facts: dict[str, Any]
) -> None:
    owed(session, kind, facts)
    clock.move(timedelta(days=3))
    make_sender(database, Gateway(), clock).run()
    assert statuses(session) == ["expired"] * 2


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "facts"), OF_THE_NEXT_RELEASE)
def test_the_inbox_shows_no_key_and_is_whole_again_with_the_newer_release(
    client: FlaskClient,
    session: Session,
    login: Login,
    kind: str,
    facts: dict[str, Any],
    locale: str,
) -> None:
    owed(session, kind, facts)
    person = session.scalars(sa.select(Volunteer).join(InboxItem)).first()
    assert person is not None
    headers = login(person) | {"Accept-Language": locale}
    answer = client.get("/v1/me/inbox", headers=headers)
    assert answer.status_code == 200
    (shown,) = answer.json["items"]
    for said in (shown["title"], shown["body"]):
        assert said
        assert "push." not in said
        assert "role." not in said
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2
