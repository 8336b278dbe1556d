"""Who keeps the door of an event: for tests of helpers over HTTP."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_event, make_organization, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


class Door:
    """An event with its organizer, a helper to be, and people on its list."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner, self.helper = make_volunteer(session), make_volunteer(session)
        self.organization = make_organization(session, self.owner)
        self.event = make_event(session, self.organization)
        self.aigul = make_volunteer(session, display_name="Айгүл Серікқызы", phone="+77015554567")
        self.minor = make_volunteer(session, display_name="Дина Сейітова", birth_date=date(2009, 3, 1))
        for person in (self.aigul, self.minor):
            make_signup(session, self.event, person)

    def call(self, who: Volunteer, method: str, path: str, **options: Any) -> Any:
        url = f"/v1/events/{self.event.id}{path}"
        return self.client.open(url, method=method, headers=self.login(who), **options)

    def name(self, who: Volunteer | None = None, by: Volunteer | None = None) -> Any:
        return self.call(by or self.owner, "PUT", f"/helpers/{(who or self.helper).id}")

    def people(self, who: Volunteer, query: str = "") -> list[dict[str, Any]]:
        answer = self.call(who, "GET", f"/participants{query}")
        assert answer.status_code == 200, answer.json
        found: list[dict[str, Any]] = answer.json["items"]
        return found
