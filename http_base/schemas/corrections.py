"""What staff says of whether somebody was there."""

from http_base.fields import Strict, Text, YesNo, whole

MINUTES_A_DAY = 24 * 60


class CorrectionBody(Strict):
    """`minutes`: None leaves them as the records say, else the whole event."""

    present = YesNo(required=True)
    minutes = whole(0, MINUTES_A_DAY, load_default=None, allow_none=True)
    reason = Text(longest=1_000, required=True)
