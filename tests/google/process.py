"""The stand-in in a process of its own, told what to do by one JSON object a line."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.google.keys import Keys
from tests.google.standin import Arrival, Fault, Google, serve

ROOT = Path(__file__).parent.parent.parent


class GoogleProcess:
    """Starts the stand-in, and talks to it; use as a context manager. `port`: where it listens."""

    def __init__(self, keys: Keys, delay_s: float = 0.06) -> None:
        command = [sys.executable, "-m", "tests.google.process", keys.server_certificate, keys.server_key]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port: int = self._ask({"delay_s": delay_s})

    def set_weather(self, fault: Fault | None) -> None:
        """What befalls every target from now on."""
        self._ask({"weather": dataclasses.asdict(fault) if fault else None})

    def arrivals(self) -> list[Arrival]:
        """All messages that have come in so far, in order."""
        return [Arrival(*values) for values in self._ask({"arrivals": True})]

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> "GoogleProcess":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


def _answer(google: Google, question: dict[str, Any]) -> Any:
    if "delay_s" in question:
        google.delay_s = question["delay_s"]
    if "weather" in question:
        google.weather = Fault(**question["weather"]) if question["weather"] else None
    if "arrivals" in question:
        return [dataclasses.astuple(arrival) for arrival in google.arrivals]
    return google.port


def main() -> None:
    """Serve until nobody asks any more."""
    google = Google({})
    serve(google, *sys.argv[1:3])
    for line in sys.stdin:
        print(json.dumps(_answer(google, json.loads(line))), flush=True)  # noqa: T201 - the way to answer


if __name__ == "__main__":
    main()
