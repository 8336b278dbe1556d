"""What an organizer says of a group without accounts."""

from http_base.fields import Strict, Text, one_of, whole
from service.events.plans import MAX_DURATION
from service.models import HeadcountCategory
from service.models.headcounts import MAX_PEOPLE

MAX_MINUTES = int(MAX_DURATION.total_seconds() // 60)


class HeadcountBody(Strict):
    """Announced by `expected`, confirmed by `people`; what is left out, or null, stays as it was."""

    group = Text(required=True)
    category = one_of(*HeadcountCategory, allow_none=True)
    expected = whole(1, MAX_PEOPLE, allow_none=True)
    people = whole(1, MAX_PEOPLE, allow_none=True)
    minutes = whole(0, MAX_MINUTES, allow_none=True)
    reason = Text(longest=1_000)


class HeadcountEnd(Strict):
    """What is said when a head count is taken back."""

    reason = Text(longest=1_000, metadata={"description": "Why: a coordinator has to say so."})
