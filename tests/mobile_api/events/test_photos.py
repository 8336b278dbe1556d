"""Photographs over HTTP: who may, how many, who sees them, how long their addresses live."""

import gc
import io
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from PIL import Image

from service.events import photo_files, photos
from service.models import EventPhoto, PhotoReport, Volunteer
from service.platform.images import Size
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer
from tests.mobile_api.events.album import Album, code
from tests.service.platform.pictures import photo


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


def test_who_asks_for_the_head_alone_leaves_no_file_open(album: Album) -> None:
    """A file that is not closed is a warning when it is collected, and so a failure here."""
    url = album.sent(photo(3000, 2000))["url"]
    whole, head = album.get(url), album.scene.client.head(url)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "Content-Type", "Cache-Control", "X-Robots-Tag"):
        assert head.headers[name] == whole.headers[name]
    gc.collect()


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
    ]
    for said in forged:
        assert code(album.get(f"{found.path}?{urlencode(said)}")) == (404, "not-found"), said
    assert album.get(seen["url"].replace(one["id"], other["id"])).status_code == 404
    assert album.get(seen["url"].replace("/large", "/small")).status_code == 404
    for size in ("original", "..%2F..%2Fetc", "large.jpg"):
        assert album.get(seen["url"].replace("/large", f"/{size}")).status_code == 404
    for signature in ("", "қ" * 64, "0" * 63, "0" * 64 + "\n"):
        assert album.get(f"{found.path}?{urlencode(query | {'signature': signature})}").status_code == 422
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


def test_a_home_with_ipv6_has_one_measure_of_reports(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "REPORTS_AN_HOUR", 2)
    one = album.sent()
    album.rule(one)
    answers = [
        album.scene.client.post(
            f"{album.url}/{one['id']}/reports",
            json={"reason": f"{number}"},
            environ_base={"REMOTE_ADDR": f"2001:db8:0:1::{number}"},
        )
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 429]


def test_reports_have_a_measure(album: Album) -> None:
    one = album.sent()
    album.rule(one)
    answers = [album.report(one, reason=f"{number}") for number in range(photos.REPORTS_AN_HOUR + 1)]
    assert [answer.status_code for answer in answers] == [202] * photos.REPORTS_AN_HOUR + [429]
    kept = album.session.scalar(sa.select(sa.func.count()).select_from(PhotoReport))
    assert kept == photos.REPORTS_KEPT
    assert album.report(one, by=make_volunteer(album.session)).status_code == 202
