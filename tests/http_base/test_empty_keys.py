"""A key server that answers without a key has not answered: nobody is a stranger for that (fault 4)."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from http_base.identity import IdentityUnavailable
from http_base.published_keys import PublishedKeys


@pytest.fixture
def make() -> Callable[..., PublishedKeys]:
    def made(*bodies: dict[str, str]) -> PublishedKeys:
        """Keys of a server that says this, one answer after the other, each stale at once."""
        keys, left = PublishedKeys("https://keys.example", json.loads, life_s=0), list(bodies)

        def answer(*_arguments: Any, **_options: Any) -> Any:
            return SimpleNamespace(status=200, data=json.dumps(left.pop(0)).encode(), headers={})

        keys._transport = answer
        return keys

    return made


def test_no_key_at_all_is_no_answer(make: Callable[..., PublishedKeys]) -> None:
    keys = make({})
    with pytest.raises(IdentityUnavailable):
        keys.get("one")
    assert keys.describe() is not None


def test_the_last_good_ones_are_kept(make: Callable[..., PublishedKeys]) -> None:
    keys = make({"one": "key"}, {})
    assert keys.get("one") == "key"
    keys._ask_at = 0
    keys.fetch_in_background()
    keys._idle.wait(5)
    assert keys.get("one") == "key"
