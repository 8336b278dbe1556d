"""Areas of events over HTTP: what is taken, what is refused and why, and a bent river."""

from collections.abc import Callable
from datetime import timedelta
from math import cos, pi, sin
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_organization, make_volunteer
from tests.mobile_api.attendance.test_check_ins import presence
from tests.mobile_api.events.test_events import event_body
from tests.service.geography.test_geodesy import CENTRE, moved, positions, square

Login = Callable[[Volunteer], dict[str, str]]

BOWTIE = [[57.16, 50.28], [57.17, 50.29], [57.17, 50.28], [57.16, 50.29], [57.16, 50.28]]


def polygon(*rings: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def corridor(*points: list[float], width_m: float = 60) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": list(points)}
    return {"type": "corridor", "line": line, "width_m": width_m}


def round_ring(vertices: int) -> list[list[float]]:
    turns = [2 * pi * n / vertices for n in range(vertices)]
    ring = [[57.167 + 0.01 * cos(turn), 50.2839 + 0.006 * sin(turn)] for turn in turns]
    return [*ring, ring[0]]


@pytest.fixture
def post(client: FlaskClient, session: Session, login: Login) -> Callable[..., Any]:
    """Posts an event with an area."""
    owner = make_volunteer(session)
    organization = make_organization(session, owner)

    def send(area: Any, language: str = "en", **changes: Any) -> Any:
        headers = login(owner) | {"Accept-Language": language}
        body = event_body(organization.id, area=area, **changes)
        return client.post("/v1/events", json=body, headers=headers)

    return send


@pytest.mark.parametrize(
    "area",
    [
        {"type": "circle", "radius_m": 30},
        polygon(square(50.28, 57.16, 0.02)),
        polygon(square(50.28, 57.16, 0.02), square(50.285, 57.165, 0.005)),
        polygon(round_ring(200)),
        {"type": "MultiPolygon", "coordinates": [[square(50.28, 57.16, 0.01)], [square(50.3, 57.2, 0.01)]]},
        corridor([57.16, 50.28], [57.18, 50.29], [57.2, 50.28]),
        # A loop of the river: a line may cross itself.
        corridor(*BOWTIE),
    ],
)
def test_areas_that_are_taken_come_back_as_they_were_sent(post: Callable[..., Any], area: Any) -> None:
    answer = post(area)
    assert answer.status_code == 201, answer.json
    assert answer.json["area"] == area


@pytest.mark.parametrize(
    ("area", "field", "word"),
    [
        (polygon(BOWTIE), "area", "crosses itself here: 50.285, 57.165"),
        (polygon(square(50.28, 57.16, 0.02), square(50.4, 57.4, 0.01)), "area", "Holes must lie inside"),
        (polygon(square(50.27, 57.14, 0.1)), "area", "too large"),
        (corridor([57.167, 50.2839], [57.95, 50.2839], width_m=500), "area", "reaches too far"),
        (
            corridor([57.167, 50.28], [57.567, 50.28], [57.567, 50.33], [57.167, 50.33], width_m=500),
            "area",
            "too large",
        ),
        (corridor([57.167, 50.2839], [57.85, 50.2839], width_m=520), "area.width_m", "from 10 to 500"),
        (polygon(round_ring(201)), "area", "Too many points: 201"),
        (polygon([point[::-1] for point in square(50.28, 57.16, 0.02)]), "area", "are swapped"),
        (polygon(square(55.0, 37.6, 0.01)), "area", "outside Kazakhstan: 55.0"),
        (polygon(square(50.28, 57.16, 0.02)[:-1]), "area", "not closed"),
        (polygon([[57.16, 50.28], [57.17, 50.28], [57.16, 50.28]]), "area", "three different points"),
        (polygon([[57.16, 50.28]]), "area", "three different points"),
        (corridor([57.16, 50.28], [57.16, 50.28]), "area", "two different points"),
        (polygon(square(50.30, 57.16, 0.02)), "meeting_point", "m. At most: 500 m"),
        (polygon([["57.16", 50.28]] * 4), "area.coordinates", "two numbers"),
        (polygon([[True, 50.28]] * 4), "area.coordinates", "two numbers"),
        (polygon([[57.16, 50.28, 200]] * 4), "area", "three different points"),
        (polygon([[570.16, 50.28]] * 4), "area.coordinates", "no such coordinate"),
        (polygon(), "area.coordinates", "two numbers"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "area.coordinates", "two numbers"),
        ({"type": "Polygon", "coordinates": square(50.28, 57.16, 0.02)}, "area.coordinates", "two numbers"),
        ({"type": "Polygon", "coordinates": {"a": 1}}, "area.coordinates", "two numbers"),
        (polygon(square(50.28, 57.16, 0.02)) | {"crs": "x"}, "area.crs", "WGS 84"),
        ({"type": "circle", "radius_m": 5_001}, "area.radius_m", "from 30 to 5000"),
        (corridor([57.16, 50.28], [57.18, 50.29], width_m=5), "area.width_m", "from 10 to 500"),
        ({"type": "corridor", "line": [], "width_m": 50}, "area.line", "Wrong type"),
        ({"type": "hexagon"}, "area.type", "Polygon"),
        ({"type": ["circle"]}, "area.type", "Polygon"),
        ([], "area", "Wrong type"),
        (None, "area", "not be null"),
    ],
)
def test_areas_that_are_not_say_why(post: Callable[..., Any], area: Any, field: str, word: str) -> None:
    answer = post(area)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert list(answer.json["errors"]) == [field]
    assert word in answer.json["errors"][field][0]
    for language in LOCALES:
        (text,) = post(area, language).json["errors"][field]
        assert not text.startswith("field.")
        assert "{" not in text


def test_the_limit_of_the_area_holds_from_both_sides(post: Callable[..., Any]) -> None:
    """A square of 25 km² is 5 km by 5 km: 0.04491° by 0.07025° here."""

    def rectangle(share: float) -> dict[str, Any]:
        north, east = 50.2839 + 0.04494 * share, 57.167 + 0.07020 * share
        ring = [[57.167, 50.2839], [east, 50.2839], [east, north], [57.167, north], [57.167, 50.2839]]
        return polygon(ring)

    assert post(rectangle(0.99)).status_code == 201
    assert post(rectangle(1.01)).status_code == 422


def test_moving_the_meeting_point_alone_is_judged_with_the_area(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    body = event_body(make_organization(session, owner).id, area=polygon(square(50.28, 57.16, 0.01)))
    made = client.post("/v1/events", json=body, headers=login(owner)).json
    far = {"version": 1, "meeting_point": {"latitude": 50.3, "longitude": 57.165}}
    answer = client.patch(f"/v1/events/{made['id']}", json=far, headers=login(owner))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["meeting_point"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats(-200, 200) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=15,
)
near_areas = st.fixed_dictionaries(
    {"type": st.sampled_from(["circle", "Polygon", "MultiPolygon", "corridor", "Point", None])},
    optional={
        "radius_m": json_values,
        "width_m": st.floats(10, 500) | json_values,
        "line": st.fixed_dictionaries({"type": st.just("LineString"), "coordinates": json_values}),
        "coordinates": json_values
        | st.lists(
            st.lists(
                st.lists(st.sampled_from([50.28, 50.29, 57.16, 57.17]), min_size=2, max_size=2), max_size=6
            ),
            max_size=3,
        ),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values | near_areas)
def test_no_json_is_an_internal_error(post: Callable[..., Any], area: Any) -> None:
    answer = post(area)
    assert answer.status_code in (201, 422), answer.json


def test_the_document_describes_the_kinds_of_area(client: FlaskClient) -> None:
    schemas = client.get("/v1/openapi.json").json["components"]["schemas"]
    kinds = [one["$ref"].rpartition("/")[2] for one in schemas["Area"]["oneOf"]]
    assert kinds == ["Circle", "Polygon", "MultiPolygon", "Corridor"]
    radius = schemas["Circle"]["properties"]["radius_m"]
    assert (radius["type"], radius["minimum"], radius["maximum"]) == ("integer", 30, 5_000)


RIVER = [CENTRE]
"""A bent river of 3 km, downstream from the meeting point."""

for _azimuth in (20, 70, 40, 110, 60):
    RIVER.append(moved(RIVER[-1], _azimuth, 600))


def from_the_river(metres: float) -> dict[str, float]:
    """A point beside the second reach, off the edge of its corridor of 60 m; far ones lie upstream."""
    middle = moved(RIVER[1], 70, 300)
    beside = moved(middle, 160, 30 + metres) if metres < 1_000 else moved(RIVER[0], 200, 30 + metres)
    latitude, longitude = beside if metres else middle
    return {"latitude": latitude, "longitude": longitude}


@pytest.fixture
def river(post: Callable[..., Any], client: FlaskClient, login: Login, session: Session) -> dict[str, Any]:
    """A published event along it, open for check-in now."""
    owner = make_volunteer(session)
    body = event_body(
        make_organization(session, owner).id,
        area=corridor(*positions(RIVER), width_m=60),
        starts_at=NOW.isoformat(),
        ends_at=(NOW + timedelta(hours=3)).isoformat(),
    )
    made = client.post("/v1/events", json=body, headers=login(owner))
    assert made.status_code == 201, made.json
    published = client.post(f"/v1/events/{made.json['id']}/publish", headers=login(owner))
    assert published.json is not None
    return dict(published.json)


@pytest.mark.parametrize(
    ("metres", "accuracy_m", "status", "distance_m"),
    [(0, 8, "counted", 0), (80, 8, "counted", 80), (80, 250, "counted", 80), (80, 400, "review", 80)],
)
def test_on_the_bank_and_beside_it(
    client: FlaskClient,
    session: Session,
    login: Login,
    clock: FixedClock,
    river: dict[str, Any],
    metres: float,
    accuracy_m: float,
    status: str,
    distance_m: int,
) -> None:
    body = presence(clock, accuracy_m=accuracy_m, **from_the_river(metres))
    url = f"/v1/events/{river['id']}/check-ins"
    answer = client.post(url, json=body, headers=login(make_volunteer(session)))
    assert (answer.status_code, answer.json["status"]) == (201, status)
    assert answer.json["distance_m"] == pytest.approx(distance_m, abs=1)


@pytest.mark.parametrize(
    ("language", "closer", "organizer"),
    [
        ("kk", "Жақындап", "ұйымдастырушы"),
        ("ru", "Подойдите ближе", "организатор"),
        ("en", "Come closer", "organizer"),
    ],
)
def test_three_kilometres_off_is_refused_and_told_what_to_do(
    client: FlaskClient,
    session: Session,
    login: Login,
    clock: FixedClock,
    river: dict[str, Any],
    language: str,
    closer: str,
    organizer: str,
) -> None:
    body = presence(clock, **from_the_river(3_000))
    headers = login(make_volunteer(session)) | {"Accept-Language": language}
    answer = client.post(f"/v1/events/{river['id']}/check-ins", json=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "outside-area")
    assert answer.json["distance_m"] == pytest.approx(3_000, abs=2)
    for word in (closer, organizer, "3 ", "100"):
        assert word in answer.json["detail"]
