"""What is said of photographs."""

from http_base.fields import Strict, Text, YesNo

LONGEST_REASON = 1_000


class PhotoRuling(Strict):
    """Whether everybody sees it; `reason`: why not, for its organizer."""

    shown = YesNo(required=True)
    reason = Text(longest=LONGEST_REASON)


class PhotoReportBody(Strict):
    reason = Text(longest=LONGEST_REASON, required=True)
