"""The facts of a refusal in a sentence: a person's units and names, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from notifications import words
from service.errors import Thing
from service.geography import regions
from service.models.base import COUNTRY_ZONE, localized


def worded(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """All facts as text. `distance_m` stands as {distance}, too, in metres or kilometres, and so do the other
    facts in metres; `retry_after_s` as {minutes}."""
    found = {name: _plain(value, language) for name, value in facts.items()}
    for name, value in facts.items():
        if name.endswith("_m") and isinstance(value, int | float):
            found[name.removesuffix("_m")] = words.distance(value, language)
    if "retry_after_s" in facts:
        found["minutes"] = ceil(facts["retry_after_s"] / 60)
    if "missing" in facts:
        found["missing"] = ", ".join(
            words.translate(f"consent.{name}", language) for name in facts["missing"]
        )
    if "regions" in facts:
        countries = Locale(language).territories
        found["regions"] = ", ".join(countries.get(code, code) for code in facts["regions"].split(", "))
    if isinstance(facts.get("reason"), str):
        found["reason"] = words.reason_in(facts["reason"], language)
    if isinstance(facts.get("region"), str) and (region := regions.get(facts["region"])) is not None:
        found["region"] = localized(region.names, language)
    return found


def _plain(value: Any, language: str) -> Any:
    """A moment is told in the zone of the event that it belongs to, else in the country's."""
    if isinstance(value, datetime):
        is_of_an_event = isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key not in ("UTC", "Etc/UTC")
        return words.moment(value, str(value.tzinfo if is_of_an_event else COUNTRY_ZONE), language)
    if isinstance(value, Thing):
        return words.translate(f"thing.{value}", language)
    if isinstance(value, dict):
        return localized(value, language)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else value


def doubt(reason: str, language: str) -> str:
    """What a rule that raised a doubt says to whom it doubts.

    Its bare name where words lack, as of a newer release.
    """
    key = f"reason.{reason}"
    return words.translate(key, language) if words.has(key) else reason


def doubt_of_another(reason: str, language: str) -> str:
    """The same to staff: without advice for one's own phone, and without "you"."""
    key = f"reason.{reason}.staff"
    return words.translate(key, language) if words.has(key) else doubt(reason, language)
