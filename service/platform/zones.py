"""Time zones that an event may be in: those of places."""

from functools import cache
from zoneinfo import available_timezones

CONTINENTS_AND_OCEANS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)


@cache
def of_places() -> frozenset[str]:
    """The names of the IANA zones that lie somewhere.

    So neither `UTC` and `Etc/…` nor what a system adds of its own: `localtime` is another zone on another
    machine, and `Factory` is none.
    """
    return frozenset(
        name
        for name in available_timezones()
        if "/" in name and name.partition("/")[0] in CONTINENTS_AND_OCEANS
    )
