"""Text at the door: one form for what looks the same, nothing that hides, turns the line, or shows nothing.

Names, reasons, queries, codes and keys all come in through `clean`; nothing behind it has to think of this.
"""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Marks of direction, tags, and what takes no room. Joiners stay: emoji and Persian letters need them.
_DROPPED = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
# Letters and a symbol by their category, blank to the eye.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_VISIBLE = frozenset("LNPS")


def clean(text: str) -> str:
    """The text in NFC, without surrounding space and what hides or turns it; "" when nothing is visible.

    Control characters become a space; new lines (in their one form, "\\n") and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _DROPPED.sub("", _CONTROLS.sub(" ", _LINE_ENDS.sub("\n", text)))
    text = unicodedata.normalize("NFC", text).strip()
    return text if any(map(_is_visible, text)) else ""


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in _VISIBLE and character not in _BLANK
