"""An organizer with a phone, as journeys play one: signs in, presses what is written on the buttons."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image
from playwright.sync_api import FilePayload, Locator

from service.models.base import COUNTRY_ZONE
from tests.journeys.browser import Look, Window, plain
from tests.journeys.hands import Hands
from tests.journeys.processes import Service

PHONE_NUMBER = "+77000000003"
"""Who owns the organization of KZ-15 in the demo."""

MEMBERS = (107, 109)
"""Who belongs to that organization: of a colleague the list alone is a doubt."""
A_CHILD = 126
"""Whose guardian is still to ask."""

PEOPLE = [f"+77000000{number}" for number in range(101, 131) if number not in (*MEMBERS, A_CHILD)]
"""The demo's other volunteers."""

PIXEL_7 = Look(412, 839)
PLACE = {"latitude": 50.28391, "longitude": 57.16701, "accuracy": 12}
"""Where the organizer stands."""

AS_PIXEL_7 = {
    "user_agent": (
        "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile"
        " Safari/537.36"
    ),
    "device_scale_factor": 2.625,
    "is_mobile": True,
    "has_touch": True,
    "geolocation": PLACE,
    "permissions": ["geolocation"],
}


class Organizer(Hands):
    """The organizer, in one window."""

    def __init__(self, service: Service, window: Window, language: str = "kk") -> None:
        super().__init__(service, window, language, section="organizer/")

    def check(self, name: str) -> None:
        self.seen.check(f"organizer-{name}")

    def labels(self, buttons: Locator) -> list[str]:
        """What each of them is called."""
        buttons.first.wait_for()
        return [button.get_attribute("aria-label") or "" for button in buttons.all()]

    def ask(self, path: str, **params: str) -> Any:
        """What the API says to the same person."""
        answer = self.service.call("GET", path, self.token, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @cached_property
    def token(self) -> str:
        return self.service.sign_in(PHONE_NUMBER)

    def come_in(self, phone: str = PHONE_NUMBER) -> None:
        super().come_in(phone)
        self.page.wait_for_url(f"**/{self.language}/organizer/**")


def hours_of_now() -> tuple[str, str, str]:
    """(day, from, to) of an event that goes on now, as a form takes them; it began this day."""
    here = datetime.now(UTC).astimezone(COUNTRY_ZONE)
    began = max(here - timedelta(minutes=40), here.replace(hour=0, minute=0))
    ends = here + timedelta(hours=2)
    return f"{began:%Y-%m-%d}", f"{began:%H:%M}", f"{ends:%H:%M}"


def sign_up(service: Service, event_id: str, people: Sequence[str]) -> None:
    """By the API, as their phones do."""
    for phone in people:
        answer = service.call("PUT", f"/v1/events/{event_id}/signup", service.sign_in(phone), json={})
        assert answer.status_code == 200, (phone, answer.text)
        assert answer.json()["status"] == "going"


def photograph(colour: str) -> FilePayload:
    """A picture as a phone takes it, and as a form sends it."""
    made = io.BytesIO()
    Image.new("RGB", (1_600, 1_200), colour).save(made, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def only_page(pdf: bytes) -> str:
    """The text of a document of one page."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return plain(document[0].get_textpage().get_text_range())


def scanned(pdf: bytes) -> str:
    """What a phone's camera reads off a printed page."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)


def register(service: Service, phone: str, name: str) -> str:
    """Somebody new, by the API; their token."""
    token = service.sign_in(phone)
    consents = {one["name"]: one["version"] for one in service.call("GET", "/v1/consents").json()["items"]}
    body = {
        "display_name": name,
        "birth_date": "1990-05-01",
        "locale": "kk",
        "region": "KZ-15",
        "consents": consents,
    }
    answer = service.call("PUT", "/v1/me", token, json=body)
    assert answer.status_code == 201, answer.text
    return token
