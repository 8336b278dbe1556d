"""The inbox over HTTP: polled cheaply, read once for all phones."""

from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import InboxItem
from service.models import Outbox, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.driver import statements
from tests.makers import make_event, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
URL = "/v1/me/inbox"


def announce(session: Session, person: Volunteer, text: str = "Қолғап алыңыз") -> None:
    event = make_event(session)
    make_signup(session, event, person)
    facts = {"title": event.title, "starts_at": event.starts_at.isoformat(), "zone": event.zone, "text": text}
    entry = Outbox(id=new_id(), kind="announcement", event_id=event.id, facts=facts, created_at=NOW)
    session.add(entry)
    session.flush()
    fan_out.expand(session, entry.id, NOW)
    session.commit()


def test_a_poll_without_news_costs_one_query_after_identity(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session)
    announce(session, person)
    headers = login(person)
    first = client.get(URL, headers=headers)
    assert (first.status_code, first.json["unread"]) == (200, 1)
    headers |= {"If-None-Match": first.headers["ETag"]}
    with statements() as heard:
        again = client.get(URL, headers=headers)
    asked = [one.text for one in heard if not one.text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert ["FROM inbox_item" in text for text in asked] == [
        False,
        True,
    ]  # who asks, and whether there is news


def test_a_poll_sees_what_is_new_what_was_read_and_another_language(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session)
    announce(session, person)
    tags = [client.get(URL, headers=login(person)).headers["ETag"]]

    def poll() -> int:
        answer = client.get(URL, headers=login(person) | {"If-None-Match": tags[-1]})
        tags.append(answer.headers["ETag"])
        return answer.status_code

    assert poll() == 304
    announce(session, person)
    assert poll() == 200
    item = client.get(URL, headers=login(person)).json["items"][0]["id"]
    assert client.put(f"{URL}/{item}/read", headers=login(person)).status_code == 204
    assert poll() == 200
    assert client.put(f"{URL}/{item}/read", headers=login(person)).status_code == 204
    assert poll() == 304
    client.patch("/v1/me", json={"locale": "ru"}, headers=login(person))
    assert poll() == 200
    assert len(set(tags)) == 4
    assert client.get(URL + "?limit=1", headers=login(person)).headers["ETag"] != tags[-1]


def test_read_on_one_phone_is_read_on_the_other(client: FlaskClient, session: Session, login: Login) -> None:
    person, stranger = make_volunteer(session), make_volunteer(session)
    announce(session, person)
    announce(session, person)
    item = client.get(URL, headers=login(person)).json["items"][0]
    assert item["read_at"] is None
    assert client.put(f"{URL}/{item['id']}/read", headers=login(stranger)).status_code == 404
    client.put(f"{URL}/{item['id']}/read", headers=login(person))
    other_phone = client.get(URL, headers=login(person)).json
    assert (other_phone["unread"], other_phone["items"][0]["read_at"] is None) == (1, False)


def test_a_long_announcement_is_whole_in_the_inbox(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session)
    text = "Таза өзен — таза болашақ. " * 150
    announce(session, person, text)
    assert client.get(URL, headers=login(person)).json["items"][0]["body"] == text


def test_what_was_forgotten_by_age_hides_nothing_that_came_since(
    client: FlaskClient, session: Session, login: Login
) -> None:
    """As many as before, and as many unread: one went after its time, another came and was read elsewhere."""
    person = make_volunteer(session)

    def read_all() -> None:
        for one in client.get(URL, headers=login(person)).json["items"]:
            assert client.put(f"{URL}/{one['id']}/read", headers=login(person)).status_code == 204

    announce(session, person)
    read_all()
    known = client.get(URL, headers=login(person)).headers["ETag"]
    session.execute(sa.delete(InboxItem))
    announce(session, person)
    read_all()
    assert client.get(URL, headers=login(person) | {"If-None-Match": known}).status_code == 200
