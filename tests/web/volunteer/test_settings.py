"""What I say of myself and want to be told; my devices and sessions; the account that leads to it all."""

from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Device, NotificationSettings, Volunteer
from tests.conftest import NOW
from tests.makers import make_device, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

SETTINGS, NOTIFY, DEVICES = "/kk/account/settings", "/kk/account/notifications", "/kk/account/devices"
ABOUT_ME = {"display_name": "Айгүл С.", "region": "KZ-75", "locale": "kk"}
ALL = dict.fromkeys(("changes", "reminders", "announcements", "nearby", "recognition"), "yes")
QUIET = ALL | {"quiet_from": "22:00", "quiet_to": "08:00", "daily_cap": "6"}


def stored(session: Session, volunteer: Volunteer) -> tuple[str, str, str]:
    session.expire_all()
    found = session.get_one(Volunteer, volunteer.id)
    return found.display_name, found.region_code, found.locale


class TestAboutMe:
    def test_name_region_and_language_are_changed_and_the_page_goes_on_in_it(
        self, mine: Visitor, session: Session, volunteer: Volunteer
    ) -> None:
        answer = mine.send(SETTINGS, ABOUT_ME | {"locale": "ru"}, of="about-me")
        assert answer.location == "/ru/account/settings"
        assert stored(session, volunteer) == ("Айгүл С.", "KZ-75", "ru")
        page = mine.page(answer.location)
        assert "Сохранено." in page.text
        assert page.one("input", id="display_name")["value"] == "Айгүл С."

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("display_name", ""),
            ("display_name", "x" * 101),
            ("display_name", "\u200b"),
            ("region", "KZ-99"),
            ("region", ""),
            ("locale", "de"),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_changes(
        self, mine: Visitor, session: Session, volunteer: Volunteer, field: str, typed: str
    ) -> None:
        before = stored(session, volunteer)
        answer = mine.send(SETTINGS, ABOUT_ME | {field: typed}, of="about-me")
        assert answer.status_code == 422
        assert read(answer.text).one("div", class_="errors").all("a", href=f"#{field}")
        assert stored(session, volunteer) == before

    @pytest.mark.parametrize("more", [{"birth_date": "1990-01-01"}, {"guardian.name": "x"}, {"phone": "+7"}])
    def test_what_the_form_does_not_have_is_refused(
        self, mine: Visitor, session: Session, volunteer: Volunteer, more: dict[str, str]
    ) -> None:
        assert mine.send(SETTINGS, ABOUT_ME | more, of="about-me").status_code == 422
        session.expire_all()
        assert session.get_one(Volunteer, volunteer.id).birth_date == date(1995, 3, 8)

    def test_a_form_of_another_tab_that_is_old_by_now_asks_first(
        self, mine: Visitor, session: Session, volunteer: Volunteer
    ) -> None:
        form = mine.page(SETTINGS).one("form", id="about-me")
        old = {one["name"]: one["value"] for one in form.all(type="hidden")}
        mine.send(SETTINGS, ABOUT_ME, of="about-me")
        answer = mine.post(SETTINGS, data=old | ABOUT_ME | {"display_name": "Ескі атым"})
        assert answer.status_code == 412
        assert stored(session, volunteer)[0] == "Айгүл С."
        shown = read(answer.text).one("form", id="about-me")
        assert shown.one("input", id="display_name")["value"] == "Ескі атым"
        new = {one["name"]: one["value"] for one in shown.all(type="hidden")}
        assert mine.post(SETTINGS, data=new | ABOUT_ME | {"display_name": "Ескі атым"}).status_code == 303
        assert stored(session, volunteer)[0] == "Ескі атым"

    def test_where_i_live_is_forgotten(self, mine: Visitor, session: Session, volunteer: Volunteer) -> None:
        volunteer.home_cell = 604189641121202175
        session.add(volunteer)
        session.commit()
        assert mine.send(SETTINGS, {}, of="forget-home").location == SETTINGS
        session.expire_all()
        assert session.get_one(Volunteer, volunteer.id).home_cell is None
        assert mine.page(SETTINGS).all("form", id="forget-home") == []

    def test_the_language_of_the_page_is_taken_for_all_that_i_am_told(
        self, mine: Visitor, session: Session, volunteer: Volunteer
    ) -> None:
        assert mine.page("/kk/account").all("form", id="language") == []
        assert mine.send("/ru/account", {"locale": "ru"}, of="language").location == "/ru/account"
        assert stored(session, volunteer)[2] == "ru"
        assert mine.page("/ru/account").all("form", id="language") == []

    @pytest.mark.parametrize("wanted", ["//evil.example/kk/", "https://evil.example/", "", "/kk"])
    def test_the_language_leads_nowhere_else(self, mine: Visitor, wanted: str) -> None:
        answer = mine.send("/ru/account", {"locale": "ru", "next": wanted}, of="language")
        assert answer.location in ("/ru/account", "/ru/")


