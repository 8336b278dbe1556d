"""Photographs over HTTP: what is refused, in which words, and what becomes of the files."""

import errno
import io
import os
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from service.events import events, photo_files, photos
from service.models import EventPhoto
from service.platform import images
from service.platform.files import Files
from service.platform.images import Size
from tests.driver import lost_once
from tests.makers import make_volunteer
from tests.mobile_api.events.album import Album, code, form
from tests.service.platform.pictures import MARK, corners, photo, png_that_says, with_metadata

A = "a photograph"


def test_tries_have_a_measure_also_those_that_come_to_nothing(album: Album) -> None:
    tried = [album.send(b"no picture").status_code for _ in range(photos.TRIES_AN_HOUR + 1)]
    assert tried == [422] * photos.TRIES_AN_HOUR + [429]


def test_a_photograph_of_others_is_not_decoded(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(_data: bytes) -> images.Made:
        raise AssertionError("decoded")

    one = album.sent(when="before")
    monkeypatch.setattr(images, "make", make)
    assert album.send(by=make_volunteer(album.session)).status_code == 403
    assert album.sent(when="before")["id"] == one["id"]


def test_a_photograph_outlives_a_database_that_starts_anew(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request is tried once more: with the file that was sent, not with what is left of it."""
    cut = lost_once(monkeypatch, photos, "expect")
    album.sent(photo(300, 200))
    assert not cut


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (b"", "a.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg"),
        (b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>", "a.html"),
        (photo(64, 64, "GIF"), "a.gif"),
        (photo(64, 64, "TIFF"), "a.jpg"),
        (png_that_says(20_000, 20_000), "a.png"),
        (photo()[:2000], "a.jpg"),
        (photo() + b"\0" * images.MAX_BYTES, "a.jpg"),
    ],
    ids=["empty", "svg", "html", "gif", "tiff", "bomb", "half", "large"],
)
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_what_is_refused_is_refused_in_words(album: Album, sent: bytes, name: str, language: str) -> None:
    posted = form({"when": "after", "file": FileStorage(io.BytesIO(sent), name)})
    headers = album.headers(album.owner) | {"Accept-Language": language}
    answer = album.scene.client.post(album.url, headers=headers, **posted)
    assert code(answer) == (422, "invalid")
    (said,) = answer.json["errors"]["file"]
    assert " " in said
    assert "photo-" not in said
    assert album.files() == set()
    assert album.items(album.owner) == []


def test_a_body_that_is_far_too_large_is_not_read(album: Album) -> None:
    answer = album.send(b"\0" * 12 * 1024 * 1024)
    assert code(answer) == (413, "too-large")


@pytest.mark.parametrize("path", ["", "/019a1b2c-0000-7000-8000-000000009301/reports"])
def test_other_calls_take_no_more_than_before(album: Album, path: str) -> None:
    url = f"{album.url}{path}" if path else f"/v1/events/{album.event.id}/announcements"
    answer = album.scene.client.post(
        url, data=b'"' + b"a" * 600_000, content_type="application/json", headers=album.headers(album.owner)
    )
    assert code(answer) == (413, "too-large")


def test_the_name_and_kind_that_the_sender_says_are_nothing(album: Album) -> None:
    for name in ("../../etc/passwd", "a.exe", "CON", "a" * 300, "қ\u202egpj.exe"):
        one = album.sent(photo(100, 100 + len(name)), name=name)
        album.delete(one)
    file = FileStorage(io.BytesIO(photo(kind="WEBP")), "a.html", content_type="text/html")
    posted = form({"when": "after", "file": file})
    answer = album.scene.client.post(album.url, headers=album.headers(album.owner), **posted)
    assert answer.status_code == 201
    assert all(name.startswith("photos/") and name.endswith(".jpg") for name in album.files())


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"when": "after"}, "file"),
        ({"when": "after", "file": "text"}, "file"),
        ({"file": A}, "when"),
        ({"when": "during", "file": A}, "when"),
        ({"when": ["after", "before"], "file": A}, "when"),
        ({"when": "after", "file": [A, A]}, "file"),
        ({"when": "after", "file": A, "shown": "true"}, "shown"),
        ({"when": "after", "file": A, "id": "1"}, "id"),
        ({"when": "af\0ter", "file": A}, "when"),
    ],
)
def test_a_form_that_says_something_else_is_refused_by_field(album: Album, said: Any, field: str) -> None:
    def filled(value: Any) -> Any:
        return (io.BytesIO(photo()), "a") if value == A else value

    made = {
        name: list(map(filled, value)) if isinstance(value, list) else filled(value)
        for name, value in said.items()
    }
    answer = album.scene.client.post(
        album.url, data=made, headers=album.headers(album.owner), content_type="multipart/form-data"
    )
    assert code(answer) == (422, "invalid")
    assert list(answer.json["errors"]) == [field]


def test_another_kind_of_body_is_refused_as_such(album: Album) -> None:
    answer = album.scene.client.post(album.url, json={"when": "after"}, headers=album.headers(album.owner))
    assert code(answer) == (415, "unsupported-media-type")
    for broken in (b"", b"--x\r\n", b"\0\xff"):
        answer = album.scene.client.post(
            album.url,
            data=broken,
            content_type="multipart/form-data; boundary=x",
            headers=album.headers(album.owner),
        )
        assert code(answer) == (422, "invalid")
    answer = album.scene.client.post(
        album.url, data=b"x", content_type="multipart/form-data", headers=album.headers(album.owner)
    )
    assert code(answer) == (422, "invalid")


def test_nothing_of_the_senders_file_is_served(album: Album) -> None:
    one = album.sent(with_metadata(orientation=6))
    for name in ("url", "small_url"):
        answer = album.get(one[name])
        assert MARK not in answer.data
        assert MARK.decode() not in str(answer.headers)
        assert b"Exif" not in answer.data
    assert "".join(corners(album.get(one["url"]).data)) == "wrgb"
    for path in album.folder.rglob("*"):
        assert not path.is_file() or MARK not in path.read_bytes()


def test_files_of_a_photograph_that_went_go_at_once_and_others_at_night(album: Album) -> None:
    one, kept = album.sent(photo(111, 100)), album.sent(photo(112, 100))
    album.delete(one)
    arguments = album.session.scalars(
        sa.text("SELECT args->>'stored_as' FROM procrastinate_jobs WHERE task_name = 'photos.remove'")
    ).all()
    assert len(arguments) == 1
    photo_files.remove(Files(album.folder.as_uri()), UUID(arguments[0]))
    stored = album.session.get_one(EventPhoto, UUID(kept["id"])).stored_as
    assert album.files() == {photo_files.name_of(stored, size) for size in Size}


def test_a_failure_leaves_no_file(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(events, "record", fail)
    assert album.send().status_code == 500
    assert album.files() == set()


def test_a_disk_that_is_full_leaves_no_file_and_no_row(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    real, times = Files.write, 0

    def write(self: Files, name: str) -> Any:
        nonlocal times
        times += 1
        if times == 2:
            raise OSError(os.strerror(28))
        return real(self, name)

    monkeypatch.setattr(Files, "write", write)
    assert album.send().status_code == 500
    assert album.files() == set()
    assert album.items(album.owner) == []


def test_where_there_is_no_room_it_is_to_be_sent_again(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_files: Files, _made: images.Made) -> UUID:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(photo_files, "write", write)
        answer = album.send(photo(300, 200))
    assert code(answer) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    album.sent(photo(300, 200))
