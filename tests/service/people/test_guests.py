"""Guests of the pages: whose number was proven, until when, and who has it now."""

from datetime import timedelta

from sqlalchemy.orm import Session

from service.people import guests
from service.people.identities import Identity
from tests.conftest import NOW

PHONE = "+996700123456"


def somebody(subject: str = "sms:first", minutes: int = 0) -> Identity:
    at = NOW + timedelta(minutes=minutes)
    return Identity(subject, PHONE, at, at)


def test_a_guest_is_known_for_thirty_days(session: Session) -> None:
    token = guests.begin(session, somebody())
    assert guests.find(session, token, NOW + timedelta(days=30, seconds=-1)) == somebody()
    assert guests.find(session, token, NOW + timedelta(days=30)) is None
    assert guests.find(session, "another", NOW) is None


def test_who_has_the_number_now_ends_who_had_it(session: Session) -> None:
    former, own = guests.begin(session, somebody()), guests.begin(session, somebody(minutes=1))
    new = guests.begin(session, somebody("sms:second", minutes=2))
    session.expire_all()
    assert guests.find(session, former, NOW) is None
    assert guests.find(session, own, NOW) is None
    assert guests.find(session, new, NOW) == somebody("sms:second", minutes=2)


def test_signing_out_forgets_a_guest(session: Session) -> None:
    token = guests.begin(session, somebody())
    guests.end(session, token)
    session.expire_all()
    assert guests.find(session, token, NOW) is None
