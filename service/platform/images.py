"""Photographs made anew: whatever somebody has sent becomes small JPEGs of ours, or is refused with why.

Nothing of the file that was sent is kept: no metadata, no profile, nothing behind or between its pixels.
"""

import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, UnidentifiedImageError

from service import errors

MAX_BYTES = 10 * 1024 * 1024
KINDS = ("JPEG", "PNG", "WEBP")
FIELD = "file"

MEGA = 1_000_000
PIXELS_IN_PARTS = 52 * MEGA
"""Of a JPEG that is decoded line by line, at a fraction of its size: whatever a phone's camera makes."""

PIXELS_AT_ONCE = 16 * MEGA
"""Of anything else: all of it lies in memory at once, four bytes a pixel and more."""

SCANS = 100
"""A progressive JPEG has about ten; each more has the decoder go over all of its pixels again."""

WHITE = (255, 255, 255)


class Size(StrEnum):
    """Of a photograph that is kept."""

    LARGE = "large"
    SMALL = "small"


LONGEST: Mapping[Size, int] = {Size.LARGE: 1600, Size.SMALL: 400}
"""Pixels of the longer side: to look at and to print; for pages on 2G."""

QUALITY: Mapping[Size, int] = {Size.LARGE: 80, Size.SMALL: 70}

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes an orientation of EXIF."""

_ORIENTATION = 0x0112

_one_at_a_time = threading.Lock()
"""A process decodes one at a time: its memory is that of one, however many are sent at once."""


@dataclass(frozen=True, slots=True)
class Made:
    """A photograph as it is kept. `width`, `height`: pixels of the largest."""

    sizes: Mapping[Size, bytes]
    width: int
    height: int


def make(data: bytes) -> Made:
    """All sizes of what was sent, upright, in RGB.

    Raises:
        Invalid: of the field FIELD: too many bytes or pixels, another kind of file, moving, or broken.
    """
    if len(data) > MAX_BYTES:
        raise errors.Invalid(FIELD, "photo-bytes", limit=MAX_BYTES // 1024 // 1024)
    with _one_at_a_time:
        try:
            found = _decoded(data)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels(PIXELS_AT_ONCE) from error
        except errors.Invalid:
            raise
        except Exception as error:
            # Pillow's parsers raise anything about bytes that lie.
            raise errors.Invalid(FIELD, "photo-broken") from error
    sizes = {size: _jpeg(found, LONGEST[size], QUALITY[size]) for size in Size}
    return Made(sizes, *found.size)


def _decoded(data: bytes) -> Image.Image:
    """The picture, upright, no larger than the largest size, with nothing but its pixels."""
    try:
        opened = Image.open(io.BytesIO(data), formats=KINDS)
    except UnidentifiedImageError as error:
        raise errors.Invalid(FIELD, "photo-kind") from error
    with opened as image:
        _check(image, data)
        turn = _UPRIGHT.get(_orientation(image))
        longest = LONGEST[Size.LARGE]
        share = min(1, longest / max(image.size))
        image.draft(None, (int(image.width * share), int(image.height * share)))
        picture = _in_rgb(image)
    picture.thumbnail((longest, longest), reducing_gap=2.0)
    return picture if turn is None else picture.transpose(turn)


def _check(image: Image.Image, data: bytes) -> None:
    """Look at what the header says, before anything is decoded."""
    is_jpeg = image.format in ("JPEG", "MPO")
    in_parts = is_jpeg and "progressive" not in image.info
    most = PIXELS_IN_PARTS if in_parts else PIXELS_AT_ONCE
    if image.width * image.height > most:
        raise _too_many_pixels(most)
    # Further pictures of a phone's JPEG are its depths and previews: the first one is the photograph.
    if not is_jpeg and getattr(image, "n_frames", 1) > 1:
        raise errors.Invalid(FIELD, "photo-moving")
    if is_jpeg and data.count(b"\xff\xda") > SCANS:
        raise errors.Invalid(FIELD, "photo-broken")


def _too_many_pixels(most: int) -> errors.Invalid:
    return errors.Invalid(FIELD, "photo-pixels", limit=most // MEGA)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - anything, as above: whose EXIF is broken held the phone upright
        return 1


def _in_rgb(image: Image.Image) -> Image.Image:
    """A new picture of its pixels alone; what is see-through lies on white."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey.
        return Image.merge("RGB", [image.point(lambda value: value / 256).convert("L")] * 3)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        made = Image.new("RGB", image.size, WHITE)
        seen = image.convert("RGBA")
        made.paste(seen, mask=seen.getchannel("A"))
        return made
    made = image.convert("RGB")
    made.info.clear()
    return made


def _jpeg(picture: Image.Image, longest: int, quality: int) -> bytes:
    made = picture.copy()
    made.thumbnail((longest, longest))
    made.info.clear()
    file = io.BytesIO()
    made.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()
