"""The ids of the demo that examples of the API name (`http_base/examples.json`): the same on each machine."""

from uuid import UUID

PREFIX = "019a1b2c-0000-7000-8000-"
"""Of version 7, and older than what the service makes itself."""

ACCEPTED, DECLINED, WITHDRAWN = 2001, 2002, 2003
"""Invitations that examples accept, decline and withdraw."""
CONTACT_ACCEPTED, CONTACT_DECLINED = 3001, 3002
INBOX_ITEM = 4001
REPORT = 5001
CERTIFICATE, CERTIFICATE_TAKEN_BACK = 9401, 9402
CERTIFICATE_CODE = "TAZALYQDEMO23456"


def numbered(number: int) -> UUID:
    """Organizations are numbered from 1, the first one's events from 1001, in the order of the demo."""
    return UUID(f"{PREFIX}{number:012d}")


def of_person(phone: str) -> UUID:
    """A person's id ends in their number."""
    return UUID(f"{PREFIX}{phone.lstrip('+'):0>12}")
