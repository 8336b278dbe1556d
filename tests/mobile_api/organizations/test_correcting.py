"""Correcting an organization: its number, its name, what it is; and two who decide at once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
GOOD_BINS = ("971240001315", "020240000555", "100000000205")
"""Of real companies; the last one's check digit comes from the second weights."""

BAD_BINS = (
    "971240001316",
    "971240001315\n",
    " 971240001315",
    "97124000131",
    "9712400013155",
    "٩٧١٢٤٠٠٠١٣١٥",
    "９７１２４０００１３１５",
    "971240OO1315",
    "000000000001",
    "068709861190",
    "",
)


class Correcting:
    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner, self.coordinator = make_volunteer(session), make_coordinator(session, "KZ-15")
        self.organization = make_organization(session, self.owner)

    @property
    def url(self) -> str:
        return f"/v1/organizations/{self.organization.id}"

    def patch(self, by: Volunteer | None = None, version: int | None = None, **body: Any) -> Any:
        if version is None:
            version = self.read()["version"]
        headers = self.login(by or self.owner)
        return self.client.patch(self.url, json={"version": version} | body, headers=headers)

    def read(self, by: Volunteer | None = None) -> dict[str, Any]:
        found: Any = self.client.get(self.url, headers=self.login(by or self.owner)).json
        return dict(found)

    def decide(self, status: str, **more: Any) -> Any:
        body = {"status": status} | more
        return self.client.put(f"{self.url}/status", json=body, headers=self.login(self.coordinator))


@pytest.fixture
def correcting(client: FlaskClient, session: Session, login: Login) -> Correcting:
    return Correcting(client, session, login)


def found(client: FlaskClient, headers: dict[str, str], **more: Any) -> Any:
    body = {"name": {"kk": "Таза"}, "region": "KZ-15"} | more
    return client.post("/v1/organizations", json=body, headers=headers)


@pytest.mark.parametrize("number", GOOD_BINS)
def test_a_right_bin_is_taken(client: FlaskClient, session: Session, login: Login, number: str) -> None:
    made = found(client, login(make_volunteer(session)), bin=number)
    assert (made.status_code, made.json["bin"]) == (201, number)


@pytest.mark.parametrize("number", BAD_BINS)
def test_a_wrong_bin_is_refused(correcting: Correcting, number: str) -> None:
    for answer in (
        found(correcting.client, correcting.login(correcting.owner), bin=number),
        correcting.patch(bin=number),
    ):
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["bin"])


def test_its_owner_corrects_it(correcting: Correcting) -> None:
    """Before anybody vouches for it, at once."""
    correcting.organization.status = "pending"
    correcting.session.flush()
    before = correcting.read()
    changed = correcting.patch(bin=GOOD_BINS[0], kind="school")
    assert (changed.status_code, changed.json["bin"], changed.json["kind"]) == (200, GOOD_BINS[0], "school")
    assert changed.json["version"] == before["version"] + 1
    assert correcting.patch(bin=None).json["bin"] is None
    assert correcting.read()["kind"] == "school"


def test_what_a_verified_one_is_registered_as_waits(correcting: Correcting) -> None:
    """Else a verified group of activists makes itself a state body, or another's number its own."""
    correcting.patch(correcting.coordinator, bin=GOOD_BINS[0], kind="group")
    waiting = correcting.patch(bin=GOOD_BINS[1], kind="state")
    assert waiting.status_code == 200
    assert (waiting.json["bin"], waiting.json["kind"]) == (GOOD_BINS[0], "group")
    assert waiting.json["pending"] == {"bin": GOOD_BINS[1], "kind": "state"}
    assert waiting.json["status"] == "verified"
    stranger = correcting.read(make_volunteer(correcting.session))
    assert (stranger["kind"], "pending" in stranger) == ("group", False)
    queue = correcting.client.get(
        "/v1/organizations?waiting=true", headers=correcting.login(correcting.coordinator)
    ).json["items"]
    assert [one["id"] for one in queue] == [str(correcting.organization.id)]
    taken = correcting.decide("verified", version=waiting.json["version"]).json
    assert (taken["bin"], taken["kind"], taken["pending"]) == (GOOD_BINS[1], "state", None)


def test_to_take_the_number_away_waits_as_well(correcting: Correcting) -> None:
    correcting.patch(correcting.coordinator, bin=GOOD_BINS[0])
    waiting = correcting.patch(bin=None)
    assert (waiting.json["bin"], waiting.json["pending"]) == (GOOD_BINS[0], {"bin": None, "kind": None})
    assert correcting.decide("verified").json["bin"] is None


def test_what_was_seen_is_what_is_confirmed(correcting: Correcting) -> None:
    """Who swaps it between the look and the press is not vouched for."""
    seen = correcting.patch(kind="ngo").json["version"]
    correcting.patch(kind="state")
    late = correcting.decide("verified", version=seen)
    assert (late.status_code, late.json["code"]) == (412, "stale")
    assert correcting.read()["kind"] is None


def test_what_stands_said_again_takes_back_what_waits(correcting: Correcting) -> None:
    correcting.patch(correcting.coordinator, bin=GOOD_BINS[0], kind="group")
    correcting.patch(bin=GOOD_BINS[1], kind="state")
    assert correcting.patch(kind="group").json["pending"] == {"bin": GOOD_BINS[1], "kind": "group"}
    kept = correcting.patch(correcting.coordinator, bin=GOOD_BINS[0])
    assert (kept.json["bin"], kept.json["pending"]) == (GOOD_BINS[0], None)


