"""Consents: which texts there are, and what a person has agreed to."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from service import errors
from service.models import Volunteer

VERSIONS: Mapping[str, str] = {"personal_data": "2026-01", "cross_border": "2026-01"}
"""The versions of the texts in force. Without personal_data there is no account."""


def withdraw(session: Session, volunteer: Volunteer, name: str) -> None:
    """Take a consent back. Raises NotFound for a consent that does not exist."""
    if name not in VERSIONS:
        raise errors.NotFound()
    volunteer.consents = {kept: version for kept, version in volunteer.consents.items() if kept != name}
    session.flush()


def missing(consents: Mapping[str, str]) -> list[str]:
    """Names of the consents to be given, or given again for a newer text, before joining anything."""
    return [name for name, version in VERSIONS.items() if consents.get(name) != version]
