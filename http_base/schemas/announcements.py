"""What an organizer tells the people of an event, as phones and forms send it."""

from marshmallow import fields

from http_base.fields import Strict, Text, one_of
from service.models import AnnouncementTo


class AnnouncementBody(Strict):
    id = fields.UUID()
    text = Text(longest=1_000, required=True)
    to = one_of(*AnnouncementTo, load_default=AnnouncementTo.GOING)
