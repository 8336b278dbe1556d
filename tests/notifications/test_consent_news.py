"""A new version of a consent's text: who agreed to an older one is told once, nobody else."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out, policy
from notifications.models import Delivery, InboxItem
from service.models import Consent, ConsentName, Outbox, Volunteer
from service.people import consent_news
from service.people.consent_texts import ConsentText
from tests.conftest import NOW
from tests.makers import CONSENTS, make_device, make_volunteer

NOTICE = timedelta(days=30)
BEFORE = NOW - timedelta(days=900)
DATA, ABROAD = ConsentName.PERSONAL_DATA, ConsentName.CROSS_BORDER
TEXTS = (
    ConsentText(DATA, "2023-01", BEFORE, BEFORE),
    ConsentText(DATA, "2026-05", NOW, NOW + NOTICE),
    ConsentText(ABROAD, "2023-01", BEFORE, BEFORE),
)


@pytest.fixture
def older(session: Session) -> Volunteer:
    """Of three people the one whose consent to the older text stands: another agreed to the new one, too, the
    third has taken it back."""
    held = {DATA: "2023-01", ABROAD: CONSENTS[ABROAD]}
    one, both, none = (make_volunteer(session, consents=held) for _ in range(3))
    agree(session, both)
    session.execute(sa.update(Consent).where(Consent.volunteer_id == none.id).values(withdrawn_at=NOW))
    return one


def agree(session: Session, person: Volunteer) -> None:
    session.add(Consent(volunteer_id=person.id, name=DATA, version="2026-05", given_at=NOW))
    session.flush()


def told(session: Session) -> list[UUID]:
    """In whose inbox it is, as often as it is."""
    for entry in session.scalars(sa.select(Outbox.id)).all():
        while fan_out.expand(session, entry, NOW):
            pass
    return list(session.scalars(sa.select(InboxItem.volunteer_id)))


def test_who_agreed_to_an_older_text_is_told_once(session: Session, older: Volunteer) -> None:
    consent_news.tell_new(session, NOW - timedelta(microseconds=1), TEXTS)
    assert told(session) == []
    for days in (0, 1, 29):
        consent_news.tell_new(session, NOW + timedelta(days=days), TEXTS)
    assert told(session) == [older.id]


def test_who_agrees_to_the_older_text_after_that_is_told_once_too(session: Session, older: Volunteer) -> None:
    """By an app that still shows it; who agrees to both at once is not."""
    consent_news.tell_new(session, NOW, TEXTS)
    assert told(session) == [older.id]
    late, both = (make_volunteer(session, consents={DATA: "2023-01"}) for _ in range(2))
    agree(session, both)
    given = sa.update(Consent).where(Consent.volunteer_id.in_([late.id, both.id]))
    session.execute(given.values(given_at=NOW + timedelta(days=2)))
    for days in (3, 4, 29):
        consent_news.tell_new(session, NOW + timedelta(days=days), TEXTS)
    assert sorted(told(session)) == sorted([older.id, late.id])


@pytest.mark.usefixtures("older")
def test_once_it_is_required_the_next_sign_up_asks(session: Session) -> None:
    consent_news.tell_new(session, NOW + NOTICE, TEXTS)
    assert told(session) == []


def test_who_agrees_before_the_push_goes_gets_none(session: Session, older: Volunteer) -> None:
    make_device(session, older)
    consent_news.tell_new(session, NOW, TEXTS)
    told(session)
    (due,) = session.scalars(sa.select(Delivery.id)).all()
    assert policy.decide(session, [due], NOW)[due] is policy.SEND
    agree(session, older)
    assert policy.decide(session, [due], NOW)[due] is policy.UNWANTED


def test_the_first_texts_are_no_news(session: Session) -> None:
    make_volunteer(session)
    consent_news.tell_new(session, NOW)
    assert session.scalars(sa.select(Outbox)).all() == []
