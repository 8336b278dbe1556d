"""A new event in five fields, its change, its preview and its publishing."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from notifications import words
from notifications.words import LOCALES
from service.models import Event, Organization, Outbox, Volunteer
from service.models.base import COUNTRY_ZONE
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import box, make_attendance, make_event, make_member, make_organization, make_volunteer
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.visitor import Visitor

NEW = "/kk/organizer/events/new"
FIVE = {
    "kind": "cleanup",
    "day": "2026-05-21",
    "starts": "10:00",
    "ends": "12:00",
    "address_names.kk": "Ақтөбе, Елек жағалауы",
    "point": "50.283900, 57.167000",
    "radius": "150",
    "capacity": "40",
    "bring": "қолғап, су",
    "walk_ins": "yes",
}


def all_of(session: Session) -> list[Event]:
    session.expire_all()
    return list(session.scalars(sa.select(Event).order_by(Event.created_at)))


def send(desk: Visitor, path: str, **typed: str) -> TestResponse:
    """The form of the page as it stands, with these fields typed anew."""
    form = desk.page(path).all("form", method="post")[-1]
    return desk.post(path, data=filled(form) | typed)


def test_next_thursday_from_ten_to_twelve_is_offered(desk: Visitor, clock: FixedClock) -> None:
    typed = filled(desk.page(NEW).all("form", method="post")[-1])
    assert (typed["day"], typed["starts"], typed["ends"]) == ("2026-05-21", "10:00", "12:00")
    assert date.fromisoformat(typed["day"]).weekday() == 3
    for at, expected in ((time(9, 59), "2026-05-21"), (time(10), "2026-05-28")):
        clock.at = datetime.combine(date(2026, 5, 21), at, COUNTRY_ZONE)
        assert filled(desk.page(NEW).all("form", method="post")[-1])["day"] == expected


def test_five_fields_make_a_draft_and_lead_to_its_preview(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    answer = send(desk, NEW, **FIVE)
    (event,) = all_of(session)
    assert answer.location == f"/kk/organizer/events/{event.id}/preview"
    assert (event.status, event.organization_id, event.kind) == ("draft", organization.id, "cleanup")
    assert event.starts_at == datetime(2026, 5, 21, 10, tzinfo=COUNTRY_ZONE)
    assert event.ends_at - event.starts_at == timedelta(hours=2)
    assert (event.latitude, event.longitude) == (50.2839, 57.167)
    assert event.area == {"type": "circle", "radius_m": 150}
    assert (event.capacity, event.bring, event.walk_ins) == (40, ["қолғап", "су"], True)
    assert event.address_names == {"kk": "Ақтөбе, Елек жағалауы"}
    # Nobody has thought of a title: it is there in each language all the same.
    assert event.title["kk"] == "Тазалау: Ақтөбе, Елек жағалауы"
    assert set(event.title) == set(LOCALES)


def test_the_other_button_saves_it_and_leads_to_its_board(desk: Visitor, session: Session) -> None:
    answer = send(desk, NEW, **FIVE, act="draft")
    (event,) = all_of(session)
    assert answer.location == f"/kk/organizer/events/{event.id}"
    assert event.is_draft


def test_a_second_press_makes_no_second_event(desk: Visitor, session: Session) -> None:
    form = filled(desk.page(NEW).all("form", method="post")[-1]) | FIVE
    first, again = desk.post(NEW, data=form), desk.post(NEW, data=form)
    assert first.location == again.location
    assert len(all_of(session)) == 1


def test_after_a_step_back_the_same_draft_becomes_what_is_typed_now(desk: Visitor, session: Session) -> None:
    form = filled(desk.page(NEW).all("form", method="post")[-1]) | FIVE
    desk.post(NEW, data=form)
    desk.post(NEW, data=form | {"capacity": "60", "title.kk": "Жаға"})
    (event,) = all_of(session)
    assert (event.capacity, event.title) == (60, {"kk": "Жаға"})


def test_after_its_publishing_the_old_form_changes_nothing(desk: Visitor, session: Session) -> None:
    form = filled(desk.page(NEW).all("form", method="post")[-1]) | FIVE
    desk.post(NEW, data=form)
    (event,) = all_of(session)
    event.status = "published"
    session.commit()
    answer = desk.post(NEW, data=form | {"capacity": "60"})
    assert answer.location == f"/kk/organizer/events/{event.id}"
    assert [one.capacity for one in all_of(session)] == [40]


@pytest.mark.parametrize(
    ("typed", "bad"),
    [
        ({"point": ""}, "point"),
        ({"point": "Ақтөбе"}, "point"),
        ({"point": "95.1, 57.1"}, "point"),
        ({"point": "57.167, 50.2839"}, "point"),
        ({"day": ""}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "2026-05-15"}, "day"),
        ({"starts": "25:00"}, "starts"),
        ({"ends": "09:00"}, "ends"),
        ({"ends": "10:00"}, "ends"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "көп"}, "capacity"),
        ({"radius": "9000"}, "radius"),
        ({"kind": "party"}, "kind"),
        ({"title.kk": "а" * 201}, "title.kk"),
        ({"bring": "а" * 201}, "bring"),
        ({"bring": ",".join(str(number) for number in range(51))}, "bring"),
        ({"contact.link": "http://plain.kz"}, "contact.link"),
        ({"contact.phone": "+77019999999"}, "contact.phone"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_text_stays(
    desk: Visitor, session: Session, typed: dict[str, str], bad: str
) -> None:
    answer = send(desk, NEW, **(FIVE | typed))
    assert answer.status_code == 422
    main = read(answer.text).one("main")
    linked = {link["href"] for link in main.one("div", class_="errors").all("a")}
    assert linked == {f"#{bad}"}, main.one("div", class_="errors").text
    assert filled(main.all("form", method="post")[-1])["address_names.kk"] == FIVE["address_names.kk"]
    assert all_of(session) == []


@pytest.mark.parametrize("point", ["50.2839 57.167", "50,2839; 57,167", " 50.283900,57.167000 "])
def test_a_point_is_taken_as_maps_give_it(desk: Visitor, session: Session, point: str) -> None:
    send(desk, NEW, **(FIVE | {"point": point}))
    (event,) = all_of(session)
    assert (event.latitude, event.longitude) == (50.2839, 57.167)


def test_a_night_goes_over_midnight(desk: Visitor, session: Session) -> None:
    send(desk, NEW, **(FIVE | {"starts": "22:00", "ends": "01:00"}))
    (event,) = all_of(session)
    assert event.ends_at - event.starts_at == timedelta(hours=3)


def test_a_place_of_before_is_chosen_without_a_map(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    make_event(session, organization, latitude=50.3, longitude=57.2, address="Жеңіс саябағы")
    make_event(session, latitude=50.4, address="Бөтен жер")
    page = desk.page(NEW)
    (spot,) = page.all("input", name="spot")
    assert "Жеңіс саябағы" in page.text
    assert "Бөтен жер" not in page.text
    send(desk, NEW, **(FIVE | {"point": "", "spot": spot["value"]}))
    made = all_of(session)[-1]
    assert (made.latitude, made.longitude) == (50.3, 57.2)


def test_a_place_is_found_by_its_address(desk: Visitor, session: Session) -> None:
    answer = send(desk, NEW, **(FIVE | {"address_names.kk": "Кандыагаш", "point": ""}))
    assert answer.status_code == 422
    page = read(answer.text)
    assert "Мекенжай бойынша табылды" in page.text
    first = page.all("input", name="spot")[0]
    assert page.one("input", id="address_names.kk")["value"] == "Кандыагаш"
    typed = filled(page.all("form", method="post")[-1]) | {"spot": first["value"], "act": "preview"}
    assert desk.post(NEW, data=typed).status_code == 303
    (event,) = all_of(session)
    assert (event.latitude, event.longitude) == pytest.approx((49.47, 57.42), abs=0.05)


def test_an_address_that_nobody_knows_asks_for_the_point(desk: Visitor, session: Session) -> None:
    answer = send(desk, NEW, **(FIVE | {"address_names.kk": "Ққққққ", "point": ""}))
    page = read(answer.text)
    assert answer.status_code == 422
    assert page.all("input", name="spot") == []
    assert page.one("input", id="point").has("aria-invalid", "true")
    assert all_of(session) == []


def test_of_several_organizations_one_is_chosen(
    desk: Visitor, session: Session, organizer: Volunteer
) -> None:
    another = make_organization(session, name={"kk": "Жас Толқын"})
    make_member(session, another, organizer)
    closed = make_organization(session, name={"kk": "Жабық"}, status="suspended")
    make_member(session, closed, organizer)
    page = desk.page(NEW)
    assert len(page.one("select", id="organization_id").all("option")) == 2
    send(desk, NEW, **(FIVE | {"organization_id": str(another.id)}))
    assert all_of(session)[-1].organization_id == another.id
    refused = send(desk, NEW, **(FIVE | {"organization_id": str(closed.id)}))
    assert refused.status_code == 409


@pytest.mark.parametrize("status", ["pending", "suspended"])
def test_who_is_not_verified_makes_none_and_reads_why(
    visitor: Visitor, session: Session, status: str
) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner, status=status)
    visitor.sign_in(session, owner, elevated=False)
    assert visitor.get(NEW).status_code == 409
    assert NEW not in [link["href"] for link in visitor.page("/kk/organizer/").all("a")]


def test_the_preview_is_the_page_that_volunteers_will_see(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    title = "Есентай өзенінің жағасын тазалау сенбілігі және ағаш отырғызу"
    event = make_event(session, organization, title={"kk": title}, status="draft", bring=["қолғап"])
    main = desk.page(f"/kk/organizer/events/{event.id}/preview").one("main")
    assert main.one("h1").text == title
    assert "қолғап" in main.text
    assert main.all("svg", class_="plan")
    push = main.one("div", class_="card").one("b").text
    assert len(push) <= 40
    assert push.endswith("…")
    assert "60 таңба" in main.text
    short = make_event(session, organization, title={"kk": "Жаға"}, status="draft")
    assert "60 таңба" not in desk.page(f"/kk/organizer/events/{short.id}/preview").text


def test_it_is_published_once_however_often_it_is_pressed(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, status="draft", starts_at=NOW + timedelta(days=2))
    preview = f"/kk/organizer/events/{event.id}/preview"
    form = desk.page(preview).all("form", method="post")[-1]
    for _press in range(2):
        answer = desk.post(form["action"], data=filled(form))
        assert answer.location == f"/kk/organizer/events/{event.id}"
    assert "жарияланған" in desk.page(f"/kk/organizer/events/{event.id}").one("p", class_="notice").text
    session.expire_all()
    assert event.is_published
    assert session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "nearby_event")) == 1


def test_what_is_over_is_not_published(desk: Visitor, session: Session, organization: Organization) -> None:
    event = make_event(session, organization, status="draft", starts_at=NOW - timedelta(days=2))
    preview = f"/kk/organizer/events/{event.id}/preview"
    assert desk.page(preview).all("form", method="post") == []
    token = filled(desk.page(NEW).all("form", method="post")[-1])["csrf_token"]
    answer = desk.post(preview.replace("preview", "publish"), data={"csrf_token": token})
    assert answer.location == f"/kk/organizer/events/{event.id}/edit"
    session.expire_all()
    assert event.is_draft


def edit(event: Event) -> str:
    return f"/kk/organizer/events/{event.id}/edit"


def test_a_form_that_is_sent_as_it_came_changes_nothing(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(
        session,
        organization,
        starts_at=NOW + timedelta(days=2),
        bring=["қолғап", "су"],
        description={"kk": "Жағаны тазалаймыз", "en": "We clean the bank"},
        area={"type": "circle", "radius_m": 170},
        accessible=True,
    )
    names = ("title", "description", "kind", "starts_at", "ends_at", "latitude", "longitude", "address")
    more = ("area", "capacity", "min_age", "hazard", "accessible", "walk_ins", "bring")
    before = {name: getattr(event, name) for name in (*names, *more)}
    chosen = [one.text for one in desk.page(edit(event)).all("option") if "selected" in one.attributes]
    assert [words.distance(170, "kk")] == chosen
    answer = send(desk, edit(event))
    assert answer.status_code == 303, read(answer.text).one("main").text
    session.expire_all()
    assert {name: getattr(event, name) for name in (*names, *more)} == before
    assert session.scalars(sa.select(Outbox)).all() == []


def test_another_time_is_told(desk: Visitor, session: Session, organization: Organization) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=2))
    assert send(desk, edit(event), starts="10:30", ends="13:30").location == (
        f"/kk/organizer/events/{event.id}"
    )
    session.expire_all()
    assert event.local(event.starts_at).time() == time(10, 30)
    assert [one.kind for one in session.scalars(sa.select(Outbox))] == ["event_changed"]


def test_an_area_that_was_drawn_stays(desk: Visitor, session: Session, organization: Organization) -> None:
    area = box(57.16, 50.28, 57.17, 50.29)
    event = make_event(session, organization, starts_at=NOW + timedelta(days=2), area=area)
    assert desk.page(edit(event)).all("select", name="radius") == []
    send(desk, edit(event), capacity="9")
    session.expire_all()
    assert (event.area["type"], event.capacity) == ("Polygon", 9)


def test_what_is_frozen_is_not_asked_for_and_the_end_moves(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization)
    make_attendance(session, event, make_volunteer(session))
    page = desk.page(edit(event))
    assert "Келгендер белгіленген" in page.one("p", class_="notice").text
    asked = filled(page.all("form", method="post")[-1])
    assert {"day", "starts", "point", "radius"} & set(asked) == set()
    assert send(desk, edit(event), ends="13:30").status_code == 303
    session.expire_all()
    assert event.local(event.ends_at).time() == time(13, 30)


def test_long_after_its_end_texts_alone_are_mended(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, starts_at=NOW - timedelta(days=2))
    asked = filled(desk.page(edit(event)).all("form", method="post")[-1])
    assert {"ends", "capacity", "min_age"} & set(asked) == set()
    assert send(desk, edit(event), **{"title.kk": "Жаңа атау"}).status_code == 303
    session.expire_all()
    assert event.title["kk"] == "Жаңа атау"


def test_of_two_organizers_at_once_the_second_is_told_and_loses_no_text(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=2))
    form = filled(desk.page(edit(event)).all("form", method="post")[-1])
    send(desk, edit(event), capacity="10")
    answer = desk.post(edit(event), data=form | {"title.kk": "Менікі"})
    assert answer.status_code == 412
    main = read(answer.text).one("main")
    assert "басқа біреу өзгертті" in main.one("div", class_="errors").text
    again = filled(main.all("form", method="post")[-1])
    assert again["title.kk"] == "Менікі"
    assert desk.post(edit(event), data=again).status_code == 303
    session.expire_all()
    assert event.title["kk"] == "Менікі"


def test_ones_own_number_is_a_contact_at_once(desk: Visitor, session: Session, organizer: Volunteer) -> None:
    send(desk, NEW, **FIVE, **{"contact.name": "Әсем", "contact.phone": str(organizer.phone)})
    (event,) = all_of(session)
    asked = filled(desk.page(edit(event)).all("form", method="post")[-1])
    assert (asked["contact.name"], asked["contact.phone"]) == ("Әсем", organizer.phone)
    send(desk, edit(event), **{"contact.name": "", "contact.phone": ""})
    asked = filled(desk.page(edit(event)).all("form", method="post")[-1])
    assert (asked["contact.name"], asked["contact.phone"]) == ("", "")


def test_a_cancelled_one_is_restored_first(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization, status="cancelled", cancelled_at=NOW, cancel_reason="Дауыл")
    assert desk.get(edit(event)).status_code == 409


@pytest.mark.parametrize("path", ["edit", "preview", "publish"])
def test_nobody_elses_event_is_touched(desk: Visitor, session: Session, path: str) -> None:
    event = make_event(session, status="draft")
    token = filled(desk.page(NEW).all("form", method="post")[-1])["csrf_token"]
    address = f"/kk/organizer/events/{event.id}/{path}"
    if path == "publish":
        assert desk.post(address, data={"csrf_token": token}).status_code == 404
    else:
        assert desk.get(address).status_code == 404


@pytest.mark.parametrize("language", LOCALES)
def test_pages_are_whole_in_every_language(
    desk: Visitor, session: Session, organization: Organization, language: str
) -> None:
    event = make_event(session, organization, status="draft")
    for path in ("new", f"{event.id}/edit", f"{event.id}/preview"):
        assert desk.page(f"/{language}/organizer/events/{path}").one("html")["lang"] == language


def test_each_forms_ids_are_its_own(desk: Visitor) -> None:
    ids: list[Any] = [filled(desk.page(NEW).all("form", method="post")[-1])["id"] for _ in range(2)]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"[0-9a-f-]{36}", one) for one in ids)
