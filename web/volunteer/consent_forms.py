"""The texts that people agree to, as a form shows them: whole, each with its version and a box to tick."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from http_base.context import locale, now
from service.models import ConsentName
from service.people import consents


@dataclass(frozen=True, slots=True)
class ShownText:
    """In the page's language; `paragraphs` without empty ones."""

    name: str
    version: str
    title: str
    paragraphs: Sequence[str]

    @property
    def field(self) -> str:
        """The form's field, whose value is the version that was read."""
        return f"consents.{self.name}"


def texts(names: Collection[str] = tuple(ConsentName)) -> list[ShownText]:
    """The newest version of each of these texts."""
    newest = {text.name: text for text in consents.offered(now()) if text.name in names}
    shown = []
    for text in newest.values():
        title, words = text.words(locale())
        paragraphs = [line for line in words.splitlines() if line.strip()]
        shown.append(ShownText(text.name, text.version, title, paragraphs))
    return shown


def labels(shown: Sequence[ShownText]) -> Mapping[str, str]:
    """The fields' names as people read them, for the summary of what is wrong."""
    return {one.field: one.title for one in shown}
