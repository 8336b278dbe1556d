"""Whoever's words name an organizer or a coordinator says how to reach them: walked through the catalogue."""

import re

import pytest
from babel.messages.pofile import read_po

from notifications import words
from service.errors import Ask
from tests.test_rules import all_errors

NAMES = {
    Ask.ORGANIZER: re.compile(r"организатор|ұйымдастырушы|organizer", re.IGNORECASE),
    Ask.COORDINATOR: re.compile(r"координатор|үйлестіруші|coordinator", re.IGNORECASE),
}
ABOUT_THEMSELVES = {"last-national"}
"""Read by a national coordinator alone, about the national coordinators: nobody else is to be asked."""


@pytest.mark.parametrize("locale", words.LOCALES)
def test_words_that_name_somebody_belong_to_an_error_with_a_contact(locale: str) -> None:
    with (words.DIRECTORY / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        texts = {message.id: str(message.string) for message in read_po(file) if message.id}
    kinds = {kind.words or kind.code: kind for kind in all_errors()}
    found = 0
    for key, text in texts.items():
        parts = str(key).split(".")
        if (
            parts[0] != "problem"
            or parts[1] in ABOUT_THEMSELVES
            or not any(pattern.search(text) for pattern in NAMES.values())
        ):
            continue
        found += 1
        kind = kinds[parts[1]]
        assert kind.asks is not None, key
        assert any(NAMES[who].search(text) for who in (kind.asks,)), key
    assert found > 5
