"""Figures for everybody: frozen months, few people withheld, events without how many go."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.figures import counts, public, public_columns
from service.figures.counts import CountRequest
from service.ledger import ledger
from service.models import Event, Organization, PublicMonth
from tests.clock import FixedClock
from tests.conftest import Sessions
from tests.makers import make_counted, make_event, make_organization, make_volunteer

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
MID_NOVEMBER = datetime(2026, 11, 15, 6, 0, tzinfo=UTC)
# (month, region, kind): how many came.
CAME = {
    (9, "KZ-15", "cleanup"): 3,
    (9, "KZ-75", "cleanup"): 7,
    (9, "KZ-75", "tree_planting"): 12,
    (9, "KZ-79", "recycling"): 20,
    (10, "KZ-15", "cleanup"): 6,
    (10, "KZ-75", "recycling"): 2,
    (10, "KZ-11", "cleanup"): 9,
}
Make = Callable[[int, str, str, int], Event]


@pytest.fixture
def make(session: Session) -> Make:
    """An event of one day of 2026 in a region, and how many came: counted as it should be."""
    organizations: list[Organization] = []

    def made(month: int, region: str, kind: str, people: int) -> Event:
        if not organizations:
            organizations.append(make_organization(session))
        starts_at = datetime(2026, month, 20, 5, 0, tzinfo=UTC)
        event = make_event(
            session, organizations[0], starts_at=starts_at, region_code=region, kind=kind, going=people
        )
        for _ in range(people):
            make_counted(session, event, make_volunteer(session))
        ledger.add(session, event, events=1, signups=people)
        return event

    return made


@pytest.fixture
def autumn(session: Session, make: Make) -> None:
    for (month, region, kind), people in CAME.items():
        make(month, region, kind, people)
    for first_day in (SEPTEMBER, OCTOBER):
        public.publish(session, first_day, MID_NOVEMBER)
    session.commit()


def asked(client: FlaskClient, query: str = "from=2026-09&to=2026-10") -> Any:
    answer = client.get(f"/public/counts?{query}")
    assert answer.status_code == 200
    return answer.json


def by_key(report: Any, figure: str = "participations") -> dict[str, int | None]:
    return {row["key"]: row[figure] for row in report["rows"]}


def test_few_people_are_withheld_and_with_them_who_would_tell(client: FlaskClient, autumn: None) -> None:
    september = asked(client, "from=2026-09&to=2026-09")
    assert by_key(september) == {"KZ-15": None, "KZ-75": None, "KZ-79": 20}
    assert by_key(september, "minutes") == {"KZ-15": None, "KZ-75": None, "KZ-79": 3000}
    assert september["totals"]["participations"] == 42
    assert september["rows"][0]["events"] == 1
    assert september["rows"][0]["withheld"] == {"verified": 1, "signups": 1}
    kinds = by_key(asked(client, "from=2026-10&to=2026-10&group_by=kind"))
    assert kinds == {"cleanup": None, "recycling": None}


def test_several_months_are_the_sum_of_what_is_shown(client: FlaskClient, autumn: None) -> None:
    report = asked(client)
    # In October the 6 of KZ-15 go with the 2 of KZ-75, and the 9 of KZ-11, so that they are 10 together.
    assert by_key(report) == {"KZ-11": None, "KZ-15": None, "KZ-75": None, "KZ-79": 20}
    rows = {row["key"]: row for row in report["rows"]}
    assert rows["KZ-75"]["withheld"]["verified"] == 2
    assert rows["KZ-79"]["volunteers"] == 20
    assert report["totals"]["participations"] == 59
    assert report["totals"]["volunteers"] is None  # people of two months are no sum
    months = asked(client, "from=2026-09&to=2026-10&group_by=month")
    assert by_key(months) == {"2026-09": 42, "2026-10": 17}
    assert by_key(months, "volunteers") == {"2026-09": 42, "2026-10": 17}


def test_no_withheld_cell_is_determined_by_all_that_is_public(client: FlaskClient, autumn: None) -> None:
    """Every range and grouping, and the dataset, as one system of equations over (month, region, kind)."""
    regions = sorted({region for _, region, _ in CAME})
    kinds = sorted({kind for _, _, kind in CAME})
    unknowns = list(product((9, 10), regions, kinds))

    def equation(matches: Callable[[int, str, str], bool]) -> list[int]:
        return [int(matches(*unknown)) for unknown in unknowns]

    def of(month: int, group: str, key: str) -> list[int]:
        at = {"region": 1, "kind": 2}.get(group)
        return equation(lambda *cell: cell[0] == month and (at is None or cell[at] == key))

    shown: list[list[int]] = []
    values: list[float] = []
    withheld: list[list[int]] = []
    single: dict[tuple[int, str, str], int | None] = {}
    for month, group in product((9, 10), ("region", "kind", "month")):
        report = asked(client, f"from=2026-{month:02}&to=2026-{month:02}&group_by={group}")
        for row in [*report["rows"], report["totals"] | {"key": ""}]:
            name = "total" if row["key"] == "" or group == "month" else group
            key = "" if name == "total" else row["key"]
            single[month, name, key] = row["participations"]
            target = withheld if row["participations"] is None else shown
            target.append(of(month, name, key))
            if row["participations"] is not None:
                values.append(row["participations"])
    for row in client.get("/public/dataset.json").json["rows"]:
        month, key = int(row["month"][5:]), row["region"]
        assert row["participations"] == single[month, "region", key]
    # Sums over months are of what is shown, and of nothing else.
    for group in ("region", "kind"):
        for row in asked(client, f"from=2026-09&to=2026-10&group_by={group}")["rows"]:
            parts = [single.get((month, group, row["key"])) for month in (9, 10)]
            assert row["participations"] == (sum(filter(None, parts)) or None)
    truth = np.array([CAME.get(unknown, 0) for unknown in unknowns])
    system = np.array(shown)
    assert (system @ truth == np.array(values)).all()
    rank = np.linalg.matrix_rank(system)
    assert len(withheld) >= 4
    for row in withheld:
        assert np.linalg.matrix_rank(np.vstack([system, row])) > rank


def test_who_came_along_is_not_told_by_what_organizers_declared(
    client: FlaskClient, session: Session, make: Make
) -> None:
    """Without a group all who were declared came along: a cell that says so covers no other one."""
    for region, said in {
        "KZ-15": {"companions": 3, "headcount": 100, "collectives": 2},
        "KZ-75": {"companions": 50},
        "KZ-79": {"companions": 60, "headcount": 40, "collectives": 1},
    }.items():
        ledger.add(session, make(10, region, "cleanup", 10), **said)
    public.publish(session, OCTOBER, MID_NOVEMBER)
    report = asked(client, "from=2026-10&to=2026-10")
    assert report["totals"]["companions"] == 113
    rows = {row["key"]: row for row in report["rows"]}
    told = {key: row["declared"] for key, row in rows.items() if row["collectives"] == 0}
    hidden = [key for key, row in rows.items() if row["companions"] is None and key not in told]
    assert "KZ-15" in hidden
    assert len(hidden) >= 2
    assert rows["KZ-75"]["participations"] == 10


def test_what_was_published_stays_as_it_is(
    client: FlaskClient, session: Session, autumn: None, make: Make
) -> None:
    before = asked(client)
    make(10, "KZ-11", "cleanup", 50)
    session.commit()
    assert asked(client) == before


def test_a_month_is_published_on_the_15th_of_the_next_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        make_event(session, starts_at=datetime(2026, 9, 20, 5, tzinfo=UTC))
    # The 15th begins at 19:00 UTC of the 14th.
    early = datetime(2026, 11, 14, 18, 59, tzinfo=UTC)
    for now, months in ((early, [SEPTEMBER]), (early + timedelta(minutes=1), [SEPTEMBER, OCTOBER])):
        for _ in range(4):
            with sessions.begin() as session:
                public.publish_next(session, now)
        with sessions() as session:
            held = session.scalars(sa.select(PublicMonth.month).order_by(PublicMonth.month)).all()
            assert held == months


def test_what_chats_add_to_a_query_is_ignored_but_a_wrong_month_is_not(client: FlaskClient) -> None:
    assert asked(client, "from=2026-09&to=2026-10&utm_source=telegram&fbclid=1&utm_source=2")["rows"] == []
    for query in (
        "from=2026-13",
        "from=2026-9",
        "from=11",
        "from=0000-01",
        "to=0001-03",
        "from=9999-12",
        "from=2026-10&to=2026-09",
        "from=2001-01&to=2026-01",
        "group_by=district",
        "from=2026-09&from=2026-10",
    ):
        assert client.get(f"/public/counts?{query}").status_code == 422, query
    assert client.get("/v1/districts?utm_source=telegram").status_code == 422


def test_left_out_months_are_the_last_twelve(client: FlaskClient, clock: FixedClock, autumn: None) -> None:
    clock.at = MID_NOVEMBER
    report = asked(client, "")
    assert (report["from"], report["to"], report["published_to"]) == ("2025-11", "2026-10", "2026-10")
    assert asked(client, "to=2026-03")["from"] == "2025-04"


def test_answers_are_cached_and_conditional(client: FlaskClient, autumn: None) -> None:
    for path, age in (
        ("counts", 3600),
        ("dataset.json", 3600),
        ("dataset.csv", 3600),
        ("events.geojson", 300),
    ):
        answer = client.get(f"/public/{path}")
        assert answer.headers["Cache-Control"] == f"public, max-age={age}"
        again = client.get(f"/public/{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, path


def test_the_dataset_says_what_each_column_means(client: FlaskClient, autumn: None) -> None:
    found = client.get("/public/dataset.json").json
    keys = [column["key"] for column in found["columns"]]
    assert set(found["definitions"]) == {"event", "person", "declared"}
    assert all(set(column["description"]) == {"kk", "ru", "en"} for column in found["columns"])
    assert all(list(row) == keys or set(row) == set(keys) for row in found["rows"])
    assert len(found["rows"]) == 6
    rows = list(csv.DictReader(io.StringIO(client.get("/public/dataset.csv").text)))
    assert list(rows[0]) == keys
    assert [(row["month"], row["region"]) for row in rows] == [
        (row["month"], row["region"]) for row in found["rows"]
    ]
    withheld = next(row for row in rows if (row["month"], row["region"]) == ("2026-09", "KZ-15"))
    assert (withheld["participations"], withheld["withheld"]) == ("", "signups verified")


def test_events_are_told_without_how_many_go(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    many = make_event(session, starts_at=tomorrow, capacity=100, going=10)
    make_event(session, starts_at=tomorrow, hidden_by="coordinator")
    make_event(session, starts_at=tomorrow, status="draft")
    make_event(session, starts_at=tomorrow, status="cancelled")
    make_event(session, starts_at=clock.now() - timedelta(days=1))
    answer = client.get("/public/events.geojson")
    assert answer.json["type"] == "FeatureCollection"
    (feature,) = answer.json["features"]
    assert UUID(feature["id"]) == many.id
    assert feature["geometry"] == {"type": "Point", "coordinates": [many.longitude, many.latitude]}
    assert feature["properties"]["places_left"] == "many"
    assert not {"going", "waitlisted", "capacity", "present", "contact"} & set(feature["properties"])


@pytest.mark.parametrize(
    ("capacity", "going", "left"),
    [
        (None, 500, None),
        (10, 0, "many"),
        (10, 5, "few"),
        (10, 10, "none"),
        (10, 12, "none"),
        (200, 180, "few"),
        (200, 179, "many"),
    ],
)
def test_places_left_is_a_word(
    client: FlaskClient, session: Session, capacity: int | None, going: int, left: str | None
) -> None:
    event = make_event(session, capacity=capacity, going=going)
    assert client.get(f"/v1/events/{event.id}").json["places_left"] == left


@pytest.mark.parametrize(
    ("number", "told"), [(0, 0), (1, None), (4, None), (5, 10), (14, 10), (15, 20), (90_004, 90_000)]
)
def test_numbers_of_the_first_page_are_rounded(number: int, told: int | None) -> None:
    assert public.rounded(number) == told


def test_the_first_page_counts_whole_days_up_to_yesterday(session: Session, make: Make) -> None:
    make(9, "KZ-15", "cleanup", 23)
    for hour, people in ((4, 0), (19, 20)):
        # The 20th is over at 19:00 UTC.
        home = public.home(session, datetime(2026, 9, 20, hour, 0, tzinfo=UTC))
        assert home["figures"]["volunteers"] == people
    assert home["from"] == date(2026, 1, 1)


def test_what_coordinators_count_is_public_but_what_waits(session: Session) -> None:
    days = CountRequest(SEPTEMBER, OCTOBER, "region")
    counted = set(counts.count(session, days, MID_NOVEMBER)["totals"])
    apart = {"in_review", "appeals", "events_coming", "waste_converted"}
    assert set(public_columns.figures()) == counted - apart


def test_every_public_figure_is_of_a_group_that_says_how_many(session: Session) -> None:
    about_people = {"participations", "volunteers", "minutes", "minutes_assumed", "signups", "declared"}
    for name, column in public_columns.figures().items():
        assert (column.people in public_columns.DECIDED_BY) or name not in about_people
