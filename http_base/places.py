"""Finding places, as the API and the pages do it alike."""

from http_base.context import locale, now, services, session
from service.geography import geocoding
from service.geography.geocoding import Found


def found(text: str, near: tuple[float, float] | None = None) -> Found:
    """Places of that name or address, best first; `near` (latitude, longitude) brings close ones forward.

    Nothing that was changed before is kept: call it where nothing is.
    """
    # What was read so far was read: this only gives the connection back while a geocoder is asked.
    session().rollback()
    parts = services()
    key = geocoding.key_of(parts.settings.secret_key)
    return geocoding.find(parts.connections, parts.geocoder, key, text, near, locale(), now())
