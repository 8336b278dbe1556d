"""Photographs and what pretends to be some, made by Pillow and by hand."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

MARK = b"mark-of-the-sender"
"""What no served byte may hold."""


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A picture of four colours: red, green, blue and white in its corners, clockwise from the top left."""
    made = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(made)
    half_x, half_y = width // 2, height // 2
    draw.rectangle((0, 0, half_x, half_y), "red")
    draw.rectangle((half_x, 0, width, half_y), "green")
    draw.rectangle((half_x, half_y, width, height), "blue")
    return made if mode == "RGB" else made.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def photo(width: int = 640, height: int = 480, kind: str = "JPEG", **options: Any) -> bytes:
    return encoded(picture(width, height), kind, **options)


def with_metadata(kind: str = "JPEG", orientation: int = 1) -> bytes:
    """A photograph that says where it was taken, by what, and more."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = MARK.decode()
    exif.get_ifd(0x8825)[2] = (50.0, 16.0, 57.0)
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[0x1D] = MARK.decode()
    options: dict[str, Any] = {"exif": exif, "icc_profile": b"\0" * 128 + MARK}
    if kind == "JPEG":
        options |= {"comment": MARK, "xmp": b"<x>" + MARK + b"</x>", "dpi": (301, 301)}
    return encoded(picture(), kind, **options)


def png_that_says(width: int, height: int, *, rows: int = 1) -> bytes:
    """A PNG whose header promises so many pixels; `rows` of them are there."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = (b"\0" + b"\0" * (width // 8 + 1)) * rows
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


def jpeg_that_says(width: int, height: int) -> bytes:
    """A small JPEG whose header promises so many pixels."""
    data = bytearray(photo(64, 64))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_that_says(width: int, height: int) -> bytes:
    """A lossless WebP whose header promises so many pixels."""
    data = bytearray(photo(64, 64, "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    bits = struct.unpack_from("<I", data, at)[0] & ~0xFFFFFFF
    struct.pack_into("<I", data, at, bits | (width - 1) | (height - 1) << 14)
    return bytes(data)


def corners(data: bytes) -> list[str]:
    """The colours of a photograph's corners, clockwise from the top left: r, g, b, w or x."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    near = [
        (width // 8, height // 8),
        (width * 7 // 8, height // 8),
        (width * 7 // 8, height * 7 // 8),
        (width // 8, height * 7 // 8),
    ]
    known = {"r": (255, 0, 0), "g": (0, 128, 0), "b": (0, 0, 255), "w": (255, 255, 255)}

    def name(pixel: Any) -> str:
        return next(
            (
                letter
                for letter, colour in known.items()
                if max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 40
            ),
            "x",
        )

    return [name(image.getpixel(point)) for point in near]
