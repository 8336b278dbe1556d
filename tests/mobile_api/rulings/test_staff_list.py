"""The organizer's list over HTTP: tick by tick, idempotent, in any order, by whom and beside what (R10)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from service.models import EventHelper, ListTick, Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import make_ban, make_event, make_member, make_organization, make_volunteer
from tests.mobile_api.rulings.listed import MINUTE, NAME, PHONE, List

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


def test_a_tick_makes_present_and_an_undo_absent(listed: List) -> None:
    (stored,) = listed.results(listed.tick())
    assert (stored["outcome"], stored["attendance"]["status"]) == ("stored", "counted")
    assert (stored["attendance"]["evidence"], stored["attendance"]["minutes"]) == ("organizer", 180)
    assert listed.counts() == (1, 180, 0, 0)
    listed.results(listed.tick(NOW + MINUTE, present=False), late=True)
    assert listed.stands() == ("rejected", "organizer", 180)
    assert listed.counts() == (0, 0, 0, 0)


def test_minutes_and_companions_are_taken(listed: List) -> None:
    (stored,) = listed.results(listed.tick(minutes=45, companions=2))
    assert (stored["attendance"]["minutes"], stored["attendance"]["companions"]) == (45, 2)
    assert (listed.counts(), listed.declared()) == ((1, 45, 0, 0), 2)


def test_who_came_along_stays_when_minutes_are_named_later(listed: List) -> None:
    listed.results(listed.tick(minutes=45, companions=2))
    assert listed.correct({"present": True, "minutes": 60}).json["companions"] == 2
    assert (listed.counts(), listed.declared()) == ((1, 60, 0, 0), 2)


def test_what_was_said_last_holds_whatever_came_last(listed: List) -> None:
    undo, tick = listed.tick(NOW - MINUTE, present=False), listed.tick(NOW - 3 * MINUTE)
    results = listed.results(undo, tick)
    assert [one["outcome"] for one in results] == ["stored", "stored"]
    assert listed.stands() == ("rejected", "organizer", 180)
    again = listed.tick(NOW)
    listed.results(again)
    assert listed.stands() == ("counted", "organizer", 180)


def test_the_same_ticks_again_change_nothing(listed: List) -> None:
    records = [listed.tick(), listed.typed()]
    first = listed.results(*records)
    assert [one["outcome"] for one in first] == ["stored", "stored"]
    listed.clock.move(timedelta(days=2))
    again = listed.results(*records)
    assert [one["outcome"] for one in again] == ["repeated", "repeated"]
    assert again[0]["attendance"] == first[0]["attendance"]
    assert (listed.counts(), listed.declared(), len(listed.decisions())) == ((1, 180, 0, 0), 1, 1)
    other = records[0] | {"present": False}
    (refused,) = listed.results(other)
    assert (refused["outcome"], refused["problem"]["code"]) == ("refused", "id-reused")


def test_one_bad_tick_never_spoils_the_others(listed: List) -> None:
    results = listed.results(
        listed.tick() | {"present": "yes"},
        listed.tick(minutes=181),
        listed.tick(volunteer_id=str(uuid4())),
        listed.typed(phone="12"),
        listed.tick() | {"phone": PHONE},
        {"id": str(uuid4())},
        "rubbish",
        listed.tick(NOW + timedelta(hours=1)),
        listed.tick(NOW - timedelta(hours=3)),
        listed.tick(present=False, minutes=3),
        listed.tick(),
    )
    codes = [one.get("problem", {}).get("code") for one in results]
    assert codes == [
        "invalid", "invalid", "not-found", "invalid", "invalid", "invalid", "invalid", "invalid", "too-early",
        "invalid", None,
    ]  # fmt: skip
    assert listed.counts() == (1, 180, 0, 0)


def test_a_wrong_clock_is_corrected(listed: List) -> None:
    """60 people ticked on a phone that is a day ahead, or two hours behind."""
    for ahead in (timedelta(days=1), -timedelta(hours=2)):
        (stored,) = listed.results(listed.tick(NOW - 5 * MINUTE + ahead), ahead=ahead)
        assert stored["outcome"] == "stored"
    ticks = listed.session.scalars(sa.select(ListTick.captured_at)).all()
    assert set(ticks) == {NOW - 5 * MINUTE}


@pytest.mark.parametrize(("days", "code"), [(13, None), (15, "too-late")])
def test_a_list_is_taken_for_fourteen_days(listed: List, days: int, code: str | None) -> None:
    listed.clock.at = listed.event.ends_at + timedelta(days=days)
    for record in (listed.tick(), listed.typed()):
        (result,) = listed.results(record)
        assert result.get("problem", {}).get("code") == code


def test_before_the_event_people_are_ticked_from_when_check_in_opens(listed: List) -> None:
    listed.event.starts_at, listed.event.ends_at = NOW + 50 * MINUTE, NOW + 170 * MINUTE
    listed.session.flush()
    assert listed.results(listed.tick())[0]["outcome"] == "stored"
    (early,) = listed.results(listed.typed(NOW - 15 * MINUTE))
    assert early["problem"]["code"] == "too-early"


def test_nobody_is_present_at_what_never_began(listed: List) -> None:
    listed.event.status, listed.event.cancelled_at = "cancelled", listed.event.starts_at - MINUTE
    listed.session.flush()
    assert [one["problem"]["code"] for one in listed.results(listed.tick(), listed.typed())] == [
        "cancelled",
        "cancelled",
    ]


def test_who_may_tick(listed: List) -> None:
    stranger, helper = (make_volunteer(listed.session) for _ in range(2))
    make_member(listed.session, listed.organization, helper, role="helper")
    assert listed.post(listed.tick(), by=stranger).status_code == 403
    assert listed.post(listed.tick(), by=listed.coordinator).status_code == 403
    assert listed.post(listed.tick(), by=helper).status_code == 200
    listed.organization.status = "suspended"
    listed.session.flush()
    assert listed.post(listed.tick()).json["code"] == "not-verified"


def test_too_many_ticks_are_too_many(listed: List) -> None:
    assert listed.post(*[listed.tick() for _ in range(201)]).status_code == 422


# Beside phones, rulings and other organizers


def test_a_phones_own_record_keeps_its_minutes_under_a_tick(listed: List) -> None:
    listed.results(listed.tick())
    came = listed.send("check-ins").json
    listed.clock.move(timedelta(minutes=30))
    left = listed.send("check-outs").json
    assert (came["status"], left["minutes"], left["evidence"]) == ("counted", 30, "organizer")


def test_who_was_ticked_off_before_their_phone_was_heard_stays_off(listed: List) -> None:
    listed.results(listed.tick(present=False))
    assert listed.send("check-ins").json["status"] == "rejected"
    assert listed.counts() == (0, 0, 0, 0)


def test_two_organizers_at_once_the_later_word_holds_and_both_are_told(listed: List) -> None:
    other = make_volunteer(listed.session)
    make_member(listed.session, listed.organization, other)
    (late,) = listed.results(listed.tick(NOW - MINUTE, present=False), by=other)
    assert "meeting" not in late
    (early,) = listed.results(listed.tick(NOW - 2 * MINUTE))
    assert (early["outcome"], early["meeting"]) == ("stored", "overtaken")
    assert early["attendance"]["status"] == "rejected"
    (last,) = listed.results(listed.tick(NOW))
    assert (last["meeting"], last["attendance"]["status"]) == ("overtook", "counted")
    # Who agrees overtakes nobody.
    (same,) = listed.results(listed.tick(NOW), by=other)
    assert (same["attendance"]["status"], "meeting" in same) == ("counted", False)


def test_words_of_somebody_else_or_of_another_event_are_not_met(listed: List) -> None:
    other, neighbour = make_volunteer(listed.session), make_volunteer(listed.session)
    make_member(listed.session, listed.organization, other)
    elsewhere = make_event(listed.session, listed.organization)
    listed.session.commit()
    listed.results(listed.tick(NOW - MINUTE, present=False, volunteer_id=str(neighbour.id)), by=other)
    body = {"sent_at": NOW.isoformat(), "records": [listed.tick(NOW - MINUTE, present=False)]}
    url = f"/v1/events/{elsewhere.id}/attendance"
    assert listed.client.post(url, json=body, headers=listed.login(other)).status_code == 200
    (stored,) = listed.results(listed.tick())
    assert (stored["attendance"]["status"], "meeting" in stored) == ("counted", False)


def test_the_same_id_of_two_organizers_phones_is_two_words(listed: List) -> None:
    other = make_volunteer(listed.session)
    make_member(listed.session, listed.organization, other)
    same = str(uuid4())
    listed.results(listed.tick(NOW - MINUTE, present=False, id=same), by=other)
    (last,) = listed.results(listed.tick(NOW, id=same))
    assert (last["outcome"], last["attendance"]["status"]) == ("stored", "counted")
    assert last["meeting"] == "overtook"


def test_told_is_who_was_not_there_by_anybodys_word(listed: List) -> None:
    listed.send("check-ins")
    listed.results(listed.tick())
    assert listed.notices("listed") == [], "their own phone has said so"
    listed.results(listed.tick(NOW + MINUTE, present=False), late=True)
    assert listed.notices("listed") == []
    listed.results(listed.tick(NOW + 2 * MINUTE), late=True)
    listed.results(listed.tick(NOW + 3 * MINUTE), late=True)
    assert listed.notices("listed") == [listed.volunteer.id], "ticked off, and on again: they may say no"
    told = listed.session.scalars(sa.select(Outbox).where(Outbox.kind == "listed")).one()
    about = (listed.event.id, listed.event.title, listed.owner.id)
    assert (told.event_id, told.facts["title"], told.created_by) == about


def test_who_is_rejected_by_a_coordinator_is_not_told_of_a_tick(listed: List) -> None:
    early = listed.tick(NOW - MINUTE)
    listed.results(listed.tick(NOW - 2 * MINUTE, present=False))
    listed.correct({"present": False, "minutes": None}, by=listed.coordinator)
    (stored,) = listed.results(early, late=True)
    assert (stored["outcome"], stored["attendance"]["status"]) == ("stored", "rejected")
    assert listed.notices("listed") == []


def test_a_coordinators_ruling_binds_the_list(listed: List) -> None:
    early = listed.tick(NOW - MINUTE, present=False)
    listed.results(listed.tick(NOW - 2 * MINUTE))
    listed.correct({"present": True, "minutes": 60}, by=listed.coordinator)
    (after,) = listed.results(listed.tick(NOW + MINUTE, present=False), ahead=2 * MINUTE)
    assert after["outcome"] == "stored"  # said a minute before the ruling
    listed.clock.move(3 * MINUTE)
    (refused,) = listed.results(listed.tick(NOW + 2 * MINUTE, present=False))
    assert (refused["problem"]["code"], refused["problem"]["attendance_status"]) == (
        "already-decided",
        "counted",
    )
    listed.results(early)
    assert listed.stands() == ("counted", "organizer", 60)


def test_the_reason_is_the_list_unless_one_is_given(listed: List) -> None:
    listed.results(listed.tick())
    listed.results(listed.tick(NOW + MINUTE, present=False), late=True, reason="Қателесіппін")
    reasons = [said["reason"] for said in listed.record()["items"][0]["decisions"]]
    assert reasons == ["тізім бойынша", "Қателесіппін"]


def test_the_list_is_no_correction_that_is_looked_at(listed: List) -> None:
    for _ in range(6):
        listed.results(listed.tick(volunteer_id=str(make_volunteer(listed.session).id)))
    headers = listed.login(listed.coordinator)
    assert listed.client.get("/v1/reviews/organizers", headers=headers).json["items"] == []


# Own people


@pytest.mark.parametrize("who", ["oneself", "a member", "a helper"])
def test_ones_own_people_are_doubted(listed: List, who: str) -> None:
    person = make_volunteer(listed.session)
    if who == "oneself":
        person = listed.owner
    elif who == "a member":
        make_member(listed.session, listed.organization, person)
    else:
        headers = listed.login(listed.owner)
        listed.client.put(f"/v1/events/{listed.event.id}/helpers/{person.id}", headers=headers)
    (stored,) = listed.results(listed.tick(volunteer_id=str(person.id)))
    assert stored["attendance"]["status"] == "review"
    assert stored["attendance"]["reasons"] == ["staff-vouched"]
    assert listed.counts() == (0, 0, 0, 1)
    assert listed.waiting() == [stored["attendance"]["id"]]
    accepted = listed.review(stored["attendance"]["id"], "accept").json
    assert (accepted["status"], accepted["evidence"], accepted["minutes"]) == ("counted", "organizer", 180)


def test_a_colleague_does_not_settle_what_one_has_ticked_of_oneself(listed: List) -> None:
    colleague = make_volunteer(listed.session)
    make_member(listed.session, listed.organization, colleague)
    listed.session.commit()
    listed.results(listed.tick(volunteer_id=str(listed.owner.id)))
    body = {"present": True, "minutes": 180, "reason": "Мен оны көрдім"}
    url = f"/v1/events/{listed.event.id}/attendance/{listed.owner.id}"
    answer = listed.client.put(url, json=body, headers=listed.login(colleague))
    assert (answer.status_code, answer.json["status"]) == (200, "review")
    assert listed.counts() == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        (timedelta(days=-9), None, "review"),
        (timedelta(minutes=-5), None, "review"),
        (timedelta(days=-9), timedelta(days=-1), "counted"),
    ],
    ids=["for good", "from the middle on", "over before"],
)
def test_who_is_banned_counts_by_no_organizers_word(
    listed: List, since: timedelta, until: timedelta | None, status: str
) -> None:
    """Their own phone is refused; organizers are told of no ban, and have nothing to know it by."""
    banned_at, lifted_at = NOW + since, until and NOW + until
    make_ban(listed.session, listed.volunteer.id, banned_at=banned_at, lifted_at=lifted_at)
    listed.session.commit()
    (stored,) = listed.results(listed.tick())
    assert stored["attendance"]["status"] == status
    assert listed.correct({"present": True, "minutes": 60}).json["status"] == status


def test_a_ban_of_later_takes_no_word_back(listed: List) -> None:
    end = listed.event.ends_at
    make_ban(listed.session, listed.volunteer.id, banned_at=end + MINUTE)
    listed.session.commit()
    listed.clock.at = end + 2 * MINUTE
    assert listed.correct({"present": True, "minutes": 60}).json["status"] == "counted"


def test_people_of_another_organization_and_helpers_of_another_event_are_no_own_people(listed: List) -> None:
    member, helper, own_helper = (make_volunteer(listed.session) for _ in range(3))
    elsewhere = make_organization(listed.session)
    make_member(listed.session, elsewhere, member)
    other = make_event(listed.session, elsewhere)
    for event, person in ((other, helper), (listed.event, own_helper)):
        named = {"named_by": listed.owner.id, "named_at": NOW}
        listed.session.add(EventHelper(event_id=event.id, volunteer_id=person.id, **named))
    listed.session.commit()
    for person in (member, helper):
        (stored,) = listed.results(listed.tick(volunteer_id=str(person.id)))
        assert (stored["attendance"]["status"], stored["attendance"]["reasons"]) == ("counted", [])


def test_what_their_own_phones_say_is_worth_what_it_says(listed: List) -> None:
    make_member(listed.session, listed.organization, listed.volunteer)
    listed.results(listed.tick(minutes=180))
    came = listed.send("check-ins").json
    assert (came["status"], came["evidence"], came["reasons"]) == ("counted", "gps", [])


# "That was not me"


def not_me(listed: List, who: Volunteer | None = None) -> Any:
    url = f"/v1/events/{listed.event.id}/attendance/not-me"
    return listed.client.post(url, headers=listed.login(who or listed.volunteer))


def test_who_was_not_there_says_so(listed: List) -> None:
    listed.results(listed.tick())
    assert listed.notices("listed") == [listed.volunteer.id]
    answer = not_me(listed)
    assert (answer.status_code, answer.json["status"]) == (200, "rejected")
    assert not_me(listed).json == answer.json
    assert listed.counts() == (0, 0, 0, 0)
    assert listed.notices("attendance_denied") == [None]
    said = listed.record()["items"][0]["decisions"]
    assert [(one["by"], one["status"]) for one in said] == [
        ("organizer", "counted"),
        ("volunteer", "rejected"),
    ]


def test_it_binds_organizers_and_not_coordinators(listed: List) -> None:
    listed.results(listed.tick())
    not_me(listed)
    listed.clock.move(MINUTE)
    (refused,) = listed.results(listed.tick(NOW + MINUTE))
    assert refused["problem"]["code"] == "already-decided"
    corrected = listed.correct({"present": True}, **{"Accept-Language": "en"})
    assert (corrected.status_code, corrected.json["code"]) == (409, "already-decided")
    assert "This person says they were not there" in corrected.json["detail"]
    assert listed.correct({"present": True}, by=listed.coordinator).json["status"] == "counted"
    assert not_me(listed).json["code"] == "already-decided"


def test_there_has_to_be_something_to_deny(listed: List) -> None:
    assert not_me(listed).status_code == 404
    listed.send("check-ins")
    assert not_me(listed).status_code == 404
    listed.results(listed.tick())
    answer = not_me(listed)
    assert (answer.status_code, answer.json["code"]) == (409, "nothing-to-deny")


def test_who_was_ticked_off_denies_nothing_and_is_ticked_again(listed: List) -> None:
    """Nobody says that they were there: no coordinator hears of it, and it binds no organizer."""
    listed.results(listed.tick(present=False))
    assert not_me(listed).status_code == 404
    assert listed.notices("attendance_denied") == []
    (again,) = listed.results(listed.tick(NOW + MINUTE), late=True)
    assert again["attendance"]["status"] == "counted"


def test_a_minor_may_be_ticked_and_keeps_their_number(listed: List) -> None:
    minor = make_volunteer(listed.session, birth_date=date(2010, 1, 1), phone=PHONE, display_name=NAME)
    listed.results(listed.tick(volunteer_id=str(minor.id)))
    shown = listed.client.get(
        f"/v1/events/{listed.event.id}/participants", headers=listed.login(listed.owner)
    ).json
    assert [(one["digits"], one["phone"]) for one in shown["items"]] == [(None, None)]
