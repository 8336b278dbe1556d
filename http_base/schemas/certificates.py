"""What certificates are asked for."""

from marshmallow import fields

from http_base.fields import Strict, one_of
from notifications.words import LOCALES


class CertificateBody(Strict):
    """A period, both days of it included, and the language of the paper."""

    first_day = fields.Date(data_key="from", required=True)
    last_day = fields.Date(data_key="to", required=True)
    language = one_of(*LOCALES, data_key="lang", required=True)
