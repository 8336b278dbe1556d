"""Photographs over HTTP: who may, how many, who sees them, what becomes of their files and addresses."""

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from http_base.application import Tazalyq
from service.events import photo_files, photos
from service.models import EventPhoto, PhotoReport, Volunteer
from service.platform import images
from service.platform.files import Files
from service.platform.images import Size
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer
from tests.mobile_api.scene import Scene
from tests.service.platform.pictures import MARK, corners, photo, png_that_says, with_metadata


def form(values: Any) -> dict[str, Any]:
    """A form with files as it is posted; the client's own way leaves files open behind large ones."""
    boundary, body = encode_multipart(values)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


class Album:
    """An event that was yesterday, its organizer and coordinator, and what they do about photographs."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene, self.folder, self.session = scene, folder, scene.session
        self.owner, self.coordinator = scene.owner, scene.coordinator
        starts_at = NOW - timedelta(days=1)
        self.event = make_event(scene.session, scene.organization, starts_at=starts_at)
        self.url = f"/v1/events/{self.event.id}/photos"

    def headers(self, by: Volunteer | None) -> dict[str, str]:
        return {} if by is None else self.scene.login(by)

    def send(
        self,
        data: bytes | None = None,
        *,
        by: Volunteer | None = None,
        when: str = "after",
        name: str = "a.jpg",
        url: str | None = None,
        **more: str,
    ) -> Any:
        file = FileStorage(io.BytesIO(photo() if data is None else data), name)
        sent = form({"when": when, "file": file, **more})
        return self.scene.client.post(url or self.url, headers=self.headers(by or self.owner), **sent)

    def sent(self, data: bytes | None = None, **options: Any) -> dict[str, Any]:
        answer = self.send(data, **options)
        assert answer.status_code == 201, answer.json
        found: dict[str, Any] = answer.json
        return found

    def rule(self, one: dict[str, Any], by: Volunteer | None = None, **said: Any) -> Any:
        return self.scene.client.put(
            f"{self.url}/{one['id']}",
            json={"shown": True} | said,
            headers=self.headers(by or self.coordinator),
        )

    def report(self, one: dict[str, Any], by: Volunteer | None = None, reason: str = "Балам көрінеді") -> Any:
        return self.scene.client.post(
            f"{self.url}/{one['id']}/reports", json={"reason": reason}, headers=self.headers(by)
        )

    def delete(self, one: dict[str, Any], by: Volunteer | None = None) -> Any:
        return self.scene.client.delete(f"{self.url}/{one['id']}", headers=self.headers(by or self.owner))

    def items(self, by: Volunteer | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.scene.client.get(self.url, headers=self.headers(by)).json["items"]
        return found

    def get(self, url: str) -> Any:
        """By its address alone."""
        found = urlsplit(url)
        return self.scene.client.get(f"{found.path}?{found.query}")

    def files(self) -> set[str]:
        """All files that are kept, wherever in the folder."""
        return {str(one.relative_to(self.folder)) for one in self.folder.rglob("*") if one.is_file()}


@pytest.fixture
def album(scene: Scene, app: Tazalyq, tmp_path: Path) -> Iterator[Album]:
    parts = app.extensions["tazalyq"]
    before, parts.files = parts.files, Files(tmp_path.as_uri())
    yield Album(scene, tmp_path)
    parts.files = before


A = "a photograph"


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_a_photograph_is_kept_in_its_sizes_and_answered_with_its_addresses(album: Album) -> None:
    one = album.sent(photo(3000, 2000))
    assert {
        name: one[name] for name in ("when", "width", "height", "shown", "reported", "waits", "reason")
    } == {
        "when": "after",
        "width": 1600,
        "height": 1067,
        "shown": False,
        "reported": False,
        "waits": True,
        "reason": None,
    }
    assert UUID(one["id"])
    assert one["event_id"] == str(album.event.id)
    for name, longest in (("url", 1600), ("small_url", 400)):
        answer = album.get(one[name])
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert max(Image.open(io.BytesIO(answer.data)).size) == longest
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "public" not in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Length"] == str(len(answer.data))
    assert len(album.files()) == len(Size)


def test_two_before_and_two_after(album: Album) -> None:
    for when in ("before", "after"):
        for number in range(2):
            album.sent(photo(100 + number, 100), when=when)
        third = album.send(photo(300, 100), when=when)
        assert code(third) == (409, "too-many-photos")
        assert third.json["limit"] == 2
    assert [one["when"] for one in album.items(album.owner)] == ["before", "before", "after", "after"]
    assert album.delete(album.items(album.owner)[0]).status_code == 204
    album.sent(photo(300, 100), when="before")
    assert album.files() == {
        photo_files.name_of(row.stored_as, size)
        for row in album.session.scalars(sa.select(EventPhoto))
        for size in Size
    } | {name for name in album.files() if _is_waiting_to_go(album, name)}


def _is_waiting_to_go(album: Album, name: str) -> bool:
    query = sa.text("SELECT args->>'stored_as' FROM procrastinate_jobs WHERE task_name = 'photos.remove'")
    return any(UUID(found).hex in name for found in album.session.scalars(query))


def test_sent_twice_it_is_there_once(album: Album) -> None:
    first, second = album.sent(), album.sent()
    assert first["id"] == second["id"]
    own = str(uuid4())
    sent = photo(200, 100)
    assert [album.sent(sent, id=own)["id"] for _ in range(2)] == [own, own]
    assert len(album.items(album.owner)) == 2
    assert len(album.files()) == 2 * len(Size)
    assert code(album.send(photo(222, 100), id=own, when="before")) == (409, "id-reused")
    other = make_event(album.session, album.scene.organization, starts_at=NOW - timedelta(days=1))
    assert code(album.send(sent, id=own, url=f"/v1/events/{other.id}/photos")) == (409, "id-reused")


def test_who_may(album: Album) -> None:
    stranger, volunteer = make_coordinator(album.session, "KZ-75"), make_volunteer(album.session)
    elsewhere = make_organization(album.session).created_by
    organizer = make_volunteer(album.session)
    make_member(album.session, album.scene.organization, organizer)
    for number, by in enumerate((volunteer, stranger, album.session.get_one(Volunteer, elsewhere))):
        assert code(album.send(photo(100 + number, 9), by=by)) == (403, "forbidden")
    assert album.send(photo(111, 99), by=organizer).status_code == 201
    one = album.sent(by=album.coordinator)
    assert album.scene.client.post(album.url, data={}).status_code == 401
    for by in (volunteer, stranger, organizer):
        # What is not shown is not there for a stranger.
        expected = (403, "forbidden") if by is organizer else (404, "not-found")
        assert code(album.rule(one, by=by)) == expected
    assert album.rule(one).status_code == 200
    for by in (volunteer, stranger, organizer):
        assert code(album.rule(one, by=by, shown=False)) == (403, "forbidden")
    assert code(album.delete(one, by=volunteer)) == (403, "forbidden")
    assert code(album.delete(one, by=stranger)) == (403, "forbidden")
    assert album.delete(one, by=album.coordinator).status_code == 204
    assert code(album.delete(one)) == (404, "not-found")


def test_nobody_rules_about_their_own_event(album: Album) -> None:
    one = album.sent()
    make_member(album.session, album.scene.organization, album.coordinator)
    album.session.commit()
    assert album.rule(one).status_code == 403


def test_an_organizer_has_fourteen_days(album: Album) -> None:
    album.scene.clock.at = album.event.ends_at + timedelta(days=14)
    album.sent(photo(111, 100))
    album.scene.clock.at = album.event.ends_at + timedelta(days=14, seconds=1)
    assert code(album.send(photo(112, 100))) == (409, "result-closed")
    # Whoever regrets one takes it away at any time.
    assert album.delete(album.items(album.owner)[0]).status_code == 204


def test_the_place_as_it_was_is_photographed_before_the_day(album: Album) -> None:
    coming = make_event(album.session, album.scene.organization, starts_at=NOW + timedelta(days=5))
    assert album.send(when="before", url=f"/v1/events/{coming.id}/photos").status_code == 201
    draft = make_event(album.session, album.scene.organization, status="draft")
    assert code(album.send(url=f"/v1/events/{draft.id}/photos")) == (409, "not-published")


def test_everybody_sees_what_a_coordinator_has_shown(album: Album) -> None:
    first, second = album.sent(photo(111, 100)), album.sent(photo(112, 100))
    assert album.items() == []
    assert album.items(make_volunteer(album.session)) == []
    assert len(album.items(album.owner)) == 2
    ruled = album.rule(first)
    assert (ruled.json["shown"], ruled.json["waits"]) == (True, False)
    assert [one["id"] for one in album.items()] == [first["id"]]
    hidden = album.rule(second, shown=False, reason="Бет көрінеді")
    assert (hidden.json["shown"], hidden.json["waits"], hidden.json["reason"]) == (
        False,
        False,
        "Бет көрінеді",
    )
    assert [one["reason"] for one in album.items(album.owner)] == [None, "Бет көрінеді"]
    assert [one["id"] for one in album.items()] == [first["id"]]
    assert album.rule(first).status_code == 200


def test_an_address_for_everybody_ends_with_what_it_shows(album: Album) -> None:
    one = album.sent()
    album.rule(one)
    (seen,) = album.items()
    assert album.get(seen["url"]).status_code == 200
    album.report(one)
    assert code(album.get(seen["url"])) == (404, "not-found")
    (of_staff,) = album.items(album.coordinator)
    assert album.get(of_staff["url"]).status_code == 200, "who rules has to look at it"
    album.rule(one)
    assert album.get(seen["url"]).status_code == 200
    album.rule(one, shown=False)
    assert album.get(seen["url"]).status_code == 404
    album.rule(one)
    album.event.hidden_by = "coordinator"
    album.session.commit()
    assert album.get(seen["url"]).status_code == 404
    album.event.hidden_by = None
    album.session.commit()
    album.delete(one)
    assert album.get(seen["url"]).status_code == 404
    assert album.get(of_staff["url"]).status_code == 404


def test_addresses_are_ours_and_live_for_a_day(album: Album) -> None:
    one = album.sent()
    album.rule(one)
    (seen,) = album.items()
    found = urlsplit(seen["url"])
    query = dict(parse_qsl(found.query))
    other = album.sent(photo(222, 111))
    forged = [
        query | {"audience": "staff"},
        query | {"until": str(int(query["until"]) + 1)},
        query | {"signature": "0" * 64},
        query | {"signature": ""},
        query | {"signature": "қ" * 64},
    ]
    for said in forged:
        assert code(album.get(f"{found.path}?{urlencode(said)}")) == (404, "not-found"), said
    assert album.get(seen["url"].replace(one["id"], other["id"])).status_code == 404
    assert album.get(seen["url"].replace("/large", "/small")).status_code == 404
    for size in ("original", "..%2F..%2Fetc", "large.jpg"):
        assert album.get(seen["url"].replace("/large", f"/{size}")).status_code == 404
    assert album.get(found.path).status_code == 422
    assert album.get(f"{found.path}?{found.query}&until=1").status_code == 422
    album.scene.clock.at = NOW + timedelta(hours=22, minutes=59)
    assert album.get(seen["url"]).status_code == 200
    album.scene.clock.at = NOW + timedelta(hours=24)
    assert album.get(seen["url"]).status_code == 404


def test_anybodys_report_hides_it_until_a_coordinator_rules(album: Album) -> None:
    one = album.sent()
    assert code(album.report(one)) == (404, "not-found"), "of what is not shown nobody knows"
    album.rule(one)
    assert album.report(one).status_code == 202
    assert album.items() == []
    (waiting,) = album.items(album.coordinator)
    assert (waiting["reported"], waiting["waits"], waiting["shown"]) == (True, True, True)
    # Others saw it a moment ago; the same one again is the same.
    volunteer = make_volunteer(album.session)
    for by, reason in ((None, "Балам көрінеді"), (volunteer, "Бұл біз емес"), (volunteer, "Бұл біз емес")):
        assert album.report(one, by=by, reason=reason).status_code == 202
    row = album.session.get_one(EventPhoto, UUID(one["id"]), populate_existing=True)
    assert photos.reports_of(album.session, [row]) == {row.id: ["Балам көрінеді", "Бұл біз емес"]}
    assert album.rule(one).json["reported"] is False
    assert [seen["id"] for seen in album.items()] == [one["id"]]
    assert album.session.scalar(sa.select(sa.func.count()).select_from(PhotoReport)) == 0
    assert album.report(one, reason="Тағы").status_code == 202
    assert album.items() == []


def test_reports_have_a_measure(album: Album) -> None:
    one = album.sent()
    album.rule(one)
    answers = [album.report(one, reason=f"{number}") for number in range(photos.REPORTS_AN_HOUR + 1)]
    assert [answer.status_code for answer in answers] == [202] * photos.REPORTS_AN_HOUR + [429]
    kept = album.session.scalar(sa.select(sa.func.count()).select_from(PhotoReport))
    assert kept == photos.REPORTS_KEPT
    assert album.report(one, by=make_volunteer(album.session)).status_code == 202


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

    monkeypatch.setattr(photos.events, "record", fail)
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
