"""A certificate on paper: name, period, hours proven and assumed apart, the events behind them, its code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace

from service.platform import paper as papers
from service.platform.paper import FONT
from service.platform.sheets import cell_text

MARGIN_MM, WIDTH_MM, HEIGHT_MM = 18.0, 210.0, 297.0
QR_MM = 38.0
PAGES = 2
SIZES = (11.0, 10.0, 9.0, 8.0)
"""Points of the events, largest first: the first in which all stand on two pages is taken."""

GREEN = (33, 105, 63)
LONG_NAME = 40
"""A name of more letters is written smaller, so that it takes few lines."""

COLUMNS = (2.2, 7.6, 2.9, 2.6)
"""How wide those of the events are, beside each other."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Hours, and what they are: proven ones with a filled square, assumed ones with a hollow one."""

    value: str
    label: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on it, in the words of its language. `made_at`: when it was issued; `rows`: the first of
    the events, each with its cells under `heads`; `rest`: what the others come to; `total`: of all.
    """

    language: str
    made_at: datetime
    title: str
    name: str
    said: Sequence[str]
    figures: Sequence[Figure]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    rest: Sequence[str] | None
    total: Sequence[str]
    notes: Sequence[str]
    code: str
    how: str
    address: str


def make(paper: Paper) -> bytes:
    """The file: the same bytes whenever it is made."""
    return papers.fitted(partial(_draw, paper), SIZES, PAGES)


def _draw(paper: Paper, size: float) -> FPDF:
    pdf = papers.begin(paper.language, f"{paper.title}: {paper.name}", paper.made_at, MARGIN_MM)
    _head(pdf, paper)
    _figures(pdf, paper)
    _events(pdf, paper, size)
    pdf.ln(4)
    for note in paper.notes:
        _line(pdf, note, 8.5)
    return pdf


def _head(pdf: FPDF, paper: Paper) -> None:
    """Who and when on the left, the code that tells whether it holds on the right."""
    top = pdf.get_y()
    left = WIDTH_MM - MARGIN_MM - QR_MM
    papers.code(pdf, paper.address, left, top - 2, QR_MM)
    pdf.set_xy(left - 1, top - 2 + QR_MM)
    _line(pdf, paper.code, _one_line(pdf, paper.code, 8.5, QR_MM), bold=True, width=QR_MM + 2, align=Align.C)
    pdf.set_x(left - 1)
    _line(pdf, paper.how, 8, width=QR_MM + 2, align=Align.C)
    below_code = pdf.get_y()
    pdf.set_y(top)
    width = left - MARGIN_MM - 10
    pdf.set_text_color(*GREEN)
    _line(pdf, "«Таза Қазақстан»", 12, bold=True, width=width)
    pdf.set_text_color(0, 0, 0)
    pdf.ln(3)
    _line(pdf, paper.title, 26, bold=True, width=width)
    pdf.ln(3)
    _line(pdf, paper.name, 17 if len(paper.name) <= LONG_NAME else 12, bold=True, width=width)
    pdf.ln(2)
    for text in paper.said:
        _line(pdf, text, 11, width=width)
    pdf.set_y(max(pdf.get_y(), below_code) + 5)


def _one_line(pdf: FPDF, text: str, size: float, width: float) -> float:
    """The points, at most `size`, in which a bold text is no wider than that."""
    pdf.set_font(FONT, "B", size)
    return min(size, size * (width - 2 * pdf.c_margin) / pdf.get_string_width(text))


def _figures(pdf: FPDF, paper: Paper) -> None:
    side = 4.0
    for figure in paper.figures:
        pdf.set_draw_color(*GREEN)
        pdf.set_fill_color(*GREEN)
        pdf.rect(MARGIN_MM, pdf.get_y() + 2, side, side, "DF" if figure.filled else "D")
        pdf.set_x(MARGIN_MM + side + 2.5)
        pdf.set_font(FONT, "B", 16)
        pdf.cell(pdf.get_string_width(figure.value) + 4, 8, figure.value)
        pdf.set_font(FONT, "", 11)
        pdf.cell(0, 8, cell_text(figure.label), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def _events(pdf: FPDF, paper: Paper, size: float) -> None:
    pdf.set_font(FONT, "", size)
    pdf.set_draw_color(150, 150, 150)
    pdf.set_fill_color(255, 255, 255)
    bold = FontFace(emphasis="BOLD")
    with pdf.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=COLUMNS,
        headings_style=FontFace(emphasis="BOLD", fill_color=(232, 239, 230)),
        line_height=size * 0.42,
        padding=0.8,
        text_align=("LEFT", "LEFT", "RIGHT", "RIGHT"),
    ) as table:
        for cells, style in (
            (paper.heads, None),
            *((row, None) for row in paper.rows),
            *([(paper.rest, None)] if paper.rest else []),
            (paper.total, bold),
        ):
            line = table.row()
            for text in cells:
                line.cell(cell_text(text), style=style)


def _line(
    pdf: FPDF, text: str, size: float, *, bold: bool = False, width: float = 0, align: Align = Align.L
) -> None:
    """Text on as many lines as it takes; the next one begins at the left edge."""
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.multi_cell(width, size * 0.47, cell_text(text), align=align, new_x="LMARGIN", new_y="NEXT")
