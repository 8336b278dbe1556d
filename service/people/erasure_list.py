"""Who was erased, as a list kept apart from the database: one that is put back from a copy forgets it.

A line is {"volunteer_id" or "guardianship_id", "at", "keep_certificates"?}: ids that lead to nobody.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Erasure, GuardianErasure
from service.people import erasure, guardian_data


@dataclass(frozen=True, slots=True)
class Erased:
    """One line: somebody's record (`is_guardian` False), or a consent of a guardian who had none."""

    id: UUID
    at: datetime
    is_guardian: bool
    keep_certificates: bool = False

    @classmethod
    def read(cls, line: str) -> "Erased":
        """Raises ValueError: it is none."""
        try:
            said = json.loads(line)
            at = datetime.fromisoformat(said["at"])
            if at.tzinfo is None:
                raise ValueError(line)
            if "guardianship_id" in said:
                return cls(UUID(said["guardianship_id"]), at, is_guardian=True)
            keeps = bool(said["keep_certificates"])
            return cls(UUID(said["volunteer_id"]), at, is_guardian=False, keep_certificates=keeps)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(line) from error

    def written(self) -> str:
        """As `read` takes it."""
        if self.is_guardian:
            return json.dumps({"guardianship_id": str(self.id), "at": self.at.isoformat()})
        said = {"volunteer_id": str(self.id), "at": self.at.isoformat()}
        return json.dumps(said | {"keep_certificates": self.keep_certificates})


def all_erased(session: Session) -> Iterator[Erased]:
    """Everybody on the list, the earliest first."""
    records = sa.select(Erasure.volunteer_id, Erasure.at, Erasure.keep_certificates).order_by(Erasure.at)
    for volunteer_id, at, keeps in session.execute(records):
        yield Erased(volunteer_id, at, is_guardian=False, keep_certificates=keeps)
    guardians = sa.select(GuardianErasure.guardianship_id, GuardianErasure.at).order_by(GuardianErasure.at)
    for guardianship_id, at in session.execute(guardians):
        yield Erased(guardianship_id, at, is_guardian=True)


def replay(session: Session, erased: Erased, now: datetime, secret_key: str) -> bool:
    """Erase somebody once more, and put them on the list again; False: nothing was left of them.

    Raises:
        Busy: they sign up or check in at this very moment; to be tried again.
    """
    if erased.is_guardian:
        return guardian_data.erase_again(session, erased.id, erased.at, now)
    return erasure.erase_again(
        session, erased.id, erased.at, now, secret_key, keep_certificates=erased.keep_certificates
    )
