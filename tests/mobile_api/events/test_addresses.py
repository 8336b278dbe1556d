"""Where people meet, in their own language: `address` as a text, `address_names` by language."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.messages import words
from service.models import Event, Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_signup, make_volunteer
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]
NAMES = {"kk": "Ақтөбе, Елек жағасы", "ru": "Актобе, берег Илека", "en": "Aktobe, bank of the Ilek"}


class Organizer:
    """An organizer who makes and changes an event."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session = client, session
        self.owner = make_volunteer(session)
        self.organization = make_organization(session, self.owner)
        self.headers = login(self.owner)

    def makes(self, **address: Any) -> Any:
        body = event_body(self.organization.id)
        del body["address"]
        return self.client.post("/v1/events", json=body | address, headers=self.headers)

    def has(self, **values: Any) -> dict[str, Any]:
        """A published event to come, as it is answered."""
        event = make_event(self.session, self.organization, starts_at=NOW + timedelta(days=3), **values)
        return self.seen(str(event.id))

    def changes(self, event: dict[str, Any], **changes: Any) -> Any:
        body = {"version": self.seen(event["id"])["version"]} | changes
        return self.client.patch(f"/v1/events/{event['id']}", json=body, headers=self.headers)

    def seen(self, event_id: str, language: str = "kk") -> dict[str, Any]:
        headers = self.headers | {"Accept-Language": language}
        answer: Any = self.client.get(f"/v1/events/{event_id}", headers=headers)
        found: dict[str, Any] = answer.json
        return found

    def told(self) -> list[Outbox]:
        query = sa.select(Outbox).where(Outbox.kind == "event_changed").order_by(Outbox.id)
        return list(self.session.scalars(query))


@pytest.fixture
def organizer(client: FlaskClient, session: Session, login: Login) -> Organizer:
    return Organizer(client, session, login)


@pytest.mark.parametrize(("language", "address"), [*NAMES.items(), ("de", NAMES["kk"])])
def test_everybody_reads_the_address_in_their_language(
    organizer: Organizer, language: str, address: str
) -> None:
    made = organizer.makes(address_names=NAMES)
    assert made.status_code == 201
    seen = organizer.seen(made.json["id"], language)
    assert (seen["address"], seen["address_names"]) == (address, NAMES)


def test_a_language_that_is_missing_falls_back_to_kazakh_russian_english(organizer: Organizer) -> None:
    made = organizer.makes(address_names={"ru": NAMES["ru"], "en": NAMES["en"]}).json
    assert [organizer.seen(made["id"], language)["address"] for language in ("kk", "ru", "en")] == [
        NAMES["ru"],
        NAMES["ru"],
        NAMES["en"],
    ]


def test_an_address_alone_is_everybodys(organizer: Organizer) -> None:
    made = organizer.makes(address="Елек").json
    for language in NAMES:
        seen = organizer.seen(made["id"], language)
        assert (seen["address"], seen["address_names"]) == ("Елек", {})


def test_without_an_address_both_are_empty(organizer: Organizer) -> None:
    made = organizer.makes().json
    assert (made["address"], made["address_names"]) == ("", {})
    told_nothing = organizer.makes(address_names={}).json
    assert (told_nothing["address"], told_nothing["address_names"]) == ("", {})


@pytest.mark.parametrize("address", NAMES.values())
def test_both_agree_where_the_text_is_one_of_the_names(organizer: Organizer, address: str) -> None:
    """So an event that was read, in whatever language, can be sent back or copied as it is."""
    made = organizer.makes(address=address, address_names=NAMES)
    assert (made.status_code, made.json["address_names"]) == (201, NAMES)
    again = organizer.changes(made.json, address=address, address_names=NAMES)
    assert (again.status_code, again.json["address"]) == (200, NAMES["kk"])


@pytest.mark.parametrize("address", ["Басқа жер", ""])
def test_both_that_disagree_are_refused(organizer: Organizer, address: str) -> None:
    refused = organizer.makes(address=address, address_names=NAMES)
    assert (refused.status_code, refused.json["code"]) == (422, "invalid")
    assert list(refused.json["errors"]) == ["address"]
    event = organizer.has()
    refused = organizer.changes(event, address=address, address_names=NAMES)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["address"])
    assert organizer.seen(event["id"]) == event


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ({"kk": "а" * 501}, "address_names.kk"),
        ({"kk": ""}, "address_names.kk"),
        ({"de": "Aktobe"}, "address_names.de"),
        ("Ақтөбе", "address_names"),
        (None, "address_names"),
    ],
)
def test_bad_names_are_explained(organizer: Organizer, names: Any, field: str) -> None:
    refused = organizer.makes(address_names=names)
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])


