"""Browsers as their people call them."""

import pytest

from http_base.browsers import browser_of

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome, Windows"),
        (f"{CHROME} Edg/120.0", "Edge, Windows"),
        (f"{CHROME} YaBrowser/23.1", "Yandex, Windows"),
        (f"{CHROME} OPR/98", "Opera, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Linux; Android 12) SamsungBrowser/20 Chrome/106 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) Version/15.0 Mobile Safari/604.1",
            "Safari, iOS",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/15.0 Safari/605", "Safari, macOS"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_what_a_browser_is_called(user_agent: str, name: str) -> None:
    assert browser_of(user_agent) == name
