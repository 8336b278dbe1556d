"""Helpers of an event, as phones and forms name them."""

from http_base.fields import Strict, Text


class HelperBody(Strict):
    """By the number: of an adult member of its organization, or of somebody on its list."""

    phone = Text(required=True)
