"""The demo opens with a filled week, people with names and hours of day that make sense."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cli import demo_load
from cli.demo import WELCOME
from http_base.application import Tazalyq
from service.models import Event, Organization, Signup, Volunteer
from service.people import guardians
from tests.clock import FixedClock

NOON = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
JANUARY = datetime(2027, 1, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("at", [NOON, NIGHT, JANUARY], ids=["noon", "night", "new-year"])
def test_at_any_hour_the_demo_is_a_filled_week_whose_first_event_goes_on(
    app: Tazalyq, client: FlaskClient, session: Session, clock: FixedClock, at: datetime
) -> None:
    clock.at = at
    assert demo_load.load(session, at)
    session.commit()
    assert not demo_load.load(session, at)
    coordinator = sign_in(app, "+77000000002")
    the_first_answer_is_a_filled_week(client, session, coordinator, at)
    last_week_shows_its_districts_and_an_event_without_one(client, coordinator, at)
    events_are_held_by_day(session, at)
    people_have_names(session)
    what_is_printed_is_there(client, session, at)
    somebody_can_check_in_at_once(client, sign_in(app, "+77000000129"), at)


def what_is_printed_is_there(client: FlaskClient, session: Session, at: datetime) -> None:
    """The numbers that `make run` names are of whom it says, and its certificate holds."""
    printed = WELCOME.format(base="")
    (certificate,) = re.findall(r"/kk/certificates/\w+", printed)
    assert "Жарамды" in client.get(certificate).text
    found = session.scalars(sa.select(Volunteer).where(Volunteer.guardian_phone == "+77011112233")).all()
    agreed = {one.phone: guardians.in_force(session, one.id, at) for one in found}
    assert (agreed["+77000000110"], agreed["+77000000126"]) == (True, False)
    assert {*agreed} & {*re.findall(r"\+\d{11}", printed)} == {"+77000000110", "+77000000126"}


def sign_in(app: Tazalyq, phone: str) -> dict[str, str]:
    token, _ = app.extensions["tazalyq"].verifier.issue(f"local:{phone}", phone)
    return {"Authorization": f"Bearer {token}"}


def the_first_answer_is_a_filled_week(
    client: FlaskClient, session: Session, coordinator: dict[str, str], at: datetime
) -> None:
    local = at.astimezone(ZoneInfo("Asia/Almaty")).date()
    days = f"from={local - timedelta(days=7)}&to={local}&region=KZ-15"
    totals = client.get(f"/v1/counts?{days}", headers=coordinator).json["totals"]
    for figure in (
        "participations",
        "volunteers",
        "minutes",
        "declared",
        "collectives",
        "companions",
        "in_review",
        "signups",
    ):
        assert totals[figure] > 0, figure
    held = client.get(f"/v1/events?{days}&limit=100", headers=coordinator).json["items"]
    over = [event for event in held if datetime.fromisoformat(event["ends_at"]) < at]
    assert {bool(event["result"]) for event in over} == {True, False}
    assert client.get("/v1/reviews", headers=coordinator).json["items"]
    assert client.get("/v1/organizations?status=pending", headers=coordinator).json["items"]
    waiting = session.scalar(sa.select(sa.func.count()).where(Signup.status == "waitlisted"))
    assert waiting


def somebody_can_check_in_at_once(client: FlaskClient, volunteer: dict[str, str], at: datetime) -> None:
    """The walk of the README, at whatever hour: the first event of Aktobe is open now."""
    first = client.get("/v1/events?region=KZ-15").json["items"][0]
    body = {
        "id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6",
        "sent_at": at.isoformat(),
        "installation_id": "my-phone",
        "position": {
            "latitude": 50.27969,
            "longitude": 57.20718,
            "accuracy_m": 8,
            "fixed_at": at.isoformat(),
        },
    }
    answer = client.post(f"/v1/events/{first['id']}/check-ins", json=body, headers=volunteer)
    assert (answer.status_code, answer.json["status"]) == (201, "counted")


def events_are_held_by_day(session: Session, at: datetime) -> None:
    for event in session.scalars(sa.select(Event)):
        begins = event.local(event.starts_at)
        is_open_now = event.starts_at <= at <= event.ends_at
        assert is_open_now or 7 <= begins.hour <= 18, (event.title, begins)
        assert all("А" <= letter <= "ӿ" for letter in event.address if letter.isalpha()), event.address
        assert set(event.address_names) == {"kk", "ru", "en"}
        assert event.address == event.address_names["kk"]


def people_have_names(session: Session) -> None:
    names = set(session.scalars(sa.select(Volunteer.display_name)))
    assert len(names) == 35
    assert all(len(name.split()) == 2 for name in names)
    assert not names & {
        text for name in session.scalars(sa.select(Organization.name)) for text in name.values()
    }
    minors = session.scalars(sa.select(Volunteer).where(Volunteer.guardian_phone.is_not(None))).all()
    assert len(minors) >= 3


def last_week_shows_its_districts_and_an_event_without_one(
    client: FlaskClient, coordinator: dict[str, str], at: datetime
) -> None:
    today = at.astimezone(ZoneInfo("Asia/Almaty")).date()
    monday = today - timedelta(days=today.weekday() + 7)
    days = f"from={monday}&to={monday + timedelta(days=6)}&region=KZ-15"
    items = client.get(f"/v1/events?{days}&limit=100").json["items"]
    districts = client.get("/v1/districts?region=KZ-15").json["items"]
    names = {one["code"]: one["name"] for one in districts}
    shown = {item["district"] for item in items}
    assert len(names) == 13
    assert len(shown & set(names)) >= 8
    assert [item["title"]["en"] for item in items if item["district"] is None] == ["River bank clean-up"]
    assert names["154200000"]["ru"] == "Кобдинский район"
    report = client.get(f"/v1/counts?{days}&group_by=district", headers=coordinator).json
    rows = {row["key"]: row for row in report["rows"]}
    assert len(rows.keys() & names.keys()) >= 8
    assert (rows[None]["name"]["kk"], rows[None]["participations"]) == ("Аудансыз", 4)
    assert report["totals"]["participations"] == sum(row["participations"] for row in rows.values())
    # Nobody of these is doubted: the two that wait are those of the other events.
    assert len(client.get("/v1/reviews?region=KZ-15", headers=coordinator).json["items"]) <= 4
