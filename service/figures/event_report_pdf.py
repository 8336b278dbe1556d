"""One event on one A4: figures verified and declared apart, what came of it, photographs, definitions."""

import io
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from fpdf import FPDF
from PIL import Image

from service.figures.event_report import EventReport
from service.figures.report_columns import all_columns, definitions, word
from service.models.base import localized
from service.models.results import FIGURES
from service.platform import paper as papers
from service.platform.paper import FONT
from service.platform.sheets import cell_text

MARGIN_MM, WIDTH_MM, HEIGHT_MM = 14.0, 210.0, 297.0
INNER_MM = WIDTH_MM - 2 * MARGIN_MM
SIZES = (10.0, 9.0, 8.0, 7.0, 6.0, 5.0)
"""Points, largest first: the first in which everything stands on one page is taken."""

GAP_MM = 4.0
LEAST_MM = 30.0
"""A photograph that is lower than this shows nothing: then it is left out."""

MOST_MM = 92.0
GREEN = (33, 105, 63)


def make(report: EventReport, language: str, address: str) -> bytes:
    """The page in one language; `address`: where everybody reads about the event."""

    def draw(size: float) -> FPDF:
        page = _Page(report, language, address, size)
        page.draw()
        return page.pdf

    return papers.fitted(draw, SIZES)


