"""Which browser a request comes from, as its person would call it."""

import re

BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Yandex", re.compile(r"\bYaBrowser/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"(?:Chrome|\bCriOS)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
SYSTEMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad)\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
"""The first that fits: later ones are named by the former as well."""


def browser_of(user_agent: str) -> str:
    """ "Firefox, Windows" of a User-Agent; what is not known is left out, and may leave nothing."""
    found = (
        next((name for name, pattern in kinds if pattern.search(user_agent)), None)
        for kinds in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in found if name)
