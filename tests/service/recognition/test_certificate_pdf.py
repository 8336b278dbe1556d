"""A certificate's paper: as few pages as may be, whatever stands on it, and no code is broken in two."""

import io
from contextlib import closing
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from service.recognition import certificate_pdf
from service.recognition.certificate_pdf import Figure, Paper
from tests.conftest import NOW

ROW = ("16.05.2026", "Елек жағалауын тазалау", "2 сағ 10 мин", "25 мин")
PAPER = Paper(
    language="kk",
    made_at=NOW,
    title="Сертификат",
    name="Ғалымқызы Әйгерім Ұлықпан",
    said=("Растайды", "Кезең"),
    figures=[Figure("2 сағ 10 мин", "расталған", filled=True), Figure("25 мин", "болжамды", filled=False)],
    heads=("Күні", "Іс-шара", "Расталған", "Болжамды"),
    rows=[ROW],
    rest=None,
    total=("", "Барлығы", "2 сағ 10 мин", "25 мин"),
    notes=("Анықтама",),
    code="WWWW-WWWW-WWWW-WWWW",
    how="Тексеріңіз",
    address="https://tazalyq.example.kz/kk/certificates/WWWWWWWWWWWWWWWW",
)
LONG = "Елек өзенінің жағалауын тазалау сенбілігі және тал егу" * 4


@pytest.mark.parametrize(
    ("change", "pages"),
    [
        ({}, 1),
        ({"name": "Әбілқасымов" * 18}, 1),
        ({"name": "W" * 200, "rows": [ROW] * 12}, 1),
        ({"rows": [ROW] * 60, "rest": ("", "Қалғаны: 10", "1 сағ", "")}, 2),
        ({"rows": [("16.05.2026", LONG[:200], "120 сағ 59 мин", "120 сағ 59 мин")] * 30}, 3),
    ],
)
def test_all_of_it_stands_on_its_pages(change: dict[str, Any], pages: int) -> None:
    paper = replace(PAPER, **change)
    made = certificate_pdf.make(paper)
    assert made == certificate_pdf.make(paper)
    with closing(pypdfium2.PdfDocument(io.BytesIO(made))) as document:
        assert len(document) == pages
        text = "".join(page.get_textpage().get_text_range() for page in document)
    assert paper.code in text
    assert "�" not in text
    bare = "".join(text.split())
    for cell in (paper.name, *(cell for row in (*paper.rows, paper.total) for cell in row), *paper.notes):
        assert "".join(cell.split()) in bare


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Nguyễn Thị Hương", "Nguyen Thi Huong"),
        ("Shahlo Oʻgʻli", "Shahlo O’g’li"),
        ("日本", "??"),
        ("Әсем 🌳", "Әсем"),
    ],
)
def test_no_name_loses_a_letter_in_silence(name: str, printed: str) -> None:
    """What the font has no letter for is written by one that it has, or is seen to be missing."""
    with closing(pypdfium2.PdfDocument(io.BytesIO(certificate_pdf.make(replace(PAPER, name=name))))) as pdf:
        lines = pdf[0].get_textpage().get_text_range().splitlines()
    assert printed in [line.strip() for line in lines]
