"""What is sent to chats of an event: its title, when and where, and its address."""

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from http_base import certificates, links
from http_base.context import locale
from service.models import Certificate, Event
from service.models.base import localized
from web import formats
from web.qr import known_qr_of
from web.templating import text


@dataclass(frozen=True, slots=True)
class Sharing:
    """In the language of the page: the event's address, the whole message, and the links of chats."""

    address: str
    message: str
    whatsapp: str
    telegram: str

    @property
    def qr(self) -> Markup:
        """The code of the address."""
        return known_qr_of(self.address)


def of_event(event: Event) -> Sharing:
    """How somebody passes it on."""
    address = links.of_event(event.id)
    when = formats.span(event.starts_at, event.ends_at, event.zone)
    lines = (localized(event.title, locale()), when, event.address_in(locale()))
    return _sharing("\n".join(line for line in lines if line), address)


def of_certificate(certificate: Certificate) -> Sharing:
    """How its owner shows it to somebody."""
    return _sharing(text("page.certificate.title"), certificates.address_of(certificate))


def _sharing(said: str, address: str) -> Sharing:
    message = f"{said}\n{address}"
    return Sharing(
        address,
        message,
        whatsapp=f"https://wa.me/?text={quote(message)}",
        telegram=f"https://t.me/share/url?url={quote(address, safe='')}&text={quote(said)}",
    )
