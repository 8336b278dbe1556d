"""Signing up, as phones and forms send it."""

from http_base.fields import Strict, whole
from service.models.events import MAX_COMPANIONS


class SignupBody(Strict):
    companions = whole(0, MAX_COMPANIONS, load_default=0)
