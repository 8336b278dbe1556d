"""Groups on an organizer's phone: announced, confirmed, asked about when they are very large, taken back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event, Headcount, Organization, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.organizer.test_board import make_group
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    """It runs since an hour."""
    return make_event(session, organization)


def groups_of(session: Session, event: Event) -> list[Headcount]:
    session.expire_all()
    return list(session.scalars(sa.select(Headcount).where(Headcount.event_id == event.id)))


def path(event: Event, more: object = "") -> str:
    return f"/kk/organizer/events/{event.id}/groups{f'/{more}' if more else ''}"


def test_an_expected_one_is_confirmed_by_its_number(
    desk: Visitor, session: Session, event: Event, organizer: Volunteer
) -> None:
    group = make_group(session, event, organizer, expected=25, category="school")
    (form,) = (one for one in desk.page(path(event)).all("form", class_="row-form"))
    answer = desk.post(form["action"], data=filled(form) | {"number": "23"})
    assert answer.location == path(event)
    (stored,) = groups_of(session, event)
    assert (stored.id, stored.people, stored.expected, stored.category) == (group.id, 23, 25, "school")
    main = desk.page(path(event)).one("main")
    assert main.all("form", class_="row-form") == []
    assert main.one("h2", id="confirmed").one("span", class_="declared").text == "23"


def test_an_empty_number_is_asked_for_in_words(
    desk: Visitor, session: Session, event: Event, organizer: Volunteer
) -> None:
    make_group(session, event, organizer, expected=25)
    (form,) = desk.page(path(event)).all("form", class_="row-form")
    for number in ("", "0", "көп", "-3", "99999999999"):
        answer = desk.post(form["action"], data=filled(form) | {"number": number})
        assert answer.status_code == 422, number
        main = read(answer.text).one("main")
        assert main.one("div", class_="errors").one("a")["href"] == "#number"
        assert main.one("input", id="group")["value"] == "7-А"
    assert [one.people for one in groups_of(session, event)] == [None]


def test_one_more_is_added_once_however_often_it_is_pressed(
    desk: Visitor, session: Session, event: Event
) -> None:
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    form |= {"group": "АО «Ақтөбе»", "category": "business", "number": "40", "hours": "1,5"}
    for _press in range(2):
        assert desk.post(path(event), data=form).location == path(event)
    (stored,) = groups_of(session, event)
    assert (stored.group_name, stored.category) == ("АО «Ақтөбе»", "business")
    assert (stored.people, stored.expected, stored.minutes) == (40, None, 90)


def test_before_the_start_a_number_is_expected(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=1), status="draft")
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    desk.post(path(event), data=form | {"group": "7-А", "number": "25"})
    (stored,) = groups_of(session, event)
    assert (stored.people, stored.expected) == (None, 25)
    page = desk.page(path(event))
    assert page.all("form", class_="row-form") == []
    change = path(event, stored.id)
    form = filled(desk.page(change).all("form", method="post")[-1])
    assert desk.post(change, data=form | {"number": "27"}).location == path(event)
    assert [one.expected for one in groups_of(session, event)] == [27]


def test_over_the_usual_is_a_question_and_no_refusal(desk: Visitor, session: Session, event: Event) -> None:
    form = filled(desk.page(path(event)).all("form", method="post")[-1]) | {"group": "7-А"}
    answer = desk.post(path(event), data=form | {"number": "301"})
    assert (answer.status_code, groups_of(session, event)) == (200, [])
    page = read(answer.text)
    assert "301" in page.one("h1").text
    assert desk.post(path(event), data=filled(page.all("form", method="post")[-1])).status_code == 303
    assert [one.people for one in groups_of(session, event)] == [301]


def test_the_usual_is_taken_at_once(desk: Visitor, session: Session, event: Event) -> None:
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    assert desk.post(path(event), data=form | {"group": "7-А", "number": "300"}).status_code == 303
    assert [one.people for one in groups_of(session, event)] == [300]


def test_more_than_twice_those_expected_is_a_question_too(
    desk: Visitor, session: Session, event: Event, organizer: Volunteer
) -> None:
    group = make_group(session, event, organizer, expected=25)
    (form,) = desk.page(path(event)).all("form", class_="row-form")
    answer = desk.post(form["action"], data=filled(form) | {"number": "51"})
    assert answer.status_code == 200
    assert [one.people for one in groups_of(session, event)] == [None]
    sure = filled(read(answer.text).all("form", method="post")[-1])
    assert desk.post(path(event, group.id), data=sure).status_code == 303
    assert [one.people for one in groups_of(session, event)] == [51]


def test_one_is_taken_back_after_a_question_and_calmly_again(
    desk: Visitor, session: Session, event: Event, organizer: Volunteer
) -> None:
    group = make_group(session, event, organizer, people=25, minutes=60)
    ask = path(event, f"{group.id}/take-back")
    page = desk.page(ask)
    assert "7-А" in page.one("h1").text
    form = filled(page.all("form", method="post")[-1])
    for _press in range(2):
        assert desk.post(ask, data=form).location == path(event)
    assert [one.taken_back for one in groups_of(session, event)] == [True]
    assert desk.page(path(event)).one("main").all("ul", class_="rows") == []
    assert desk.get(path(event, group.id)).status_code == 404


def test_more_hours_than_the_event_has_are_refused_beside_the_field(
    desk: Visitor, session: Session, event: Event
) -> None:
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    answer = desk.post(path(event), data=form | {"group": "7-А", "number": "5", "hours": "9"})
    assert answer.status_code == 422
    assert read(answer.text).one("main").one("div", class_="errors").one("a")["href"] == "#hours"


def test_who_is_suspended_reads_them_and_gives_none(visitor: Visitor, session: Session) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner, status="suspended"))
    group = make_group(session, event, owner, expected=25)
    visitor.sign_in(session, owner, elevated=False)
    main = visitor.page(path(event)).one("main")
    assert "7-А" in main.text
    assert main.all("form") == []
    assert visitor.post(path(event, group.id), data={"number": "3"}).status_code == 403


def test_it_is_ones_own_events_alone(desk: Visitor, session: Session) -> None:
    assert desk.get(path(make_event(session))).status_code == 403


@pytest.mark.parametrize("language", LOCALES)
def test_they_are_whole_in_every_language(
    desk: Visitor, session: Session, event: Event, organizer: Volunteer, language: str
) -> None:
    one = make_group(session, event, organizer, expected=25, category="school")
    make_group(session, event, organizer, people=40, minutes=90, category="business")
    for address in (path(event), path(event, one.id), path(event, f"{one.id}/take-back")):
        assert desk.page(address.replace("/kk/", f"/{language}/")).one("html")["lang"] == language
