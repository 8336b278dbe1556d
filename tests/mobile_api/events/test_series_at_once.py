"""Two who act on one series at the same moment: one after the other, nothing half done, never a 5xx."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from http_base.application import Tazalyq
from service import errors
from service.events import events
from service.models import AuditEntry, Event, EventSeries, Organization, Outbox, Volunteer
from service.people import identities
from tests.conftest import Sessions
from tests.makers import make_coordinator, make_organization, make_volunteer
from tests.mobile_api.events.series_world import FIRST, THURSDAYS
from tests.mobile_api.events.test_events import event_body
from tests.mobile_api.together import Act, Together, at_one_moment, codes

PHONES, DATES = 6, 5


class Weekly(Together):
    """An organizer and the region's coordinator behind a real application, each request in its thread."""

    def __init__(self, app: Tazalyq, sessions: Sessions) -> None:
        super().__init__(app, sessions)
        with sessions.begin() as session:
            self.owner = make_volunteer(session)
            self.organization_id = make_organization(session, self.owner).id
            self.coordinator = make_coordinator(session, "KZ-15")

    def body(self, **changes: Any) -> dict[str, Any]:
        times = {"starts_at": FIRST.isoformat(), "ends_at": (FIRST + timedelta(hours=2)).isoformat()}
        repeat = {"rrule": THURSDAYS, "count": DATES}
        return event_body(self.organization_id, **times, repeat=repeat, **changes)

    def makes(self, *, publish: bool = True) -> list[str]:
        """The ids of the dates of a series, soonest first."""
        made = self.send("POST", "events", self.body(), self.owner)
        assert made.status_code == 201, made.json
        if publish:
            self.post(made.json["id"], "publish")()
        return [str(one.id) for one in self.dates()]

    def dates(self) -> list[Event]:
        with self.sessions() as session:
            own = sa.select(Event).where(Event.organization_id == self.organization_id)
            return list(session.scalars(own.order_by(Event.starts_at)))

    def patch(self, event_id: str, version: int, scope: str = "following", **changes: Any) -> Act:
        body = {"version": version, "scope": scope} | changes
        return self.sends("PATCH", f"events/{event_id}", body, self.owner)

    def post(self, event_id: str, what: str, by: Volunteer | None = None, **said: Any) -> Act:
        body = {"scope": "following"} | said
        return self.sends("POST", f"events/{event_id}/{what}", body, by or self.owner)

    def at_once(self, held: str, *acts: Act) -> list[Any]:
        """The answers of all of these, which have each begun before the held date is let go."""
        return self.while_held(sa.select(Event.id).where(Event.id == held), *acts)

    def told(self, kind: str) -> int:
        """How many entries of this kind its events owe."""
        query = sa.select(sa.func.count(Outbox.id)).join(Event, Event.id == Outbox.event_id)
        with self.sessions() as session:
            own = query.where(Event.organization_id == self.organization_id, Outbox.kind == kind)
            return session.scalar(own) or 0


@pytest.fixture
def weekly(real_app: Tazalyq, sessions: Sessions) -> Weekly:
    return Weekly(real_app, sessions)


def test_the_same_id_many_times_at_once_is_one_series(weekly: Weekly) -> None:
    body = weekly.body()
    with ThreadPoolExecutor(PHONES) as pool:
        answers = list(pool.map(lambda _: weekly.send("POST", "events", body, weekly.owner), range(PHONES)))
    assert codes(answers) == [201] * PHONES
    assert {answer.json["id"] for answer in answers} == {body["id"]}
    assert len({answer.json["series_id"] for answer in answers}) == 1
    made = weekly.dates()
    assert [one.starts_at for one in made] == [FIRST + timedelta(weeks=week) for week in range(DATES)]
    assert len({one.series_id for one in made}) == 1
    with weekly.sessions() as session:
        alone = ~sa.exists().where(Event.series_id == EventSeries.id)
        assert session.scalars(sa.select(EventSeries.id).where(alone)).all() == []
        created = sa.select(sa.func.count()).where(AuditEntry.event_id.in_([one.id for one in made]))
        assert session.scalar(created) == DATES


