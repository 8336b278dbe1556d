"""An event in the phone's own calendar, as a second reader sees it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mobile_api.events.calendar_files import written
from service.events import calendar_feeds
from service.models import Event, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer
from tests.mobile_api.events.second_reader import read, value

Login = Callable[[Volunteer], dict[str, str]]
TOMORROW = NOW + timedelta(days=1)


class TestOneEvent:
    def path(self, event: Event, query: str = "") -> str:
        return f"/v1/events/{event.id}/calendar.ics{query}"

    def test_anyone_reads_it_with_what_the_event_says(self, client: FlaskClient, session: Session) -> None:
        description = {"kk": "Қолғап, су; \\ бас киім.\nКездесу – көпірде."}
        event = make_event(session, starts_at=TOMORROW, description=description, bring=["қолғап", "су"])
        answer = client.get(self.path(event))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        ((entry,),) = [read(answer.data)[1]]
        assert (entry.uid, entry.sequence, entry.status) == (str(event.id), 1, "CONFIRMED")
        assert (entry.starts_at, entry.ends_at) == (event.starts_at, event.ends_at)
        assert (entry.zone, entry.local) == ("Asia/Almaty", "2026-05-17T11:00:00")
        assert entry.summary == event.title["kk"]
        assert "Қолғап, су; \\ бас киім.\nКездесу – көпірде." in entry.description
        assert "Өзіңізбен алыңыз: қолғап, су" in entry.description
        assert entry.location == "Ақтөбе"
        assert entry.geo == pytest.approx([event.latitude, event.longitude], abs=1e-6)
        assert entry.url.endswith(f"/kk/events/{event.id}")
        assert entry.changed_at == entry.stamped_at == event.created_at

    def test_no_line_is_longer_than_75_bytes_and_none_is_cut_within_a_letter(
        self, client: FlaskClient, session: Session
    ) -> None:
        long = "Ұлытау өзенінің жағасын қоқыстан тазалау және ағаш отырғызу сенбілігі " * 20
        event = make_event(session, title={"kk": long[:200]}, description={"kk": long})
        content = client.get(self.path(event)).data
        assert content.endswith(b"\r\n")
        lines = content.removesuffix(b"\r\n").split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert all(line.decode() for line in lines)
        assert value(content, "SUMMARY").replace("\\,", ",") == long[:200]

    @pytest.mark.parametrize(
        ("language", "summary", "bring"),
        [
            ("kk", "Елек жағалауын тазалау", "Өзіңізбен алыңыз"),
            ("ru", "Уборка берега Илека", "Возьмите с собой"),
            ("en", "Ilek bank clean-up", "Bring with you"),
        ],
    )
    def test_it_is_in_the_asked_language(
        self, client: FlaskClient, session: Session, language: str, summary: str, bring: str
    ) -> None:
        event = make_event(session, bring=["су"])
        by_header = client.get(self.path(event), headers={"Accept-Language": language})
        by_query = client.get(self.path(event, f"?lang={language}"), headers={"Accept-Language": "de"})
        assert by_header.data == by_query.data
        assert value(by_query.data, "SUMMARY") == summary
        assert f"{bring}: су" in value(by_query.data, "DESCRIPTION")
        assert f"/{language}/events/{event.id}" in value(by_query.data, "URL")

    def test_who_has_it_already_is_told_so(self, client: FlaskClient, session: Session) -> None:
        event = make_event(session)
        first = client.get(self.path(event))
        again = client.get(self.path(event), headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_nobodys_number_stands_in_it(self, client: FlaskClient, session: Session, login: Login) -> None:
        owner = make_volunteer(session, phone="+77019998877", display_name="Дәурен Қасымов")
        event = make_event(session, make_organization(session, owner), starts_at=TOMORROW)
        text = client.get(self.path(event), headers=login(owner)).text
        assert "9998877" not in text
        assert "Дәурен" not in text

    @pytest.mark.parametrize("changes", [{"status": "draft"}, {"hidden_by": "coordinator"}])
    def test_what_strangers_may_not_know_of_is_not_there_for_them(
        self, client: FlaskClient, session: Session, login: Login, changes: dict[str, Any]
    ) -> None:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner), starts_at=TOMORROW, **changes)
        assert client.get(self.path(event)).status_code == 404
        own = client.get(self.path(event), headers=login(owner))
        assert value(own.data, "STATUS") == ("TENTATIVE" if "status" in changes else "CANCELLED")

    @pytest.mark.parametrize("lang", ["de", "", "kk%00", "kk&lang=ru"])
    def test_a_language_that_is_none_is_said(self, client: FlaskClient, session: Session, lang: str) -> None:
        answer = client.get(self.path(make_event(session), f"?lang={lang}"))
        assert answer.status_code in (200, 422)


class TestZones:
    """All of Kazakhstan is UTC+5 since 1 March 2024; until then Almaty was UTC+6 and Aktobe UTC+5."""

    @pytest.mark.parametrize(
        ("zone", "starts_at", "local"),
        [
            ("Asia/Almaty", datetime(2024, 2, 29, 4, tzinfo=UTC), "2024-02-29T10:00:00"),
            ("Asia/Almaty", datetime(2024, 3, 1, 5, tzinfo=UTC), "2024-03-01T10:00:00"),
            ("Asia/Almaty", datetime(2023, 12, 31, 17, tzinfo=UTC), "2023-12-31T23:00:00"),
            ("Asia/Almaty", datetime(2026, 12, 31, 18, tzinfo=UTC), "2026-12-31T23:00:00"),
            ("Asia/Almaty", datetime(2027, 1, 1, 5, tzinfo=UTC), "2027-01-01T10:00:00"),
            ("Asia/Aqtobe", datetime(2024, 2, 29, 5, tzinfo=UTC), "2024-02-29T10:00:00"),
            ("Asia/Aqtobe", datetime(2026, 5, 21, 5, tzinfo=UTC), "2026-05-21T10:00:00"),
            ("Asia/Qyzylorda", datetime(2018, 12, 20, 4, tzinfo=UTC), "2018-12-20T10:00:00"),
            ("Europe/Berlin", datetime(2026, 7, 1, 8, tzinfo=UTC), "2026-07-01T10:00:00"),
        ],
    )
    def test_a_second_reader_finds_the_same_moment_and_the_wall_clocks_time(
        self, client: FlaskClient, session: Session, zone: str, starts_at: datetime, local: str
    ) -> None:
        event = make_event(session, zone=zone, starts_at=starts_at)
        (entry,) = read(client.get(f"/v1/events/{event.id}/calendar.ics").data)[1]
        assert (entry.zone, entry.local) == (zone, local)
        assert (entry.starts_at, entry.ends_at) == (event.starts_at, event.ends_at)

    def test_one_calendar_over_the_change_of_zone_and_new_year_says_each_rightly(
        self, session: Session
    ) -> None:
        moments = [
            datetime(2023, 12, 31, 16, tzinfo=UTC),
            datetime(2024, 1, 1, 4, tzinfo=UTC),
            datetime(2024, 2, 29, 4, tzinfo=UTC),
            datetime(2024, 3, 1, 5, tzinfo=UTC),
            datetime(2024, 3, 2, 5, tzinfo=UTC),
        ]
        events = [make_event(session, starts_at=moment) for moment in moments]
        entries = read(written([calendar_feeds.of_event(one) for one in events], "kk"))[1]
        assert [entry.starts_at for entry in entries] == moments
        assert [entry.local[11:16] for entry in entries] == ["22:00", "10:00", "10:00", "10:00", "10:00"]
