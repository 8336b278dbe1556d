"""QR codes as markup: black on white whatever the page's colours are."""

import segno
from markupsafe import Markup

MASK = 0
"""Readers know each of the eight; to find the one easiest to see all would be drawn, which takes 5 ms."""


def qr_of(text: str) -> Markup:
    """The code of an address of ours."""
    made = segno.make(text, error="m", mask=MASK)
    return Markup(made.svg_inline(border=2, scale=5, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - segno's own, of numbers alone
