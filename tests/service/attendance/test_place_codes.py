"""The code of the place: which moments it is right for, and how often it may be guessed."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import place_codes
from service.attendance.place_codes import OFFLINE_STEPS, ONLINE_STEPS, is_right
from service.models import Event
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The 20 bytes 12345678901234567890 of RFC 6238, appendix B."""


def code_at(secret: str, at: datetime) -> str:
    """As an organizer's phone computes it, from what the call for the code tells."""
    return pyotp.TOTP(secret, digits=6, interval=60).at(at)


def test_it_is_that_of_the_rfc() -> None:
    """Counter 1 of appendix D of RFC 4226 is 287082: the second minute of the epoch, had it been allowed."""
    assert code_at(RFC_SECRET, datetime(1970, 1, 1, 0, 1, 30, tzinfo=UTC)) == "287082"


@pytest.mark.parametrize("steps", [ONLINE_STEPS, OFFLINE_STEPS])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_code_holds_for_its_steps_and_no_longer(steps: int, sign: int) -> None:
    code = code_at(RFC_SECRET, NOW)
    assert is_right(RFC_SECRET, code, NOW, steps)
    assert is_right(RFC_SECRET, code, NOW + sign * timedelta(minutes=steps), steps)
    assert not is_right(RFC_SECRET, code, NOW + sign * timedelta(minutes=steps + 1), steps)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٣٤٥٦٧٨", "\udc80" * 5, "0" * 10_000])
def test_any_other_text_is_wrong(code: str) -> None:
    assert not is_right(RFC_SECRET, code, NOW, OFFLINE_STEPS)


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_moments_at_the_ends_of_time_are_wrong(year: int) -> None:
    assert not is_right(RFC_SECRET, "123456", datetime(year, 1, 1, tzinfo=UTC), OFFLINE_STEPS)


def test_every_event_has_a_secret_of_its_own(session: Session) -> None:
    made = [make_event(session).code_secret for _ in range(5)]
    assert len(set(made)) == 5
    for secret in made:
        assert is_right(secret, code_at(secret, NOW), NOW, ONLINE_STEPS)
        assert not set(secret) - set("ABCDEFGHIJ234567")


def test_events_of_before_the_migration_get_secrets_of_their_own(session: Session) -> None:
    """The column's default is worked out for each row: that is what the migration relies on."""
    for _ in range(3):
        make_event(session)
    default = sa.text(str(Event.__table__.c.code_secret.server_default.arg))
    session.execute(sa.text(f"ALTER TABLE event ADD COLUMN later text NOT NULL DEFAULT {default}"))
    found = session.scalars(sa.text("SELECT later FROM event")).all()
    assert len(set(found)) == len(found) >= 3


def test_tries_are_limited_a_person_an_event_and_an_hour(session: Session) -> None:
    event, other = make_event(session), make_event(session)
    guesser, honest = make_volunteer(session), make_volunteer(session)
    for _ in range(3):
        assert place_codes.count_tries(session, [event.id], guesser.id, NOW, 3) == {}
    refused = place_codes.count_tries(session, [event.id], guesser.id, NOW, 3)[event.id]
    assert isinstance(refused, errors.TooManyRequests)
    assert 0 < refused.data["retry_after_s"] <= 3601
    assert place_codes.count_tries(session, [event.id], honest.id, NOW, 3) == {}
    assert place_codes.count_tries(session, [other.id], guesser.id, NOW, 3) == {}
    assert place_codes.count_tries(session, [event.id], guesser.id, NOW + timedelta(hours=1), 3) == {}
