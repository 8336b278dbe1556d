"""People on the list by phone and name: neither oracle nor mint; declared until they register (R10)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from service.events import unusual
from service.models import EventHelper, TypedPerson, Volunteer
from service.rulings import typed_people
from tests.conftest import NOW
from tests.makers import make_event, make_member, make_signup, make_volunteer
from tests.mobile_api.rulings.listed import MINUTE, NAME, PHONE, List

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


def test_a_typed_number_is_answered_the_same_whoever_has_it(listed: List) -> None:
    """Registered, registered under another name, not registered: neither answers nor the list tell."""
    numbers = ("+77015550001", "+77015550002", "+77015550003")
    make_volunteer(listed.session, phone=numbers[0], display_name=NAME)
    make_volunteer(listed.session, phone=numbers[1], display_name="Басқа Біреу")
    records = [listed.typed(phone=phone) for phone in numbers]
    answers = listed.results(*records)
    assert [set(one) for one in answers] == [{"id", "outcome"}] * 3
    shown = listed.client.get(
        f"/v1/events/{listed.event.id}/participants", headers=listed.login(listed.owner)
    ).json
    assert shown["items"] == []
    assert [(one["display_name"], one["digits"], one["present"]) for one in shown["typed"]] == [
        (NAME, phone[-4:], True) for phone in numbers
    ]
    again = listed.results(*records)
    assert [set(one) for one in again] == [{"id", "outcome"}] * 3


def test_who_is_registered_counts_as_verified_and_is_told(listed: List) -> None:
    person = make_volunteer(listed.session, phone=PHONE, display_name=NAME)
    listed.results(listed.typed(display_name="сейітов  БОЛАТ", minutes=60))
    assert (listed.counts(), listed.declared()) == ((1, 60, 0, 0), 0)
    assert listed.notices("listed") == [person.id]
    listed.results(listed.typed(NOW + MINUTE, present=False, display_name="сейітов болат"), late=True)
    assert listed.counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("who", ["the owner", "a helper", "a helper of all events"])
def test_a_crowd_that_is_typed_is_looked_at(listed: List, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """As one that is told in groups: a number is quickly made up, and has ten people along."""
    monkeypatch.setitem(unusual.UNUSUAL, "declared", 20)
    by = listed.owner
    if who == "a helper of all events":
        by = make_volunteer(listed.session)
        make_member(listed.session, listed.organization, by, role="helper")
        listed.session.commit()
    if who == "a helper":
        by = make_volunteer(listed.session)
        named = {"named_by": listed.owner.id, "named_at": NOW}
        listed.session.add(EventHelper(event_id=listed.event.id, volunteer_id=by.id, **named))
        listed.session.commit()

    def looked_at() -> list[Any]:
        found = listed.client.get("/v1/reports", headers=listed.login(listed.coordinator)).json["items"]
        return [(one["reason"], one["outliers"]) for one in found]

    typed = [listed.typed(phone=f"+7701555000{number}", companions=9) for number in range(3)]
    listed.results(*typed[:2], by=by)
    assert looked_at() == []
    listed.results(*typed, by=by)
    assert looked_at() == [("declared: 30", ["declared"])]
    # A helper's tick is no coordinator's word that all is well.
    listed.results(listed.typed(NOW + MINUTE, present=False, phone="+77015550009"), by=by, late=True)
    assert looked_at() == [("declared: 30", ["declared"])]


def test_another_name_is_another_person(listed: List) -> None:
    make_volunteer(listed.session, phone=PHONE, display_name="Айгүл Серікқызы")
    listed.results(listed.typed())
    assert (listed.counts(), listed.declared(), listed.notices("listed")) == ((0, 0, 0, 0), 1, [])


def test_a_number_that_waits_is_declared_and_counts_once_its_owner_registers(listed: List) -> None:
    listed.results(listed.typed(companions=2, minutes=90))
    assert (listed.counts(), listed.declared()) == ((0, 0, 0, 0), 3)
    headers, answer = listed.register()
    assert answer.status_code == 201
    assert listed.counts() == (1, 90, 0, 0)
    assert listed.declared() == 2  # the two who came along
    (line,) = listed.client.get("/v1/me/record", headers=headers).json["items"]
    assert (line["minutes"], line["status"], line["companions"]) == (90, "counted", 2)
    assert listed.notices("listed") == [UUID(answer.json["id"])]
    # What is sent again, and said anew, is about her.
    listed.results(listed.typed(NOW + MINUTE, present=False), late=True)
    assert (listed.counts(), listed.declared()) == ((0, 0, 0, 0), 0)


def test_ticks_and_undos_of_who_waits_in_any_order(listed: List) -> None:
    undo, tick = listed.typed(NOW - MINUTE, present=False), listed.typed(NOW - 2 * MINUTE)
    listed.results(undo, tick)
    assert listed.declared() == 0
    listed.results(listed.typed(NOW))
    assert listed.declared() == 1
    listed.register()
    assert listed.counts() == (1, 180, 0, 0)


def test_another_name_with_the_number_gets_nothing(listed: List) -> None:
    listed.results(listed.typed())
    listed.register(name="Айгүл Серікқызы")
    assert (listed.counts(), listed.declared()) == ((0, 0, 0, 0), 1)
    listed.register()  # she says her name as it was typed
    assert (listed.counts(), listed.declared()) == ((1, 180, 0, 0), 0)


def test_after_fourteen_days_nobody_is_waited_for(listed: List) -> None:
    listed.results(listed.typed())
    listed.clock.move(timedelta(days=14, minutes=1))
    listed.register()
    assert (listed.counts(), listed.declared()) == ((0, 0, 0, 0), 1)


def test_what_was_typed_is_forgotten_by_then(listed: List) -> None:
    listed.results(listed.typed())
    old = TypedPerson.created_at <= NOW
    assert typed_people._forget(listed.session, TypedPerson.mark.is_not(None), old) == 1
    listed.session.expire_all()
    (typed,) = listed.session.scalars(sa.select(TypedPerson))
    assert (typed.mark, typed.digits, typed.display_name, typed.name_key) == (None, None, None, None)
    assert (typed.present, listed.declared()) == (True, 1)


def test_a_number_that_changes_hands_is_waited_for_no_more(listed: List) -> None:
    """Typed for who had it, not for who gets it (R1)."""
    old = make_volunteer(listed.session, phone=PHONE, display_name="Басқа Біреу", subject="uid-old")
    listed.results(listed.typed())
    _, answer = listed.register()
    assert answer.status_code == 201
    listed.session.expire_all()
    assert listed.session.get_one(Volunteer, old.id).phone is None
    assert (listed.counts(), listed.declared()) == ((0, 0, 0, 0), 1)


def test_nothing_that_was_typed_can_be_had_from_the_database(listed: List) -> None:
    listed.results(listed.typed())
    row = listed.session.execute(sa.text("SELECT row_to_json(t)::text FROM typed_person t")).scalar_one()
    tick = listed.session.execute(sa.text("SELECT row_to_json(t)::text FROM list_tick t")).scalar_one()
    assert PHONE[1:] not in row + tick
    assert PHONE[-9:] not in row + tick


def test_who_is_on_the_list_anyway_stands_there_once(listed: List) -> None:
    person = make_volunteer(listed.session, phone=PHONE, display_name=NAME)
    make_signup(listed.session, listed.event, person)
    listed.results(listed.typed())
    shown = listed.client.get(
        f"/v1/events/{listed.event.id}/participants", headers=listed.login(listed.owner)
    ).json
    assert [one["volunteer_id"] for one in shown["items"]] == [str(person.id)]
    assert shown["typed"] == []


def test_who_was_typed_is_ticked_off_by_their_row(listed: List) -> None:
    listed.results(listed.typed())
    url = f"/v1/events/{listed.event.id}/participants"
    (shown,) = listed.client.get(url, headers=listed.login(listed.owner)).json["typed"]
    undo = {"id": str(uuid4()), "typed_id": shown["id"], "present": False, "captured_at": NOW.isoformat()}
    listed.clock.move(MINUTE)
    undo["captured_at"] = (NOW + MINUTE).isoformat()
    assert set(listed.results(undo)[0]) == {"id", "outcome"}
    assert listed.declared() == 0
    (unknown,) = listed.results(undo | {"id": str(uuid4()), "typed_id": str(uuid4())})
    assert unknown["problem"]["status"] == 404


def test_typed_people_belong_to_their_event(listed: List) -> None:
    listed.results(listed.typed())
    listed.event = make_event(listed.session, listed.organization)
    listed.results(listed.typed())
    assert listed.declared() == 2
    listed.register()
    assert listed.counts() == (2, 360, 0, 0)
