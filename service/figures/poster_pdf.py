"""The poster of an event on one A4: its code 8 cm wide, its title, day, place, and its address in letters."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import Align
from fpdf.fonts import TTFFont

from service.platform.sheets import cell_text

FONT = "DejaVu"
DATA = Path(__file__).parent / "data"
MARGIN_MM, WIDTH_MM, HEIGHT_MM = 18.0, 210.0, 297.0
QR_MM = 80.0
QUIET = 4
"""Modules of white that scanners need round a code."""

SIZES = (36, 32, 28, 24, 20, 17, 14, 11)
"""Points of the title, largest first: the first in which everything stands on one page is taken."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it, in the words of one language. `address`: of the event's page; `made_at`: of its
    last change, so that the same poster is the same file.
    """

    language: str
    title: str
    when: str
    where: str
    bring: str
    how: str
    organizer: str
    address: str
    made_at: datetime


def make(poster: Poster) -> bytes:
    """The page, one whatever the title's length."""
    made = b""
    for size in SIZES:
        paper = _draw(poster, size)
        made = bytes(paper.output())
        # Its fonts are read from open files until the page is written.
        for font in paper.fonts.values():
            if isinstance(font, TTFFont):
                font.close()
        if paper.page == 1:
            break
    return made


def _draw(poster: Poster, size: float) -> FPDF:
    paper = FPDF(unit="mm", format="A4")
    paper.set_margins(MARGIN_MM, MARGIN_MM)
    paper.set_auto_page_break(auto=True, margin=MARGIN_MM)
    paper.set_creator("Tazalyq")
    paper.set_lang(poster.language)
    paper.set_title(cell_text(poster.title))
    paper.set_creation_date(poster.made_at)
    paper.add_font(FONT, "", DATA / "DejaVuSansCondensed.ttf")
    paper.add_font(FONT, "B", DATA / "DejaVuSansCondensed-Bold.ttf")
    paper.add_page()
    _line(paper, poster.title, size, bold=True)
    paper.ln(5)
    _line(paper, poster.when, min(size, 24), bold=True)
    _line(paper, poster.where, min(size, 18))
    _line(paper, poster.bring, min(size, 14))
    paper.ln(6)
    _code(paper, poster.address)
    paper.ln(4)
    _line(paper, poster.how, min(size, 16), bold=True)
    _line(paper, poster.address, 13)
    paper.ln(4)
    _line(paper, poster.organizer, 13)
    return paper


def _line(paper: FPDF, text: str, size: float, *, bold: bool = False) -> None:
    if text:
        paper.set_font(FONT, "B" if bold else "", size)
        paper.multi_cell(0, size * 0.45, cell_text(text), align=Align.C, new_x="LMARGIN", new_y="NEXT")


def _code(paper: FPDF, address: str) -> None:
    """Black on white, drawn as squares: sharp on every printer."""
    modules = [bytes(row) for row in segno.make(address, error="m").matrix]
    one = QR_MM / (len(modules) + 2 * QUIET)
    if paper.get_y() + QR_MM > HEIGHT_MM - MARGIN_MM:
        paper.add_page()
    left, top = (WIDTH_MM - QR_MM) / 2 + QUIET * one, paper.get_y() + QUIET * one
    paper.set_fill_color(0, 0, 0)
    for down, row in enumerate(modules):
        start = None
        for across, is_dark in enumerate((*row, 0)):
            if is_dark and start is None:
                start = across
            elif not is_dark and start is not None:
                paper.rect(left + start * one, top + down * one, (across - start) * one, one, style="F")
                start = None
    paper.set_y(paper.get_y() + QR_MM)
