"""The private feed of what somebody goes to: what changes in it, who reads it, and when it ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Volunteer
from service.people import consents, numbers
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_signup, make_volunteer
from tests.mobile_api.events.feeds import Feed, MakeFeed
from tests.mobile_api.events.line import Line
from tests.mobile_api.events.second_reader import Entry, read, value
from tests.mobile_api.events.series_world import Series

Login = Callable[[Volunteer], dict[str, str]]
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def make_feed(client: FlaskClient, login: Login) -> MakeFeed:
    return lambda person: Feed(client, login, person)


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def feed(make_feed: MakeFeed, session: Session, person: Volunteer) -> Feed:
    session.commit()
    return make_feed(person)


class TestChanges:
    """What a second reader sees of an event that moves, is called off, restored and is one of a series."""

    def test_of_an_event_that_moves_is_called_off_and_restored(
        self, client: FlaskClient, make_feed: MakeFeed, make_line: Callable[..., Line]
    ) -> None:
        line = make_line(starts_at=NOW + timedelta(days=3), capacity=None)
        feed, seen = make_feed(line.first), list[tuple[int, int]]()

        def look() -> Entry:
            ((entry,), (single,)) = feed.read(), read(client.get(f"{line.url}/calendar.ics").data)[1]
            assert entry.uid == single.uid == str(line.event.id)
            assert (entry.status, entry.starts_at) == (single.status, single.starts_at)
            assert entry.changed_at == entry.stamped_at == line.clock.now() or not seen
            seen.append((entry.sequence, single.sequence))
            return entry

        def act(path: str, body: dict[str, Any], method: str = "POST") -> None:
            line.clock.move(timedelta(minutes=10))
            headers = line.login(line.owner)
            answer = client.open(line.url + path, method=method, json=body, headers=headers)
            assert answer.status_code == 200, answer.json

        assert look().status == "CONFIRMED"
        moved_to = NOW + timedelta(days=4)
        times = {"starts_at": moved_to.isoformat(), "ends_at": (moved_to + timedelta(hours=2)).isoformat()}
        act("", {"version": 1, **times}, "PATCH")
        assert look().starts_at == moved_to
        act("/cancel", {"reason": "Дауыл"})
        called_off = look()
        assert called_off.status == "CANCELLED"
        assert "Дауыл" in called_off.description
        act("/restore", {})
        assert (look().status, look().starts_at) == ("CONFIRMED", moved_to)
        assert [sequence for sequence, _ in seen[:4]] == sorted({sequence for sequence, _ in seen})
        assert [sequence for _, sequence in seen[:4]] == sorted({sequence for _, sequence in seen})

    def test_of_a_series_each_date_is_an_entry_of_its_own(
        self,
        client: FlaskClient,
        session: Session,
        login: Login,
        clock: FixedClock,
        make_feed: MakeFeed,
        person: Volunteer,
    ) -> None:
        series = Series(client, session, login, clock)
        dates = series.makes(4)
        series.goes(person, *dates)
        feed = make_feed(person)
        before = feed.read()
        assert [entry.uid for entry in before] == [one["id"] for one in dates]
        later = (datetime.fromisoformat(dates[1]["starts_at"]) + timedelta(hours=1)).isoformat()
        ends_at = (datetime.fromisoformat(dates[1]["ends_at"]) + timedelta(hours=1)).isoformat()
        assert series.patch(dates[1], starts_at=later, ends_at=ends_at).status_code == 200
        answer = series.post(dates[3]["id"], "cancel", {"reason": "Қар", "scope": "this"})
        assert answer.status_code == 200, answer.json
        after = feed.read()
        assert [entry.status for entry in after] == ["CONFIRMED"] * 3 + ["CANCELLED"]
        moved = [new.starts_at - old.starts_at for old, new in zip(before, after, strict=True)]
        assert moved == [timedelta(0), timedelta(hours=1), timedelta(hours=1), timedelta(hours=1)]
        grown = [new.sequence > old.sequence for old, new in zip(before, after, strict=True)]
        assert grown == [False, True, True, True]

    def test_of_who_waits_is_offered_goes_and_withdraws(
        self, make_feed: MakeFeed, make_line: Callable[..., Line]
    ) -> None:
        line = make_line()
        (person,) = line.waiting(0)
        feed = make_feed(person)
        waiting = feed.read()[0]
        assert (waiting.status, waiting.summary.split(":")[0]) == ("TENTATIVE", "Кезекте")
        line.clock.move(timedelta(minutes=1))
        line.leave(line.first)
        offered = feed.read()[0]
        assert (offered.status, offered.summary.split(":")[0]) == ("TENTATIVE", "Растаңыз")
        line.clock.move(timedelta(minutes=1))
        line.confirm(person)
        going = feed.read()[0]
        assert (going.status, going.summary) == ("CONFIRMED", line.event.title["kk"])
        assert going.changed_at == line.clock.now()
        line.clock.move(timedelta(minutes=1))
        line.leave(person)
        left = feed.read()[0]
        assert (left.status, left.summary.split(":")[0]) == ("CANCELLED", "Бармаймын")
        line.put(person)
        again = feed.read()[0]
        assert again.status == "CONFIRMED"
        sequences = [one.sequence for one in (waiting, offered, going, left, again)]
        assert sequences == sorted(set(sequences))

    def test_an_offer_that_ran_out_is_none_before_a_job_says_so_and_changes_once(
        self, make_feed: MakeFeed, make_line: Callable[..., Line]
    ) -> None:
        line = make_line()
        (person,) = line.waiting(0)
        feed = make_feed(person)
        line.leave(line.first)
        before = feed.read()[0]
        line.clock.move(timedelta(minutes=31))
        by_the_clock = feed.read()[0]
        line.pass_on()
        by_the_job = feed.read()[0]
        assert before.status == "TENTATIVE"
        assert by_the_clock.status == by_the_job.status == "CANCELLED"
        assert before.sequence < by_the_clock.sequence == by_the_job.sequence

    def test_of_one_who_is_taken_off_and_of_one_that_is_hidden(
        self,
        client: FlaskClient,
        session: Session,
        make_feed: MakeFeed,
        make_line: Callable[..., Line],
    ) -> None:
        line = make_line(capacity=None)
        another = make_volunteer(session)
        line.put(another)
        feeds = [make_feed(line.first), make_feed(another)]
        url = f"{line.url}/participants/{line.first.id}"
        body = {"reason": "Өзі сұрады"}
        assert client.delete(url, json=body, headers=line.login(line.owner)).status_code == 204
        assert [feed.read()[0].status for feed in feeds] == ["CANCELLED", "CONFIRMED"]
        coordinator = line.login(make_coordinator(session))
        assert client.post(f"{line.url}/hide", json=body, headers=coordinator).status_code == 200
        assert feeds[1].read()[0].status == "CANCELLED"
        assert client.post(f"{line.url}/show", json=body, headers=coordinator).status_code == 200
        assert feeds[1].read()[0].status == "CONFIRMED"


class TestFeed:
    def test_what_is_over_for_90_days_is_gone_and_other_peoples_is_not_in_it(
        self, feed: Feed, session: Session, person: Volunteer
    ) -> None:
        old = make_event(session, starts_at=NOW - timedelta(days=91))
        recent = make_event(session, starts_at=NOW - timedelta(days=89))
        coming = make_event(session, starts_at=NOW + timedelta(days=200))
        for event in (old, recent, coming):
            make_signup(session, event, person)
        make_signup(session, make_event(session), make_volunteer(session))
        session.commit()
        assert [entry.uid for entry in feed.read()] == [str(recent.id), str(coming.id)]

    def test_an_empty_one_is_a_calendar_too(self, feed: Feed) -> None:
        assert read(feed.get().data) == ("Tazalyq: баратын іс-шараларым", [])

    def test_it_is_in_its_persons_language_or_the_asked_one(
        self, make_feed: MakeFeed, session: Session
    ) -> None:
        person = make_volunteer(session, locale="ru")
        make_signup(session, make_event(session), person)
        session.commit()
        feed = make_feed(person)
        assert value(feed.get(**{"Accept-Language": "kk"}).data, "SUMMARY") == "Уборка берега Илека"
        assert value(feed.get("?lang=en").data, "SUMMARY") == "Ilek bank clean-up"

    def test_what_a_calendar_program_adds_to_the_address_is_let_go(self, feed: Feed) -> None:
        assert feed.get("?nocache=1&lang=kk").status_code == 200

    def test_it_is_kept_by_its_reader_alone_and_not_sent_again(
        self, feed: Feed, session: Session, person: Volunteer, clock: FixedClock
    ) -> None:
        make_signup(session, make_event(session, starts_at=TOMORROW), person)
        session.commit()
        first = feed.get()
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert first.headers["Referrer-Policy"] == "no-referrer"
        assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
        clock.move(timedelta(hours=1))
        again = feed.get(**{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        make_signup(session, make_event(session, starts_at=TOMORROW), person)
        session.commit()
        assert feed.get(**{"If-None-Match": first.headers["ETag"]}).status_code == 200

    def test_its_address_is_shown_and_renewed_and_the_former_one_is_worth_nothing(self, feed: Feed) -> None:
        former = feed.path
        shown = feed.client.get("/v1/me/calendar", headers=feed.headers).json
        assert shown == {"url": feed.address}
        assert feed.renew() != shown["url"]
        assert feed.client.get(former).status_code == 404
        assert feed.get().status_code == 200

    def test_it_is_ended(self, feed: Feed) -> None:
        for _ in range(2):
            assert feed.client.delete("/v1/me/calendar", headers=feed.headers).status_code == 204
        assert feed.get().status_code == 404
        assert feed.client.get("/v1/me/calendar", headers=feed.headers).json == {"url": None}

    def test_no_key_can_be_made_of_another_and_none_is_told_from_a_wrong_one(
        self, feed: Feed, make_feed: MakeFeed, session: Session
    ) -> None:
        other = make_feed(make_volunteer(session))
        key, others = (one.path.removeprefix("/v1/calendars/").removesuffix(".ics") for one in (feed, other))
        forged = [key[:-1], key + "A", key[:20] + others[20:], others[:22] + key[22:], "A" * 43, key.upper()]
        answers = [feed.client.get(f"/v1/calendars/{one}.ics") for one in (*forged, "x", "ы", "%00" * 43)]
        assert {(answer.status_code, answer.json["detail"]) for answer in answers} == {
            (404, answers[0].json["detail"])
        }
        assert answers[0].headers["Cache-Control"] == "no-store"

    def test_the_secret_does_not_lie_in_the_database(self, feed: Feed, app: Tazalyq) -> None:
        services = app.extensions["tazalyq"]
        before = services.settings
        services.settings = replace(before, secret_key="another one over the same database")
        try:
            assert feed.get().status_code == 404
        finally:
            services.settings = before

    def test_it_is_asked_for_so_often_and_no_more(self, feed: Feed, app: Tazalyq) -> None:
        services = app.extensions["tazalyq"]
        before = services.address_limit
        services.address_limit = type(before)("memory://", 3)
        try:
            statuses = [feed.get().status_code for _ in range(4)]
            guessed = [feed.client.get("/v1/calendars/x.ics").status_code for _ in range(4)]
        finally:
            services.address_limit = before
        assert statuses == [200, 200, 200, 429]
        assert guessed == [404, 404, 404, 429]


class TestItsEnd:
    """Whose calendar it was has gone, or may take part no more."""

    def test_a_ban_ends_it_for_good(
        self, feed: Feed, session: Session, person: Volunteer, login: Login
    ) -> None:
        national = login(make_coordinator(session, "*"))
        session.commit()
        url, body = f"/v1/bans/{person.id}", {"reason": "Қауіпті"}
        assert feed.client.put(url, json=body, headers=national).status_code == 200
        assert feed.get().status_code == 404
        assert feed.client.delete(url, headers=national).status_code == 204
        assert feed.get().status_code == 404

    def test_it_rests_while_consent_is_withdrawn(
        self, feed: Feed, session: Session, person: Volunteer
    ) -> None:
        consents.withdraw(session, person.id, "personal_data", NOW)
        session.commit()
        assert feed.get().status_code == 404

    def test_a_disabled_accounts_is_not_read(self, feed: Feed, session: Session, person: Volunteer) -> None:
        person.disabled_at = NOW
        session.add(person)
        session.commit()
        assert feed.get().status_code == 404

    def test_who_lost_the_number_asks_for_another_one(
        self, feed: Feed, session: Session, person: Volunteer
    ) -> None:
        numbers.leave(session, person, NOW)
        session.commit()
        assert feed.get().status_code == 404

    def test_erasure_ends_it(self, feed: Feed) -> None:
        answer = feed.client.delete("/v1/me", headers=feed.headers)
        assert answer.status_code == 204, answer.json
        assert feed.get().status_code == 404
