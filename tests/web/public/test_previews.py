"""The picture that chats show of an event: whole whatever the title's length, and of nothing secret."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.figures import event_picture
from service.figures.event_picture import EventPicture
from tests.conftest import NOW
from tests.makers import make_event
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_names_it_and_it_is_what_chats_ask_for(
    visitor: Visitor, session: Session, language: str
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    named = visitor.page(f"/{language}/events/{event.id}").one("meta", property="og:image")["content"]
    assert named == f"http://127.0.0.1:8000/{language}/events/{event.id}/preview.png?v={event.version}"
    answer = visitor.get(named.removeprefix("http://127.0.0.1:8000"))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert len(answer.data) < 100_000
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in answer.headers


def test_a_change_gives_it_another_address_and_the_former_is_kept_for_a_minute(
    visitor: Visitor, session: Session
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    path = f"/kk/events/{event.id}/preview.png?v={event.version}"
    before = visitor.get(path)
    event.title, event.version = {"kk": "Басқа атау"}, event.version + 1
    session.commit()
    after = visitor.get(path)
    assert after.data != before.data
    assert after.headers["Cache-Control"] == "public, max-age=60"
    again = visitor.get(path, headers={"If-None-Match": after.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for odd in ("", "?v=x", "?v=" + "9" * 300):
        assert visitor.get(f"/kk/events/{event.id}/preview.png{odd}").status_code in (200, 422)


@pytest.mark.parametrize(
    "state",
    [{"status": "draft"}, {"hidden_by": "coordinator"}, {"status": "cancelled", "never_published": True}],
)
def test_there_is_none_of_what_is_not_shown(
    visitor: Visitor, session: Session, state: dict[str, object]
) -> None:
    event = make_event(session, starts_at=TOMORROW, **state)
    assert visitor.get(f"/kk/events/{event.id}/preview.png").status_code == 404


def drawn(title: str, **more: str) -> bytes:
    values = {
        "when": "бс, 26 қараша, 10:00–12:00",
        "where": "Ақтөбе",
        "organizer": "Таза Ақтөбе",
        "state": "",
    }
    return event_picture.make(EventPicture(title, **values | more))


def test_every_kazakh_letter_is_drawn() -> None:
    assert event_picture._drawn(KAZAKH, event_picture.BOLD) == KAZAKH
    assert event_picture._drawn(KAZAKH, event_picture.REGULAR) == KAZAKH
    pictures = {drawn(letter) for letter in KAZAKH}
    assert len(pictures) == len(KAZAKH)


def test_the_letters_are_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers have no fonts: Pillow would take the machine's, where it finds one of that name."""
    for name in ("XDG_DATA_HOME", "XDG_DATA_DIRS"):
        monkeypatch.setenv(name, str(tmp_path))
    event_picture._font.cache_clear()
    assert drawn("Қаріпсіз машинада да салынады")


def test_words_on_two_lines_stay_two_words() -> None:
    assert drawn("Елек\nжағасы") == drawn("Елек жағасы")


@pytest.mark.parametrize("title", ["", "A", "сөз " * 50, "Ұ" * 200, "🎉", "שלום", "a\nb\tc", "﷽" * 40])
def test_any_title_is_drawn_within_the_picture(title: str) -> None:
    image = Image.open(io.BytesIO(drawn(title, where=title, organizer=title))).convert("RGB")
    paper = image.getpixel((1199, 0))
    assert {image.getpixel((x, y)) for x in range(1150, 1200) for y in range(0, 630, 3)} == {paper}
    assert {image.getpixel((x, 629)) for x in range(40, 1200)} == {paper}
