"""Photographs of the demo: a river bank before and after, drawn here, so that nobody real is in them."""

import io
import random
from datetime import timedelta

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy.orm import Session

from cli import demo_ids, demo_load, demo_people
from service.access import Actor
from service.events import photos
from service.events.photos import Sent
from service.models import Event, EventPhoto, PhotoWhen
from service.people import coordinators
from service.platform import images
from service.platform.files import Files

CLEANED, WAITING = 1010, 1022
"""The event whose photographs everybody sees, and one with a photograph that its coordinator has not seen."""

WIDTH, HEIGHT = 1200, 800
FAR_SHORE, WATER, NEAR_SHORE = 300, 330, 450
"""Where these begin, in pixels from above; below the near shore is grass."""

Colour = tuple[int, int, int]
SKY, HILLS, RIVER = ((150, 186, 214), (214, 226, 230)), (104, 122, 98), ((126, 152, 166), (92, 122, 138))
GRASS = ((132, 146, 82), (88, 112, 54))
BLADES: tuple[Colour, ...] = ((70, 96, 44), (112, 130, 64), (150, 158, 92))
LITTER: tuple[Colour, ...] = ((228, 226, 220), (66, 108, 170), (178, 62, 50), (226, 186, 84), (120, 160, 150))
BAG: Colour = (40, 44, 54)


def take(session: Session, files: Files) -> None:
    """Send photographs of two events, each at its moment; those of one are shown to everybody."""
    owner, coordinator = (
        demo_load.actor_of(session, coordinators.get_by_phone(session, phone))
        for phone in (demo_people.AKTOBE.phone, demo_people.REGIONAL[0])
    )
    cleaned, waiting = (session.get_one(Event, demo_ids.numbered(one)) for one in (CLEANED, WAITING))
    for when in PhotoWhen:
        photo = _send(session, files, owner, cleaned, when)
        seen_at = cleaned.ends_at + timedelta(days=1)
        photos.rule(session, coordinator, cleaned.id, photo.id, shown=True, reason=None, now=seen_at)
    _send(session, files, owner, waiting, PhotoWhen.AFTER)


def _send(session: Session, files: Files, owner: Actor, event: Event, when: PhotoWhen) -> EventPhoto:
    at = event.starts_at if when is PhotoWhen.BEFORE else event.ends_at + timedelta(minutes=30)
    sent = Sent(when, drawn(event.id.int, is_clean=when is PhotoWhen.AFTER))
    return photos.add(session, files, owner, event.id, sent, images.make(sent.data), at)


def drawn(seed: int, *, is_clean: bool) -> bytes:
    """A JPEG of a river bank: with what lies about on it, or with what was gathered there."""
    chance = random.Random(seed)  # noqa: S311 - a drawing
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    _shade(draw, 0, FAR_SHORE, *SKY)
    hills = [(x, FAR_SHORE - chance.randint(10, 70)) for x in range(0, WIDTH + 1, 60)]
    draw.polygon([(0, WATER), *hills, (WIDTH, WATER)], fill=HILLS)
    _shade(draw, WATER, NEAR_SHORE, *RIVER)
    for _ in range(120):
        x, y = chance.randint(0, WIDTH), chance.randint(WATER, NEAR_SHORE)
        draw.line([(x, y), (x + chance.randint(20, 90), y)], fill=(160, 182, 192))
    _shade(draw, NEAR_SHORE, HEIGHT, *GRASS)
    for y in sorted(chance.randint(NEAR_SHORE, HEIGHT + 20) for _ in range(2_600)):
        x, high = chance.randint(0, WIDTH), 6 + (y - NEAR_SHORE) // 14
        draw.line([(x, y), (x + chance.randint(-5, 5), y - high)], fill=chance.choice(BLADES), width=2)
    if is_clean:
        _put_bags(draw)
    else:
        _strew(draw, chance)
    file = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.2)).save(file, "JPEG", quality=85)
    return file.getvalue()


def _shade(draw: ImageDraw.ImageDraw, above: int, below: int, first: Colour, last: Colour) -> None:
    """From one colour to another, line by line."""
    for y in range(above, below):
        part = (y - above) / (below - above)
        colour = tuple(round(a + (b - a) * part) for a, b in zip(first, last, strict=True))
        draw.line([(0, y), (WIDTH, y)], fill=colour)


def _strew(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """Bottles, cans and rags, the nearer the larger."""
    for y in sorted(chance.randint(NEAR_SHORE + 20, HEIGHT - 30) for _ in range(90)):
        x, size = chance.randint(20, WIDTH - 60), 8 + (y - NEAR_SHORE) // 9
        colour = chance.choice(LITTER)
        kind = chance.randrange(3)
        if kind == 0:
            draw.rounded_rectangle((x, y, x + 2 * size, y + size * 2 // 3), size // 4, fill=colour)
            draw.rectangle((x + 2 * size, y + size // 6, x + size * 5 // 2, y + size // 2), fill=colour)
        elif kind == 1:
            draw.ellipse((x, y, x + size, y + size), fill=colour, outline=(90, 90, 84), width=2)
        else:
            corners = [(x + chance.randint(0, 2 * size), y + chance.randint(0, size)) for _ in range(5)]
            draw.polygon(corners, fill=colour)


def _put_bags(draw: ImageDraw.ImageDraw) -> None:
    """Full bags in a row, tied at the top."""
    for place in range(7):
        x, y, wide, high = 150 + 130 * place, 560 + 14 * (place % 3), 116, 150
        draw.ellipse((x - 10, y + high - 22, x + wide + 26, y + high + 12), fill=(74, 92, 46))
        draw.ellipse((x, y, x + wide, y + high), fill=BAG)
        draw.polygon(
            [(x + 40, y + 16), (x + 30, y - 26), (x + 58, y - 10), (x + 86, y - 28), (x + 76, y + 16)],
            fill=BAG,
        )
        draw.arc((x + 18, y + 22, x + wide - 40, y + high - 30), 170, 260, fill=(92, 98, 112), width=5)
