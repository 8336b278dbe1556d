"""A series that was called off takes place after all: the dates that were called off together."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from notifications import messages, words
from notifications.words import LOCALES
from service.models import Outbox, Volunteer
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_volunteer
from tests.mobile_api.events.series_world import FIRST, Series, of

Login = Callable[[Volunteer], dict[str, str]]
OFF = {"scope": "following", "reason": "Дауыл"}
ON = {"scope": "following"}


def stands(series: Series, series_id: str) -> str:
    """Of each date one letter: what it is."""
    return "".join(status[0] for status in of(series.dates(series_id), "status"))


def test_this_is_the_default_and_restores_one(series: Series) -> None:
    dates = series.makes()
    series.post(dates[1]["id"], "cancel", OFF)
    assert series.post(dates[2]["id"], "restore", {}).json["status"] == "published"
    assert stands(series, dates[0]["series_id"]) == "pcpcc"
    assert series.post(dates[1]["id"], "restore", {"scope": "this"}).status_code == 200
    assert stands(series, dates[0]["series_id"]) == "pppcc"


def test_following_restores_what_was_called_off_together(series: Series, clock: FixedClock) -> None:
    dates = series.makes()
    series.post(dates[3]["id"], "cancel", {"reason": "Той"})
    clock.move(timedelta(minutes=5))
    series.post(dates[1]["id"], "cancel", OFF)
    answer = series.post(dates[1]["id"], "restore", ON)
    assert (answer.status_code, answer.json["id"], answer.json["status"]) == (
        200,
        dates[1]["id"],
        "published",
    )
    assert stands(series, dates[0]["series_id"]) == "pppcp", "its own reason still holds"
    again = series.post(dates[1]["id"], "restore", ON)
    assert (again.status_code, again.json) == (200, answer.json)
    assert stands(series, dates[0]["series_id"]) == "pppcp"


def test_from_a_later_date_the_earlier_ones_stay_off(series: Series) -> None:
    dates = series.makes()
    series.post(dates[0]["id"], "cancel", OFF)
    assert series.post(dates[2]["id"], "restore", ON).status_code == 200
    assert stands(series, dates[0]["series_id"]) == "ccppp"


def test_drafts_are_drafts_again_and_who_goes_to_several_hears_once(series: Series, session: Session) -> None:
    dates, person, last = series.makes(4, publish=False), make_volunteer(session), make_volunteer(session)
    for one in dates[1:]:
        series.post(one["id"], "publish")
    series.goes(person, *dates[1:])
    series.goes(last, dates[3])
    series.post(dates[0]["id"], "cancel", OFF)
    assert series.told(person) == [("event_cancelled", dates[1]["id"])]
    assert series.post(dates[0]["id"], "restore", ON).json["status"] == "draft"
    assert stands(series, dates[0]["series_id"]) == "dppp"
    assert series.told(person)[1:] == [("event_restored", dates[1]["id"])]
    assert series.told(last)[1:] == [("event_restored", dates[3]["id"])]


def test_they_hear_that_the_later_dates_take_place_too(series: Series, session: Session) -> None:
    dates = series.makes(2)
    series.post(dates[0]["id"], "cancel", OFF)
    series.post(dates[0]["id"], "restore", ON)
    told = [one for one in session.query(Outbox).order_by(Outbox.id) if one.kind == "event_restored"]
    assert len(told) == 2
    for language in LOCALES:
        said = words.translate("push.series.restored", language)
        facts = told[0].facts | {"event_id": dates[0]["id"]}
        assert messages.push_words("event_restored", facts, language)[1].endswith(said)


def test_from_one_that_has_begun_nothing_is_done_to_the_later_ones(series: Series, clock: FixedClock) -> None:
    dates = series.makes(3)
    clock.at = FIRST - timedelta(hours=2)
    series.post(dates[0]["id"], "cancel", OFF)
    clock.at = FIRST + timedelta(minutes=10)
    refused = series.post(dates[0]["id"], "restore", ON)
    assert (refused.status_code, refused.json["code"]) == (409, "already-started")
    assert stands(series, dates[0]["series_id"]) == "ccc"
    assert series.post(dates[1]["id"], "restore", ON).status_code == 200
    assert series.post(dates[0]["id"], "restore", {}).status_code == 200
    assert stands(series, dates[0]["series_id"]) == "ppp"


def test_within_a_day_and_by_whom_as_of_one_date(series: Series, session: Session, clock: FixedClock) -> None:
    dates, coordinator = series.makes(3), make_coordinator(session, "KZ-15")
    series.post(dates[0]["id"], "cancel", OFF, coordinator)
    assert series.post(dates[0]["id"], "restore", ON).status_code == 403
    assert series.post(dates[0]["id"], "restore", ON, make_volunteer(session)).status_code == 403
    assert stands(series, dates[0]["series_id"]) == "ccc"
    clock.move(timedelta(hours=24, seconds=1))
    late = series.post(dates[0]["id"], "restore", ON, coordinator)
    assert (late.status_code, "closed_at" in late.json) == (409, True)
    clock.move(timedelta(seconds=-1))
    assert series.post(dates[0]["id"], "restore", ON, coordinator).status_code == 200
    assert stands(series, dates[0]["series_id"]) == "ppp"


def test_of_a_single_event_there_are_no_later_ones(series: Series) -> None:
    dates = series.makes(2)
    refused = series.post(dates[0]["id"], "restore", {"scope": "earlier"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["scope"])
