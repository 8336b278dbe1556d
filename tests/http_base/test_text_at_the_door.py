"""Text is cleaned at the door, in one place, wherever people's text comes in (fault 10)."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from http_base.fields import Strict, Text
from service.attendance import place_codes
from service.models import Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_signup, make_volunteer
from tests.mobile_api.phones import Phone

Login = Callable[[Volunteer], dict[str, str]]
DECOMPOSED = unicodedata.normalize("NFD", "Абай")
COMPOSED = unicodedata.normalize("NFC", "Абай")
assert DECOMPOSED != COMPOSED


def rename(client: FlaskClient, headers: dict[str, str], name: str) -> Any:
    return client.patch("/v1/me", json={"display_name": name}, headers=headers)


@pytest.mark.parametrize(("stored", "asked"), [(DECOMPOSED, COMPOSED), (COMPOSED, DECOMPOSED)])
def test_two_forms_of_a_letter_find_each_other(
    client: FlaskClient, session: Session, login: Login, stored: str, asked: str
) -> None:
    headers = login(make_volunteer(session))
    body = {"name": {"kk": stored}, "region": "KZ-15"}
    made = client.post("/v1/organizations", json=body, headers=headers)
    assert (made.status_code, made.json["name"]["kk"]) == (201, COMPOSED)
    found = client.get("/v1/organizations", query_string={"q": asked}, headers=headers)
    assert [one["id"] for one in found.json["items"]] == [made.json["id"]]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Ай\u0007гүл", "Ай гүл"),
        ("Ай\u001b[31mгүл", "Ай [31mгүл"),
        ("Ай\u0085гүл\u007f", "Ай гүл"),
        ("Ай\u202eгүл\u202c", "Айгүл"),
        ("\u2066Айгүл\u2069\u200f", "Айгүл"),
        ("Айгүл\U000e0041\U000e007f", "Айгүл"),
        ("\ufeffАйгүл\u200b", "Айгүл"),
        ("Ай\r\nгүл", "Ай\nгүл"),
    ],
)
def test_what_hides_or_turns_text_does_not_come_in(
    client: FlaskClient, session: Session, login: Login, sent: str, kept: str
) -> None:
    answer = rename(client, login(make_volunteer(session)), sent)
    assert (answer.status_code, answer.json["display_name"]) == (200, kept)


@pytest.mark.parametrize(
    "name", ["\u200b", "\u202e\u202c", "\u3164", "\U000e0041", "\u2800", "\u0301", "\u200d"]
)
def test_nothing_visible_is_nothing(client: FlaskClient, session: Session, login: Login, name: str) -> None:
    answer = rename(client, login(make_volunteer(session)), name)
    assert (answer.status_code, list(answer.json.get("errors", ()))) == (422, ["display_name"])


@pytest.mark.parametrize(
    "name", ["👩‍👩‍👧", "❤️", "Әлия Өмірқызы", "O’Коннор", "Қанат\nҰлы", "а\tб", "Анна-Мария", "می‌خواهم"]
)
def test_honest_text_stays_as_it_is(client: FlaskClient, session: Session, login: Login, name: str) -> None:
    assert rename(client, login(make_volunteer(session)), name).json["display_name"] == name


def test_every_kind_of_text_goes_through_the_same_door(
    client: FlaskClient, session: Session, login: Login
) -> None:
    """Lists of strings, reasons, a guardian's name, a group's name, announcements, addresses."""
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=NOW - timedelta(hours=1))
    make_signup(session, event, make_volunteer(session))
    headers, url, dirty = login(owner), f"/v1/events/{event.id}", "қол\u202eғап\u0007"
    changed = client.patch(
        url, json={"version": 1, "bring": [dirty], "address": dirty, "title": {"kk": dirty}}, headers=headers
    ).json
    assert (changed["bring"], changed["address"], changed["title"]["kk"]) == (["қолғап"], "қолғап", "қолғап")
    group = client.put(
        f"{url}/headcounts/{uuid4()}", json={"group": dirty, "people": 2, "minutes": 5}, headers=headers
    )
    assert group.json["group"] == "қолғап"
    empty = client.post(f"{url}/announcements", json={"text": "\u202e"}, headers=headers)
    assert (empty.status_code, list(empty.json["errors"])) == (422, ["text"])
    assert (
        client.post(f"{url}/cancel", json={"reason": dirty}, headers=headers).json["cancel_reason"]
        == "қолғап"
    )


def test_a_pasted_code_and_installation_are_what_they_look_like(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    """Chats wrap numbers in marks of direction."""
    event = make_event(session)
    session.refresh(event)
    code = place_codes._totp(event.code_secret).at(NOW)
    phone = Phone(client, clock, login(make_volunteer(session)))
    body = {
        "id": str(uuid4()),
        "sent_at": NOW.isoformat(),
        "installation_id": phone.installation,
        "code": f"\u2068{code}\u2069",
    }
    answer = client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=phone.headers)
    assert (answer.status_code, answer.json["evidence"]) == (201, "code")


def test_a_pasted_phone_number_is_read(client: FlaskClient) -> None:
    answer = client.post("/v1/auth/codes", json={"phone": "\u202a+7\u00a0701\u00a0555 01 01\u202c"})
    assert answer.status_code == 202


def requests(kind: type[Strict] = Strict) -> Iterator[type[Strict]]:
    for child in kind.__subclasses__():
        yield child
        yield from requests(child)


def test_no_request_takes_text_by_another_door(app: Tazalyq) -> None:
    """Every field of text is a Text; others take one of written choices, or are never shown (cursor, bin)."""
    bare = [
        (schema.__name__, name)
        for schema in requests()
        for name, field in schema._declared_fields.items()
        for inner in [field.inner if isinstance(field, fields.List) else field]
        if isinstance(inner, fields.String)
        and not isinstance(inner, (Text, fields.UUID))
        and not any(isinstance(one, (validate.OneOf, validate.Regexp)) for one in inner.validators)
        and name != "cursor"
    ]
    assert bare == []


@pytest.mark.parametrize("sent", ["x" * 100 + " ", "x\u0085" + "\u200b" * 99, "\r\n" * 50 + "x"])
def test_the_longest_is_of_what_was_sent(
    client: FlaskClient, session: Session, login: Login, sent: str
) -> None:
    answer = rename(client, login(make_volunteer(session)), sent)
    assert (answer.status_code, list(answer.json.get("errors", ()))) == (422, ["display_name"])


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_the_longest_of_a_path_is_of_what_was_sent(
    client: FlaskClient, session: Session, login: Login, method: str
) -> None:
    json = (
        {"platform": "android", "kind": "fid", "value": "v", "app_version": "1"} if method == "PUT" else None
    )
    path = "/v1/me/devices/" + "%C2%9F" * 200 + "x"
    answer = client.open(path, method=method, json=json, headers=login(make_volunteer(session)))
    assert (answer.status_code, list((answer.json or {}).get("errors", ()))) == (422, ["installation_id"])


def test_the_longest_of_a_query_is_of_what_was_sent(
    client: FlaskClient, session: Session, login: Login
) -> None:
    query = {"q": "x" + " " * 200}
    answer = client.get("/v1/organizations", query_string=query, headers=login(make_volunteer(session)))
    assert (answer.status_code, list((answer.json or {}).get("errors", ()))) == (422, ["q"])


def test_what_falls_away_within_the_longest_does_no_harm(
    client: FlaskClient, session: Session, login: Login
) -> None:
    answer = rename(client, login(make_volunteer(session)), " " + "x" * 98 + "\u200b")
    assert (answer.status_code, answer.json["display_name"]) == (200, "x" * 98)