class _Page:
    """Draws from the top to the photographs, which take what the definitions below leave."""

    def __init__(self, report: EventReport, language: str, address: str, size: float) -> None:
        self.report, self.language, self.address, self.size = report, language, address, size
        title = f"{self.word('event_report')}: {localized(report.event.title, language)}"
        self.pdf = papers.begin(language, title, report.as_of, MARGIN_MM)

    def word(self, key: str) -> str:
        return word(key, self.language)

    def line(self, text: str, size: float = 0, *, bold: bool = False) -> None:
        """Text over the whole width, as many lines as it takes."""
        self.pdf.set_font(FONT, "B" if bold else "", self.size + size)
        self.pdf.multi_cell(0, None, cell_text(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def draw(self) -> None:
        """The whole page."""
        self._head()
        self._people()
        self._result()
        below = self._height_of(self._below())
        self._photos(HEIGHT_MM - MARGIN_MM - below - GAP_MM)
        if self.pdf.page == 1:
            self.pdf.set_y(max(self.pdf.get_y() + GAP_MM, HEIGHT_MM - MARGIN_MM - below))
        for text in self._below():
            self.line(text, -2)

    def _head(self) -> None:
        event, zone = self.report.event, ZoneInfo(self.report.event.zone)
        starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
        until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%d.%m.%Y, %H:%M}"
        self.line(self.word("event_report"))
        self.line(localized(event.title, self.language), 6, bold=True)
        self.pdf.ln(1)
        self.line(f"{self.word('event_organizer')}: {localized(self.report.organization, self.language)}")
        self.line(f"{self.word('event_when')}: {starts:%d.%m.%Y, %H:%M}–{until}")
        if place := event.address_in(self.language):
            self.line(f"{self.word('event_place')}: {place}")
        self.pdf.ln(GAP_MM)

    def _people(self) -> None:
        """Verified with a filled square, declared with a hollow one; their sum stands nowhere."""
        report = self.report
        hours = self.number(round(report.minutes / 60, 1))
        verified = f"{self.word('event_verified')} · {hours} {self.word('event_hours')}"
        if report.in_review:
            verified += f" · {self.word('event_in_review')}: {self.number(report.in_review)}"
        self._figure(report.verified, verified, filled=True)
        self._figure(report.declared, self.word("event_declared"), filled=False)
        if report.groups:
            names = " · ".join(f"{name} – {self.number(people)}" for name, people in report.groups)
            self.line(f"{self.word('event_groups')}: {names}", -1)
        self.pdf.ln(GAP_MM)

    def _figure(self, value: int, label: str, *, filled: bool) -> None:
        pdf, side = self.pdf, self.size * 0.3
        pdf.set_draw_color(*GREEN)
        pdf.set_fill_color(*GREEN)
        pdf.rect(MARGIN_MM, pdf.get_y() + side * 0.8, side, side, "DF" if filled else "D")
        pdf.set_x(MARGIN_MM + side + 2)
        pdf.set_font(FONT, "B", self.size + 6)
        text = self.number(value)
        pdf.cell(pdf.get_string_width(text) + 3, side * 2.6, text)
        pdf.set_font(FONT, "", self.size)
        pdf.cell(0, side * 2.6, cell_text(label), new_x="LMARGIN", new_y="NEXT")

    def _result(self) -> None:
        result = self.report.result
        self.line(self.word("event_result"), 1, bold=True)
        said = [] if result is None else self._said()
        self.line(" · ".join(said) or self.word("event_no_result"))
        if result is not None and result.note:
            self.line(result.note, -1)
        self.pdf.ln(GAP_MM)

    def _said(self) -> list[str]:
        """What was said came of it, by the names of the region's report."""
        result = self.report.result
        columns = {column.key: column for column in all_columns()}
        found = []
        for name in ("waste_t", *FIGURES):
            value = getattr(result, name)
            if value is not None:
                column = columns[name]
                about = "≈ " if name == "waste_t" and result is not None and result.waste_is_converted else ""
                label = localized(column.column.names, self.language)
                found.append(f"{label}: {about}{self.number(float(value))}")
        return found

    def number(self, value: float) -> str:
        """As people write it."""
        return format_decimal(value, "#,##0.###", locale=self.language)

    def _photos(self, until_mm: float) -> None:
        """Those before on the left, those after on the right, as large as there is room."""
        columns = [
            [data for when, data in self.report.photos if when == side] for side in ("before", "after")
        ]
        rows = max(map(len, columns))
        if not rows:
            return
        head = self.size * 0.5 + 1
        room = until_mm - self.pdf.get_y() - head - GAP_MM * (rows - 1)
        height = min(MOST_MM, room / rows)
        if height < LEAST_MM:
            rows, height = 1, min(MOST_MM, room)
        if height < LEAST_MM:
            return
        self._draw_photos(columns, rows, height, head)

    def _draw_photos(self, columns: Sequence[Sequence[bytes]], rows: int, height: float, head: float) -> None:
        pdf, top = self.pdf, self.pdf.get_y()
        ends = [top]
        width = (INNER_MM - GAP_MM) / 2
        # On a page alone nothing breaks it: its room was measured.
        pdf.set_auto_page_break(auto=False)
        for at, (key, some) in enumerate(zip(("event_before", "event_after"), columns, strict=True)):
            name, left = self.word(key), MARGIN_MM + at * (width + GAP_MM)
            if some:
                pdf.set_xy(left, top)
                pdf.set_font(FONT, "B", self.size)
                pdf.cell(width, head, name)
            below = top + head
            for data in some[:rows]:
                with Image.open(io.BytesIO(data)) as picture:
                    share = picture.height / picture.width
                tall = min(height, width * share)
                pdf.image(io.BytesIO(data), left, below, tall / share, tall, alt_text=name)
                below += tall + GAP_MM
            ends.append(below - GAP_MM)
        pdf.set_auto_page_break(auto=True, margin=MARGIN_MM)
        pdf.set_xy(MARGIN_MM, max(ends))

    def _below(self) -> list[str]:
        moment = self.report.as_of.astimezone(ZoneInfo(self.report.event.zone))
        said = [definitions()[0][self.language]]
        if self.report.result is not None and self.report.result.waste_is_converted:
            said.append(self.word("event_about"))
        return [*said, f"Tazalyq · {self.word('as_of')}: {moment:%d.%m.%Y, %H:%M} · {self.address}"]

    def _height_of(self, texts: Sequence[str]) -> float:
        """In millimetres, of lines in the size of the definitions."""
        self.pdf.set_font(FONT, "", self.size - 2)
        heights = (
            self.pdf.multi_cell(0, None, cell_text(text), dry_run=True, output="HEIGHT") for text in texts
        )
        return sum(height for height in heights if isinstance(height, float))