def test_another_address_alone_takes_the_place_of_all_names(organizer: Organizer) -> None:
    event = organizer.has(address=NAMES["kk"], address_names=NAMES)
    changed = organizer.changes(event, address="Саябақ").json
    assert (changed["address"], changed["address_names"]) == ("Саябақ", {})
    assert organizer.seen(event["id"], "ru")["address"] == "Саябақ"


def test_a_phone_that_sends_back_the_text_it_read_loses_no_language(organizer: Organizer) -> None:
    """An app that knows `address` alone sends all of its form, also when only the title was changed."""
    event = organizer.has(address=NAMES["kk"], address_names=NAMES)
    changed = organizer.changes(event, title={"kk": "Жаңа"}, address=NAMES["ru"]).json
    assert (changed["address"], changed["address_names"]) == (NAMES["kk"], NAMES)
    assert organizer.told() == []


def test_an_event_of_the_release_before_answers_its_one_text(organizer: Organizer) -> None:
    """Its column has a default, and its rows a text alone."""
    event = organizer.has(address="Ақтөбе")
    assert (event["address"], event["address_names"]) == ("Ақтөбе", {})


def test_lists_answer_in_the_callers_language_too(
    organizer: Organizer, client: FlaskClient, session: Session, login: Login
) -> None:
    event = organizer.has(address=NAMES["kk"], address_names=NAMES)
    person = make_volunteer(session)
    stored = session.get(Event, event["id"])
    assert stored is not None
    make_signup(session, stored, person)
    headers = login(person) | {"Accept-Language": "ru"}
    near = "near=50.2839,57.1670&within_km=5"
    assert client.get("/v1/events", headers=headers).json["items"][0]["address"] == NAMES["ru"]
    assert client.get(f"/v1/events?{near}", headers=headers).json["items"][0]["address"] == NAMES["ru"]
    mine = client.get("/v1/me/signups", headers=headers).json["items"]
    assert mine[0]["event"]["address"] == NAMES["ru"]


@pytest.mark.parametrize("words_of", ["берег илека", "Елек жағасы", "bank of the"])
def test_every_language_of_the_address_finds_the_event(
    organizer: Organizer, client: FlaskClient, words_of: str
) -> None:
    made = organizer.makes(address_names=NAMES).json
    client.post(f"/v1/events/{made['id']}/publish", headers=organizer.headers)
    found = client.get("/v1/events", query_string={"q": words_of}).json["items"]
    assert [event["id"] for event in found] == [made["id"]]


@pytest.mark.parametrize(("language", "address"), NAMES.items())
def test_notifications_name_the_address_in_the_readers_language(
    organizer: Organizer, language: str, address: str
) -> None:
    event = organizer.has()
    assert organizer.changes(event, address_names=NAMES).status_code == 200
    (told,) = organizer.told()
    assert told.facts["changed"] == ["place"]
    assert address in words(told.kind, told.facts, language)[1]


def test_facts_of_the_release_before_keep_their_words() -> None:
    facts = {"title": {"kk": "x"}, "starts_at": NOW.isoformat(), "zone": "Asia/Almaty", "changed": ["place"]}
    for language in NAMES:
        assert "Елек" in words("event_changed", facts | {"address": "Елек"}, language)[1]


def test_a_name_that_was_only_missing_is_no_news(organizer: Organizer) -> None:
    """Nobody's way changes because a text now stands in one more language."""
    event = organizer.has(address="Ақтөбе, Елек жағасы")
    added = organizer.changes(event, address_names={"kk": NAMES["kk"], "ru": NAMES["ru"]})
    assert (added.status_code, organizer.told()) == (200, [])
    more = organizer.changes(event, address_names=NAMES)
    assert (more.status_code, organizer.told()) == (200, [])


def test_a_name_that_was_wrong_is_news(organizer: Organizer) -> None:
    event = organizer.has(address=NAMES["kk"], address_names=NAMES)
    organizer.changes(event, address_names=NAMES | {"ru": "Актобе, парк"})
    assert [told.facts["changed"] for told in organizer.told()] == [["place"]]
