"""What is held of a guardian who has no record: read, had erased by themself, and forgotten when it is over.

All that they are known by is an account and a number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.models import EndedBy, GuardianErasure, Guardianship, Volunteer
from service.people import guardians, numbers, own_export
from service.people.identities import Identity
from service.platform import personal_rows, queue
from service.platform.personal_rows import Whose

TASK = "people.forget_guardians"


def consents_of(session: Session, guardian: Identity) -> Sequence[Guardianship]:
    """What the account has agreed to and is still held with its name, the latest first; nothing from before a
    number was sold again."""
    query = sa.select(Guardianship).where(Guardianship.subject == guardian.subject)
    found = session.scalars(query.order_by(Guardianship.accepted_at.desc()))
    return [one for one in found if guardians.is_seen(one.seen_at, guardian)]


def pieces(
    session: Session, guardian: Identity, now: datetime, explain: Callable[[str], str]
) -> Iterator[bytes]:
    """The document as `own_export.pieces` gives it, of who has no record; of consents those of `consents_of`.

    Raises:
        Busy: they have registered meanwhile.
    """

    def is_told(table: str, row: Mapping[str, Any]) -> bool:
        return table != Guardianship.__tablename__ or guardians.is_seen(row["seen_at"], guardian)

    return own_export.document(session, _whose(session, guardian), now, explain, is_told)


def erase(session: Session, guardian: Identity, now: datetime) -> None:
    """Erase who has no record: their consents are taken back, and name nobody; no child names their number.

    Raises:
        Busy: they have registered meanwhile, or a child signs up at this very moment; to be tried again.
    """
    numbers.hold(session, f"guardian:{guardian.subject}")
    numbers.lock(session, guardian.subject, guardian.phone)
    _erase(session, _whose(session, guardian), now)


def erase_again(session: Session, guardianship_id: UUID, at: datetime, now: datetime) -> bool:
    """Erase whose consent this is once more, after a database was put back; False: nothing names them."""
    known = session.execute(
        sa.select(Guardianship.subject, Guardianship.phone).where(Guardianship.id == guardianship_id)
    ).first()
    values = {"guardianship_id": guardianship_id, "at": at}
    session.execute(insert(GuardianErasure).values(values).on_conflict_do_nothing())
    if known is None or known.subject is None:
        return False
    _erase(session, Whose(None, known.phone, known.subject), now)
    return True


def _erase(session: Session, who: Whose, now: datetime) -> None:
    """Take back their consents, and take them out of all tables."""
    theirs = sa.select(Guardianship.id, sa.literal(now)).where(Guardianship.subject == who.subject)
    listed = insert(GuardianErasure).from_select(["guardianship_id", "at"], theirs)
    session.execute(listed.on_conflict_do_nothing())
    guardians.withdraw_of(session, who.subject, now)
    personal_rows.erase(session, who, None)
    forget_number(session, who.phone)
    queue.forget(session, [value for value in (who.subject, who.phone) if value])


def _whose(session: Session, guardian: Identity) -> Whose:
    """By what rows name them: their number, unless another account has proven it since. Raises Busy."""
    records = session.execute(
        sa.select(Volunteer.subject, Volunteer.phone_seen_at).where(
            sa.or_(Volunteer.subject == guardian.subject, Volunteer.phone == guardian.phone)
        )
    ).all()
    if any(record.subject == guardian.subject for record in records):
        raise errors.Busy(retry_after_s=1)
    is_theirs = all(record.phone_seen_at < guardian.issued_at for record in records)
    return Whose(None, guardian.phone if is_theirs else None, guardian.subject)


def forget_number(session: Session, phone: str | None) -> None:
    """Take a guardian's number, and the name beside it, out of the records of all who have named it."""
    named = Volunteer.guardian_phone.in_([phone] if phone else [])
    session.execute(sa.update(Volunteer).where(named).values(guardian_name=None, guardian_phone=None))


def forget_over(session: Session, now: datetime) -> None:
    """Forget guardians of who is of age; and who had agreed, where that is over. That they had stays."""
    of_age = ~guardians.is_minor_at(now)
    named = sa.or_(Volunteer.guardian_phone.is_not(None), Volunteer.guardian_name.is_not(None))
    session.execute(sa.update(Volunteer).where(of_age, named).values(guardian_name=None, guardian_phone=None))
    is_over = sa.or_(
        Guardianship.ended_at.is_not(None), Guardianship.child_id.in_(sa.select(Volunteer.id).where(of_age))
    )
    kept = sa.or_(Guardianship.subject.is_not(None), Guardianship.name.is_not(None))
    session.execute(
        sa.update(Guardianship)
        .where(is_over, kept)
        .values(
            subject=None,
            phone=None,
            name=None,
            ended_at=sa.func.coalesce(Guardianship.ended_at, now),
            ended_by=sa.func.coalesce(Guardianship.ended_by, EndedBy.CHANGE),
        )
    )


@queue.app.periodic(cron="40 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def forget_all_over(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget the guardians whom nothing needs any more."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        forget_over(session, runtime.clock.now())
