"""Why attendance is doubted or was refused: each reason has words, and no words are of none."""

import pytest

from notifications import words
from notifications.words import LOCALES
from service.rulings.reviews import REASONS


@pytest.mark.parametrize("language", LOCALES)
def test_each_reason_has_words(language: str) -> None:
    assert [reason for reason in REASONS if not words.has(f"reason.{reason}", language)] == []
