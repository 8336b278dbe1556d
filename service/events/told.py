"""Who has heard of one change of a series so far, so that nobody hears of it once a date."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class Told:
    """`events`: the dates whose people are told, soonest first; `removed`: who is told to go no more."""

    events: list[UUID] = field(default_factory=list)
    removed: set[UUID] = field(default_factory=set)
