"""The demo as `make run` loads it: its gallery, one photograph of which waits, and its audit."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from cli import demo, demo_ids, demo_photos
from http_base.application import Tazalyq
from service.audit import seal, verify
from service.platform.files import Files
from tests.cli.test_demo import sign_in
from tests.web.visitor import Visitor


@pytest.fixture
def demo_files(app: Tazalyq, session: Session, tmp_path: Path) -> Iterator[Path]:
    """Where the files lie of a demo that was loaded as `make run` does."""
    parts = app.extensions["tazalyq"]
    before, parts.files = parts.files, Files(tmp_path.as_uri())
    with app.app_context():
        for _run in range(2):
            demo.load_once()
    session.expire_all()
    yield tmp_path
    parts.files = before


def test_everybody_sees_the_place_before_and_after(
    app: Tazalyq, client: FlaskClient, demo_files: Path
) -> None:
    visitor = Visitor(app, app.response_class)
    event_id = demo_ids.numbered(demo_photos.CLEANED)
    assert client.get(f"/v1/events/{event_id}").json["result"]
    shown = client.get(f"/v1/events/{event_id}/photos").json["items"]
    assert [one["when"] for one in shown] == ["before", "after"]
    pictures = visitor.page(f"/kk/events/{event_id}").one("main").all("img")
    assert len(pictures) == 2
    for picture in pictures:
        address = urlsplit(picture["src"])
        answer = client.get(f"{address.path}?{address.query}")
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(answer.data)).size == (400, 267)
    assert len([one for one in demo_files.rglob("*") if one.is_file()]) == 2 * 3, "two sizes of each, once"


def test_one_waits_for_its_coordinator(app: Tazalyq, client: FlaskClient, demo_files: Path) -> None:
    url = f"/v1/events/{demo_ids.numbered(demo_photos.WAITING)}/photos"
    assert client.get(url).json["items"] == []
    (one,) = client.get(url, headers=sign_in(app, "+77000000002")).json["items"]
    assert one["when"] == "after"
    assert len([file for file in demo_files.rglob("*") if file.is_file()]) == 2 * 3


def test_nothing_is_wrong_with_its_audit(app: Tazalyq, session: Session, demo_files: Path) -> None:
    """Its entries are as old as its week: who starts it at night would read that they were put in by hand."""
    key = seal.key_of(app.extensions["tazalyq"].settings.secret_key)
    assert list(verify.findings(session, [key], datetime.now(UTC))) == []


def test_what_is_drawn_is_the_same_each_time_and_no_two_are() -> None:
    drawn = [demo_photos.drawn(seed, is_clean=is_clean) for seed in (1, 2) for is_clean in (False, True)]
    assert len(set(drawn)) == 4
    assert demo_photos.drawn(1, is_clean=False) == drawn[0]
