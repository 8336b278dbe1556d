"""Finding places over HTTP: the gazetteer, and a Nominatim behind it that may be as bad as it likes."""

import json
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.geography import geocoding
from service.geography.nominatim import Nominatim
from service.models import Geocoded, GeocoderTurn
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import box, make_district, make_import
from tests.mobile_api.geography import stub as stubs

ADDRESS = "Ақтөбе, Абай даңғылы 15"
ALLOWED_S = 2.0


@pytest.fixture
def stub(app: Tazalyq) -> Iterator[stubs.Nominatim]:
    """A Nominatim that the application asks."""
    with stubs.running() as running:
        app.extensions["tazalyq"].geocoder = Nominatim(running.url, "tazalyq (tests)")
        try:
            yield running
        finally:
            del app.extensions["tazalyq"].geocoder


def find(client: FlaskClient, q: str = ADDRESS, language: str = "kk", **query: str) -> Any:
    return client.get("/v1/places", query_string={"q": q, **query}, headers={"Accept-Language": language})


def next_turn(session: Session) -> None:
    """As if a second had passed since the last answer."""
    session.execute(sa.delete(GeocoderTurn))
    session.commit()


def test_without_a_geocoder_towns_are_found(client: FlaskClient, session: Session) -> None:
    make_district(session, "151010000", box(56, 50, 58, 51))
    make_import(session)
    answer = find(client, "Актобе", "ru")
    assert answer.status_code == 200
    assert answer.json == {
        "items": [
            {
                "name": "Актобе",
                "names": {"kk": "Ақтөбе", "ru": "Актобе", "en": "Aktobe"},
                "kind": "settlement",
                "latitude": 50.27969,
                "longitude": 57.20718,
                "region": "KZ-15",
                "district": "151010000",
                "source": "gazetteer",
            }
        ],
        "complete": True,
    }
    assert [item["name"] for item in find(client).json["items"]] == ["Ақтөбе"]


def test_near_alone_gives_the_closest_towns_and_nothing_the_largest(client: FlaskClient) -> None:
    near = client.get("/v1/places?near=50.28,57.16").json["items"]
    assert near[0]["names"]["kk"] == "Ақтөбе"
    assert client.get("/v1/places").json["items"][0]["names"]["kk"] == "Алматы"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=", "q"),
        ("q=%00", "q"),
        ("q=%20%20", "q"),
        (f"q={'x' * 201}", "q"),
        ("q=a&q=b", "q"),
        ("near=abc", "near"),
        ("near=57.167,50.28", "near"),
        ("near=NaN,NaN", "near"),
        ("near=inf,57", "near"),
        ("near=50.28", "near"),
        ("near=50.28,57.16,1", "near"),
        ("near=51.5,-0.1", "near"),
        ("near=", "near"),
        ("limit=5", "limit"),
    ],
)
def test_bad_questions_are_explained(client: FlaskClient, query: str, field: str) -> None:
    answer = client.get(f"/v1/places?{query}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_addresses_come_from_nominatim_which_is_asked_once(
    client: FlaskClient, stub: stubs.Nominatim
) -> None:
    stub.finds(stubs.place())
    first = find(client)
    assert first.status_code == 200
    (item,) = first.json["items"]
    assert (item["name"], item["kind"], item["source"]) == (
        "Абай даңғылы, 15, Ақтөбе",
        "address",
        "nominatim",
    )
    assert (item["latitude"], item["longitude"], item["region"]) == (50.2839, 57.167, "KZ-15")
    for again in (ADDRESS, f"  {ADDRESS.upper()} "):
        assert find(client, again).json == first.json
    (asked,) = stub.asked
    assert (asked["q"], asked["countrycodes"], asked["accept-language"]) == ([ADDRESS], ["kz"], ["kk"])
    assert stub.agents == ["tazalyq (tests)"]


def test_what_the_gazetteer_knows_well_is_asked_nobody(client: FlaskClient, stub: stubs.Nominatim) -> None:
    for known in ("Ақтөбе", "г. Қандыағаш", "Ақ", "aktobe"):
        assert find(client, known).json["complete"]
    assert stub.asked == []


def test_beginnings_of_towns_stand_before_addresses(client: FlaskClient, stub: stubs.Nominatim) -> None:
    village = stubs.place(
        name="Қандыағаш", lat="49.4746", lon="57.4238", addresstype="town", address={}, namedetails={}
    )
    stub.finds(village, stubs.place())
    items = find(client, "Қандыағ").json["items"]
    assert [(item["name"], item["source"]) for item in items] == [
        ("Қандыағаш", "gazetteer"),
        ("Абай даңғылы, 15, Ақтөбе", "nominatim"),
    ]


