"""Events by words: what of a text is looked for, and how the index of service/models/events.sql is asked."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from service.geography import places
from service.models import Event, Organization
from service.platform import queue

SEPARATORS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”„‘’–—…№·•−§°"
"""What stands between words, beside spaces."""

MOST_WORDS = 10
LONGEST = 40
"""So many letters of a word are known, and so many words of a question."""

SHORTEST_OPEN = 5
"""From so many letters on the last one may change, as it does in Kazakh before an ending: қ to ғ, п to б."""

WEEK = timedelta(weeks=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_APART = str.maketrans(dict.fromkeys(SEPARATORS, " "))

TASK = "events.make_words"
CHUNK = 500


def words_of(text: str) -> list[str]:
    """The words of a text in their one spelling, each once: at most MOST_WORDS, the longer ones first."""
    found = dict.fromkeys(word[:LONGEST] for word in places.fold(text).translate(_APART).split())
    return sorted(found, key=len, reverse=True)[:MOST_WORDS]


def have(
    words: Sequence[str], since: datetime, until: datetime, codes: Iterable[str] = ()
) -> sa.ColumnElement[bool]:
    """Events that start within these moments' weeks and have each of the words, or one that begins so.

    `codes`: what the index knows of their place, see `in_region` and `in_district`. Without a word: none.

    The question comes from a subquery, so that the planner takes it for one of few (half a percent): of
    beginnings it would guess two percent a week, and read all events rather than the index.
    """
    weeks = range(week_of(since), week_of(until) + 1)
    text = "|".join(_question(words, codes).replace(_A_WEEK, str(week)) for week in weeks)
    question = sa.select(sa.cast(text, TSQUERY)).scalar_subquery()
    return _asked(question) if words else sa.false()


def have_in_week(
    words: Sequence[str], week: sa.ColumnElement[int], codes: Iterable[str] = ()
) -> sa.ColumnElement[bool]:
    """The same of one week, which the database says."""
    text = sa.func.replace(_question(words, codes), _A_WEEK, sa.cast(week, sa.Text))
    return _asked(sa.cast(text, TSQUERY)) if words else sa.false()


_A_WEEK = "~"
"""Stands for it in a question: in no word, as it separates them."""


def _question(words: Sequence[str], codes: Iterable[str]) -> str:
    """As to_tsquery reads it."""
    wanted = [*(f"{_beginning(word)}':*" for word in words), *(f"{code}'" for code in codes)]
    return "&".join(f"'{_A_WEEK} {one}" for one in wanted)


def _asked(question: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return Event.words.op("@@", is_comparison=True)(question)


def _beginning(word: str) -> str:
    """What a word begins with in all its forms: «сенбілік» is «сенбілігі», «саябақ» is «саябағы», too."""
    return word[:-1] if len(word) >= SHORTEST_OPEN and word[-1] in "kp" else word


def in_region(code: str) -> str:
    """A region, as the index knows it."""
    return f"@{code}"


def in_district(code: str) -> str:
    """A district (KATO), as the index knows it."""
    return f"#{code}"


def week_of(at: datetime) -> int:
    """The number of the week in which a moment lies."""
    return (at - _EPOCH) // WEEK


def week_at(at: sa.ColumnElement[datetime]) -> sa.ColumnElement[int]:
    """The same of a moment that the database knows."""
    return sa.cast(sa.func.floor(sa.extract("epoch", at) / int(WEEK.total_seconds())), sa.Integer)


def make_some(session: Session) -> int:
    """Let the database make the words of some events of an older release; returns how many had none."""
    chosen = (
        sa.select(Event.id)
        .where(Event.organization_search.is_(None))
        .order_by(Event.id)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    made = session.execute(
        sa.update(Event)
        .where(Event.id == chosen.c.id, Organization.id == Event.organization_id)
        .values(organization_search=Organization.search)
        .execution_options(synchronize_session=False)
    )
    return made.rowcount  # type: ignore[attr-defined,no-any-return] # of an update there is one


@queue.app.periodic(cron="*/5 * * * *")
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def make_words(context: procrastinate.JobContext, timestamp: int) -> None:
    """Chunk by chunk, each in a transaction of its own, until all events have their words."""
    runtime = queue.runtime(context)
    made = CHUNK
    while made == CHUNK:
        with runtime.sessions.begin() as session:
            made = make_some(session)
