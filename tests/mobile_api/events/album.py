"""An event whose photographs are sent, shown and reported over HTTP."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from service.models import Volunteer
from tests.conftest import NOW
from tests.makers import make_event
from tests.mobile_api.scene import Scene
from tests.service.platform.pictures import photo


def form(values: Any) -> dict[str, Any]:
    """A form with files as it is posted; the client's own way leaves files open behind large ones."""
    boundary, body = encode_multipart(values)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


class Album:
    """An event that was yesterday, its organizer and coordinator, and what they do about photographs."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene, self.folder, self.session = scene, folder, scene.session
        self.owner, self.coordinator = scene.owner, scene.coordinator
        starts_at = NOW - timedelta(days=1)
        self.event = make_event(scene.session, scene.organization, starts_at=starts_at)
        self.url = f"/v1/events/{self.event.id}/photos"

    def headers(self, by: Volunteer | None) -> dict[str, str]:
        return {} if by is None else self.scene.login(by)

    def send(
        self,
        data: bytes | None = None,
        *,
        by: Volunteer | None = None,
        when: str = "after",
        name: str = "a.jpg",
        url: str | None = None,
        **more: str,
    ) -> Any:
        file = FileStorage(io.BytesIO(photo() if data is None else data), name)
        sent = form({"when": when, "file": file, **more})
        return self.scene.client.post(url or self.url, headers=self.headers(by or self.owner), **sent)

    def sent(self, data: bytes | None = None, **options: Any) -> dict[str, Any]:
        answer = self.send(data, **options)
        assert answer.status_code == 201, answer.json
        found: dict[str, Any] = answer.json
        return found

    def rule(self, one: dict[str, Any], by: Volunteer | None = None, **said: Any) -> Any:
        return self.scene.client.put(
            f"{self.url}/{one['id']}",
            json={"shown": True} | said,
            headers=self.headers(by or self.coordinator),
        )

    def report(self, one: dict[str, Any], by: Volunteer | None = None, reason: str = "Балам көрінеді") -> Any:
        return self.scene.client.post(
            f"{self.url}/{one['id']}/reports", json={"reason": reason}, headers=self.headers(by)
        )

    def delete(self, one: dict[str, Any], by: Volunteer | None = None) -> Any:
        return self.scene.client.delete(f"{self.url}/{one['id']}", headers=self.headers(by or self.owner))

    def items(self, by: Volunteer | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.scene.client.get(self.url, headers=self.headers(by)).json["items"]
        return found

    def get(self, url: str) -> Any:
        """By its address alone."""
        found = urlsplit(url)
        return self.scene.client.get(f"{found.path}?{found.query}")

    def files(self) -> set[str]:
        """All files that are kept, wherever in the folder."""
        return {str(one.relative_to(self.folder)) for one in self.folder.rglob("*") if one.is_file()}


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]