def test_only_roughly_is_it_told_where_somebody_stands(client: FlaskClient, stub: stubs.Nominatim) -> None:
    stub.finds(stubs.place())
    find(client, near="50.283912,57.166987")
    ((viewbox,),) = [asked["viewbox"] for asked in stub.asked]
    assert [float(part) for part in viewbox.split(",")] == [56.0, 49.0, 58.0, 51.0]
    assert find(client, near="50.3,57.2").json["complete"]
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Bad gateway</body></html>",
        b"[" * 100_000,
        b"[" + b'{"lat": "50", "lon": "57"},' * 100_000 + b"{}]",
        b"\xff\xfe\x00",
        b"",
        b"null",
        b"7",
        b'"found"',
        b"[[]]",
        b"[7, null]",
        b'{"error": "busy"}',
        json.dumps([{"lat": "NaN", "lon": "57", "display_name": "x"}]).encode(),
        json.dumps([{"lat": "500", "lon": "57", "display_name": "x"}]).encode(),
        json.dumps([{"display_name": "x"}]).encode(),
        json.dumps([stubs.place(name={"kk": "x"})]).encode(),
    ],
)
def test_rubbish_leaves_the_gazetteers_answer(
    client: FlaskClient, stub: stubs.Nominatim, session: Session, body: bytes
) -> None:
    stub.answers = (200, {"Content-Type": "application/json"}, body)
    began = perf_counter()
    answer = find(client)
    assert perf_counter() - began < ALLOWED_S
    assert answer.status_code == 200
    assert [item["names"]["kk"] for item in answer.json["items"]] == ["Ақтөбе"]
    assert len(stub.asked) == 1


def test_places_elsewhere_are_left_out_and_names_are_cleaned(
    client: FlaskClient, stub: stubs.Nominatim
) -> None:
    stub.finds(
        stubs.place(lat="51.5", lon="-0.12"),
        stubs.place(lat="55.75", lon="37.6"),
        stubs.place(lat="42.87", lon="74.6", address={"city": "Бишкек", "country_code": "kg"}),
        stubs.place(name="\u202e<b>Саябақ\x07</b>" + "ә" * 5_000, address={}),
        stubs.place(name="\u200b", address={}, display_name="\u200b"),
    )
    (item,) = find(client).json["items"]
    assert item["name"].startswith("<b>Саябақ </b>")
    assert len(item["name"]) == 200


@pytest.mark.parametrize("status", [429, 503, 500, 404, 403, 301])
def test_a_refusal_leaves_the_gazetteers_answer_and_nominatim_alone(
    client: FlaskClient, stub: stubs.Nominatim, session: Session, status: int
) -> None:
    stub.answers = (status, {"Retry-After": "120", "Location": "/search"}, b"no")
    began = perf_counter()
    answer = find(client)
    assert perf_counter() - began < ALLOWED_S
    assert (answer.status_code, answer.json["complete"]) == (200, False)
    assert [item["source"] for item in answer.json["items"]] == ["gazetteer"]
    assert find(client, "Абай 16").json["complete"] is False
    assert len(stub.asked) == 1
    rests = session.scalar(sa.select(GeocoderTurn.free_at - sa.func.clock_timestamp()))
    expected = 120 if status == 429 else 30
    assert rests is not None
    assert timedelta(seconds=expected - 3) < rests <= timedelta(seconds=expected)


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_silence_is_answered_within_two_seconds(
    client: FlaskClient, stub: stubs.Nominatim, session: Session, how: str
) -> None:
    setattr(stub, how, True)
    began = perf_counter()
    answer = find(client)
    assert perf_counter() - began < ALLOWED_S
    assert (answer.status_code, answer.json["complete"]) == (200, False)
    # The next one is not asked of it at all.
    began = perf_counter()
    assert find(client, "Абай 16").status_code == 200
    assert perf_counter() - began < 0.5
    # Once it is well again, it is asked again.
    setattr(stub, how, False)
    stub.finds(stubs.place())
    next_turn(session)
    assert find(client).json["items"][0]["source"] == "nominatim"


def test_nobody_there_leaves_the_gazetteers_answer(client: FlaskClient, app: Tazalyq) -> None:
    for url in ("http://127.0.0.1:1", "http://name.invalid"):
        app.extensions["tazalyq"].geocoder = Nominatim(url, "tazalyq (tests)")
        began = perf_counter()
        answer = find(client)
        assert perf_counter() - began < ALLOWED_S
        assert [item["source"] for item in answer.json["items"]] == ["gazetteer"]
    del app.extensions["tazalyq"].geocoder


def test_a_second_passes_between_two_questions(
    client: FlaskClient, stub: stubs.Nominatim, session: Session
) -> None:
    stub.finds(stubs.place())
    assert find(client, "Абай 1").json["complete"]
    assert find(client, "Абай 2").json["complete"] is False
    assert len(stub.asked) == 1
    free = session.scalar(sa.select(GeocoderTurn.free_at - sa.func.clock_timestamp()))
    assert free is not None
    assert free <= geocoding.BETWEEN
    next_turn(session)
    assert find(client, "Абай 2").json["complete"]


def test_what_was_asked_is_kept_for_a_month_and_unreadable(
    client: FlaskClient, stub: stubs.Nominatim, session: Session, clock: FixedClock
) -> None:
    stub.finds()
    find(client, "менің үйім, Абай 15-23")
    row = session.scalar(sa.text("SELECT string_agg(CAST(geocoded AS text), ' ') FROM geocoded"))
    assert "Абай" not in row
    assert "үйім" not in row
    clock.at = NOW + geocoding.KEPT
    next_turn(session)
    find(client, "менің үйім, Абай 15-23")
    assert len(stub.asked) == 2
    assert geocoding.forget(session, clock.at) == 0
    assert geocoding.forget(session, clock.at + geocoding.KEPT) == 1


def test_ever_new_questions_fill_no_disk(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "KEPT_AT_MOST", 3)
    for number in range(5):
        kept = Geocoded(key=bytes([number]), places=[], expires_at=NOW + timedelta(days=number + 1))
        session.add(kept)
    session.flush()
    assert geocoding.forget(session, NOW) == 2
    assert session.scalar(sa.select(sa.func.min(Geocoded.expires_at))) == NOW + timedelta(days=3)
