"""What staff says about an event beside its plan."""

from http_base.fields import Strict, Text


class ReasonBody(Strict):
    """Why: its people read it."""

    reason = Text(longest=1_000, required=True)


class DistrictBody(Strict):
    """In which district an event counts; null: in that of its meeting point."""

    district = Text(required=True, allow_none=True)
