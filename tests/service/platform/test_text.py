"""The one door of text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from service.platform.text import clean


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(one) == "Cc" and one not in "\n\t" for one in once)


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі’-", min_size=1))
def test_words_of_the_country_stay(word: str) -> None:
    assert clean(word) == word


def test_dropping_and_composing_meet() -> None:
    """A mark that stood between a letter and its accent is gone before they are put together."""
    assert clean("и\u202e\u0306") == "й"
    assert clean("\u200b \n\t") == ""
    assert clean(" 🏳️‍🌈 ") == "🏳️‍🌈"
