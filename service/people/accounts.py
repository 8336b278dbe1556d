"""Accounts that the identity provider has disabled: a job asks in batches, the last answer is in force."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from service.models import AccountCheck, Coordinator, Membership, Volunteer
from service.people.sessions import end_of_subjects
from service.platform import logs, queue

logger = logs.get(__name__)

TASK = "people.check_accounts"
BATCH = 100
STAFF, OTHERS = "staff", "others"
ROUNDS = 14
"""One fourteenth of the others each minute: everybody within a quarter of an hour."""

CALLS_FOR = timedelta(hours=25)
"""`last_seen_at` is kept to the day, and a disabled account renews no token: nobody else can call."""


class AccountsUnavailable(Exception):  # noqa: N818 - as the other ports name it
    """The provider does not answer, or knows nobody at all."""


class Accounts(Protocol):
    """Asks the identity provider about accounts."""

    def locked_out(self, subjects: Sequence[str]) -> frozenset[str]:
        """Which of up to BATCH accounts may not sign in any more. Raises AccountsUnavailable."""
        ...


def check(sessions: sessionmaker[Session], accounts: Accounts, now: datetime) -> None:
    """Ask about everybody who holds a role, and about this minute's part of those who were here lately."""
    for whose in (STAFF, OTHERS):
        with sessions.begin() as session:
            subjects = [subject for subject in session.scalars(_subjects(whose, now)) if subject is not None]
        trouble: str | None = None
        try:
            for batch in _batches(subjects):
                locked_out = accounts.locked_out(batch)
                with sessions.begin() as session:
                    _keep(session, batch, locked_out, now)
        except AccountsUnavailable as error:
            trouble = str(error)
            logger.warning("accounts could not be checked", whose=whose)
        with sessions.begin() as session:
            _note(session, whose, now, trouble)


def ask(accounts: Accounts, subject: str) -> bool | None:
    """Whether one account is locked out, asked at once; None: no answer, so that the last one is in force."""
    try:
        return subject in accounts.locked_out([subject])
    except AccountsUnavailable:
        logger.warning("an account could not be checked")
        return None


def keep(connection: sa.Connection, subject: str, now: datetime, *, locked_out: bool) -> None:
    """Keep what the provider has said of one account, in the connection's own transaction."""
    with Session(connection) as session:
        _keep(session, [subject], frozenset([subject] if locked_out else ()), now)
        session.commit()


def describe(session: Session) -> dict[str, str]:
    """What an operator should know, by name; empty while the provider answers."""
    rows = session.execute(
        sa.select(AccountCheck.whose, AccountCheck.answered_at, AccountCheck.trouble).where(
            AccountCheck.trouble.is_not(None)
        )
    )
    return {
        f"accounts_of_{whose}": f"not checked since {answered_at or 'the beginning'}: {trouble}"
        for whose, answered_at, trouble in rows
    }


def _subjects(whose: str, now: datetime) -> sa.Select[str | None]:
    roles = sa.select(Membership.volunteer_id).union(sa.select(Coordinator.volunteer_id))
    query = sa.select(Volunteer.subject).where(Volunteer.subject.is_not(None)).order_by(Volunteer.id)
    if whose == STAFF:
        return query.where(Volunteer.id.in_(roles))
    minute = int(now.timestamp() // 60)
    part = sa.func.abs(sa.func.hashtext(Volunteer.subject) % ROUNDS)
    return query.where(Volunteer.last_seen_at > now - CALLS_FOR, part == minute % ROUNDS)


def _batches(subjects: Sequence[str]) -> Iterator[Sequence[str]]:
    return (subjects[start : start + BATCH] for start in range(0, len(subjects), BATCH))


def _keep(session: Session, asked: Sequence[str], locked_out: frozenset[str], now: datetime) -> None:
    """Write only what is another answer than the last one."""
    for disabled in (True, False):
        found = [subject for subject in asked if (subject in locked_out) is disabled]
        session.execute(
            sa.update(Volunteer)
            .where(Volunteer.subject.in_(found), Volunteer.disabled_at.is_(None) == disabled)
            .values(disabled_at=now if disabled else None)
            .execution_options(synchronize_session=False)
        )
    end_of_subjects(session, locked_out)


def _note(session: Session, whose: str, now: datetime, trouble: str | None) -> None:
    values = {"trouble": trouble} if trouble else {"trouble": None, "answered_at": now}
    session.execute(
        insert(AccountCheck)
        .values(whose=whose, **values)
        .on_conflict_do_update(index_elements=["whose"], set_=values)
    )


@queue.app.periodic(cron="* * * * *")
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def check_accounts(context: procrastinate.JobContext, timestamp: int) -> None:
    """Ask the provider, where there is one."""
    runtime = queue.runtime(context)
    accounts: Accounts | None = runtime.extras.get("accounts")
    if accounts is not None:
        check(runtime.sessions, accounts, runtime.clock.now())
