"""A move up shortly before the start is an offer (R15), over HTTP."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import offers
from service.models import Consent, Event, Signup, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer
from tests.mobile_api.events.line import Line
from tests.mobile_api.phones import Phone

MINUTE = timedelta(minutes=1)


@pytest.fixture
def asked_from() -> Iterator[Callable[[str], None]]:
    yield offers.install
    offers.install(None)


def test_a_place_that_is_given_back_is_offered_to_the_first_in_line(line: Line) -> None:
    second, third = line.waiting(0, 0)
    assert line.leave(line.first).status_code == 204
    offered = line.mine(second)
    assert (offered["status"], offered["position"]) == ("offered", None)
    assert offered["confirm_by"] == "2026-05-16T11:30:00+05:00"
    assert line.mine(third)["position"] == 1
    assert "confirm_by" not in line.mine(third)
    assert line.places() == (0, 1, 1, "none")
    assert line.told("place_offered") == [second.id]
    assert line.told("waitlist_moved_up") == []
    assert line.counted() == 0


@pytest.mark.parametrize("again", ["confirm", "put"])
def test_who_confirms_goes(line: Line, again: str) -> None:
    (second,) = line.waiting(0)
    line.leave(line.first)
    answer = line.confirm(second) if again == "confirm" else line.put(second)
    expected = {"status": "going", "companions": 0, "position": None}
    assert (answer.status_code, answer.json) == (200, expected)
    assert line.places() == (1, 0, 0, "none")
    assert line.counted() == 1
    assert line.confirm(second).json == expected
    assert line.counted() == 1


def test_an_offer_holds_until_its_time_and_not_a_moment_longer(line: Line) -> None:
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    line.clock.move(30 * MINUTE - timedelta(microseconds=1))
    assert line.status(second, third) == ["offered", "waitlisted"]
    assert line.places() == (0, 1, 1, "none")
    line.clock.move(timedelta(microseconds=1))
    assert line.status(second, third) == [None, "waitlisted"]
    assert line.places() == (0, 0, 1, "few")
    answer = line.confirm(second)
    assert (answer.status_code, answer.json["code"]) == (409, "offer-expired")
    assert answer.json["confirm_by"] == "2026-05-16T11:30:00+05:00"


def test_what_nobody_took_is_passed_on_and_both_are_told(line: Line) -> None:
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    line.clock.move(30 * MINUTE)
    line.pass_on()
    # Half an hour before the start: the next offer holds until then.
    assert line.mine(third)["confirm_by"] == "2026-05-16T12:00:00+05:00"
    assert line.told("offer_expired") == [second.id]
    assert line.told("place_offered") == [second.id, third.id]
    line.pass_on()
    assert line.told("place_offered") == [second.id, third.id]
    assert line.places() == (0, 1, 0, "none")


def test_who_has_missed_an_offer_may_stand_in_line_again(line: Line) -> None:
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    line.clock.move(30 * MINUTE)
    answer = line.put(second)
    assert (answer.json["status"], answer.json["position"]) == ("waitlisted", 1)
    assert line.status(third) == ["offered"]


def test_who_comes_new_does_not_overtake_the_line_when_an_offer_has_expired(line: Line) -> None:
    _, third = line.waiting(0, 0)
    line.leave(line.first)
    line.clock.move(31 * MINUTE)
    assert line.put(make_volunteer(line.session)).json["status"] == "waitlisted"
    assert line.status(third) == ["offered"]


def test_a_declined_offer_goes_to_the_next(line: Line) -> None:
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    assert line.leave(second).status_code == 204
    assert line.status(second, third) == [None, "offered"]
    assert line.confirm(second).json["code"] == "offer-expired"
    assert line.told("offer_expired") == []


def test_in_the_last_fifteen_minutes_who_moves_up_goes(line: Line) -> None:
    (second,) = line.waiting(0)
    line.clock.move(46 * MINUTE)
    line.leave(line.first)
    assert line.status(second) == ["going"]
    assert line.told("waitlist_moved_up") == [second.id]


def test_earlier_than_two_hours_who_moves_up_goes(make_line: Callable[..., Line]) -> None:
    line = make_line(starts_at=NOW + timedelta(hours=2, seconds=1))
    (second,) = line.waiting(0)
    line.leave(line.first)
    assert line.status(second) == ["going"]


def test_an_offer_that_ends_at_the_start_goes_to_who_is_next(line: Line) -> None:
    second, third = line.waiting(0, 0)
    line.clock.move(40 * MINUTE)
    line.leave(line.first)
    assert line.mine(second)["confirm_by"] == "2026-05-16T12:00:00+05:00"
    line.clock.move(20 * MINUTE)
    line.pass_on()
    assert line.status(second, third) == [None, "going"]
    assert line.places() == (1, 0, 0, "none")


def test_places_are_held_for_a_whole_party(make_line: Callable[..., Line]) -> None:
    line = make_line(capacity=3)
    assert line.put(line.first, 2).json["status"] == "going"
    party, single = line.waiting(1, 1)
    line.leave(line.first)
    assert line.status(party, single) == ["offered", "waitlisted"]
    assert line.places() == (0, 2, 2, "few")
    assert line.put(party, 0).json["status"] == "going"
    # One of the two is not taken: with the third place it is enough for who waits.
    assert line.status(single) == ["offered"]
    assert line.places() == (1, 2, 0, "none")


def test_who_confirms_may_bring_more_where_there_are_places(make_line: Callable[..., Line]) -> None:
    line = make_line(capacity=3)
    line.put(line.first, 2)
    (second,) = line.waiting(0)
    line.leave(line.first)
    refused = line.put(second, 5)
    assert (refused.json["code"], refused.json["free"]) == ("full", 2)
    assert line.status(second) == ["offered"]
    assert line.put(second, 2).json["status"] == "going"
    assert line.places() == (3, 0, 0, "none")


def test_who_asks_for_less_and_gets_a_place_by_that_has_said_yes(make_line: Callable[..., Line]) -> None:
    line = make_line(capacity=2)
    (party,) = line.waiting(1)
    assert line.put(party, 0).json["status"] == "going"
    assert line.places() == (2, 0, 0, "none")


def test_fewer_places_than_are_held_are_refused(make_line: Callable[..., Line]) -> None:
    line = make_line(capacity=2)
    line.put(line.first, 1)
    line.waiting(0)
    line.put(line.first, 0)
    assert line.places() == (1, 1, 0, "none")
    change = {"version": 1, "capacity": 1}
    answer = line.client.patch(line.url, json=change, headers=line.login(line.owner))
    assert (answer.status_code, answer.json["code"], answer.json["going"]) == (422, "capacity-below-going", 2)
    line.clock.move(31 * MINUTE)
    assert line.client.patch(line.url, json=change, headers=line.login(line.owner)).status_code == 200
    assert line.places() == (1, 0, 0, "none")


def test_more_places_are_offered_too(line: Line) -> None:
    people = line.waiting(0, 0, 0)
    line.client.patch(line.url, json={"version": 1, "capacity": 3}, headers=line.login(line.owner))
    assert line.status(*people) == ["offered", "offered", "waitlisted"]
    assert line.places() == (1, 2, 1, "none")


def test_who_cannot_answer_moves_up_without_an_offer(line: Line, asked_from: Callable[[str], None]) -> None:
    asked_from("2.0.0")
    old, new = line.waiting(0, 0)
    make_device(line.session, old, app_version="1.9.0")
    make_device(line.session, new, app_version="2.0.0")
    line.client.patch(line.url, json={"version": 1, "capacity": 3}, headers=line.login(line.owner))
    assert line.status(old, new) == ["going", "offered"]
    assert (line.told("waitlist_moved_up"), line.told("place_offered")) == ([old.id], [new.id])


def test_nobody_confirms_what_was_never_offered(line: Line) -> None:
    (second,) = line.waiting(0)
    for person in (second, make_volunteer(line.session)):
        answer = line.confirm(person)
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    assert line.confirm(line.first).json["status"] == "going"


def test_what_stands_in_the_way_of_signing_up_stands_in_the_way_of_confirming(line: Line) -> None:
    (second,) = line.waiting(0)
    line.leave(line.first)
    line.session.execute(sa.update(Consent).where(Consent.volunteer_id == second.id).values(withdrawn_at=NOW))
    assert line.confirm(second).json["code"] == "consent-missing"
    reason = {"reason": "боран"}
    line.client.post(f"{line.url}/cancel", json=reason, headers=line.login(line.owner))
    assert line.confirm(second).json["code"] == "cancelled"
    line.clock.move(timedelta(hours=4))
    assert line.confirm(second).json["code"] == "cancelled"


def test_who_is_too_young_for_what_it_is_now_holds_no_place(line: Line, session: Session) -> None:
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    session.execute(sa.update(Volunteer).where(Volunteer.id == second.id).values(birth_date=NOW.date()))
    line.client.patch(line.url, json={"version": 1, "hazard": True}, headers=line.login(line.owner))
    assert line.status(second, third) == [None, "offered"]
    assert line.told("removed") == [second.id]


class TestCheckIn:
    """Whoever comes has said yes, so older apps can."""

    @pytest.fixture
    def here(self, make_line: Callable[..., Line]) -> Line:
        """Half an hour before the start: presence counts, and so do offers."""
        line = make_line(starts_at=NOW + 30 * MINUTE, walk_ins=False)
        self.second, self.third = line.waiting(0, 0)
        line.leave(line.first)
        assert line.status(self.second) == ["offered"]
        return line

    def phone(self, line: Line) -> Phone:
        return Phone(line.client, line.clock, line.login(self.second))

    def check_in(self, line: Line, **position: Any) -> dict[str, Any]:
        return self.phone(line).record("check_in", line.event, line.clock.now(), position=position)

    def test_it_confirms(self, here: Line) -> None:
        here.clock.move(29 * MINUTE)
        assert self.phone(here).send_live(self.check_in(here)).status_code == 201
        assert here.status(self.second, self.third) == ["going", "waitlisted"]
        assert here.places() == (1, 0, 1, "none")

    def test_one_that_is_refused_does_not(self, here: Line) -> None:
        answer = self.phone(here).send_live(self.check_in(here, latitude=51.0))
        assert answer.json["code"] == "outside-area"
        assert here.status(self.second) == ["offered"]

    def test_leaving_does_not(self, here: Line) -> None:
        left = self.check_in(here) | {"type": "check_out"}
        assert self.phone(here).send_live(left).json["code"] == "not-checked-in"
        assert here.status(self.second) == ["offered"]

    def test_too_late_it_does_not(self, here: Line) -> None:
        here.clock.move(30 * MINUTE)
        assert self.phone(here).send_live(self.check_in(here)).json["code"] == "signup-required"
        here.pass_on()
        assert here.status(self.second, self.third) == [None, "going"]

    def test_kept_without_signal_it_counts_though_the_place_has_gone_on(self, here: Line) -> None:
        here.clock.move(10 * MINUTE)
        kept = self.check_in(here)
        here.clock.move(30 * MINUTE)
        here.pass_on()
        (result,) = self.phone(here).send([kept])
        assert result["outcome"] == "stored", result
        assert here.status(self.second, self.third) == [None, "going"]

    def test_given_back_before_it_does_not_count(self, here: Line) -> None:
        here.clock.move(5 * MINUTE)
        here.leave(self.second)
        here.clock.move(5 * MINUTE)
        assert self.phone(here).send_live(self.check_in(here)).json["code"] == "signup-required"

    def test_sent_again_after_the_answer_was_lost_it_confirms(self, here: Line, session: Session) -> None:
        sent, phone = self.check_in(here), self.phone(here)
        assert phone.send([sent])[0]["outcome"] == "stored"
        # As if the service had died between the two.
        session.expire_all()
        signup = session.get_one(Signup, (here.event.id, self.second.id))
        signup.status, signup.confirm_by = "offered", NOW + 30 * MINUTE
        event = session.get_one(Event, here.event.id)
        event.going, event.offered = 0, 1
        session.flush()
        assert phone.send([sent])[0]["outcome"] == "repeated"
        assert here.status(self.second) == ["going"]


@pytest.mark.parametrize("way", ["list", "correction"])
def test_whom_staff_says_to_be_there_has_said_yes(make_line: Callable[..., Line], way: str) -> None:
    line = make_line(starts_at=NOW + 30 * MINUTE)
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    line.clock.move(20 * MINUTE if way == "list" else 30 * MINUTE)
    if way == "list":
        tick = {"id": str(new_id()), "volunteer_id": str(second.id), "present": True}
        at = line.clock.now().isoformat()
        body = {"sent_at": at, "records": [tick | {"captured_at": at}]}
        answer = line.client.post(f"{line.url}/attendance", json=body, headers=line.login(line.owner))
        assert answer.json["results"][0]["outcome"] == "stored", answer.json
        assert line.status(second, third) == ["going", "waitlisted"]
        assert line.places() == (1, 0, 1, "none")
    else:
        said = {"present": True, "reason": "Көрдім"}
        url = f"{line.url}/attendance/{second.id}"
        assert line.client.put(url, json=said, headers=line.login(line.owner)).status_code == 200
        # Too late to be a yes: what was held until the start is the next one's.
        assert line.status(second) == [None]
        line.pass_on()
        assert line.status(second, third) == [None, "going"]


def test_of_what_was_moved_to_begin_earlier_a_correction_is_a_yes_in_time(
    make_line: Callable[..., Line], session: Session
) -> None:
    line = make_line(starts_at=NOW + 30 * MINUTE)
    second, _ = line.waiting(0, 0)
    line.leave(line.first)
    assert line.status(second) == ["offered"]
    line.event.starts_at = NOW + 5 * MINUTE
    session.flush()
    line.clock.move(10 * MINUTE)
    said = {"present": True, "reason": "Көрдім"}
    url = f"{line.url}/attendance/{second.id}"
    assert line.client.put(url, json=said, headers=line.login(line.owner)).status_code == 200
    assert line.status(second) == ["going"]


def test_an_offer_of_a_release_before_is_never_counted_twice(line: Line, session: Session) -> None:
    """A process that knows no offers has let somebody go, and left the sum of the held places as it was."""
    second, third = line.waiting(0, 0)
    line.leave(line.first)
    signup = session.get_one(Signup, (line.event.id, second.id), populate_existing=True)
    signup.status = "cancelled"
    session.flush()
    assert line.places() == (0, 0, 1, "few")
    newcomer = make_volunteer(session)
    assert line.put(newcomer).json["status"] == "waitlisted"
    assert line.status(third) == ["offered"]


def test_signups_of_before_are_untouched(session: Session) -> None:
    made = make_signup(session, make_event(session), make_volunteer(session))
    assert (made.confirm_by, made.removed_at) == (None, None)
