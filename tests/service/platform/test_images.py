"""Photographs made anew: kept small, upright and without a word of where they come from, or refused."""

import io
import resource
import threading
import time
import zipfile
from typing import Any

import pytest
from PIL import Image

from service import errors
from service.platform import images
from service.platform.images import LONGEST, Size
from tests.service.platform.pictures import (
    MARK,
    corners,
    encoded,
    jpeg_that_says,
    photo,
    picture,
    png_that_says,
    webp_that_says,
    with_metadata,
)

AS_DRAWN = ["r", "g", "b", "w"]


def refusal(data: bytes) -> str:
    with pytest.raises(errors.Invalid) as refused:
        images.make(data)
    assert refused.value.field == "file"
    return refused.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_jpegs_of_each_size(kind: str) -> None:
    made = images.make(photo(3000, 2000, kind))
    assert made.sizes.keys() == set(Size)
    for size, data in made.sizes.items():
        found = Image.open(io.BytesIO(data))
        assert (found.format, found.mode, max(found.size)) == ("JPEG", "RGB", LONGEST[size])
        assert corners(data) == AS_DRAWN
    assert (made.width, made.height) == (1600, 1067)


def test_small_ones_are_not_made_larger() -> None:
    made = images.make(photo(300, 200))
    assert (made.width, made.height) == (300, 200)
    assert Image.open(io.BytesIO(made.sizes[Size.SMALL])).size == (300, 200)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_what_the_file_says_is_kept(kind: str) -> None:
    sent = with_metadata(kind)
    assert MARK in sent
    for data in images.make(sent).sizes.values():
        assert MARK not in data
        assert b"Exif" not in data
        assert b"ICC_PROFILE" not in data
        found = Image.open(io.BytesIO(data))
        assert not found.getexif()
        assert found.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert found.info["jfif_density"] == (1, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "seen"),
    [(1, "rgbw"), (2, "grwb"), (3, "bwrg"), (4, "wbgr"), (5, "rwbg"), (6, "wrgb"), (7, "bgrw"), (8, "gbwr")],
)
def test_the_phone_was_held_so(kind: str, orientation: int, seen: str) -> None:
    """6: the camera lay on its right side, so that its picture is turned clockwise."""
    made = images.make(with_metadata(kind, orientation))
    assert "".join(corners(made.sizes[Size.LARGE])) == seen
    assert (made.width > made.height) == (orientation < 5)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*" + b"\xff" * 60]
)
def test_broken_exif_is_let_go(exif: bytes) -> None:
    assert corners(images.make(photo(exif=exif)).sizes[Size.LARGE]) == AS_DRAWN


def sixteen_bits() -> bytes:
    grey = picture(mode="L")
    return encoded(grey.convert("I").point(lambda value: value * 257).convert("I;16"), "PNG")


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "LA", "RGBA", "16"])
def test_unusual_ones_are_made_right(mode: str) -> None:
    if mode == "16":
        sent = sixteen_bits()
    else:
        sent = encoded(picture(mode=mode), "JPEG" if mode == "CMYK" else "PNG")
    made = Image.open(io.BytesIO(images.make(sent).sizes[Size.LARGE]))
    assert made.mode == "RGB"
    if mode in ("CMYK", "RGBA", "P"):
        assert corners(images.make(sent).sizes[Size.LARGE]) == AS_DRAWN
    else:
        # White stays white, and red is dark beside it.
        assert min(made.getpixel((80, 420))) > 240
        assert max(made.getpixel((80, 80))) < 140 or mode == "1"


def test_what_is_seen_through_lies_on_white() -> None:
    clear = Image.new("RGBA", (200, 100), (255, 0, 0, 0))
    assert corners(images.make(encoded(clear, "PNG")).sizes[Size.LARGE]) == ["w"] * 4


def test_the_first_picture_of_a_phones_several_is_the_photograph() -> None:
    sent = encoded(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (640, 480), "black")])
    assert corners(images.make(sent).sizes[Size.LARGE]) == AS_DRAWN


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_ones_are_refused(kind: str) -> None:
    frames = [Image.new("RGB", (64, 64), "black")]
    assert refusal(encoded(picture(64, 64), kind, save_all=True, append_images=frames)) == "photo-moving"


def test_the_header_decides_about_four_hundred_megapixels() -> None:
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for sent in (
        png_that_says(20_000, 20_000, rows=20_000),
        jpeg_that_says(20_000, 20_000),
        png_that_says(40_000, 40_000),
        jpeg_that_says(65_000, 65_000),
        webp_that_says(16_383, 16_383),
        jpeg_that_says(7_300, 7_200),
        png_that_says(4_100, 4_000),
        webp_that_says(4_100, 4_000),
    ):
        assert refusal(sent) == "photo-pixels", sent[:40]
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000, "kB"


def test_as_large_as_a_phone_makes_them_is_taken() -> None:
    made = images.make(photo(8_000, 6_000, quality=20))
    assert (made.width, made.height) == (1600, 1200)


def test_a_progressive_one_is_held_to_less() -> None:
    sent = photo(4_100, 4_000, quality=5, progressive=True)
    assert refusal(sent) == "photo-pixels"


def test_a_progressive_one_with_endless_scans_is_refused() -> None:
    """Each scan has the decoder go over the whole picture."""
    sent = photo(progressive=True)
    first = sent.index(b"\xff\xda")
    last = sent.rindex(b"\xff\xda")
    assert refusal(sent[:last] + sent[first:last] * 60 + sent[last:]) == "photo-broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_a_photograph_is_none(kind: str, share: float) -> None:
    sent = encoded(Image.effect_noise((640, 480), 90), kind)
    assert refusal(sent[: int(len(sent) * share)]) in ("photo-broken", "photo-kind")


def gif() -> bytes:
    return photo(64, 64, "GIF")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
        b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>",
        b"\xff\xd8\xff<html></html>",
        b"RIFF\x10\0\0\0WEBP<html></html>",
        b"\x89PNG\r\n\x1a\n<html></html>",
        b"%PDF-1.4",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        gif(),
        photo(64, 64, "BMP"),
        photo(64, 64, "TIFF"),
        photo(64, 64, "PPM"),
    ],
    ids=lambda sent: repr(sent[:16]),
)
def test_what_is_no_photograph_is_refused(sent: bytes) -> None:
    assert refusal(sent) in ("photo-kind", "photo-broken")


def test_what_rides_behind_a_photograph_is_left_behind() -> None:
    archive = io.BytesIO(photo())
    archive.seek(0, io.SEEK_END)
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr("evil.html", MARK)
    sent = archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(sent))
    assert Image.open(io.BytesIO(sent)).format == "JPEG"
    for data in images.make(sent).sizes.values():
        assert not zipfile.is_zipfile(io.BytesIO(data))
        assert MARK not in data


def test_more_than_ten_megabytes_are_refused_unread() -> None:
    assert refusal(photo() + b"\0" * (10 * 1024 * 1024)) == "photo-bytes"


def test_one_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads are sent something: the memory of one."""
    at_once, most, real = 0, 0, images._decoded
    counting = threading.Lock()

    def decoded(data: bytes) -> Any:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        try:
            return real(data)
        finally:
            with counting:
                at_once -= 1

    monkeypatch.setattr(images, "_decoded", decoded)
    sent = photo(2000, 1500)
    threads = [threading.Thread(target=images.make, args=(sent,)) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == 1
