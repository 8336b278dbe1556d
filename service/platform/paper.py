"""Paper: PDF pages in a font that has all letters of Kazakh, the same file whenever the same is drawn."""

import unicodedata
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import segno
from fpdf import FPDF
from fpdf.fonts import TTFFont

from service.platform.sheets import cell_text

FONT = "DejaVu"
DATA = Path(__file__).parent / "data"
QUIET = 4
"""Modules of white that scanners need round a code."""


LIKE = str.maketrans("ʻʼ", "’’")
"""Letters of neighbours' languages, and those by which they are written as well."""


class _Paper(FPDF):
    """Text as its font can write it: by itself it leaves out whatever the font has no letter for."""

    def normalize_text(self, text: str) -> str:
        font = self.current_font
        return _written(text, font.cmap) if isinstance(font, TTFFont) else str(super().normalize_text(text))


def _written(text: str, known: Container[int]) -> str:
    """A letter that is not known without its marks, else as "?"; symbols are left out."""
    return "".join(
        letter if ord(letter) in known or letter.isspace() else _nearest(letter, known)
        for letter in text.translate(LIKE)
    )


def _nearest(letter: str, known: Container[int]) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in known)
    return bare or ("?" if unicodedata.category(letter).startswith("L") else "")


def begin(
    language: str,
    title: str,
    made_at: datetime,
    margin_mm: float,
    orientation: Literal["portrait", "landscape"] = "portrait",
) -> FPDF:
    """An A4 with its first page. `made_at`: of what is drawn, not of the drawing."""
    paper = _Paper(orientation=orientation, unit="mm", format="A4")
    paper.set_margins(margin_mm, margin_mm)
    paper.set_auto_page_break(auto=True, margin=margin_mm)
    paper.set_creator("Tazalyq")
    paper.set_lang(language)
    paper.set_title(cell_text(title))
    paper.set_creation_date(made_at)
    paper.add_font(FONT, "", DATA / "DejaVuSansCondensed.ttf")
    paper.add_font(FONT, "B", DATA / "DejaVuSansCondensed-Bold.ttf")
    paper.add_page()
    return paper


def fitted(draw: Callable[[float], FPDF], sizes: Sequence[float], pages: int = 1) -> bytes:
    """What is drawn in the first of these sizes, largest first, in which it stands on so many pages; else in
    the last one."""
    made = b""
    for size in sizes:
        paper = draw(size)
        made = bytes(paper.output())
        # Its fonts are read from open files until the page is written.
        for font in paper.fonts.values():
            if isinstance(font, TTFFont):
                font.close()
        if paper.page <= pages:
            break
    return made


def code(paper: FPDF, address: str, left_mm: float, top_mm: float, side_mm: float) -> None:
    """The QR of an address, with its white edge; black squares, sharp on every printer."""
    modules = [bytes(row) for row in segno.make(address, error="m").matrix]
    one = side_mm / (len(modules) + 2 * QUIET)
    left, top = left_mm + QUIET * one, top_mm + QUIET * one
    paper.set_fill_color(0, 0, 0)
    for down, row in enumerate(modules):
        start = None
        for across, is_dark in enumerate((*row, 0)):
            if is_dark and start is None:
                start = across
            elif not is_dark and start is not None:
                paper.rect(left + start * one, top + down * one, (across - start) * one, one, style="F")
                start = None
