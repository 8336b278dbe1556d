"""Build service/platform/data/DejaVuSansCondensed*.ttf: the letters of reports as PDF.

Source: DejaVu Sans Condensed 2.37 (Debian's fonts-dejavu-core; free licence), cut down to Latin and Cyrillic
with all Kazakh letters. fontTools comes with fpdf2. Run: `python -m tools.build_report_font [FOLDER]`.
"""

import sys
from pathlib import Path

from fontTools import subset

SOURCE = Path("/usr/share/fonts/truetype/dejavu")
TARGET = Path(__file__).parent.parent / "service" / "platform" / "data"
NAMES = ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
LETTERS = (
    "U+0020-007E,U+00A0-017F,U+0400-052F,U+2010-2044,U+20B8,U+2116,U+2190-2193,U+2212,U+2248,"
    "U+25A0-25A1,U+FFFD"
)


def main() -> None:
    """Cut each font down and print its size."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    for name in NAMES:
        target = TARGET / name
        options = [
            f"--unicodes={LETTERS}",
            f"--output-file={target}",
            "--layout-features=kern",
            "--no-hinting",
        ]
        subset.main([str(folder / name), *options])
        print(f"{name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
