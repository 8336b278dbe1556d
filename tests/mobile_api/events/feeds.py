"""Somebody's private calendar, over HTTP."""

from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.models import Volunteer
from tests.mobile_api.events.second_reader import Entry, read

Login = Callable[[Volunteer], dict[str, str]]


class Feed:
    """Somebody's private calendar."""

    def __init__(self, client: FlaskClient, login: Login, person: Volunteer) -> None:
        self.client, self.headers = client, login(person)
        self.address = self.renew()

    def renew(self) -> str:
        answer = self.client.post("/v1/me/calendar", headers=self.headers)
        assert answer.status_code == 200, answer.json
        self.address = str(answer.json["url"])
        return self.address

    @property
    def path(self) -> str:
        return "/" + self.address.split("/", 3)[3]

    def get(self, query: str = "", **headers: str) -> TestResponse:
        """As a calendar program reads it: nobody is signed in."""
        return self.client.get(self.path + query, headers=headers)

    def read(self) -> list[Entry]:
        answer = self.get()
        assert answer.status_code == 200, answer.json
        return read(answer.data)[1]


MakeFeed = Callable[[Volunteer], Feed]
