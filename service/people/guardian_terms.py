"""Whether a guardian's consent is missing, from what was agreed to and taken back. Pure (R22).

Under the age of consent one has to agree before anything is joined; from it on to 18 one who has said no is
heard. The times of consents are all there is to know, so that any order of what happens gives one answer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from service.models.base import COUNTRY_ZONE
from service.models.guardians import EndedBy
from service.models.volunteers import ADULT_AGE, age_on


class Terms(NamedTuple):
    """One consent: from when until when, and whose doing its end was."""

    accepted_at: datetime
    ended_at: datetime | None
    ended_by: str | None

    def holds_at(self, at: datetime) -> bool:
        """Whether it was given by then, and not taken back."""
        return self.accepted_at <= at and self.outlives(at)

    def outlives(self, at: datetime) -> bool:
        """Whether it was not taken back by then: it may have been given later."""
        return self.ended_at is None or self.ended_at > at


class Child(NamedTuple):
    """What a minor's own record says. `grace_until`: of who was here before consents were asked for."""

    birth_date: date
    grace_until: datetime | None

    def age_at(self, at: datetime) -> int:
        return age_on(self.birth_date, at.astimezone(COUNTRY_ZONE).date())


def is_minor(birth_date: date, at: datetime) -> bool:
    """Whether somebody is under 18 at a moment."""
    return Child(birth_date, None).age_at(at) < ADULT_AGE


def is_missing(child: Child, consents: Iterable[Terms], at: datetime, consent_age: int) -> bool:
    """Whether somebody may join nothing at a moment, because no guardian agrees."""
    held = list(consents)
    return not any(one.holds_at(at) for one in held) and _is_asked_for(child, held, at, consent_age)


def is_doubtful(child: Child, consents: Iterable[Terms], at: datetime, consent_age: int) -> bool:
    """Whether presence at a moment is in doubt: a consent that comes later settles it, for good."""
    held = list(consents)
    return not any(one.outlives(at) for one in held) and _is_asked_for(child, held, at, consent_age)


def _is_asked_for(child: Child, consents: Iterable[Terms], at: datetime, consent_age: int) -> bool:
    age = child.age_at(at)
    if age >= ADULT_AGE:
        return False
    if _is_refused(consents, at):
        return True
    return age < consent_age and (child.grace_until is None or at >= child.grace_until)


def _is_refused(consents: Iterable[Terms], at: datetime) -> bool:
    """Whether the last word of a guardian, by then, was no."""
    given = [one for one in consents if one.accepted_at <= at]
    if not given:
        return False
    last = max(given, key=lambda one: one.accepted_at)
    return last.ended_by == EndedBy.GUARDIAN and not last.outlives(at)
