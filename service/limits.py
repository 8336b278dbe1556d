"""Limits that guard a secret. They live in PostgreSQL: a process that starts anew forgets no try."""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.models import SecretUse


def count_use(session: Session, subject: str, now: datetime, limit: int) -> None:
    """Count one use of a subject in the hour of `now`.

    Raises:
        TooManyRequests: it is one more than `limit` in this hour.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    uses = session.execute(
        insert(SecretUse)
        .values(subject=subject, hour=hour, uses=1)
        .on_conflict_do_update(index_elements=["subject", "hour"], set_={"uses": SecretUse.uses + 1})
        .returning(SecretUse.uses)
    ).scalar_one()
    if uses > limit:
        seconds = (hour + timedelta(hours=1) - now).total_seconds()
        raise errors.TooManyRequests(retry_after_s=int(seconds) + 1)
