"""What is known of a number whose record was erased, or has lost it to another account, for a short time:
nobody counts twice at an event by it, and no child comes back grown up.

By a keyed hash alone, and only where there is something to guard: of most people nothing is kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.models import Attendance, ErasedNumber, Event, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.erasures import NUMBERS_KEPT
from service.people.ages import GUARDED_AGES
from service.platform import installed, queue

FORGET_TASK = "people.forget_erased_numbers"


@dataclass(frozen=True, slots=True)
class Known:
    """`younger_than`: the age that the record had not reached, None of an adult's, or of nobody's;
    `may_count_twice`: it counted at an event where something may still come to count."""

    younger_than: int | None = None
    may_count_twice: bool = False

    def check_age(self, age: int) -> None:
        """Raise Invalid where somebody is older now than a birthday would have made them."""
        if self.younger_than is not None and age >= self.younger_than:
            raise errors.Invalid("birth_date", "birth-date-of-erased")


def note(
    session: Session, volunteer: Volunteer, phone: str, now: datetime, seen_at: datetime | None = None
) -> None:
    """Keep what is to be known of a number whose person is being erased, or loses it, and is held.

    `seen_at`: when they were here last, None: now.
    """
    mark, counted_until = _mark(phone), _counted_until(session, volunteer, now)
    # Of the age the newest record knows best: a coordinator may have corrected it.
    younger_than, younger_until = _younger(volunteer, now, seen_at or now)
    said = {"younger_than": younger_than, "younger_until": younger_until}
    if younger_until is None and counted_until is None:
        session.execute(sa.update(ErasedNumber).where(ErasedNumber.mark == mark).values(said))
        return
    new = insert(ErasedNumber).values(mark=mark, counted_until=counted_until, **said)
    latest = sa.func.greatest(ErasedNumber.counted_until, new.excluded.counted_until)
    session.execute(new.on_conflict_do_update(index_elements=["mark"], set_=said | {"counted_until": latest}))


def _younger(volunteer: Volunteer, now: datetime, seen_at: datetime) -> tuple[int | None, datetime | None]:
    """The age that somebody has not reached, and until when that is known: until they do, at most 30 days
    from when they were here last."""
    age = volunteer.age_on(now.astimezone(COUNTRY_ZONE).date())
    above = next((guarded for guarded in GUARDED_AGES if age < guarded), None)
    if above is None or seen_at + NUMBERS_KEPT <= now:
        return None, None
    return above, min(seen_at + NUMBERS_KEPT, _reaches(volunteer.birth_date, above))


def _reaches(birth_date: date, age: int) -> datetime:
    """When somebody comes to be so old, as `age_on` counts."""
    year, leap_day = birth_date.year + age, (birth_date.month, birth_date.day) == (2, 29)
    day = date(year, 3, 1) if leap_day else birth_date.replace(year=year)
    return datetime.combine(day, time(), COUNTRY_ZONE)


def _counted_until(session: Session, volunteer: Volunteer, now: datetime) -> datetime | None:
    """Until when an attendance may come to count, without a coordinator's look, where this person counted: by
    a phone, or by an organizer's word, who is heard longer."""
    last = session.scalar(
        sa.select(sa.func.max(Event.ends_at))
        .join(Attendance, Attendance.event_id == Event.id)
        .where(Attendance.volunteer_id == volunteer.id, Attendance.status == "counted")
    )
    limits = installed.thresholds()
    heard = max(timedelta(hours=limits.sync_hours), timedelta(days=limits.review_sync_days))
    return last + heard if last is not None and last + heard > now else None


def known(session: Session, phone: str, now: datetime, holder: Volunteer | None = None) -> Known:
    """What is known of a number that begins a record, and is held; `holder`: whose it was until now, held."""
    if holder is not None:
        # An account that was deleted and made again is another one, and takes the number as a stranger's.
        note(session, holder, phone, now, holder.last_seen_at)
    found = session.get(ErasedNumber, _mark(phone), populate_existing=True)
    if found is None:
        return Known()
    is_younger = found.younger_until is not None and found.younger_until > now
    may_count = found.counted_until is not None and found.counted_until > now
    return Known(found.younger_than if is_younger else None, may_count)


def forget(session: Session, phone: str) -> int:
    """Forget a number, in E.164, at once; how many were known."""
    gone = sa.delete(ErasedNumber).where(ErasedNumber.mark == _mark(phone)).returning(ErasedNumber.mark)
    return len(session.execute(gone).all())


def forget_old(session: Session, now: datetime) -> None:
    """Forget what guards nothing any more: of numbers, and of records that were begun by them."""
    lasts = sa.func.greatest(ErasedNumber.younger_until, ErasedNumber.counted_until)
    session.execute(sa.delete(ErasedNumber).where(sa.or_(lasts.is_(None), lasts <= now)))
    session.execute(
        sa.update(Volunteer)
        .where(Volunteer.anew_at <= now - NUMBERS_KEPT)
        .values(anew_at=None)
        .execution_options(synchronize_session=False)
    )


def _mark(phone: str) -> str:
    """Another one than that of the lists, which it is not to be compared with."""
    return installed.mark_of(f"erased:{phone}")


@queue.app.periodic(cron="40 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=FORGET_TASK, queueing_lock=FORGET_TASK, pass_context=True)
def forget_all_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget what has lived its time."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        forget_old(session, runtime.clock.now())
