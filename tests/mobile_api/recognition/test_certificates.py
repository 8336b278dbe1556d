"""Certificates over HTTP: made once, read on paper, checked by code, ended by themselves."""

import io
from contextlib import closing
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.address_limit import AddressLimit
from http_base.application import Tazalyq
from service.models import Attendance, Volunteer
from tests.conftest import NOW
from tests.makers import make_counted, make_event, make_volunteer
from tests.mobile_api.scene import Login

CERTIFICATES = "/v1/me/certificates"
BODY = {"from": "2026-01-01", "to": "2026-05-16", "lang": "kk"}


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def attended(session: Session, person: Volunteer) -> Attendance:
    return make_counted(session, make_event(session), person, minutes=130, assumed_minutes=25)


def public(client: FlaskClient, code: str) -> Any:
    return client.get(f"/public/certificates/{code}")


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(io.BytesIO(pdf))) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_made_once_and_the_same_for_all_readers(
    client: FlaskClient, login: Login, person: Volunteer, attended: Attendance
) -> None:
    me = login(person)
    made = client.post(CERTIFICATES, json=BODY, headers=me)
    assert made.status_code == 201
    again = client.post(CERTIFICATES, json=BODY, headers=me)
    assert (again.status_code, again.json) == (200, made.json)
    assert (made.json["hours"], made.json["hours_assumed"], made.json["events"]) == (1.75, 0.42, 1)
    assert made.json["url"].endswith(f"/kk/certificates/{made.json['code']}")
    shown = public(client, made.json["code"])
    facts = ("status", "hours", "hours_assumed", "events", "from", "to", "initials", "issued_at")
    assert shown.json == {name: made.json[name] for name in facts}
    assert (shown.json["status"], shown.json["initials"]) == ("valid", "А. С.")
    assert (shown.headers["Referrer-Policy"], shown.headers["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert shown.headers["Cache-Control"] == "no-store"
    listed = client.get(CERTIFICATES, headers=me)
    assert listed.json == {"items": [made.json], "next": None}


@pytest.mark.parametrize(
    ("language", "proven", "assumed"),
    [("kk", "1 сағ 45 мин", "25 мин"), ("ru", "1 ч 45 мин", "25 мин"), ("en", "1 h 45 min", "25 min")],
)
def test_on_paper(
    client: FlaskClient,
    login: Login,
    person: Volunteer,
    attended: Attendance,
    language: str,
    proven: str,
    assumed: str,
) -> None:
    me = login(person)
    made = client.post(CERTIFICATES, json=BODY | {"lang": language}, headers=me).json
    papers = [client.get(f"{CERTIFICATES}/{made['id']}.pdf", headers=me) for _ in range(2)]
    assert papers[0].data == papers[1].data
    assert papers[0].mimetype == "application/pdf"
    text = text_of(papers[0].data)
    assert "Айгүл Серікқызы" in text
    assert text.count(proven) >= 2
    assert assumed in text
    assert made["url"] in text
    assert "-".join(made["code"][at : at + 4] for at in range(0, 16, 4)) in text


def test_ended_there_is_no_paper_and_nothing_to_read(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, attended: Attendance
) -> None:
    me = login(person)
    made = client.post(CERTIFICATES, json=BODY, headers=me).json
    attended.minutes = 140
    session.commit()
    refused = client.get(f"{CERTIFICATES}/{made['id']}.pdf", headers=me)
    assert (refused.status_code, refused.json["code"]) == (409, "certificate-ended")
    assert refused.json["certificate_status"] == "replaced"
    shown = public(client, made["code"]).json
    nothing = ("hours", "hours_assumed", "events", "initials")
    assert [shown[name] for name in nothing] == [None] * 4
    assert client.get(CERTIFICATES, headers=me).json["items"][0]["status"] == "replaced"
    new = client.post(CERTIFICATES, json=BODY, headers=me)
    assert (new.status_code, new.json["hours"]) == (201, 1.92)
    assert public(client, made["code"]).json["status"] == "replaced"


def test_taken_back(client: FlaskClient, login: Login, person: Volunteer, attended: Attendance) -> None:
    me = login(person)
    made = client.post(CERTIFICATES, json=BODY, headers=me).json
    for _ in range(2):
        assert client.delete(f"{CERTIFICATES}/{made['id']}", headers=me).status_code == 204
    shown = public(client, made["code"]).json
    assert (shown["status"], shown["initials"]) == ("revoked", None)


def test_anothers_is_nobodys(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, attended: Attendance
) -> None:
    made = client.post(CERTIFICATES, json=BODY, headers=login(person)).json
    stranger = login(make_volunteer(session))
    for method, path in (("GET", f"{made['id']}.pdf"), ("DELETE", made["id"])):
        answer = client.open(f"{CERTIFICATES}/{path}", method=method, headers=stranger)
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    assert client.get(CERTIFICATES, headers=stranger).json["items"] == []
    assert public(client, made["code"]).json["status"] == "valid"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"from": "2026-05-16", "to": "2026-05-15"}, 422, "to"),
        ({"to": "2026-05-17"}, 422, "to"),
        ({"from": "1996-01-01"}, 422, "from"),
        ({"lang": "tr"}, 422, "lang"),
        ({"from": "yesterday"}, 422, "from"),
        ({"more": 1}, 422, "more"),
        ({"from": "2026-01-01", "to": "2026-01-31"}, 409, None),
    ],
)
def test_what_cannot_be_made(
    client: FlaskClient,
    login: Login,
    person: Volunteer,
    attended: Attendance,
    change: dict[str, Any],
    status: int,
    field: str | None,
) -> None:
    answer = client.post(CERTIFICATES, json=BODY | change, headers=login(person))
    assert answer.status_code == status
    assert (list(answer.json["errors"]) if field else answer.json["code"]) == (
        [field] if field else "nothing-to-certify"
    )


@pytest.mark.parametrize("code", ["AAAAAAAAAAAAAAAA", "x", "A" * 300, "%00", "' OR 1=1", "ABCDEFGHIJKLMNO1"])
def test_every_code_that_is_none_answers_alike(client: FlaskClient, code: str) -> None:
    answer, other = public(client, code), public(client, "BBBBBBBBBBBBBBBB")
    assert (answer.status_code, answer.json) == (404, other.json)
    assert answer.headers["Referrer-Policy"] == other.headers["Referrer-Policy"]


def test_the_record_says_the_same_hours(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, attended: Attendance
) -> None:
    long_ago = make_event(session, starts_at=NOW.replace(year=2025))
    make_counted(session, long_ago, person, minutes=60)
    record = client.get("/v1/me/record", headers=login(person)).json
    assert (record["events"], record["minutes"], record["assumed_minutes"]) == (2, 190, 25)
    assert record["this_year"] == {"events": 1, "minutes": 130, "assumed_minutes": 25}


def test_who_guesses_codes_waits(app: Tazalyq, client: FlaskClient) -> None:
    parts = app.extensions["tazalyq"]
    before, parts.address_limit = parts.address_limit, AddressLimit("memory://", 2)
    try:
        answers = [
            public(client, "A" * 16),
            client.get(f"/kk/certificates/{'B' * 16}"),
            public(client, "C" * 16),
        ]
    finally:
        parts.address_limit = before
    assert [answer.status_code for answer in answers] == [404, 404, 429]
