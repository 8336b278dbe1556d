"""Icons: strokes in a square of 24, in the colour of the words beside them."""

from collections.abc import Mapping
from functools import cache

from markupsafe import Markup

PATHS: Mapping[str, str] = {
    "add": '<path d="M12 5v14M5 12h14"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "bag": '<path d="M6 8h12l1 13H5zM9 8V6a3 3 0 0 1 6 0v2"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.500h16M8 3v4M16 3v4"/>',
    "change": '<path d="M4 20l1-5L16 4l4 4L9 19z"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 3"/>',
    "code": ('<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 20h2"/>'),
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "doubt": '<path d="M12 3l10 18H2zM12 10v5M12 18h.01"/>',
    "flag": '<path d="M6 21V4h12l-3 4 3 4H6"/>',
    "group": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M19 8v6M16 11h6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7h.01"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1"/>',
    "message": '<path d="M4 5h16v11H9l-5 4z"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "offline": (
        '<path d="M3 3l18 18M5 12.500a10 10 0 0 1 4-2.400M15 10.200a10 10 0 0 1 4 2.300'
        'M8.500 16a5 5 0 0 1 7 0M12 19.500h.01"/>'
    ),
    "people": (
        '<circle cx="9" cy="8" r="3.500"/><path d="M2.500 20c0-4 3-6 6.500-6s6.500 2 6.500 6'
        'M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14.500c2.300.8 3.500 2.700 3.500 5.500"/>'
    ),
    "phone": (
        '<path d="M6 3h4l1.500 5-2.500 2a12 12 0 0 0 5 5l2-2.500 5 1.500v4a2 2 0 0 1-2 2'
        'C11 20 4 13 4 5a2 2 0 0 1 2-2z"/>'
    ),
    "place": (
        '<path d="M12 21s-7-6.5-7-11.5a7 7 0 0 1 14 0C19 14.500 12 21 12 21z"/>'
        '<circle cx="12" cy="9.500" r="2.500"/>'
    ),
    "search": '<circle cx="11" cy="11" r="6.500"/><path d="M16 16l5 5"/>',
    "share": (
        '<circle cx="6" cy="12" r="2.500"/><circle cx="18" cy="5.500" r="2.500"/>'
        '<circle cx="18" cy="18.500" r="2.500"/>'
        '<path d="M8.200 10.800l7.600-4.100M8.200 13.200l7.600 4.100"/>'
    ),
    "tick": '<path d="M4 13l5 5L20 6"/>',
}


@cache
def icon(name: str, more: str = "") -> Markup:
    """An icon, silent to who listens; `more`: further classes."""
    classes = f"icon {more}".strip()
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
        classes,
        Markup(PATHS[name]),  # noqa: S704 - ours, from above
    )
