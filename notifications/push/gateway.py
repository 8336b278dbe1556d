"""The port through which pushes leave: one for Firebase, one for developers' machines, one for tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

EVERYBODY = "*"


class CredentialsError(Exception):
    """The service account's key cannot be used; the text is for the operator."""


class PushOutcome(StrEnum):
    """What became of one push."""

    SENT = "sent"
    # The installation is gone: switch the device off.
    GONE = "gone"
    RETRY = "retry"
    # The message is wrong, not the device: a defect of ours.
    REJECTED = "rejected"
    # Our configuration is wrong: lose nothing, pause, tell the operator.
    PAUSED = "paused"
    # The target is in doubt: this push is not sent; a device that stays in doubt is switched off.
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Push:
    """One message to one installation. `data`: ids and kinds only; `ttl_s`: seconds it is worth keeping."""

    notification_id: str
    kind: str
    target_kind: Literal["fid", "token"]
    target: str
    platform: Literal["android", "ios", "web"]
    title: str
    body: str
    data: Mapping[str, str]
    collapse_key: str
    ttl_s: int
    urgent: bool
    channel: str
    # What stands on the button of a kind that has one.
    button: str | None = None


@dataclass(frozen=True, slots=True)
class PushResult:
    """The outcome of one push; `retry_after_s` where the receiver named a time.

    `scope`: whom a refused configuration concerns, one platform or everybody.
    """

    outcome: PushOutcome
    detail: str = ""
    retry_after_s: int | None = None
    scope: str = EVERYBODY


OnResult = Callable[[int, PushResult], None]
"""Told what became of the push at a position; called from any thread, once for each push."""


class Gateway(Protocol):
    """Sends pushes, each at most once; one bad push never stops the others.

    `at_once`: how many it is worth to have with it, so that none of its threads waits for work.
    """

    at_once: int

    def send(self, pushes: Sequence[Push], report: OnResult) -> None:
        """Begin to send; `report` is called as each becomes known."""

    def close(self) -> None:
        """Wait for what has begun, and let go of threads and connections."""