class TestNotify:
    def test_what_is_not_ticked_is_off(self, mine: Visitor, session: Session, volunteer: Volunteer) -> None:
        typed = QUIET | {"quiet_from": "23:30", "quiet_to": "07:15", "daily_cap": "3"}
        del typed["nearby"], typed["recognition"]
        assert mine.send(NOTIFY, typed, of="notify").location == NOTIFY
        found = session.get_one(NotificationSettings, volunteer.id)
        assert (found.changes, found.nearby, found.recognition, found.daily_cap) == (True, False, False, 3)
        assert (found.quiet_from, found.quiet_to) == (time(23, 30), time(7, 15))
        page = mine.page(NOTIFY)
        assert "7 сағ 45 мин" in page.text.replace("\xa0", " ")
        assert "checked" not in page.one("input", id="nearby").attributes
        assert "checked" in page.one("input", id="changes").attributes

    @pytest.mark.parametrize(
        ("times", "said"),
        [
            (("00:00", "00:00"), "Тыныш уақыт жоқ"),
            (("08:00", "07:59"), "23 сағ 59 мин"),
            (("23:59", "00:00"), "1 мин"),
        ],
    )
    def test_how_long_it_is_quiet_is_said(self, mine: Visitor, times: tuple[str, str], said: str) -> None:
        mine.send(NOTIFY, QUIET | {"quiet_from": times[0], "quiet_to": times[1]}, of="notify")
        assert said in mine.page(NOTIFY).text.replace("\xa0", " ")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"quiet_from": ""},
            {"quiet_to": "25:00"},
            {"quiet_from": "22:00:30"},
            {"quiet_to": "8"},
            {"daily_cap": "-1"},
            {"daily_cap": "101"},
            {"daily_cap": "1e9"},
            {"daily_cap": ""},
            {"volunteer_id": "01a20b43-da95-76d9-b7ca-338e67a4b6e6"},
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_changes(
        self, mine: Visitor, session: Session, volunteer: Volunteer, wrong: dict[str, Any]
    ) -> None:
        assert mine.send(NOTIFY, QUIET | wrong, of="notify").status_code == 422
        assert session.get(NotificationSettings, volunteer.id) is None


class TestDevices:
    def test_my_phones_are_seen_and_removed(
        self, mine: Visitor, session: Session, volunteer: Volunteer
    ) -> None:
        make_device(session, volunteer, installation_id="old", platform="ios", off_since=NOW)
        make_device(session, volunteer, installation_id="new")
        theirs = make_device(session, make_volunteer(session), installation_id="old")
        session.commit()
        page = mine.page(DEVICES)
        assert "iPhone" in page.text
        assert theirs.value not in page.text
        form = next(one for one in page.all("form") if one.all(name="installation_id", value="old"))
        hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
        for _ in range(2):
            assert mine.post(DEVICES, data=hidden).location == DEVICES
        left = session.execute(sa.select(Device.volunteer_id, Device.installation_id))
        assert set(map(tuple, left)) == {(volunteer.id, "new"), (theirs.volunteer_id, "old")}

    @pytest.mark.parametrize("typed", ["", "\0", "x" * 10_000])
    def test_what_is_no_device_removes_nothing(
        self, mine: Visitor, session: Session, volunteer: Volunteer, typed: str
    ) -> None:
        make_device(session, volunteer)
        session.commit()
        form = mine.page(DEVICES).all("form", action=DEVICES)[0]
        hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
        answer = mine.post(DEVICES, data=hidden | {"installation_id": typed})
        assert answer.status_code in (303, 422)
        assert session.scalar(sa.select(sa.func.count()).select_from(Device)) == 1


class TestAccount:
    def test_it_leads_to_all_that_is_mine(self, mine: Visitor) -> None:
        links = [link["href"] for link in mine.page("/kk/account").one("main").all("a", class_="row")]
        assert {SETTINGS, NOTIFY, DEVICES} <= set(links)
        assert {f"/kk/account/{name}" for name in ("calendar", "data", "consents", "honours")} <= set(links)
        for link in links:
            assert mine.get(link).status_code == 200, link

    def test_a_minor_finds_the_guardians_page_and_an_adult_does_not(
        self, visitor: Visitor, session: Session
    ) -> None:
        guardian = {"guardian_name": "Ана", "guardian_phone": "+77010000000"}
        people = (make_volunteer(session, birth_date=date(2010, 1, 1), **guardian), make_volunteer(session))
        found = []
        for person in people:
            visitor.sign_in(session, person, elevated=False)
            links = [one["href"] for one in visitor.page("/kk/account").one("main").all("a")]
            found.append("/kk/account/guardian" in links)
        assert found == [True, False]


@pytest.mark.parametrize("page", ["settings", "notifications", "devices"])
@pytest.mark.parametrize("language", LOCALES)
def test_each_is_whole_in_every_language(
    mine: Visitor, session: Session, volunteer: Volunteer, language: str, page: str
) -> None:
    make_device(session, volunteer)
    session.commit()
    assert mine.page(f"/{language}/account/{page}").one("html")["lang"] == language


@pytest.mark.parametrize("page", ["settings", "notifications", "devices"])
def test_nobody_is_asked_to_sign_in(visitor: Visitor, page: str) -> None:
    assert visitor.get(f"/kk/account/{page}").location == f"/kk/sign-in?next=/kk/account/{page}"
