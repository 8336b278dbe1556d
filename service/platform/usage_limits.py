"""Limits that guard a secret, or people from being asked too often.

They live in PostgreSQL: a process that starts anew forgets no try.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from service import errors
from service.models import SecretUse
from service.platform.written import Written

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count_use(session: Session, subject: str, now: datetime, limit: int, per: timedelta = HOUR) -> None:
    """Count one use of a subject in the hour (or day, of UTC) of `now`.

    Raises:
        TooManyRequests: it is one more than `limit` in this time.
    """
    for refusal in count_uses(session, {subject: 1}, now, limit, per).values():
        raise refusal


def count_uses(
    session: Session, uses: Mapping[str, int], now: datetime, limit: int, per: timedelta = HOUR
) -> dict[str, errors.TooManyRequests]:
    """Count so many uses of subjects in the hour or day of `now`; returns the refusals by subject.

    In one statement and in the order of subjects: two calls that count the same ones never wait for each
    other in a circle.
    """
    since = now - timedelta(seconds=now.timestamp() % per.total_seconds())
    subjects = sorted(uses)
    values = {"subjects": subjects, "uses": [uses[subject] for subject in subjects], "since": since}
    seconds = int((since + per - now).total_seconds()) + 1
    return {
        subject: errors.TooManyRequests(retry_after_s=seconds)
        for subject, counted in _COUNTED.rows(session, values)
        if counted > limit
    }


def _counted() -> ReturningInsert[str, int]:
    """Each of the `subjects`, with its `uses` and those before `since`."""
    given = (sa.bindparam("subjects", type_=ARRAY(sa.Text)), sa.bindparam("uses", type_=ARRAY(sa.Integer)))
    row = sa.func.unnest(*given).table_valued("subject", "uses").render_derived()
    since = sa.bindparam("since", type_=SecretUse.hour.type)
    new = insert(SecretUse).from_select(
        ["subject", "hour", "uses"], sa.select(row.c.subject, since, row.c.uses)
    )
    return new.on_conflict_do_update(
        index_elements=["subject", "hour"], set_={"uses": SecretUse.uses + new.excluded.uses}
    ).returning(SecretUse.subject, SecretUse.uses)


_COUNTED = Written(_counted())


def forget(session: Session, subjects: Collection[str]) -> None:
    """Count none of the uses of these subjects any more."""
    session.execute(sa.delete(SecretUse).where(SecretUse.subject.in_(subjects)))
