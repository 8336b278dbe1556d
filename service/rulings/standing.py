"""What holds of all that was said of one attendance: the same in whatever order it arrived. Pure.

Words stand in the order in which they were said, which for a list kept without signal is not that of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.attendance.derivation import Decision
from service.attendance.evidence import Status


class RuledBy(StrEnum):
    """As what somebody says whether a person was there."""

    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"
    VOLUNTEER = "volunteer"
    """The person: that was not me."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word on an attendance. `is_correction`: it says itself who was there, and for how long; else it
    decides on what is known. `minutes`: None leaves them to the records, or to the event; `companions`: None
    leaves them as they are. `first`: what it decides
    where nothing has been said before."""

    said_at: datetime
    id: str
    role: RuledBy
    status: Status
    is_correction: bool = True
    minutes: int | None = None
    companions: int | None = None
    first: Decision | None = None

    @property
    def binds(self) -> bool:
        """Whether organizers cannot say otherwise after it."""
        return self.role is not RuledBy.ORGANIZER


def decision(words: Iterable[Word]) -> Decision | None:
    """What holds: the last word, but what a coordinator or the person has said binds organizers."""
    held, _ = _last(words)
    return held


def holds(words: Iterable[Word], one: Word) -> bool:
    """Whether this is the word that holds."""
    return _last(words)[1] == one


def _last(words: Iterable[Word]) -> tuple[Decision | None, Word | None]:
    held: Decision | None = None
    by: Word | None = None
    bound_to: Status | None = None
    for word in sorted(words, key=lambda one: (one.said_at, one.id)):
        if not word.binds and bound_to not in (None, word.status):
            continue
        held, by = _after(held, word), word
        bound_to = word.status if word.binds else bound_to
    return held, by


def _after(held: Decision | None, word: Word) -> Decision:
    if not word.is_correction:
        return _decided(held, word)
    minutes, companions = word.minutes, word.companions
    if held is not None:
        companions = held.companions if companions is None else companions
        # Should a rejection be lifted again, the minutes that were named before stand.
        minutes = held.minutes if word.status is Status.REJECTED else minutes
    return Decision(word.status, minutes, is_correction=True, companions=companions)


def _decided(held: Decision | None, word: Word) -> Decision:
    """It says whether the attendance counts: what an organizer named stays, and it rests on the organizer's
    word only where that was for it."""
    if held is None:
        return word.first or Decision(word.status, word.minutes, is_correction=False)
    is_vouched = held.is_correction and held.status is Status.COUNTED
    return Decision(word.status, held.minutes, is_vouched, held.companions)
