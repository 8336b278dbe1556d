"""An event's district: found by itself, set by a coordinator's hand, asked for by lists."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from service.models.audit import AuditEntry
from tests.conftest import NOW
from tests.makers import (
    AKTOBE,
    box,
    make_coordinator,
    make_district,
    make_event,
    make_import,
    make_organization,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]
CITY, ALGA, ALMATY = "151000000", "153200000", "751110000"


@pytest.fixture
def imported(session: Session) -> None:
    names = {"kk": "Ақтөбе қаласы", "ru": "город Актобе", "en": "Aktobe City"}
    make_district(session, CITY, box(57, 50.2, 57.3, 50.4), names=names, kind="city")
    make_district(session, ALGA, box(57.3, 49.5, 58, 50.4))
    make_district(session, ALMATY, box(76.8, 43.2, 77, 43.3), region_code="KZ-75")
    make_import(session)


def body(owner: Volunteer, session: Session, **overrides: Any) -> dict[str, Any]:
    starts_at = NOW + timedelta(days=3)
    return {
        "organization_id": str(make_organization(session, owner).id),
        "title": {"kk": "Сенбілік"},
        "kind": "cleanup",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "meeting_point": {"latitude": AKTOBE[0], "longitude": AKTOBE[1]},
    } | overrides


def test_an_event_gets_the_district_of_its_meeting_point_and_of_the_next_one(
    client: FlaskClient, session: Session, login: Login, imported: None
) -> None:
    owner = make_volunteer(session)
    headers = login(owner)
    made = client.post("/v1/events", json=body(owner, session), headers=headers).json
    assert made["district"] == CITY
    url = f"/v1/events/{made['id']}"
    elsewhere = {"version": made["version"], "meeting_point": {"latitude": 50.0, "longitude": 57.6}}
    moved = client.patch(url, json=elsewhere, headers=headers).json
    assert moved["district"] == ALGA
    nowhere = {"version": moved["version"], "meeting_point": {"latitude": 49.0, "longitude": 60.0}}
    assert client.patch(url, json=nowhere, headers=headers).json["district"] is None


@pytest.mark.parametrize("said", [ALGA, "Ақтөбе", ALMATY])
def test_an_organizer_who_names_another_district_reads_which_one_it_is(
    client: FlaskClient, session: Session, login: Login, imported: None, said: str
) -> None:
    owner = make_volunteer(session)
    refused = client.post("/v1/events", json=body(owner, session, district=said), headers=login(owner))
    assert refused.status_code == 422
    assert refused.json["errors"]["district"] == [
        "Кездесу орнының ауданы: Ақтөбе қаласы. Басқасын өңір үйлестірушісі ғана қоя алады."
    ]
    assert refused.json["district"]["ru"] == "город Актобе"


@pytest.mark.parametrize("said", [CITY, None])
def test_an_app_that_sends_back_what_it_was_shown_is_understood(
    client: FlaskClient, session: Session, login: Login, imported: None, said: str | None
) -> None:
    owner = make_volunteer(session)
    made = client.post("/v1/events", json=body(owner, session, district=said), headers=login(owner))
    assert (made.status_code, made.json["district"]) == (201, CITY)


def test_without_districts_of_the_region_an_organizers_word_stands(
    client: FlaskClient, session: Session, login: Login
) -> None:
    make_district(session, ALMATY, box(76.8, 43.2, 77, 43.3), region_code="KZ-75")
    make_import(session)
    owner = make_volunteer(session)
    made = client.post("/v1/events", json=body(owner, session, district="15-02"), headers=login(owner))
    assert made.json["district"] == "15-02"


def test_a_coordinator_sets_a_district_that_stands_until_the_place_moves(
    client: FlaskClient, session: Session, login: Login, imported: None
) -> None:
    owner, coordinator = make_volunteer(session), make_coordinator(session)
    event = make_event(
        session, make_organization(session, owner), starts_at=NOW + timedelta(days=3), district_code=CITY
    )
    url, headers = f"/v1/events/{event.id}", login(owner)
    said = client.put(f"{url}/district", json={"district": ALGA}, headers=login(coordinator))
    assert (said.status_code, said.json["district"]) == (200, ALGA)
    assert said.json["version"] == event.version + 1
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.event_id == event.id)).one()
    assert (entry.action, entry.actor_id, entry.region_code) == ("district-set", coordinator.id, "KZ-15")
    assert entry.detail == {"district": ALGA}
    change = {"version": said.json["version"], "title": {"kk": "Басқа"}, "district": None}
    kept = client.patch(url, json=change, headers=headers).json
    assert kept["district"] == ALGA
    mine = {"version": kept["version"], "district": CITY}
    assert client.patch(url, json=mine, headers=headers).status_code == 422
    there = {"version": kept["version"], "meeting_point": {"latitude": 50.29, "longitude": 57.16}}
    assert client.patch(url, json=there, headers=headers).json["district"] == CITY


def test_null_gives_the_district_back_to_the_outlines(
    client: FlaskClient, session: Session, login: Login, imported: None
) -> None:
    event, coordinator = make_event(session), login(make_coordinator(session))
    url = f"/v1/events/{event.id}/district"
    for said, shown, by_hand in ((ALGA, ALGA, True), (None, CITY, False)):
        answer = client.put(url, json={"district": said}, headers=coordinator)
        assert answer.json["district"] == shown
        session.expire_all()
        assert session.get_one(Event, event.id).district_by_hand is by_hand


@pytest.mark.parametrize("said", [ALMATY, "153299999", "x"])
def test_only_a_district_of_the_events_region_is_set(
    client: FlaskClient, session: Session, login: Login, imported: None, said: str
) -> None:
    event = make_event(session)
    answer = client.put(
        f"/v1/events/{event.id}/district",
        json={"district": said},
        headers=login(make_coordinator(session)),
    )
    assert answer.status_code == 422
    assert answer.json["errors"]["district"] == ["Бұл өңірде ондай аудан жоқ: Ақтөбе облысы."]


def test_nobody_else_sets_a_district(
    client: FlaskClient, session: Session, login: Login, imported: None
) -> None:
    coordinator = make_coordinator(session)
    event = make_event(session, make_organization(session, coordinator))
    other = make_event(session)
    asked = {"district": ALGA}
    for person, where in (
        (make_volunteer(session), event),
        (make_coordinator(session, "KZ-75"), event),
        (session.get_one(Volunteer, other.created_by), other),
        (coordinator, event),  # nobody decides about themself
    ):
        answer = client.put(f"/v1/events/{where.id}/district", json=asked, headers=login(person))
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert (
        client.put(f"/v1/events/{event.id}/district", json={}, headers=login(coordinator)).status_code == 422
    )


def test_lists_are_asked_for_a_district_and_for_none(
    client: FlaskClient, session: Session, imported: None
) -> None:
    coming = NOW + timedelta(days=1)
    made = {code: make_event(session, starts_at=coming, district_code=code) for code in (CITY, ALGA, None)}
    for asked, code in ((CITY, CITY), (ALGA, ALGA), ("none", None)):
        items = client.get(f"/v1/events?district={asked}").json["items"]
        assert [item["id"] for item in items] == [str(made[code].id)]
    assert len(client.get("/v1/events").json["items"]) == 3
    assert client.get("/v1/events?district=999999999").json["items"] == []


def test_districts_are_listed_for_anyone_and_cached(client: FlaskClient, imported: None) -> None:
    answer = client.get("/v1/districts?region=KZ-15")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.json["items"] == [
        {
            "code": CITY,
            "region": "KZ-15",
            "kind": "city",
            "name": {"kk": "Ақтөбе қаласы", "ru": "город Актобе", "en": "Aktobe City"},
        },
        {"code": ALGA, "region": "KZ-15", "kind": "district", "name": {"kk": f"{ALGA} ауданы"}},
    ]
    again = client.get("/v1/districts?region=KZ-15", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert len(client.get("/v1/districts").json["items"]) == 3
    assert client.get("/v1/districts?region=KZ-99").status_code == 422
    assert client.get("/v1/districts?regoin=KZ-15").status_code == 422


def test_without_an_import_there_are_none(client: FlaskClient) -> None:
    assert client.get("/v1/districts").json == {"items": [], "next": None}
