"""QR codes as markup: black on white whatever the page's colours are."""

from functools import lru_cache

import segno
from markupsafe import Markup

MASK = 0
"""Readers know each of the eight; to find the one easiest to see all would be drawn, which takes 5 ms."""


def qr_of(text: str) -> Markup:
    """The code of an address of ours."""
    made = segno.make(text, error="m", mask=MASK)
    return Markup(made.svg_inline(border=2, scale=5, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - segno's own, of numbers alone


@lru_cache(maxsize=128)
def known_qr_of(address: str) -> Markup:
    """The same of an address that many open and that is no secret: it is drawn once, not for each of them."""
    return qr_of(address)