def test_other_rules_under_one_id_are_refused_to_all_but_one(weekly: Weekly) -> None:
    body = weekly.body()
    bodies = [body | {"repeat": {"rrule": THURSDAYS, "count": 2 + phone}} for phone in range(PHONES)]
    bodies.append({name: said for name, said in body.items() if name != "repeat"})
    with ThreadPoolExecutor(PHONES + 1) as pool:
        answers = list(pool.map(lambda sent: weekly.send("POST", "events", sent, weekly.owner), bodies))
    assert codes(answers) == [201] + [409] * PHONES
    assert {answer.json.get("code") for answer in answers} == {None, "id-reused"}
    (stood,) = (sent for sent, answer in zip(bodies, answers, strict=True) if answer.status_code == 201)
    assert len(weekly.dates()) == stood.get("repeat", {"count": 1})["count"]


@pytest.mark.parametrize("held", [0, 2, DATES - 1])
def test_of_two_changes_of_one_version_the_later_is_stale_and_all_dates_are_the_firsts(
    weekly: Weekly, held: int
) -> None:
    dates = weekly.makes()
    acts = [weekly.patch(dates[0], 2, capacity=capacity) for capacity in (7, 9)]
    answers = weekly.at_once(dates[held], *acts)
    assert codes(answers) == [200, 412]
    (won,) = (answer.json["capacity"] for answer in answers if answer.status_code == 200)
    assert [one.capacity for one in weekly.dates()] == [won] * DATES
    assert [one.version for one in weekly.dates()] == [3] * DATES


@pytest.mark.parametrize("held", [0, 2, DATES - 1])
def test_changes_from_two_dates_wait_for_each_other_and_never_in_a_circle(weekly: Weekly, held: int) -> None:
    dates = weekly.makes()
    answers = weekly.at_once(
        dates[max(held, 2)], weekly.patch(dates[0], 2, capacity=7), weekly.patch(dates[2], 2, min_age=12)
    )
    early, late = answers
    assert early.status_code == 200, early.json
    assert (late.status_code, late.json.get("code")) in ((200, None), (412, "stale"))
    found = weekly.dates()
    assert [one.capacity for one in found] == [7] * DATES
    taken = 12 if late.status_code == 200 else None
    assert [one.min_age for one in found] == [None, None, taken, taken, taken]


def test_a_date_that_is_changed_alone_meanwhile_keeps_what_is_its_own(weekly: Weekly) -> None:
    dates = weekly.makes()
    alone = weekly.patch(dates[3], 2, "this", capacity=50)
    answers = weekly.at_once(dates[3], alone, weekly.patch(dates[0], 2, capacity=7))
    assert answers[1].status_code == 200
    own = 50 if answers[0].status_code == 200 else 7
    assert [one.capacity for one in weekly.dates()] == [7, 7, 7, own, 7]


def test_a_date_that_is_moved_so_that_it_has_begun_meanwhile_is_not_called_off(weekly: Weekly) -> None:
    dates = weekly.makes()
    now = weekly.app.extensions["tazalyq"].clock.now()
    times = {
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
    }
    move = weekly.patch(dates[3], 2, "this", **times)
    off = weekly.post(dates[0], "cancel", scope="all", reason="Дауыл")
    assert codes(weekly.at_once(dates[3], move, off)) == [200, 200]
    found = {str(one.id): one.is_cancelled for one in weekly.dates()}
    assert [found[one] for one in dates] == [True, True, True, False, True]


@pytest.mark.parametrize("held", [0, DATES - 1])
def test_who_calls_it_off_and_who_changes_it_come_one_after_the_other(weekly: Weekly, held: int) -> None:
    dates = weekly.makes()
    off = weekly.post(dates[0], "cancel", weekly.coordinator, reason="Дауыл")
    answers = weekly.at_once(dates[held], off, weekly.patch(dates[0], 2, capacity=7))
    assert answers[0].status_code == 200
    assert answers[1].status_code in (200, 412, 409)
    assert {one.status for one in weekly.dates()} == {"cancelled"}
    assert {one.capacity for one in weekly.dates()} == {7 if answers[1].status_code == 200 else None}


