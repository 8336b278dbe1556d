"""What a coordinator does to a whole series: one date, this and the later ones, or all that are to come."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from notifications.messages import words
from notifications.words import LOCALES
from service.ledger import verify
from service.models import AuditEntry, Event, Outbox, Volunteer
from tests.makers import make_coordinator, make_member, make_volunteer
from tests.mobile_api.events.series_world import Series, of

REASON = {"reason": "Дауыл"}
SCOPES = [("this", "2"), ("following", "234"), ("all", "01234")]


@pytest.fixture
def coordinator(series: Series) -> Volunteer:
    return make_coordinator(series.session, "KZ-15")


def act(series: Series, event: dict[str, Any], what: str, by: Volunteer, scope: str | None) -> Any:
    body = (REASON if what in ("cancel", "hide", "show") else {}) | ({"scope": scope} if scope else {})
    return series.post(event["id"], what, body, by)


def standing(series: Series, dates: list[dict[str, Any]]) -> str:
    """The positions of the dates that are called off or hidden."""
    series.session.expire_all()
    found = [series.session.get_one(Event, one["id"]) for one in dates]
    return "".join(str(at) for at, one in enumerate(found) if one.is_cancelled or one.is_hidden)


def audited(series: Series, action: str) -> list[Any]:
    query = sa.select(AuditEntry.event_id).where(AuditEntry.action == action)
    return sorted(str(one) for one in series.session.scalars(query))


@pytest.mark.parametrize(("scope", "meant"), SCOPES)
@pytest.mark.parametrize(
    ("away", "back", "recorded"),
    [
        ("cancel", "restore", ("event-cancelled", "event-restored")),
        ("hide", "show", ("event-hidden", "event-shown")),
    ],
)
def test_dates_go_and_come_back_each_told_and_audited(
    series: Series,
    coordinator: Volunteer,
    scope: str,
    meant: str,
    away: str,
    back: str,
    recorded: tuple[str, str],
) -> None:
    dates = series.makes()
    to_all, to_last = make_volunteer(series.session), make_volunteer(series.session)
    series.goes(to_all, *dates)
    series.goes(to_last, dates[4])
    told_all: list[Any] = []
    told_last: list[Any] = []
    first = dates[int(meant[0])]["id"]
    for what, action, left in ((away, recorded[0], meant), (back, recorded[1], "")):
        series.clock.move(timedelta(minutes=1))
        answer = act(series, dates[2], what, coordinator, scope)
        assert (answer.status_code, answer.json["id"]) == (200, dates[2]["id"]), answer.json
        assert standing(series, dates) == left
        assert audited(series, action) == sorted(dates[int(at)]["id"] for at in meant)
        told_all.append((action.replace("-", "_"), first))
        told_last += [(action.replace("-", "_"), dates[4]["id"])] if "4" in meant else []
        assert series.told(to_all) == told_all
        assert series.told(to_last) == told_last
        assert verify.differences(series.session) == []
    newer = zip(of(series.dates(dates[0]["series_id"]), "version"), of(dates, "version"), strict=True)
    assert [after - before for after, before in newer] == [2 * (str(at) in meant) for at in range(5)]


def test_who_hears_of_a_series_is_told_so_in_every_language(series: Series, coordinator: Volunteer) -> None:
    dates = series.makes()
    for what in ("hide", "show"):
        assert act(series, dates[0], what, coordinator, "all").status_code == 200
    for kind, said in (("event_hidden", "Сериядағы"), ("event_shown", "Сериядағы")):
        entry = series.session.scalars(sa.select(Outbox).where(Outbox.kind == kind)).first()
        assert entry is not None
        assert said in words(kind, entry.facts, "kk")[1]
        assert len({words(kind, entry.facts, locale)[1] for locale in LOCALES}) == 3


def test_what_was_hidden_for_a_reason_of_its_own_keeps_it(series: Series, coordinator: Volunteer) -> None:
    dates = series.makes()
    series.post(dates[3]["id"], "hide", {"reason": "Шағым"}, coordinator)
    assert act(series, dates[1], "hide", coordinator, "following").status_code == 200
    assert standing(series, dates) == "1234"
    # Said again with another reason, it is the newer one at all of them.
    newer = {"reason": "Өртті тексереміз", "scope": "following"}
    assert series.post(dates[1]["id"], "hide", newer, coordinator).status_code == 200
    reasons = [one.get("hidden_reason") for one in series.dates(dates[0]["series_id"])]
    assert reasons == [None, "Өртті тексереміз", "Өртті тексереміз", "Шағым", "Өртті тексереміз"]
    assert act(series, dates[1], "show", coordinator, "following").status_code == 200
    assert standing(series, dates) == "3"


def test_what_was_called_off_by_itself_stays_off_whatever_the_scope(
    series: Series, coordinator: Volunteer
) -> None:
    dates = series.makes()
    act(series, dates[0], "cancel", coordinator, None)
    series.clock.move(timedelta(minutes=1))
    act(series, dates[3], "cancel", coordinator, "all")
    assert standing(series, dates) == "01234"
    assert act(series, dates[3], "restore", coordinator, "all").status_code == 200
    assert standing(series, dates) == "0"


def test_dates_of_another_region_are_not_the_coordinators(series: Series, coordinator: Volunteer) -> None:
    dates = series.makes()
    elsewhere = {"meeting_point": {"latitude": 43.24, "longitude": 76.9}, "region": None}
    moved = series.patch(dates[3], "this", **elsewhere)
    assert (moved.status_code, moved.json["region"]) == (200, "KZ-75"), moved.json
    for what, left in (("cancel", "0124"), ("restore", "")):
        assert act(series, dates[2], what, coordinator, "all").status_code == 200
        assert standing(series, dates) == left
    assert act(series, dates[3], "cancel", coordinator, "this").status_code == 403


def test_an_organizer_calls_off_and_brings_back_all_that_is_to_come(series: Series) -> None:
    dates = series.makes()
    assert act(series, dates[2], "cancel", series.owner, "all").status_code == 200
    assert standing(series, dates) == "01234"
    assert act(series, dates[4], "restore", series.owner, "all").status_code == 200
    assert standing(series, dates) == ""


def test_drafts_are_called_off_and_not_hidden(series: Series, coordinator: Volunteer) -> None:
    dates = series.makes(publish=False)
    series.post(dates[1]["id"], "publish")
    assert act(series, dates[0], "hide", coordinator, "all").json["code"] == "not-published"
    assert act(series, dates[1], "hide", coordinator, "all").status_code == 200
    assert standing(series, dates) == "1"
    assert act(series, dates[1], "cancel", coordinator, "all").status_code == 200
    assert standing(series, dates) == "01234"


@pytest.mark.parametrize("what", ["cancel", "hide", "restore", "show"])
@pytest.mark.parametrize("scope", ["following", "all"])
def test_from_a_date_that_has_begun_it_is_this_one_alone(
    series: Series, coordinator: Volunteer, what: str, scope: str
) -> None:
    dates = series.makes()
    series.clock.at = series.session.get_one(Event, dates[1]["id"]).starts_at
    refused = act(series, dates[1], what, coordinator, scope)
    assert (refused.status_code, refused.json["code"]) == (409, "already-started"), refused.json
    if what in ("cancel", "hide"):
        assert act(series, dates[1], what, coordinator, "this").status_code == 200
        assert standing(series, dates) == "1"


@pytest.mark.parametrize("what", ["cancel", "hide", "restore", "show"])
def test_a_single_event_has_no_other_dates(series: Series, coordinator: Volunteer, what: str) -> None:
    made = series.makes(count=1)
    series.session.get_one(Event, made[0]["id"]).series_id = None
    series.session.commit()
    refused = act(series, made[0], what, coordinator, "all")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["scope"])


@pytest.mark.parametrize(("what", "body"), [("publish", {}), ("patch", {"capacity": 5})])
def test_no_change_goes_to_earlier_dates(series: Series, what: str, body: dict[str, Any]) -> None:
    dates = series.makes(publish=False)
    if what == "patch":
        refused = series.patch(dates[2], "all", **body)
    else:
        refused = series.post(dates[2]["id"], what, body | {"scope": "all"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["scope"])
    assert of(series.dates(dates[0]["series_id"]), "capacity") == [dates[0]["capacity"]] * 5


def test_who_coordinates_and_helps_its_organization_only_calls_off(
    series: Series, coordinator: Volunteer
) -> None:
    """Nobody decides about an organization of one's own, whichever dates it is about."""
    dates = series.makes()
    act(series, dates[3], "hide", make_coordinator(series.session, "KZ-15"), "this")
    act(series, dates[1], "cancel", series.owner, "this")
    make_member(series.session, series.organization, coordinator, role="helper")
    series.clock.move(timedelta(minutes=1))
    assert act(series, dates[4], "cancel", coordinator, "this").status_code == 200
    for what, at in (("restore", 1), ("hide", 0), ("show", 3)):
        for scope in ("this", "following", "all"):
            refused = act(series, dates[at], what, coordinator, scope)
            assert (refused.status_code, refused.json["code"]) == (403, "forbidden"), (what, scope)
    assert standing(series, dates) == "134"


@pytest.mark.parametrize("what", ["hide", "show"])
@pytest.mark.parametrize("scope", ["this", "following", "all"])
def test_organizers_hide_no_date(series: Series, what: str, scope: str) -> None:
    dates = series.makes(2)
    assert act(series, dates[0], what, series.owner, scope).json["code"] == "forbidden"
    assert standing(series, dates) == ""


def test_an_organizer_calls_off_a_date_that_stands_in_another_region_with_the_others(series: Series) -> None:
    dates = series.makes(3)
    elsewhere = {"meeting_point": {"latitude": 43.24, "longitude": 76.9}}
    assert series.patch(dates[1], "this", **elsewhere).json["region"] == "KZ-75"
    assert act(series, dates[0], "cancel", series.owner, "following").status_code == 200
    assert standing(series, dates) == "012"
