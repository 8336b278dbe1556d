"""Helpers of an event, as phones and forms name them."""

from http_base.fields import Text
from http_base.schemas.series import ScopeBody


class HelperBody(ScopeBody):
    """By the number: of an adult member of its organization, or of somebody on its list."""

    phone = Text(required=True)