def test_two_who_call_it_off_at_once_tell_its_people_once(weekly: Weekly) -> None:
    dates = weekly.makes()
    acts = [weekly.post(dates[0], "cancel", who, reason="Дауыл") for who in (None, weekly.coordinator)]
    assert codes(weekly.at_once(dates[1], *acts)) == [200, 200]
    assert weekly.told("event_cancelled") == DATES
    assert len({(one.cancelled_by, one.cancelled_at) for one in weekly.dates()}) == 1


def test_two_who_restore_it_at_once_tell_its_people_once(weekly: Weekly) -> None:
    dates = weekly.makes()
    weekly.post(dates[0], "cancel", reason="Дауыл")()
    acts = [weekly.post(dates[0], "restore", who) for who in (None, weekly.coordinator)]
    assert codes(weekly.at_once(dates[1], *acts)) == [200, 200]
    assert {one.status for one in weekly.dates()} == {"published"}
    assert weekly.told("event_restored") == DATES


def test_two_who_publish_it_at_once_tell_the_neighbours_once(weekly: Weekly) -> None:
    dates = weekly.makes(publish=False)
    answers = weekly.at_once(dates[0], *[weekly.post(dates[0], "publish")] * 2)
    assert codes(answers) == [200, 409]
    assert {one.status for one in weekly.dates()} == {"published"}
    assert weekly.told("nearby_event") == 1


def test_a_suspended_organization_and_a_change_of_its_series_never_wait_in_a_circle(weekly: Weekly) -> None:
    dates = weekly.makes()
    path, said = f"organizations/{weekly.organization_id}/status", {"reason": "Жалған", "events": "cancel"}
    suspend = {"status": "suspended"} | said
    answers = weekly.at_once(
        dates[2],
        weekly.sends("PUT", path, suspend, weekly.coordinator),
        weekly.patch(dates[0], 2, capacity=7),
    )
    assert answers[0].status_code == 200, answers[0].json
    assert answers[1].status_code in (200, 409, 412), answers[1].json
    assert {one.status for one in weekly.dates()} == {"cancelled"}


# While dates are added


def adds(weekly: Weekly, event_id: str, *weeks: int, **said: Any) -> Act:
    moments = [(FIRST + timedelta(weeks=week)).isoformat() for week in weeks]
    return weekly.sends("POST", f"events/{event_id}/dates", {"starts_at": moments} | said, weekly.owner)


