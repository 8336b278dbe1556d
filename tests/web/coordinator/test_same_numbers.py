"""What the country's coordinator reads is what its regions read and send: in calls, pages and reports."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cli import demo_load
from service.models import Coordinator, Volunteer
from tests.conftest import NOW
from tests.web.visitor import Visitor

Login = Callable[[Volunteer], dict[str, str]]
LAST_WEEK = "from=2026-05-04&to=2026-05-10"
PERIODS = {
    "2026-W19": LAST_WEEK,
    "2026-05": "from=2026-05-01&to=2026-05-31",
    "2026": "from=2026-01-01&to=2026-12-31",
}
ADDED = (
    "events_held", "participations", "minutes", "headcount", "collectives", "companions", "declared",
    "in_review", "appeals", "waste_t", "trees", "containers", "machines",
)  # fmt: skip
REPORTED = {
    "events": "events_held",
    "people_verified": "participations",
    "people_different": "volunteers",
    "people_declared": "declared",
    "collectives": "collectives",
    "waste_t": "waste_t",
    "trees": "trees",
    "in_review": "in_review",
}


@pytest.fixture
def national(session: Session) -> Volunteer:
    """The demo's."""
    demo_load.load(session, NOW)
    session.commit()
    return who_coordinates(session, "*")


def who_coordinates(session: Session, region: str) -> Volunteer:
    query = sa.select(Volunteer).join(Coordinator).where(Coordinator.region_code == region)
    return session.scalars(query).one()


def test_the_country_is_the_sum_of_what_its_regions_report(
    client: FlaskClient, login: Login, national: Volunteer
) -> None:
    for period in PERIODS:  # one demo for all of them: it takes seconds
        country_is_its_regions(client, login(national), period)


def country_is_its_regions(client: FlaskClient, headers: dict[str, str], period: str) -> None:

    def ask(path: str) -> Any:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.json
        return answer.json

    counted = ask(f"/v1/counts?{PERIODS[period]}&group_by=region")
    assert len(counted["rows"]) == (1 if period == "2026-W19" else 2)
    for name in ADDED:
        assert sum(row[name] or 0 for row in counted["rows"]) == (counted["totals"][name] or 0), name
    for row in counted["rows"]:
        total = ask(f"/v1/region-report?region={row['key']}&period={period}")["total"]["cells"]
        for column, name in REPORTED.items():
            assert (total[column] or 0) == (row[name] or 0), (row["key"], column)
        alone = ask(f"/v1/counts?{PERIODS[period]}&region={row['key']}&group_by=district")["totals"]
        assert {name: alone[name] for name in (*ADDED, "volunteers")} == {
            name: row[name] for name in (*ADDED, "volunteers")
        }
    assert counted["totals"]["participations"] > 0


def test_both_coordinators_read_the_same_of_a_region(
    client: FlaskClient, login: Login, session: Session, national: Volunteer
) -> None:
    regional = who_coordinates(session, "KZ-15")
    for path in (f"/v1/counts?{LAST_WEEK}&region=KZ-15&group_by=event", "/v1/region-report?region=KZ-15"):
        both = [client.get(path, headers=login(who)).json for who in (national, regional)]
        assert both[0] == both[1], path


def test_the_countrys_pages_show_the_numbers_of_its_counts(
    visitor: Visitor, client: FlaskClient, login: Login, session: Session, national: Volunteer
) -> None:
    totals = client.get(f"/v1/counts?{LAST_WEEK}", headers=login(national)).json["totals"]
    visitor.sign_in(session, national)
    rows = visitor.page("/en/coordinator/").one("table", class_="table-week").all("tr")[1:]
    shown = [row.all("td")[0].text.removeprefix("≈ ") for row in rows]
    assert shown == [
        written(value)
        for value in (
            totals["events_held"],
            totals["participations"] + totals["declared"],
            totals["participations"],
            totals["declared"],
            totals["volunteers"],
            totals["waste_t"],
            totals["trees"],
        )
    ]
    page = "/en/coordinator/report?region=KZ-15&columns=all"
    pages = [cells(visitor, page)]
    visitor.sign_in(session, who_coordinates(session, "KZ-15"))
    pages.append(cells(visitor, page))
    assert pages[0] == pages[1]
    assert len(pages[0]) > 8


def written(value: float | None) -> str:
    """As the home page writes it, in English."""
    return "" if value is None else f"{round(value, 1):,}".removesuffix(".0")


def cells(visitor: Visitor, path: str) -> list[list[str]]:
    rows = visitor.page(path).one("table", class_="table-report").all("tr")
    return [[cell.text for cell in row.all("td")] for row in rows if row.all("td")]
