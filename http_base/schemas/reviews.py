"""What a coordinator says of doubtful attendance, of one or of many."""

from marshmallow import fields, validate

from http_base.fields import LENGTH, Strict, Text, one_of
from service.attendance.evidence import Status

STATUSES = {"accept": Status.COUNTED, "reject": Status.REJECTED}
MAX_IDS = 50


class ReviewBody(Strict):
    decision = one_of(*STATUSES, required=True)
    reason = Text(longest=1_000, required=True)


class ReviewsBody(ReviewBody):
    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MAX_IDS, error=LENGTH))
