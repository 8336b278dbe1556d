"""Finding places by name or address: the gazetteer at once; behind it a geocoder, asked seldom and briefly.

A geocoder knows streets and houses. Its answers are kept for a month under a keyed hash of what was asked:
nobody reads in the database where somebody looked for. One process at a time asks it, and none sooner than a
second after the last answer, whoever asks; where it fails all leave it alone for a while. Nobody waits for
any of that: without an answer the gazetteer's stands.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.geography import places
from service.geography.places import FoundPlace, Match
from service.models import Geocoded, GeocoderTurn
from service.platform import logs, queue
from service.platform.database import Connections

logger = logs.get(__name__)

KEPT = timedelta(days=30)
KEPT_AT_MOST = 50_000
"""Answers: whoever asks for ever new texts fills no disk."""

BETWEEN = timedelta(seconds=1)
"""From one answer to the next question, of all processes together: as Nominatim's public servers ask for."""

TURN_LASTS = timedelta(seconds=4)
"""So long it is somebody's turn who is heard of no more: longer than an answer may take, and BETWEEN."""

RESTS, RESTS_AT_MOST = timedelta(seconds=30), timedelta(hours=1)
"""How long a geocoder that failed is left alone: at least, and at most where it says how long itself."""

ENOUGH_LETTERS = 3
MOST = 10
SINGLE_ROW = 1
_PURPOSE = b"geocoded texts"


class GeocoderAwayError(Exception):
    """It gave no answer that can be used; `retry_after_s`: when it wants to be asked again, if it said so."""

    def __init__(self, retry_after_s: float | None = None) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class Geocoder(Protocol):
    """Somebody who knows streets and houses."""

    def find(self, text: str, near: tuple[float, float] | None, language: str) -> Sequence[FoundPlace]:
        """Places of Kazakhstan for a text, best first, within 1.5 s. Raises GeocoderAwayError."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """Places, best first; `is_whole`: False where streets and houses could not be looked for just now."""

    places: Sequence[FoundPlace]
    is_whole: bool


def key_of(secret_key: str) -> bytes:
    """The key of this purpose alone."""
    return hmac.digest(secret_key.encode(), _PURPOSE, hashlib.sha256)


def find(
    opened: Connections,
    geocoder: Geocoder | None,
    key: bytes,
    text: str,
    near: tuple[float, float] | None,
    language: str,
    now: datetime,
) -> Found:
    """Places of that name or address; `near` (latitude, longitude) brings close ones forward.

    Of what the gazetteer knows by its whole name no geocoder is asked. `key`: that of `key_of`.
    """
    known = places.match(text, near)
    if geocoder is None or known.is_whole or len(places.fold(text)) < ENOUGH_LETTERS:
        return Found(known.places[:MOST], is_whole=True)
    about = None if near is None else (round(near[0]), round(near[1]))
    asked = _digest(key, text, about, language)
    found = _kept(opened, asked, now)
    if found is None:
        found = _ask(opened, geocoder, asked, text, about, language, now)
    if found is None:
        return Found(known.places[:MOST], is_whole=False)
    return Found(_merged(known, found)[:MOST], is_whole=True)


def _digest(key: bytes, text: str, about: tuple[float, float] | None, language: str) -> bytes:
    asked = json.dumps([" ".join(text.casefold().split()), about, language], ensure_ascii=False)
    return hmac.digest(key, asked.encode(), hashlib.sha256)


def _merged(known: Match, found: Sequence[FoundPlace]) -> list[FoundPlace]:
    """Names that begin so, then addresses; a town that is only mentioned serves where there are none."""
    if not known.is_beginning:
        return list(found or known.places)
    new = [one for one in found if not any(_is_same(one, other) for other in known.places)]
    return [*known.places, *new]


SAME_WITHIN_DEGREES = 0.05


def _is_same(one: FoundPlace, other: FoundPlace) -> bool:
    """Whether both are one town: a name in common, and a few kilometres apart at most."""
    names, others = ({places.fold(name) for name in place.names.values()} for place in (one, other))
    is_near = (
        abs(one.latitude - other.latitude) < SAME_WITHIN_DEGREES
        and abs(one.longitude - other.longitude) < 2 * SAME_WITHIN_DEGREES
    )
    return is_near and bool(names & others)


def _kept(opened: Connections, asked: bytes, now: datetime) -> list[FoundPlace] | None:
    query = sa.select(Geocoded.places).where(Geocoded.key == asked, Geocoded.expires_at > now)
    with opened.each() as connection:
        kept = connection.scalar(query)
    return None if kept is None else [FoundPlace(**one) for one in kept]


def _ask(
    opened: Connections,
    geocoder: Geocoder,
    asked: bytes,
    text: str,
    about: tuple[float, float] | None,
    language: str,
    now: datetime,
) -> list[FoundPlace] | None:
    """What the geocoder says, kept from now on; None: it is not our turn, or it says nothing."""
    with opened.each() as connection:
        turn = connection.scalar(_TAKE)
    if turn is None:
        return None
    rests, found = BETWEEN, None
    try:
        found = list(geocoder.find(text, about, language))[:MOST]
    except GeocoderAwayError as error:
        said = timedelta(seconds=error.retry_after_s or 0)
        rests = min(max(RESTS, said), RESTS_AT_MOST)
        logger.warning("the geocoder does not answer", rests_s=rests.total_seconds())
    with opened.each() as connection:
        connection.execute(_PASS_ON, {"turn": turn, "rests": rests})
        if found is not None:
            kept: list[dict[str, Any]] = [asdict(one) for one in found]
            new = insert(Geocoded).values(key=asked, places=kept, expires_at=now + KEPT)
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["key"],
                    set_={"places": new.excluded.places, "expires_at": new.excluded.expires_at},
                )
            )
    return found


_NOW = sa.func.clock_timestamp()
_TAKE = (
    insert(GeocoderTurn)
    .values(id=SINGLE_ROW, free_at=_NOW + TURN_LASTS)
    .on_conflict_do_update(
        index_elements=["id"], set_={"free_at": _NOW + TURN_LASTS}, where=GeocoderTurn.free_at <= _NOW
    )
    .returning(GeocoderTurn.free_at)
)
_PASS_ON = (
    sa.update(GeocoderTurn)
    .where(GeocoderTurn.id == SINGLE_ROW, GeocoderTurn.free_at == sa.bindparam("turn"))
    .values(free_at=_NOW + sa.bindparam("rests", type_=sa.Interval))
    .execution_options(synchronize_session=False)
)


def forget(session: Session, now: datetime) -> int:
    """Delete the answers that are older than KEPT, and the oldest of too many; returns how many."""
    newest = sa.select(Geocoded.key).order_by(Geocoded.expires_at.desc(), Geocoded.key).offset(KEPT_AT_MOST)
    gone = sa.delete(Geocoded).where(sa.or_(Geocoded.expires_at <= now, Geocoded.key.in_(newest)))
    return len(session.execute(gone.returning(Geocoded.key)).all())


TASK = "geocoding.forget"


@queue.app.periodic(cron="23 * * * *")
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def forget_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Keep what was asked no longer than it is told."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        forget(session, runtime.clock.now())
