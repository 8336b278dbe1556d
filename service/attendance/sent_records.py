"""One check-in or check-out as a phone sent it, and how the rules see it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.attendance import cross_checks, evidence, place_codes
from service.attendance.cross_checks import Sighting
from service.attendance.evidence import Fix, Position, Presence, RecordKind
from service.attendance.presence_facts import EventFacts
from service.geography import geodesy
from service.models.base import COUNTRY_ZONE
from service.platform.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class SentRecord:
    """One check-in or check-out as a phone sent it.

    `captured_at`: the moment of presence, by the service's clock; `clock_ahead`: how far the phone's clock
    was ahead of it; `is_offline`: kept without signal, sent later; `attested`: what App Check said.
    `companions`: people without phones who came along, of a check-in.
    """

    id: UUID
    event_id: UUID
    kind: RecordKind
    installation_id: str
    captured_at: datetime
    clock_ahead: timedelta
    position: Position | None
    code: str | None = None
    is_offline: bool = False
    attested: bool | None = None
    companions: int = 0

    def content_hash(self, version: int | None = None) -> str:
        """Of the content as this version knows it, None: the newest; in hex, with the version before it."""
        version = version or max(CONTENTS)
        digest = hashlib.sha256(repr(CONTENTS[version](self)).encode()).hexdigest()
        return digest if version == 1 else f"{version:02x}{digest}"

    def repeats(self, stored: str) -> bool:
        """Whether the content is that of a stored hash, by the version that it was made with.

        A version to come: another process runs a newer release, and the same id of the same person is enough.
        """
        version = int(stored[:2], 16) if len(stored) > DIGEST_LENGTH else 1
        return version not in CONTENTS or stored == self.content_hash(version)

    def sighting(self, thresholds: Thresholds, sender_id: str = "") -> Sighting:
        """This record as the rules between records see it; the sender is put in when it is known."""
        at = self.position
        return Sighting(
            key=(sender_id, str(self.id)),
            event_id=str(self.event_id),
            captured_at=self.captured_at,
            place=None if at is None else (at.latitude, at.longitude),
            accuracy_m=0.0 if at is None else at.accuracy_m or 0.0,
            installation_id=self.installation_id,
            day=self.captured_at.astimezone(COUNTRY_ZONE).date(),
            fix_key=self._fix_key(thresholds),
            fixed_at=None if at is None else at.fixed_at,
        )

    def has_wrong_code(self, event: EventFacts) -> bool:
        """Whether a code was sent that is not the event's at that moment."""
        if self.code is None:
            return False
        steps = place_codes.OFFLINE_STEPS if self.is_offline else place_codes.ONLINE_STEPS
        return not place_codes.is_right(
            event.code_secret_at(self.captured_at), self.code, self.captured_at, steps
        )

    def _fix_key(self, thresholds: Thresholds) -> int | None:
        """What many people have in common only when it was passed on: the fix, else the code."""
        if self.code is not None and self._says_nowhere(thresholds):
            return cross_checks.code_key(self.event_id, self.code)
        if self.position is None:
            return None
        return cross_checks.fix_key(self.position.latitude, self.position.longitude)

    def _says_nowhere(self, thresholds: Thresholds) -> bool:
        """Whether there is no position, or only a coarse one, or one of long before."""
        if self.position is None or (self.position.accuracy_m or 0) > thresholds.coarse_m:
            return True
        return self._age(self.position, thresholds).total_seconds() > thresholds.review_fix_age_s

    def _age(self, position: Position, thresholds: Thresholds) -> timedelta:
        return evidence.age_of_fix(position.fixed_at, self.captured_at, self.clock_ahead, thresholds)

    def presence(self, event: EventFacts, now: datetime, thresholds: Thresholds) -> Presence:
        """What is judged: the fix against the event's area, and its age."""
        fix = None
        if self.position is not None:
            position = self.position
            area = geodesy.area_of(event.area, event.latitude, event.longitude)
            fix = Fix(
                area.distance_m(position.latitude, position.longitude),
                position.accuracy_m or 0,
                self._age(position, thresholds).total_seconds(),
                mocked=position.mocked,
            )
        return Presence(
            kind=self.kind,
            at=self.captured_at,
            arrived_at=now,
            fix=fix,
            code_is_right=self.code is not None and not self.has_wrong_code(event),
            shows_codes=event.is_member,
            was_going=event.was_going(self.captured_at),
            attested=self.attested,
            clock_off=self.clock_ahead,
        )


DIGEST_LENGTH = 64
"""Of SHA-256 in hex; hashes of version 1 are nothing else, as before there were versions."""


def _content_1(sent: SentRecord) -> tuple[Any, ...]:
    at = sent.position
    position = at and (at.latitude, at.longitude, at.accuracy_m, at.fixed_at.timestamp(), at.mocked)
    return sent.kind.value, str(sent.event_id), sent.installation_id, position, sent.code


def _content_2(sent: SentRecord) -> tuple[Any, ...]:
    return *_content_1(sent), sent.companions


CONTENTS: dict[int, Callable[[SentRecord], tuple[Any, ...]]] = {1: _content_1, 2: _content_2}
"""What makes a repeat the same, by version: everything but moments of sending, so that a check-in that was
sent, not answered, and kept for later is known again in the batch. A new field makes a new version; the old
ones stay as they are, or phones would be told that their kept records' ids are taken."""


def record_row(
    sent: SentRecord, sighting: Sighting, judged: Presence, content_hash: str, now: datetime
) -> dict[str, Any]:
    """The row of `presence_record`, as JSON takes it; its worth is put in when all records are known."""
    position = sent.position
    return {
        "sender_id": sighting.sender_id,
        "id": str(sent.id),
        "content_hash": "\\x" + content_hash,
        "type": sent.kind,
        "event_id": sighting.event_id,
        "installation_id": sent.installation_id,
        "captured_at": sent.captured_at.isoformat(),
        "received_at": now.isoformat(),
        "latitude": position and position.latitude,
        "longitude": position and position.longitude,
        "accuracy_m": position and position.accuracy_m,
        "fixed_at": position and position.fixed_at.isoformat(),
        "mocked": position is not None and position.mocked,
        "code_is_right": judged.code_is_right,
        "attested": sent.attested,
        "fix_key": sighting.fix_key,
        "day": sighting.day.isoformat(),
        "distance_m": None if judged.fix is None else round(judged.fix.distance_m),
        "companions": sent.companions,
    }
