"""Files as people open them: by LibreOffice, without a screen, and by poppler. A pytest plugin."""

import csv
import io
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

TO_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1"
ALL_SHEETS_UNFORMATTED = TO_CSV + ",,0,false,false,false,false,false,-1"
"""Each sheet to a file of its own; numbers as they are, not as they are shown."""

Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class Office:
    """Debian's programs, by their paths."""

    soffice: str
    pdftotext: str

    def first_sheet(self, file: Path, *options: str) -> Cells:
        """The cells of the first sheet, as they are shown."""
        return _cells(self._convert(file, TO_CSV, *options) / f"{file.stem}.csv")

    def sheets(self, file: Path) -> dict[str, Cells]:
        """The cells of all sheets by their name, numbers without their format."""
        target = self._convert(file, ALL_SHEETS_UNFORMATTED)
        return {
            made.stem.removeprefix(f"{file.stem}-"): _cells(made) for made in target.glob(f"{file.stem}-*")
        }

    def text(self, file: Path) -> str:
        """What a PDF says, in the order in which it was written."""
        command = [self.pdftotext, "-raw", str(file), "-"]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()

    def _convert(self, file: Path, how: str, *options: str) -> Path:
        target = file.parent / "out"
        profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
        command = [self.soffice, "--headless", profile, *options, "--convert-to", how]
        subprocess.run(
            [*command, "--outdir", str(target), str(file)], check=True, capture_output=True, timeout=120
        )
        return target


def _cells(file: Path) -> Cells:
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))


def same_cells(file: Path, sheets: dict[str, Cells]) -> None:
    """What was written into a workbook is what was read of all its sheets."""
    book = openpyxl.load_workbook(file)
    assert sorted(sheets) == sorted(book.sheetnames)
    for sheet in book.worksheets:
        written = [list(row) for row in sheet.iter_rows(values_only=True)]
        for number, (row, read) in enumerate(zip(written, sheets[sheet.title], strict=True)):
            said = [_same(value, text) for value, text in zip(row, read, strict=False)]
            assert all(said), (sheet.title, number, row, read)
            assert not any(row[len(read) :]), (sheet.title, number, row, read)
            assert not any(read[len(row) :]), (sheet.title, number, row, read)


def _same(value: object, text: str) -> bool:
    if value is None:
        return text == ""
    if isinstance(value, datetime):
        return text in (f"{value:%m/%d/%Y}", f"{value:%m/%d/%Y %H:%M:%S}")
    if isinstance(value, int | float):
        return text != "" and float(text) == value
    return text == value


@pytest.fixture(scope="session")
def office() -> Office:
    """Where a program is missing it is installed; where that is not allowed the tests fail aloud."""
    found = {
        name: _found(name, package)
        for name, package in (("soffice", "libreoffice-calc"), ("pdftotext", "poppler-utils"))
    }
    missing = [name for name, path in found.items() if path is None]
    assert not missing, f"{missing} is not here and could not be installed: files were NOT opened by it"
    return Office(**{name: str(path) for name, path in found.items()})


def _found(name: str, package: str) -> str | None:
    if shutil.which(name) is None:
        subprocess.run(["apt-get", "install", "-y", "-q", package], check=False)
    return shutil.which(name)
