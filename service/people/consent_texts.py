"""The texts that people agree to, by version: from when each can be given, and from when it is asked for."""

from dataclasses import dataclass
from datetime import datetime

from service.models import ConsentName
from service.models.base import COUNTRY_ZONE


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of one text. `required_from`: 30 days after `valid_from` or later, but for the first."""

    name: ConsentName
    version: str
    valid_from: datetime
    required_from: datetime


_FIRST = datetime(2026, 1, 1, tzinfo=COUNTRY_ZONE)

TEXTS = (
    ConsentText(ConsentName.PERSONAL_DATA, "2026-01", _FIRST, _FIRST),
    ConsentText(ConsentName.CROSS_BORDER, "2026-01", _FIRST, _FIRST),
)
"""Every text there ever was, by name the oldest first. Without personal_data there is no account."""
