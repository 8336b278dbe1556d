"""The poster of an event on one A4: its code 8 cm wide, its title, day, place, and its address in letters."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fpdf import FPDF
from fpdf.enums import Align

from service.platform import paper as papers
from service.platform.paper import FONT
from service.platform.sheets import cell_text

MARGIN_MM, WIDTH_MM, HEIGHT_MM = 18.0, 210.0, 297.0
QR_MM = 80.0
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
    return papers.fitted(partial(_draw, poster), SIZES)


def _draw(poster: Poster, size: float) -> FPDF:
    paper = papers.begin(poster.language, poster.title, poster.made_at, MARGIN_MM)
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
    if paper.get_y() + QR_MM > HEIGHT_MM - MARGIN_MM:
        paper.add_page()
    papers.code(paper, address, (WIDTH_MM - QR_MM) / 2, paper.get_y(), QR_MM)
    paper.set_y(paper.get_y() + QR_MM)
