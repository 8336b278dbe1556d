"""Records that nobody came back to for half a year: whoever signs in to one proves that it is theirs.

Firebase keeps accounts by number, so that whoever gets a recycled SIM and signs in *is* the old uid.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.models import Coordinator, Device, Membership, Volunteer
from service.people import numbers, sessions

DORMANT_AFTER = timedelta(days=180)
TRIES = 2
"""How many wrong dates of birth are taken as another person's word for it."""


def is_dormant(last_seen_at: datetime, signed_in_at: datetime) -> bool:
    """Whether a token is of somebody who signed in when the record had been left alone for half a year.

    An app that was kept renews its tokens without signing in anew: its owner never notices.
    """
    return signed_in_at > last_seen_at + DORMANT_AFTER


def reopen(session: Session, volunteer: Volunteer, birth_date: date, now: datetime) -> Volunteer | None:
    """Open a dormant record, which is locked; None when it was detached, so that a new one may begin.

    The roles that come with it rest until somebody else confirms them.

    Raises:
        OtherBirthDate: the first time; what was counted is to be committed all the same.
    """
    if volunteer.birth_date == birth_date:
        volunteer.wrong_birth_dates = 0
        for role in (Membership, Coordinator):
            session.execute(sa.update(role).where(role.volunteer_id == volunteer.id).values(resting=True))
        return volunteer
    volunteer.wrong_birth_dates += 1
    session.flush()
    if volunteer.wrong_birth_dates < TRIES:
        raise errors.OtherBirthDate("birth_date", "other-birth-date")
    _detach(session, volunteer, now)
    return None


def _detach(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """Leave the record to itself: nobody signs in to it any more, and nothing is sent to its phones."""
    numbers.leave(session, volunteer, now)
    volunteer.subject = None
    session.flush()
    session.execute(sa.delete(Device).where(Device.volunteer_id == volunteer.id))
    sessions.end_all(session, volunteer.id)
    numbers.tell_national(session, "record_detached", now, {}, besides=volunteer.id)
