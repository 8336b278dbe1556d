"""When the counts were last held against the rows, and what came of it; by a job of the night, or by hand."""

from collections.abc import Sequence

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.ledger import rebuild, scope_checks, verify
from service.ledger.scope_checks import WrongSightings, WrongSums
from service.ledger.verify import Difference, MisplacedResult
from service.models import CountCheck
from service.platform import logs, queue

logger = logs.get(__name__)

TASK = "counts.verify"
Wrong = Difference | MisplacedResult | WrongSightings | WrongSums


def are_scopes_whole(session: Session) -> bool:
    """Whether the sightings are whole, and can be read."""
    return session.scalar(sa.select(CountCheck.sightings_since)) is not None


def check(session: Session) -> Sequence[Wrong]:
    """Whatever is counted otherwise than the rows say; how much that is will be known to `describe`."""
    verify.without_time_limit(session)
    found: list[Wrong] = [*verify.differences(session), *verify.misplaced_results(session)]
    if are_scopes_whole(session):
        found += scope_checks.wrong(session)
    _note(session, len(found))
    return found


def mend(session: Session) -> Sequence[Wrong]:
    """Make all counts what the rows say; returns what was wrong. From now on the sightings are whole."""
    verify.without_time_limit(session)
    found: list[Wrong] = [*rebuild.rebuild(session), *verify.misplaced_results(session)]
    verify.place_results(session)
    if are_scopes_whole(session):
        found += scope_checks.wrong(session)
    scope_checks.mend(session)
    _note(session, 0)
    session.execute(
        sa.update(CountCheck)
        .where(CountCheck.sightings_since.is_(None))
        .values(sightings_since=sa.func.clock_timestamp())
    )
    return found


def _note(session: Session, wrong: int) -> None:
    session.execute(sa.update(CountCheck).values(checked_at=sa.func.clock_timestamp(), wrong=wrong))


def describe(session: Session) -> dict[str, int | bool | None]:
    """For operators: how many seconds ago was checked, what was wrong then, whether sightings are whole."""
    ago = sa.func.extract("epoch", sa.func.clock_timestamp() - CountCheck.checked_at)
    row = session.execute(sa.select(ago, CountCheck.wrong, CountCheck.sightings_since.is_not(None))).one()
    checked, wrong, is_whole = row
    return {
        "checked_s_ago": None if checked is None else max(0, int(checked)),
        "wrong": wrong,
        "sightings": is_whole,
    }


@queue.app.periodic(cron="10 22 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def check_every_night(context: procrastinate.JobContext, timestamp: int) -> None:
    """Log what is counted wrong, so that somebody looks before the figures are sent upward.

    In the first night after the release that brought the sightings they are made.
    """
    with queue.runtime(context).sessions.begin() as session:
        if not are_scopes_whole(session):
            mend(session)
        for wrong in check(session):
            logger.error("counted wrong", what=str(wrong))
