"""Real processes of the service, for journeys and fault tests: started here, ended here, by their id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parent.parent.parent
START_S = 40


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(happened: Callable[[], Any], what: str, seconds: float = START_S) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = happened()
        except requests.RequestException:
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")


class Service:
    """Web server and worker over one database."""

    def __init__(self, database_url: str, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "TAZALYQ_ENV": "development",
            "PORT": str(self.port),
            "DATABASE_URL": database_url,
            **environment,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, command: str) -> None:
        """Start `flask serve` or `flask worker`."""
        self.processes[command] = subprocess.Popen(
            [sys.executable, "-m", "flask", command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        wait_for(lambda: requests.get(f"{self.url}/readyz", timeout=5).status_code == 200, "ready")

    def kill(self, command: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End one process and its children."""
        process = self.processes.pop(command)
        os.killpg(process.pid, how)
        process.wait(20)

    def stop(self) -> None:
        for command in list(self.processes):
            self.kill(command)

    def call(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(method, self.url + path, headers=headers, timeout=20, **options)

    def sign_in(self, phone: str) -> str:
        """A token, by code, as a phone gets it."""
        assert self.call("POST", "/v1/auth/codes", json={"phone": phone}).status_code == 202
        code = self.messages(phone)[0]["code"]
        answer = self.call("POST", "/v1/auth/tokens", json={"phone": phone, "code": code})
        token: str = answer.json()["token"]
        return token

    def messages(self, to: str) -> list[dict[str, Any]]:
        """What the local gateway has taken for a phone or a device."""
        found: list[dict[str, Any]] = self.call("GET", "/dev/messages", params={"to": to}).json()["items"]
        return found
