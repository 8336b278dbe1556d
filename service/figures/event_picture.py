"""The picture of an event that chats show above its link: title, day, place and who organizes, as a PNG."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from service.platform.paper import DATA

WIDTH, HEIGHT = 1200, 630
"""What chats ask for; they cut nothing off it."""

EDGE = 72
BAND = 24
"""The green edge on the left."""

REGULAR, BOLD = "DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"

PAPER, INK, INK_2, BRAND, BAD = "#f6f5f0", "#16211f", "#4b5754", "#0a6152", "#8c1f15"
"""As on the pages, where it is light."""

TITLE_SIZES = (84, 76, 68, 60, 54, 48, 42)
"""Largest first: the first in which the whole title stands on as many lines as there is room for."""

TITLE_TOP, TITLE_HEIGHT = 140, 260
LINE = 1.16
COLOURS = 32
KEPT = 64
MISSING = "\uffff"
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class EventPicture:
    """What stands in it, in the words of one language. `state`: that it is called off, else empty."""

    title: str
    when: str
    where: str
    organizer: str
    state: str


@lru_cache(maxsize=KEPT)
def make(picture: EventPicture) -> bytes:
    """The picture; drawn once while it is asked for again and again."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, BAND, HEIGHT), fill=BRAND)
    _brand(draw)
    top = TITLE_TOP
    font, lines = _title(picture.title)
    for line in lines:
        draw.text((EDGE, top), line, INK, font)
        top += round(font.size * LINE)
    top = max(top + 28, HEIGHT - EDGE - 168)
    if picture.state:
        draw.text((EDGE, top), _cut(_drawn(picture.state, BOLD), _font(BOLD, 44)), BAD, _font(BOLD, 44))
    else:
        draw.text((EDGE, top), _cut(_drawn(picture.when, BOLD), _font(BOLD, 44)), BRAND, _font(BOLD, 44))
    for place, said in enumerate((picture.where, picture.organizer)):
        font = _font(REGULAR, 34)
        draw.text((EDGE, top + 66 + place * 48), _cut(_drawn(said, REGULAR), font), (INK, INK_2)[place], font)
    file = io.BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _brand(draw: ImageDraw.ImageDraw) -> None:
    """The name, and the tick before it."""
    draw.line(((EDGE, 82), (EDGE + 14, 96), (EDGE + 40, 62)), BRAND, 10, joint="curve")
    draw.text((EDGE + 58, 50), "Tazalyq", BRAND, _font(BOLD, 44))


def _title(title: str) -> tuple[FreeTypeFont, Sequence[str]]:
    """In the largest size that has room for all of it; in the smallest it is cut."""
    text = _drawn(title, BOLD)
    for size in TITLE_SIZES:
        font = _font(BOLD, size)
        lines = _wrapped(text, font)
        if len(lines) * size * LINE <= TITLE_HEIGHT:
            return font, lines
    most = int(TITLE_HEIGHT / (TITLE_SIZES[-1] * LINE))
    return font, [*lines[: most - 1], _cut(lines[most - 1] + ELLIPSIS, font)]


def _wrapped(text: str, font: FreeTypeFont) -> list[str]:
    """Lines that fit, broken between words, and within one that is longer than a line."""
    lines: list[str] = []
    rest = ""
    for word in text.split():
        longer = f"{rest} {word}".strip()
        if _fits(longer, font):
            rest = longer
            continue
        if rest:
            lines.append(rest)
        rest = word
        while not _fits(rest, font):
            head = next(end for end in range(len(rest) - 1, 0, -1) if _fits(rest[:end], font) or end == 1)
            lines.append(rest[:head])
            rest = rest[head:]
    return [*lines, rest] if rest else lines


def _cut(text: str, font: FreeTypeFont) -> str:
    """A text on one line; what does not fit ends in an ellipsis."""
    if _fits(text, font):
        return text
    while text and not _fits(text + ELLIPSIS, font):
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _fits(text: str, font: FreeTypeFont) -> bool:
    return font.getlength(text) <= WIDTH - 2 * EDGE


def _drawn(text: str, name: str) -> str:
    """On one line, without what the font has no letter for."""
    words = " ".join(text.split())
    return "".join(letter for letter in words if letter == " " or _has(name, letter)).strip()


@cache
def _has(name: str, letter: str) -> bool:
    font = _font(name, 24)
    return letter.isprintable() and bytes(font.getmask(letter)) != bytes(font.getmask(MISSING))


@cache
def _font(name: str, size: int) -> FreeTypeFont:
    return ImageFont.truetype(DATA / name, size)
