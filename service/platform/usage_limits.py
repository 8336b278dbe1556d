"""Limits that guard a secret. They live in PostgreSQL: a process that starts anew forgets no try."""

from collections.abc import Mapping
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
    for refusal in count_uses(session, {subject: 1}, now, limit).values():
        raise refusal


def count_uses(
    session: Session, uses: Mapping[str, int], now: datetime, limit: int
) -> dict[str, errors.TooManyRequests]:
    """Count so many uses of subjects in the hour of `now`, in one statement; returns the refusals by subject.

    In the order of subjects: two calls that count the same ones never wait for each other in a circle.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    new = insert(SecretUse).values(
        [{"subject": subject, "hour": hour, "uses": number} for subject, number in sorted(uses.items())]
    )
    counted = session.execute(
        new.on_conflict_do_update(
            index_elements=["subject", "hour"], set_={"uses": SecretUse.uses + new.excluded.uses}
        ).returning(SecretUse.subject, SecretUse.uses)
    )
    seconds = int((hour + timedelta(hours=1) - now).total_seconds()) + 1
    return {
        subject: errors.TooManyRequests(retry_after_s=seconds) for subject, uses in counted if uses > limit
    }
