"""How people come to know of an event: the address, chats, and a poster whose code leads there."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications.words import LOCALES
from service.models import Organization
from tests.conftest import NOW
from tests.makers import make_event
from tests.web.visitor import Visitor

MM_PER_POINT = 25.4 / 72


def printed(pdf: bytes) -> Image.Image:
    """Its only page, as a printer of 200 dots an inch makes it."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width * MM_PER_POINT), round(height * MM_PER_POINT)) == (210, 297)
    found: Image.Image = document[0].render(scale=200 / 72).to_pil()
    return found


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


@pytest.mark.parametrize("language", LOCALES)
def test_the_posters_code_leads_to_the_event_without_a_session(
    app: Tazalyq, desk: Visitor, session: Session, organization: Organization, language: str
) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=5), bring=["қолғап"])
    answer = desk.get(f"/{language}/organizer/events/{event.id}/poster.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    picture = printed(answer.data)
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text.endswith(f"/{language}/events/{event.id}")
    assert 50 < abs(code.position.top_right.x - code.position.top_left.x) / 200 * 25.4 <= 80
    said = text_of(answer.data)
    assert code.text in said.replace("\r\n", "")
    assert event.title[language] in said
    somebody = Visitor(app, app.response_class)
    page = somebody.get(urlsplit(code.text).path)
    assert page.status_code == 200
    assert event.title[language] in page.text


@pytest.mark.parametrize("title", ["Ұ" * 200, "Есентай өзенінің жағасын тазалау " * 6, "🌳 Жаға"])
def test_a_long_title_leaves_it_on_one_page(
    desk: Visitor, session: Session, organization: Organization, title: str
) -> None:
    event = make_event(
        session, organization, title={"kk": title[:200]}, address="Ақтөбе, " * 60, bring=["қолғап"] * 50
    )
    answer = desk.get(f"/kk/organizer/events/{event.id}/poster.pdf")
    (code,) = zxingcpp.read_barcodes(printed(answer.data))
    assert code.text.endswith(str(event.id))


def test_the_same_poster_is_the_same_file(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    path = f"/kk/organizer/events/{make_event(session, organization).id}/poster.pdf"
    assert desk.get(path).data == desk.get(path).data


def test_chats_are_given_time_place_and_address(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=5))
    main = desk.page(f"/kk/organizer/events/{event.id}/share").one("main")
    links = {link.text: link["href"] for link in main.all("a")}
    sent = parse_qs(urlsplit(links["WhatsApp"]).query)["text"][0]
    address = f"/kk/events/{event.id}"
    assert sent.splitlines()[0] == event.title["kk"]
    assert sent.endswith(address)
    telegram = parse_qs(urlsplit(links["Telegram"]).query)
    assert telegram["url"][0].endswith(address)
    assert event.title["kk"] in telegram["text"][0]
    assert any(text.endswith(address) for text in links)


@pytest.mark.parametrize("values", [{"status": "draft"}, {"status": "cancelled", "cancelled_at": NOW}])
def test_what_nobody_can_open_is_not_passed_on(
    desk: Visitor, session: Session, organization: Organization, values: dict[str, str]
) -> None:
    event = make_event(session, organization, **values)
    assert desk.get(f"/kk/organizer/events/{event.id}/poster.pdf").status_code == 409
    main = desk.page(f"/kk/organizer/events/{event.id}/share").one("main")
    assert "WhatsApp" not in main.text


def test_sharing_is_the_filled_button_before_the_day(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=5))
    main = desk.page(f"/kk/organizer/events/{event.id}").one("main")
    filled = [link["href"] for link in main.all("a") if link.attributes.get("class", "") == "btn btn-wide"]
    assert filled == [f"/kk/organizer/events/{event.id}/share"]


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(
    desk: Visitor, session: Session, organization: Organization, language: str
) -> None:
    event = make_event(session, organization)
    assert desk.page(f"/{language}/organizer/events/{event.id}/share").one("html")["lang"] == language
