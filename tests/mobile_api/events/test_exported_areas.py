"""Areas as people export them from maps and cadastres: what describes is dropped, parcels become one area."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from shapely.geometry import shape
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_organization, make_volunteer
from tests.mobile_api.events.test_events import event_body
from tests.service.geography.test_geodesy import square

Login = Callable[[Volunteer], dict[str, str]]
Ring = list[list[Any]]

WHOLE = square(50.28, 57.16, 0.02)
WEST = [[57.16, 50.28], [57.17, 50.28], [57.17, 50.30], [57.16, 50.30], [57.16, 50.28]]
EAST = [[57.17, 50.28], [57.18, 50.28], [57.18, 50.30], [57.17, 50.30], [57.17, 50.28]]
OVER_BOTH = [[57.165, 50.28], [57.18, 50.28], [57.18, 50.30], [57.165, 50.30], [57.165, 50.28]]
FAR = square(50.31, 57.16, 0.005)
BOWTIE = [[57.16, 50.28], [57.17, 50.29], [57.17, 50.28], [57.16, 50.29], [57.16, 50.28]]
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def polygon(*rings: Ring) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def several(*rings: Ring) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def feature(geometry: Any, **members: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"cadastre": "02-036-100"}, "geometry": geometry} | members


def collection(*geometries: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [feature(one) for one in geometries]} | members


@pytest.fixture
def post(client: FlaskClient, session: Session, login: Login) -> Callable[[Any], Any]:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    headers = login(owner) | {"Accept-Language": "en"}

    def send(area: Any) -> Any:
        return client.post("/v1/events", json=event_body(organization.id, area=area), headers=headers)

    return send


Post = Callable[[Any], Any]


def assert_taken_as(post: Post, sent: Any, expected: Any) -> None:
    answer = post(sent)
    assert answer.status_code == 201, answer.json
    stored = answer.json["area"]
    assert stored["type"] == expected["type"]
    assert set(stored) == set(expected)
    found, wanted = shape(stored), shape(expected)
    assert found.is_valid
    assert shapely.symmetric_difference(found, wanted).area == pytest.approx(0, abs=1e-12)


def test_altitudes_are_dropped(post: Post) -> None:
    raised = [[*position, 212.5] for position in WHOLE]
    assert post(polygon(raised)).json["area"] == polygon(WHOLE)
    line = [[57.16, 50.28, 0], [57.18, 50.29, 200.25]]
    corridor = {"type": "corridor", "line": {"type": "LineString", "coordinates": line}, "width_m": 60}
    assert post(corridor).json["area"]["line"]["coordinates"] == [[57.16, 50.28], [57.18, 50.29]]


@pytest.mark.parametrize(
    "crs",
    [
        CRS84,
        None,
        {"type": "name", "properties": {"name": "EPSG:4326"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}},
    ],
)
def test_a_box_and_the_name_of_wgs_84_are_dropped(post: Post, crs: Any) -> None:
    described = polygon(WHOLE) | {"bbox": [57.16, 50.28, 57.18, 50.30], "crs": crs}
    assert post(described).json["area"] == polygon(WHOLE)
    assert post(collection(polygon(WHOLE), crs=crs, name="layer")).json["area"] == polygon(WHOLE)


def test_a_corridors_line_may_be_described_as_well(post: Post) -> None:
    line = {"type": "LineString", "coordinates": [[57.16, 50.28], [57.18, 50.29]]}
    for sent in (line | {"bbox": [57.16, 50.28, 57.18, 50.29]}, feature(line)):
        answer = post({"type": "corridor", "line": sent, "width_m": 60})
        assert answer.json["area"]["line"] == line


@pytest.mark.parametrize("name", ["EPSG:3857", "urn:ogc:def:crs:EPSG::32640", "EPSG:28412"])
def test_other_coordinates_are_refused(post: Post, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    for sent in (polygon(WHOLE) | {"crs": crs}, collection(polygon(WHOLE), crs=crs)):
        answer = post(sent)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["area.crs"])
        assert "WGS 84" in answer.json["errors"]["area.crs"][0]


@pytest.mark.parametrize(
    "crs", ["x", 4326, [], {"type": "link"}, {"type": "name", "properties": {"name": 4326}}]
)
def test_coordinates_of_no_known_kind_are_refused(post: Post, crs: Any) -> None:
    assert list(post(polygon(WHOLE) | {"crs": crs}).json["errors"]) == ["area.crs"]


def test_a_feature_is_its_geometry(post: Post) -> None:
    sent = feature(polygon(WHOLE), id="way/12", bbox=[57.16, 50.28, 57.18, 50.30])
    assert post(sent).json["area"] == polygon(WHOLE)
    assert post(collection(polygon(WHOLE))).json["area"] == polygon(WHOLE)


def test_several_features_are_their_union(post: Post) -> None:
    assert_taken_as(post, collection(polygon(WEST), polygon(EAST)), polygon(WHOLE))
    assert_taken_as(post, collection(polygon(WHOLE), polygon(FAR)), several(WHOLE, FAR))
    assert_taken_as(post, collection(several(WEST, FAR), polygon(EAST)), several(WHOLE, FAR))
    geometries = {"type": "GeometryCollection", "geometries": [polygon(WEST), polygon(EAST)]}
    assert_taken_as(post, geometries, polygon(WHOLE))


@pytest.mark.parametrize(
    "parcels", [(WEST, EAST), (WEST, OVER_BOTH), (WHOLE, WEST), (WHOLE, WHOLE), (EAST, WEST, WHOLE)]
)
def test_neighbouring_and_overlapping_parcels_become_one(post: Post, parcels: tuple[Ring, ...]) -> None:
    assert_taken_as(post, several(*parcels), polygon(WHOLE))


def test_a_parcel_that_fills_anothers_hole_closes_it(post: Post) -> None:
    hole = square(50.285, 57.165, 0.005)
    assert_taken_as(post, {"type": "MultiPolygon", "coordinates": [[WHOLE, hole], [hole]]}, polygon(WHOLE))


def test_a_plan_can_be_changed_with_what_it_came_back_with(
    post: Post, client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    body = event_body(make_organization(session, owner).id, area=several(WEST, EAST))
    made = client.post("/v1/events", json=body, headers=login(owner)).json
    again = client.post("/v1/events", json=body, headers=login(owner))
    assert (again.status_code, again.json["area"]) == (201, made["area"])
    changes = {"version": 1, "area": made["area"]}
    changed = client.patch(f"/v1/events/{made['id']}", json=changes, headers=login(owner))
    assert changed.json["area"] == made["area"]


@pytest.mark.parametrize(
    "sent", [several(BOWTIE), several(FAR, BOWTIE), collection(polygon(FAR), polygon(BOWTIE))]
)
def test_a_real_crossing_is_refused_with_its_place(post: Post, sent: Any) -> None:
    answer = post(sent)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["area"])
    assert "crosses itself here: 50.285, 57.165" in answer.json["errors"]["area"][0]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (feature(None), "area.geometry"),
        (feature({"type": "Point", "coordinates": [57.16, 50.28]}), "area.geometry.type"),
        (feature(feature(polygon(WHOLE))), "area.geometry.type"),
        (collection(), "area.features"),
        (
            collection(polygon(WHOLE), {"type": "Point", "coordinates": [57.16, 50.28]}),
            "area.features.1.geometry.type",
        ),
        ({"type": "FeatureCollection", "features": "x"}, "area.features"),
        ({"type": "FeatureCollection", "features": [polygon(WHOLE)]}, "area.features.0.type"),
        (
            {"type": "GeometryCollection", "geometries": [{"type": "circle", "radius_m": 50}]},
            "area.geometries.0.type",
        ),
        (collection({"type": "circle", "radius_m": 50}), "area.features.0.geometry.type"),
        (polygon(WHOLE) | {"colour": "red"}, "area.colour"),
        (polygon([[*position, "high"] for position in WHOLE]), "area.coordinates"),
        (polygon([[*position, 1, 2, 3] for position in WHOLE]), "area.coordinates"),
        (feature(polygon([["x", 1]])), "area.geometry.coordinates"),
        ({"type": "circle", "radius_m": 50, "bbox": [1, 2, 3, 4]}, "area.bbox"),
    ],
)
def test_what_is_no_area_says_where(post: Post, sent: Any, field: str) -> None:
    answer = post(sent)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_parcels_are_measured_together(post: Post) -> None:
    """Each is small enough by itself."""
    parcels = [square(50.28 + 0.03 * n, 57.16, 0.03) for n in range(8)]
    answer = post(collection(*map(polygon, parcels)))
    assert "too large" in answer.json["errors"]["area"][0]
