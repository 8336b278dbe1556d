"""What came of a report about an event."""

from http_base.fields import Strict, Text


class ResolutionBody(Strict):
    resolution = Text(longest=1_000, required=True)
