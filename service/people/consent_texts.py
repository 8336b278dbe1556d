"""The texts that people agree to, by version: from when each can be given, and from when it is asked for.

The words lie in `data/`, a file for each text, version and language; the first line is the title. A text that
was ever given is never changed: a new version gets new files.

For a lawyer's eye, all of version 2026-01: the operator's legal name and address, the legal basis of the mark
that a ban leaves after erasure, the list of Google's companies, and the wording of the guardian's part.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from service.models import ConsentName
from service.models.base import COUNTRY_ZONE

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of one text. `required_from`: 30 days after `valid_from` or later, but for the first."""

    name: ConsentName
    version: str
    valid_from: datetime
    required_from: datetime

    def words(self, locale: str) -> tuple[str, str]:
        """Title and text in a language."""
        return _words(f"{self.name}.{self.version}.{locale}.txt")


GUARDIAN_VERSION = "2026-01"
"""Of what a minor's guardian reads and agrees to."""


def guardian_words(locale: str) -> tuple[str, str]:
    """Title and text of what a guardian agrees to, in a language."""
    return _words(f"guardian.{GUARDIAN_VERSION}.{locale}.txt")


@cache
def _words(file_name: str) -> tuple[str, str]:
    title, _, text = (DATA / file_name).read_text(encoding="utf-8").partition("\n")
    return title.strip(), text.strip()


_FIRST = datetime(2026, 1, 1, tzinfo=COUNTRY_ZONE)

TEXTS = (
    ConsentText(ConsentName.PERSONAL_DATA, "2026-01", _FIRST, _FIRST),
    ConsentText(ConsentName.CROSS_BORDER, "2026-01", _FIRST, _FIRST),
)
"""Every text there ever was, by name the oldest first. Without personal_data there is no account."""