def days(weekly: Weekly) -> list[int]:
    """Which weeks have a date."""
    return [(one.starts_at - FIRST).days // 7 for one in weekly.dates()]


def test_of_two_who_add_the_same_day_at_once_one_does(weekly: Weekly) -> None:
    dates = weekly.makes()
    answers = at_one_moment([adds(weekly, dates[at], DATES, DATES + 1 + at) for at in range(4)])
    assert codes(answers) == [201, 422, 422, 422]
    assert len(weekly.dates()) == DATES + 2


def test_the_same_id_many_times_at_once_adds_them_once(weekly: Weekly) -> None:
    dates, id_ = weekly.makes(), str(uuid4())
    answers = at_one_moment([adds(weekly, dates[0], DATES, DATES + 1, id=id_)] * PHONES)
    assert codes(answers) == [201] * PHONES
    assert len({str(answer.json) for answer in answers}) == 1
    assert days(weekly) == [*range(DATES + 2)]


def test_of_two_series_under_one_id_at_once_one_is_told(weekly: Weekly) -> None:
    first = weekly.makes()
    weekly.send("POST", "events", weekly.body(title={"kk": "Саябақ"}), weekly.owner)
    other = next(str(one.id) for one in weekly.dates() if str(one.id) not in first)
    id_ = str(uuid4())
    answers = at_one_moment([adds(weekly, event_id, DATES, id=id_) for event_id in (first[0], other)])
    assert codes(answers) == [201, 409]
    assert len(weekly.dates()) == 2 * DATES + 1


def test_no_more_than_there_may_be_are_added_at_once(weekly: Weekly) -> None:
    dates = weekly.makes()
    acts = [adds(weekly, dates[0], *range(first, first + 24)) for first in (DATES, DATES + 24, DATES + 48)]
    assert codes(at_one_moment(acts)) == [201, 422, 422]
    assert len(weekly.dates()) == DATES + 24


@pytest.mark.parametrize("held", [0, DATES - 1])
def test_dates_that_are_added_while_the_series_is_called_off_are_off_or_drafts(
    weekly: Weekly, held: int
) -> None:
    dates = weekly.makes()
    off = weekly.post(dates[0], "cancel", weekly.coordinator, reason="Дауыл")
    answers = weekly.at_once(dates[held], off, adds(weekly, dates[0], DATES))
    assert codes(answers) == [200, 201]
    assert [one.status for one in weekly.dates()] == ["cancelled"] * DATES + ["draft"]


def test_a_series_that_is_called_off_while_dates_are_added_is_off_with_them(weekly: Weekly) -> None:
    dates = weekly.makes()
    off = weekly.post(dates[0], "cancel", weekly.coordinator, reason="Дауыл")
    answers = weekly.at_once(dates[0], adds(weekly, dates[0], DATES), off)
    assert codes(answers) == [200, 201]
    assert [one.status for one in weekly.dates()] == ["cancelled"] * (DATES + 1)


def test_what_is_added_while_the_series_is_changed_is_as_the_others_are(weekly: Weekly) -> None:
    dates = weekly.makes()
    change, more = weekly.patch(dates[0], 2, capacity=7), adds(weekly, dates[0], DATES)
    for first, second in (
        (change, more),
        (adds(weekly, dates[0], DATES + 1), weekly.patch(dates[0], 3, min_age=12)),
    ):
        assert {answer.status_code for answer in weekly.at_once(dates[0], first, second)} == {200, 201}
    assert [(one.capacity, one.min_age) for one in weekly.dates()] == [(7, 12)] * (DATES + 2)


def test_dates_and_check_ins_never_wait_for_each_other(weekly: Weekly) -> None:
    dates = weekly.makes()
    with weekly.sessions.begin() as session:
        # As whoever checks in holds it.
        held = sa.select(Event.id).where(Event.id == dates[0])
        session.execute(held.with_for_update(read=True, key_share=True))
        assert adds(weekly, dates[0], DATES)().status_code == 201


# While its organization is suspended


def comes_out(weekly: Weekly, what: str) -> Act:
    """Something of the organization that was not in sight before is, unless it is suspended by then."""
    dates = weekly.makes(publish="publish" not in what)
    if "restore" in what:
        weekly.post(dates[0], "cancel", reason="Дауыл")()
    act, _, scope = what.partition(" ")
    return adds(weekly, dates[0], DATES) if act == "add" else weekly.post(dates[0], act, scope=scope)


OUT = ["publish this", "publish following", "restore this", "restore following", "add"]


@pytest.mark.parametrize("what", OUT)
@pytest.mark.parametrize("first", ["comes out", "is suspended"])
def test_nothing_of_a_suspended_organization_comes_out_at_that_moment(
    weekly: Weekly, what: str, first: str
) -> None:
    act = comes_out(weekly, what)
    path, said = f"organizations/{weekly.organization_id}/status", {"status": "suspended", "reason": "Жалған"}
    acts = [act, weekly.sends("PUT", path, said, weekly.coordinator)]
    organization = sa.select(Organization.id).where(Organization.id == weekly.organization_id)
    answers = weekly.while_held(
        organization, *(acts if first == "comes out" else reversed(acts)), key_share=True
    )
    done = [200, 201] if what == "add" else [200, 200]
    assert codes(answers) == (done if first == "comes out" else [200, 409])
    assert [one.day for one in weekly.dates() if one.is_published and not one.is_hidden] == []


def test_what_was_read_of_an_organization_before_it_was_suspended_lets_nothing_out(weekly: Weekly) -> None:
    """As a page does, which looks at what may be done before it is done."""
    dates = weekly.makes(publish=False)
    path, said = f"organizations/{weekly.organization_id}/status", {"status": "suspended", "reason": "Жалған"}
    with weekly.sessions() as session:
        known = identities.find(session, weekly.owner.subject)
        assert known is not None
        organization = session.get_one(Event, dates[0]).organization
        assert organization.is_verified
        assert weekly.send("PUT", path, said, weekly.coordinator).status_code == 200
        with pytest.raises(errors.NotVerified):
            events.publish(session, known.actor, UUID(dates[0]), weekly.app.extensions["tazalyq"].clock.now())
