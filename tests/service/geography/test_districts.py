"""Which district a point lies in: outlines, borders, towns within districts, and imports meanwhile."""

import pytest
from sqlalchemy.orm import Session

from service.geography import districts
from tests.makers import box, make_district, make_import


@pytest.fixture
def two(session: Session) -> None:
    """Two neighbours with one border at 57°, and a town within the western one."""
    make_district(session, "151000000", box(56.4, 50.4, 56.6, 50.6), kind="city")
    make_district(session, "153400000", box(56, 50, 57, 51))
    make_district(session, "153200000", box(57, 50, 58, 51))
    make_import(session)


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (50.1, 56.5, "153400000"),
        (50.1, 57.5, "153200000"),
        (50.5, 56.5, "151000000"),  # the town, not the district round it
        (50.1, 57.0, "153200000"),  # a border of two of one size: the lower code, always
        (50.4, 56.5, "151000000"),  # the town's border
        (51.02, 56.5, "153400000"),  # 2.2 km beyond: the nearest
        (51.05, 56.5, None),  # 5.6 km beyond
        (50.1, 58.04, "153200000"),  # 2.9 km: degrees of longitude are shorter
        (50.1, 58.06, None),
    ],
)
def test_a_point_lies_in_one_district(
    session: Session, two: None, latitude: float, longitude: float, code: str | None
) -> None:
    assert districts.current(session).at(latitude, longitude, "KZ-15") == code


def test_a_district_of_another_region_is_never_a_points(session: Session, two: None) -> None:
    assert districts.current(session).at(50.1, 56.5, "KZ-27") is None
    assert not districts.current(session).knows("KZ-27")
    make_district(session, "273200000", box(56.5, 50, 58, 51), region_code="KZ-27")
    make_import(session)
    assert districts.current(session).at(50.1, 56.6, "KZ-27") == "273200000"
    assert districts.current(session).at(50.1, 56.6, "KZ-15") == "153400000"


def test_an_import_is_seen_at_once_and_an_old_one_is_kept_in_memory(session: Session, two: None) -> None:
    known = districts.current(session)
    assert districts.current(session) is known
    make_district(session, "154000000", box(59, 50, 60, 51))
    assert districts.current(session) is known
    version = make_import(session)
    assert districts.current(session).version == version
    assert districts.current(session).at(50.5, 59.5, "KZ-15") == "154000000"


def test_without_an_import_there_is_no_district(session: Session) -> None:
    assert districts.current(session).at(50.1, 56.5, "KZ-15") is None
    assert districts.current(session).version == 0


def test_an_unknown_code_is_named_as_no_district(session: Session, two: None) -> None:
    names = districts.names_of(session, ["151000000", "999999999", None])
    assert names["151000000"] == {"kk": "151000000 ауданы"}
    assert names["999999999"] == names[None] == districts.WITHOUT
