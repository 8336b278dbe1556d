"""Real processes of the service, for journeys and fault tests: started here, ended here, by their id."""

import subprocess
from typing import Any

import requests

from benchmarks.kit import service


class Service(service.Service):
    """Web server and worker over one database, with what a phone does."""

    stderr = subprocess.DEVNULL

    def stop(self) -> None:
        """At once: nothing that it was doing is finished."""
        for name in list(self.processes):
            self.kill(name)

    def call(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
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
