"""Nominatim as the geocoder, through geopy: one question at a time, and an answer within 1.5 s or none."""

import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderRateLimited
from geopy.geocoders import Nominatim as GeopyNominatim

from service.geography import regions
from service.geography.geocoding import MOST, GeocoderAwayError
from service.geography.places import FoundPlace, PlaceKind, PlaceSource
from service.models.base import LOCALES
from service.platform.text import clean

ANSWERS_WITHIN_S = 1.5
LARGEST = 500_000
"""Bytes of an answer: ten places are some ten thousand."""

LONGEST = 200
ABOUT_DEGREES = 1.0
"""How far round a point places are preferred."""


class Nominatim:
    """The Nominatim at an address; `agent`: who asks, as its operators want to know."""

    def __init__(self, url: str, agent: str) -> None:
        parts = urlsplit(url)
        self._adapter: _Adapter | None = None
        self._nominatim = GeopyNominatim(
            scheme=parts.scheme,
            domain=f"{parts.netloc}{parts.path}",
            user_agent=agent,
            timeout=ANSWERS_WITHIN_S,
            adapter_factory=self._make_adapter,
        )
        # Names that are not resolved, and servers that send a byte a second, keep to no time-out: whoever
        # waits leaves this thread to itself.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nominatim")

    def _make_adapter(self, **options: Any) -> "_Adapter":
        self._adapter = _Adapter(**options)
        return self._adapter

    def find(self, text: str, near: tuple[float, float] | None, language: str) -> Sequence[FoundPlace]:
        """Places of Kazakhstan for a text, best first; those about `near` before others.

        Raises:
            GeocoderAwayError: no answer in time, a refusal, or an answer that is none.
        """
        answer = self._pool.submit(self._ask, text, near, language)
        try:
            return answer.result(timeout=ANSWERS_WITHIN_S)
        except GeocoderRateLimited as error:
            raise GeocoderAwayError(error.retry_after) from error
        except Exception as error:
            raise GeocoderAwayError from error
        finally:
            # Where it has not begun it never will; where it goes on, nobody listens.
            if not answer.done() and not answer.cancel() and self._adapter is not None:
                self._adapter.hang_up()

    def _ask(self, text: str, near: tuple[float, float] | None, language: str) -> list[FoundPlace]:
        box = near and [(near[0] + step, near[1] + step) for step in (-ABOUT_DEGREES, ABOUT_DEGREES)]
        found = self._nominatim.geocode(
            text,
            exactly_one=False,
            limit=MOST,
            addressdetails=True,
            namedetails=True,
            country_codes="kz",
            language=language,
            viewbox=box,
        )
        read = (_place(one.raw, language) for one in found or ())
        return [place for place in read if place is not None]


class _Adapter(BaseSyncAdapter):  # type: ignore[misc] # geopy has no types
    """geopy's way to the network: no retries, no redirects, no endless answers, and it can be hung up."""

    def __init__(self, *, proxies: Any, ssl_context: ssl.SSLContext | None) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._tls = ssl_context or ssl.create_default_context()
        self._socket: socket.socket | None = None

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        """The answer, parsed."""
        return json.loads(self.get_text(url, timeout=timeout, headers=headers))

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        """The answer to a GET. Raises AdapterHTTPError for any other status than 200, ValueError, OSError."""
        parts = urlsplit(url)
        if parts.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(parts.netloc, timeout=timeout, context=self._tls)
        else:
            connection = HTTPConnection(parts.netloc, timeout=timeout)
        try:
            connection.connect()
            self._socket = connection.sock
            connection.request("GET", f"{parts.path}?{parts.query}", headers=dict(headers))
            with connection.getresponse() as answer:
                text = answer.read(LARGEST + 1)
        finally:
            self._socket = None
            connection.close()
        if answer.status != 200:
            said = {name.casefold(): value for name, value in answer.getheaders()}
            raise AdapterHTTPError(str(answer.status), status_code=answer.status, headers=said, text="")
        if len(text) > LARGEST:
            raise ValueError("the answer is too large")
        return text.decode("utf-8")

    def hang_up(self) -> None:
        """End what is under way: who reads from it stops reading."""
        under_way = self._socket
        if under_way is not None:
            try:
                under_way.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


_KINDS: Mapping[str, PlaceKind] = {
    **dict.fromkeys(
        ("city", "town", "village", "hamlet", "suburb", "neighbourhood", "quarter", "municipality"),
        PlaceKind.SETTLEMENT,
    ),
    **dict.fromkeys(("county", "state", "city_district", "district", "region"), PlaceKind.DISTRICT),
    **dict.fromkeys(("road", "street", "square", "pedestrian"), PlaceKind.STREET),
    **dict.fromkeys(("building", "house", "house_number", "place"), PlaceKind.ADDRESS),
    **dict.fromkeys(("park", "natural", "waterway", "water", "forest", "river"), PlaceKind.NATURE),
}
_SETTLEMENTS = ("city", "town", "village", "hamlet", "municipality")


def _place(raw: Any, language: str) -> FoundPlace | None:
    """A place of the answer; None: it lies elsewhere, or has no name.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: this is no answer of Nominatim's.
    """
    latitude, longitude = float(raw["lat"]), float(raw["lon"])
    if not regions.is_about_kazakhstan(latitude, longitude):  # NaN, too
        return None
    region = regions.region_at(latitude, longitude)
    address = raw.get("address") or {}
    names = _names(raw, address, language)
    # Bishkek is within reach of our outlines.
    if region is None or not names or address.get("country_code", "kz") != "kz":
        return None
    kind = PlaceKind.ADDRESS if "house_number" in address else _KINDS.get(raw.get("addresstype", ""))
    return FoundPlace(names, kind or PlaceKind.OTHER, latitude, longitude, region.code, PlaceSource.NOMINATIM)


def _names(raw: Mapping[str, Any], address: Mapping[str, Any], language: str) -> dict[str, str]:
    """What it is called: in the language asked for with its town, in others by its own name alone."""
    details = raw.get("namedetails") or {}
    street = [address[name] for name in ("road", "house_number") if name in address]
    own = raw.get("name") or (street and ", ".join(street)) or raw["display_name"].split(", ")[0]
    towns = [address[name] for name in _SETTLEMENTS if name in address]
    parts = [own, *street, *towns[:1]] if raw.get("name") else [own, *towns[:1]]
    names = {one: details[f"name:{one}"] for one in LOCALES if f"name:{one}" in details}
    names[language] = ", ".join(dict.fromkeys(parts))
    cleaned = {one: clean(name)[:LONGEST] for one, name in names.items()}
    return {one: name for one, name in cleaned.items() if name}
