"""The port through which pushes leave: one for Firebase, one for developers' machines, one for tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol


class Outcome(StrEnum):
    """What became of one push."""

    SENT = "sent"
    # The installation is gone: switch the device off.
    GONE = "gone"
    RETRY = "retry"
    # The message is wrong, not the device: a defect of ours.
    REJECTED = "rejected"
    # Our configuration is wrong: lose nothing, pause, tell the operator.
    PAUSED = "paused"
    # The target is in doubt (a bare INVALID_ARGUMENT).
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


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one push; `retry_after_s` where the receiver named a time."""

    outcome: Outcome
    detail: str = ""
    retry_after_s: int | None = None


class Gateway(Protocol):
    """Sends pushes and says what became of each, in the same order; one bad push never stops the others."""

    def send(self, pushes: Sequence[Push]) -> list[Result]: ...

    def close(self) -> None: ...
