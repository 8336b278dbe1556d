"""The reasons that an organizer chooses from, or her own words."""

from marshmallow import fields

from http_base.context import locale
from http_base.fields import Strict, Text, one_of
from notifications import words
from notifications.words import READY_REASONS
from web.forms import Form
from web.templating import text

OTHER = "other"
"""What no ready one says, in the organizer's own words."""


class ReasonForm(Strict):
    """`ready`: one of those; `reason`: what somebody has written in place of it."""

    id = fields.UUID()
    ready = one_of(*READY_REASONS, OTHER)
    reason = Text(longest=1_000)


def choices() -> list[tuple[str, str]]:
    """(value, words) of each, in the page's language."""
    return [(name, text(f"page.reason.{name}")) for name in (*READY_REASONS, OTHER)]


def said(form: Form) -> str | None:
    """The reason, of which a ready one is read by everybody in their own language; None: nothing was said."""
    ready = form.data.get("ready")
    if ready in READY_REASONS:
        return words.translate(f"page.reason.{ready}", locale())
    written: str | None = form.data.get("reason")
    return written
