"""docs/privacy.md says of every table with people what the registry says; pages say the same to people."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

import notifications.listeners
import service.listeners
from notifications import words
from notifications.words import LOCALES
from service.people.privacy import Topic, topic_of
from service.platform import personal_data
from service.platform.personal_data import Erased, PersonalTable

DOCUMENT = Path(__file__).parent.parent / "docs" / "privacy.md"
ERASED = {
    Erased.DELETED: "deleted",
    Erased.TOMBSTONE: "names a tombstone",
    Erased.EMPTIED: "names nobody",
    Erased.KEPT: "stays",
    Erased.FOLLOWS: "follows",
}
PARTS = ("title", "what", "who", "kept")


def kept(time: timedelta | None) -> str:
    """As the document says it."""
    if time is None:
        return "as what it is about"
    return f"{time.days} days" if time >= timedelta(days=1) else f"{int(time.total_seconds()) // 60} minutes"


def row(table: PersonalTable) -> str:
    people = "; ".join(
        f"`{name}`: {ERASED[person.erased]}"
        + (f", empties {', '.join(person.words)}" if person.words else "")
        for name, person in table.people.items()
    )
    exported = "yes" if any(person.exported for person in table.people.values()) else "no"
    return f"| `{table.name}` | {people} | {exported} | {kept(table.kept)} |"


def tables() -> str:
    """The document's second half, by the registry."""
    parts = []
    for topic in Topic:
        parts.append(f"### {words.translate(f'held.{topic}.title', 'en')}\n")
        parts += [words.translate(f"held.{topic}.{part}", "en") for part in PARTS[1:]]
        parts.append(
            "\n| table | by which columns, and what erasure does | export | kept |\n|---|---|---|---|"
        )
        parts += [row(table) for table in personal_data.registered() if topic_of(table.name) == topic]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def test_the_document_says_what_the_registry_says(app: object) -> None:
    _, _, told = DOCUMENT.read_text(encoding="utf-8").partition("<!-- by the registry -->\n")
    assert told == tables()


@pytest.mark.parametrize("language", LOCALES)
def test_people_are_told_of_every_topic(client: object, language: str) -> None:
    page = client.get(f"/{language}/privacy").text  # type: ignore[attr-defined]
    plain = re.sub(r"&#39;", "'", page)
    for topic in Topic:
        for part in PARTS:
            assert words.translate(f"held.{topic}.{part}", language) in plain, (topic, part)


if __name__ == "__main__":
    # Writes the document's second half anew: `.venv/bin/python -m tests.test_privacy`.
    personal_data.install(*service.listeners.TABLES, *notifications.listeners.TABLES)
    head, mark, _ = DOCUMENT.read_text(encoding="utf-8").partition("<!-- by the registry -->\n")
    DOCUMENT.write_text(head + mark + tables(), encoding="utf-8")