def test_a_coordinator_says_it_at_once_but_of_their_own(correcting: Correcting) -> None:
    assert correcting.patch(correcting.coordinator, kind="state").json["kind"] == "state"
    make_member(correcting.session, correcting.organization, correcting.coordinator, role="owner")
    own = correcting.patch(correcting.coordinator, kind="ngo")
    assert (own.json["kind"], own.json["pending"]) == ("state", {"bin": None, "kind": "ngo"})


@pytest.mark.parametrize("state", ["pending", "asked", "rejected"])
def test_what_nobody_has_vouched_for_is_corrected_at_once(correcting: Correcting, state: str) -> None:
    correcting.patch(kind="state")
    correcting.organization.status = state
    correcting.session.flush()
    changed = correcting.patch(kind="ngo").json
    assert (changed["kind"], changed["pending"]) == ("ngo", None)


def test_what_a_suspended_one_is_waits_as_well(correcting: Correcting) -> None:
    correcting.decide("suspended")
    assert correcting.patch(kind="state").json["pending"] == {"bin": None, "kind": "state"}


def test_its_events_stay_while_something_waits(correcting: Correcting) -> None:
    event = make_event(correcting.session, correcting.organization)
    correcting.patch(bin=GOOD_BINS[0], kind="state")
    answer = correcting.client.get(f"/v1/events/{event.id}")
    assert (answer.status_code, answer.json["hidden"]) == (200, False)


def test_a_stale_correction_is_refused(correcting: Correcting) -> None:
    correcting.organization.status = "pending"
    correcting.session.flush()
    assert correcting.patch(version=1, kind="ngo").status_code == 200
    stale = correcting.patch(version=1, kind="state")
    assert (stale.status_code, stale.json["code"], stale.json["version"]) == (412, "stale", 2)
    assert correcting.read()["kind"] == "ngo"
    correcting.organization.status = "verified"
    correcting.session.flush()
    decided = correcting.decide("suspended", version=1)
    assert (decided.status_code, decided.json["code"]) == (412, "stale")
    assert correcting.decide("suspended", version=2).status_code == 200


def test_only_its_owner_and_its_coordinator_correct_it(correcting: Correcting) -> None:
    member = make_volunteer(correcting.session)
    make_member(correcting.session, correcting.organization, member)
    for one in (member, make_volunteer(correcting.session), make_coordinator(correcting.session, "KZ-75")):
        answer = correcting.patch(one, kind="ngo")
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert correcting.patch(correcting.coordinator, kind="ngo").status_code == 200


def test_a_new_name_of_a_verified_one_waits(correcting: Correcting) -> None:
    waiting = correcting.patch(name={"kk": "Жаңа атау"})
    assert waiting.json["name"] == {"kk": "Таза Ақтөбе"}
    assert waiting.json["pending_name"] == {"kk": "Жаңа атау"}
    stranger = correcting.read(make_volunteer(correcting.session))
    assert stranger.get("pending_name") is None
    queue = correcting.client.get(
        "/v1/organizations?waiting=true", headers=correcting.login(correcting.coordinator)
    ).json["items"]
    assert [one["id"] for one in queue] == [str(correcting.organization.id)]
    assert correcting.decide("verified").json["name"] == {"kk": "Жаңа атау"}
    assert correcting.read()["pending_name"] is None
    by_name = correcting.client.get(
        "/v1/organizations", query_string={"q": "жаңа"}, headers=correcting.login(correcting.owner)
    ).json["items"]
    assert len(by_name) == 1


def test_a_coordinator_names_it_at_once(correcting: Correcting) -> None:
    correcting.patch(name={"kk": "Жаңа атау"})
    named = correcting.patch(correcting.coordinator, name={"kk": "Басқа", "ru": "Другое"})
    assert (named.json["name"], named.json["pending_name"]) == ({"kk": "Басқа", "ru": "Другое"}, None)


def test_the_old_name_again_takes_the_new_one_back(correcting: Correcting) -> None:
    correcting.patch(name={"kk": "Жаңа атау"})
    assert correcting.patch(name={"kk": "Таза Ақтөбе"}).json["pending_name"] is None


@pytest.mark.parametrize("state", ["pending", "asked", "rejected"])
def test_nobody_waits_for_a_name_that_nobody_has_vouched_for(
    client: FlaskClient, session: Session, login: Login, state: str
) -> None:
    correcting = Correcting(client, session, login)
    correcting.organization = make_organization(session, correcting.owner, status=state)
    changed = correcting.patch(name={"kk": "Жаңа атау"})
    assert (changed.json["name"], changed.json["pending_name"]) == ({"kk": "Жаңа атау"}, None)
    assert changed.json["status"] == state


def test_a_suspended_name_waits_as_well(correcting: Correcting) -> None:
    correcting.decide("suspended")
    assert correcting.patch(name={"kk": "Жаңа атау"}).json["pending_name"] == {"kk": "Жаңа атау"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "club"}, "kind"),
        ({"name": {}}, "name"),
        ({"name": None}, "name"),
        ({"status": "verified"}, "status"),
        ({"region": "KZ-75"}, "region"),
        ({"version": 0}, "version"),
    ],
)
def test_what_cannot_be_corrected(correcting: Correcting, body: dict[str, Any], field: str) -> None:
    answer = correcting.patch(**{"version": 1} | body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_what_it_is_can_be_said_at_once(client: FlaskClient, session: Session, login: Login) -> None:
    made = found(client, login(make_volunteer(session)), kind="university")
    assert (made.status_code, made.json["kind"]) == (201, "university")
    assert found(client, login(make_volunteer(session)), kind="club").status_code == 422
