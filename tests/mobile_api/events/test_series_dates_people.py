"""Who comes along to dates that are added to a series: its helpers and whom to ask, and nobody else."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import AuditEntry, Event, EventHelper, Outbox, Volunteer
from tests.makers import make_member, make_signup, make_volunteer
from tests.mobile_api.events.series_world import FIRST, Series, of
from tests.mobile_api.events.test_series_dates import WEEK, add, days


def test_nobody_is_signed_up_and_nothing_of_what_happened_comes_along(
    series: Series, session: Session
) -> None:
    dates = series.makes(2, capacity=3)
    make_signup(session, session.get(Event, dates[0]["id"]), make_volunteer(session))
    series.client.put(
        f"/v1/events/{dates[0]['id']}/headcounts/{uuid4()}",
        json={"group": "7 «А»", "expected": 25},
        headers=series.login(series.owner),
    )
    (added,) = add(series, dates[0], FIRST + 2 * WEEK).json["items"]
    assert (added["going"], added["waitlisted"], added["expected_groups"]) == (0, 0, [])


def helping(session: Session, dates: list[dict[str, Any]], whom: Volunteer) -> list[bool]:
    found = session.scalars(sa.select(EventHelper.event_id).where(EventHelper.volunteer_id == whom.id)).all()
    return [one["id"] in map(str, found) for one in dates]


def names(series: Series, date: dict[str, Any], whom: Volunteer, scope: str) -> None:
    url = f"/v1/events/{date['id']}/helpers"
    said = {"phone": whom.phone, "scope": scope}
    assert series.client.put(url, json=said, headers=series.login(series.owner)).status_code == 204


@pytest.fixture
def colleague(series: Series, session: Session) -> Volunteer:
    found = make_volunteer(session)
    make_member(session, series.organization, found, role="helper")
    return found


def test_who_was_named_for_the_later_dates_helps_at_the_added_ones_and_hears_of_it_once(
    series: Series, session: Session, colleague: Volunteer
) -> None:
    dates = series.makes(4)
    names(series, dates[1], colleague, "following")
    added = add(series, dates[0], FIRST + 5 * WEEK, FIRST + 4 * WEEK, FIRST + timedelta(days=2)).json["items"]
    found = series.dates(dates[0]["series_id"])
    # Not on the Saturday before the date that it began with.
    assert days(found)[1] == "05-23T10:00"
    assert helping(session, found, colleague) == [False, False, True, True, True, True, True]
    told = session.scalars(sa.select(Outbox).where(Outbox.kind == "role_given").order_by(Outbox.id)).all()
    assert [(str(one.event_id), one.volunteer_id) for one in told] == [
        (dates[1]["id"], colleague.id), (added[1]["id"], colleague.id),
    ]  # fmt: skip
    assert told[1].facts == {"role": "event_helper", "title": dates[0]["title"], "series": True}
    recorded = sa.select(AuditEntry.event_id).where(
        AuditEntry.action == "helper-named", AuditEntry.subject_id == colleague.id
    )
    assert sorted(map(str, session.scalars(recorded))) == sorted(of(found[2:], "id"))
    (later,) = add(series, dates[0], FIRST + 6 * WEEK).json["items"]
    assert helping(session, [later], colleague) == [True]


@pytest.mark.parametrize("how", ["this", "let go"])
def test_who_helps_at_one_date_or_no_more_does_not(
    series: Series, session: Session, colleague: Volunteer, how: str
) -> None:
    dates = series.makes(3)
    names(
        series,
        dates[0] if how == "let go" else dates[2],
        colleague,
        "following" if how == "let go" else "this",
    )
    if how == "let go":
        url = f"/v1/events/{dates[1]['id']}/helpers/{colleague.id}?scope=following"
        assert series.client.delete(url, headers=series.login(series.owner)).status_code == 204
    (added,) = add(series, dates[2], FIRST + 3 * WEEK).json["items"]
    assert helping(session, [added], colleague) == [False]


def test_who_helped_at_one_date_and_is_named_for_the_later_ones_comes_along(
    series: Series, session: Session, colleague: Volunteer
) -> None:
    dates = series.makes(2)
    names(series, dates[1], colleague, "this")
    names(series, dates[0], colleague, "following")
    names(series, dates[1], colleague, "this")
    (added,) = add(series, dates[0], FIRST + 2 * WEEK).json["items"]
    assert helping(session, [added], colleague) == [True]


def test_a_colleague_is_asked_once_to_be_the_contact_of_the_added_dates(
    series: Series, session: Session, colleague: Volunteer
) -> None:
    dates = series.makes(2, contact={"phone": colleague.phone})
    (asked,) = session.scalars(sa.select(Outbox).where(Outbox.kind == "contact_asked")).all()
    url = "/v1/me/contacts/{}/accept"
    series.client.post(url.format(asked.facts["contact_id"]), headers=series.login(colleague))
    added = add(series, dates[0], FIRST + 2 * WEEK, FIRST + 3 * WEEK).json["items"]
    assert of(added, "contact") == [None, None]
    again = session.scalars(
        sa.select(Outbox).where(Outbox.kind == "contact_asked", Outbox.id != asked.id)
    ).all()
    assert [one.volunteer_id for one in again] == [colleague.id]
    series.client.post(url.format(again[0].facts["contact_id"]), headers=series.login(colleague))
    found = series.dates(dates[0]["series_id"])
    assert [one["contact"]["phone"] for one in found] == [colleague.phone] * 4
