"""Helpers: named for one event or invited as such; the list and the codes of its hours, and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from service.models import AuditEntry, EventHelper, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_member,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.events.door import Door

Login = Callable[[Volunteer], dict[str, str]]


def test_who_is_named_sees_names_and_states_without_phones(door: Door) -> None:
    assert door.call(door.helper, "GET", "/participants").status_code == 403
    assert [door.name().status_code, door.name().status_code] == [204, 204]
    shown = {one["display_name"]: one for one in door.people(door.helper)}
    assert {"Айгүл Серікқызы", "Дина Сейітова"} == set(shown)
    assert [(one["phone"], one["digits"]) for one in shown.values()] == [(None, None)] * 2
    told = door.session.scalars(sa.select(Outbox).where(Outbox.kind == "role_given")).all()
    assert [(one.volunteer_id, one.facts["role"]) for one in told] == [(door.helper.id, "event_helper")]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/headcounts", None),
        ("POST", "/announcements", {"text": "Су алыңыз"}),
        ("PATCH", "", {"version": 1, "capacity": 5}),
        ("POST", "/cancel", {"reason": "Жел"}),
        ("PUT", "/result", {"version": 0, "trees": 3}),
    ],
)
def test_a_helper_may_nothing_else(door: Door, method: str, path: str, body: dict[str, Any] | None) -> None:
    door.name()
    assert door.call(door.helper, method, path, json=body).status_code == 403


def test_nor_name_others_nor_take_the_list_along_as_a_file(door: Door) -> None:
    door.name()
    assert door.name(door.aigul, by=door.helper).status_code == 403
    url = f"/v1/events/{door.event.id}/participants"
    answer = door.client.get(url, headers=door.login(door.helper) | {"Accept": "text/csv"})
    assert answer.status_code == 403


@pytest.mark.parametrize("how", ["named", "by role"])
def test_the_door_is_kept_where_an_event_is_out_of_sight(door: Door, how: str) -> None:
    if how == "named":
        door.name()
    else:
        make_member(door.session, door.organization, door.helper, role="helper")
    hidden = door.call(make_coordinator(door.session), "POST", "/hide", json={"reason": "x"})
    assert hidden.status_code == 200
    # It may well take place, and its people come.
    assert len(door.people(door.helper)) == 2
    assert door.call(door.helper, "GET", "").json["hidden"] is True
    assert door.call(door.helper, "GET", "/code").status_code == 200
    assert door.call(make_volunteer(door.session), "GET", "/participants").status_code == 404


def test_of_another_event_they_see_nothing(door: Door) -> None:
    door.name()
    door.event = make_event(door.session, door.organization)
    assert door.call(door.helper, "GET", "/participants").status_code == 403
    assert door.call(door.helper, "GET", "/code").status_code == 403


def test_a_helper_of_the_organization_helps_at_each_of_its_events(door: Door) -> None:
    make_member(door.session, door.organization, door.helper, role="helper")
    assert len(door.people(door.helper)) == 2
    draft = make_event(door.session, door.organization, status="draft")
    mine = door.client.get("/v1/events?mine=true&status=draft", headers=door.login(door.helper)).json["items"]
    assert mine == []
    assert door.client.get(f"/v1/events/{draft.id}", headers=door.login(door.helper)).status_code == 404
    answer = door.client.patch(f"/v1/events/{draft.id}", json={"version": 1}, headers=door.login(door.helper))
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("by_oneself", [True, False])
def test_who_belongs_to_the_organization_no_more_keeps_none_of_its_doors(
    door: Door,
    by_oneself: bool,  # noqa: FBT001 - a case
) -> None:
    make_member(door.session, door.organization, door.helper, role="helper")
    door.name()
    elsewhere = make_event(door.session)
    helps = {"volunteer_id": door.helper.id, "named_by": elsewhere.created_by, "named_at": NOW}
    door.session.add(EventHelper(event_id=elsewhere.id, **helps))
    door.session.commit()
    path = f"/v1/organizations/{door.organization.id}/members/{door.helper.id}"
    by = door.helper if by_oneself else door.owner
    assert door.client.delete(path, headers=door.login(by)).status_code == 204
    assert door.call(door.helper, "GET", "/participants").status_code == 403
    door.event = elsewhere
    assert door.call(door.helper, "GET", "/participants").status_code == 200


def test_an_invitation_as_helper_is_taken_and_rises(door: Door) -> None:
    path = f"/v1/organizations/{door.organization.id}/invitations"
    for role in ("helper", "organizer", "helper"):
        body = {"phone": door.helper.phone, "role": role}
        assert door.client.post(path, json=body, headers=door.login(door.owner)).status_code == 202
        (invited,) = door.client.get("/v1/me/invitations", headers=door.login(door.helper)).json["items"]
        url = f"/v1/me/invitations/{invited['id']}/accept"
        assert door.client.post(url, headers=door.login(door.helper)).status_code == 200
        me = door.client.get("/v1/me", headers=door.login(door.helper)).json
        held = next(one["role"] for one in me["organizations"])
        assert held == ("organizer" if role == "organizer" or held == "organizer" else "helper")
    assert held == "organizer"


def test_helpers_get_the_codes_of_the_hours_and_no_secret(door: Door, clock: FixedClock) -> None:
    door.name()
    shown = door.call(door.helper, "GET", "/code").json
    assert list(shown) == ["codes"]
    totp = pyotp.TOTP(door.event.code_secret, interval=60)
    first, last = shown["codes"][0], shown["codes"][-1]
    assert (first["code"], datetime.fromisoformat(first["valid_from"])) == (totp.at(NOW), NOW)
    assert datetime.fromisoformat(last["valid_until"]) == door.event.ends_at
    assert len(shown["codes"]) == 120
    for one in shown["codes"]:
        assert one["code"] == totp.at(datetime.fromisoformat(one["valid_from"]))
    clock.at = door.event.ends_at + timedelta(minutes=1)
    assert door.call(door.helper, "GET", "/code").json == {"codes": []}
    assert {"secret", "step_s", "digits"} <= set(door.call(door.owner, "GET", "/code").json)


def test_who_is_taken_off_sees_nothing_and_their_codes_are_wrong(door: Door) -> None:
    door.event = make_event(door.session, door.organization, starts_at=NOW + timedelta(hours=1))
    door.name()
    before = door.call(door.helper, "GET", "/code").json["codes"]
    assert door.call(door.owner, "DELETE", f"/helpers/{door.helper.id}").status_code == 204
    assert door.call(door.owner, "DELETE", f"/helpers/{door.helper.id}").status_code == 404
    assert door.call(door.helper, "GET", "/participants").status_code == 403
    door.name(door.aigul)
    assert door.call(door.aigul, "GET", "/code").json["codes"][0] != before[0]


def test_no_more_helpers_than_an_event_needs(door: Door) -> None:
    for _ in range(30):
        assert door.name(make_volunteer(door.session)).status_code == 204
    refused = door.name(make_volunteer(door.session))
    assert (refused.status_code, refused.json["code"], refused.json["limit"]) == (409, "too-many-helpers", 30)


def test_nobody_unknown_is_named(door: Door) -> None:
    unknown = f"/helpers/{door.event.id}"
    assert door.call(door.owner, "PUT", unknown).status_code == 404
    assert door.name(by=door.aigul).status_code == 403


# Seen, and named by a number that one can know


def seen(door: Door, by: Volunteer | None = None) -> Any:
    return door.call(by or door.owner, "GET", "/helpers")


def by_number(door: Door, phone: str, by: Volunteer | None = None) -> Any:
    return door.call(by or door.owner, "PUT", "/helpers", json={"phone": phone})


def test_helpers_are_seen_until_they_are_let_go(door: Door) -> None:
    assert seen(door).json == {"items": [], "next": None}
    bolat = make_volunteer(door.session, display_name="Болат Сейіт")
    for person in (door.aigul, bolat):
        door.name(person)
    assert seen(door).json["items"] == [
        {"volunteer_id": str(person.id), "display_name": person.display_name}
        for person in (door.aigul, bolat)
    ]
    door.call(door.owner, "DELETE", f"/helpers/{bolat.id}")
    assert [one["display_name"] for one in seen(door).json["items"]] == ["Айгүл Серікқызы"]


def test_who_sees_helpers_is_who_names_them(door: Door) -> None:
    door.name()
    for who in (door.helper, door.aigul, make_coordinator(door.session, "KZ-75")):
        assert seen(door, who).status_code == 403
        assert by_number(door, "+77015554567", who).status_code == 403
    nowhere = f"/v1/events/{door.helper.id}/helpers"
    assert door.client.get(nowhere, headers=door.login(door.owner)).status_code == 404


def test_somebody_on_the_list_is_named_by_number_twice_and_is_told_once(door: Door) -> None:
    for phone in ("8 701 555 45 67", "+77015554567"):
        answer = by_number(door, phone)
        assert (answer.status_code, answer.data) == (204, b"")
    assert [one["volunteer_id"] for one in seen(door).json["items"]] == [str(door.aigul.id)]
    told = door.session.scalars(sa.select(Outbox).where(Outbox.kind == "role_given")).all()
    assert [(one.volunteer_id, one.facts["role"]) for one in told] == [(door.aigul.id, "event_helper")]
    named = door.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "helper-named")).all()
    assert [(one.actor_id, one.subject_id) for one in named] == [(door.owner.id, door.aigul.id)]


@pytest.mark.parametrize("who", ["nobody", "stranger", "minor"])
def test_of_others_the_answer_is_the_same_whether_they_have_registered(door: Door, who: str) -> None:
    phone = {"nobody": "+77019998877", "stranger": door.helper.phone, "minor": door.minor.phone}[who]
    assert phone is not None
    answer = by_number(door, phone)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    (said,) = answer.json["errors"]["phone"]
    assert said.startswith("Ұйым мүшелері мен")
    assert seen(door).json["items"] == []


@pytest.mark.parametrize(
    "body", [{}, {"phone": ""}, {"phone": "12"}, {"phone": None}, {"number": "+77015554567"}]
)
def test_what_is_no_number_is_said_to_be_none(door: Door, body: dict[str, Any]) -> None:
    answer = door.call(door.owner, "PUT", "/helpers", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert set(answer.json["errors"]) & {"phone", "number"}


def test_one_too_many_is_refused_by_number_too(door: Door) -> None:
    for _ in range(30):
        door.name(make_volunteer(door.session))
    assert len(seen(door).json["items"]) == 30
    refused = by_number(door, "+77015554567")
    assert (refused.status_code, refused.json["code"], refused.json["limit"]) == (409, "too-many-helpers", 30)


def test_that_helpers_were_read_is_written_down_where_there_are_any(door: Door) -> None:
    looked = sa.select(sa.func.count()).where(AuditEntry.action == "participants-read")
    seen(door)
    assert door.session.scalar(looked) == 0
    door.name()
    seen(door)
    seen(door)
    assert door.session.scalar(looked) == 1


# The list, looked through


def names(people: list[dict[str, Any]]) -> list[str]:
    return sorted(one["display_name"] for one in people)


@pytest.mark.parametrize("asked", ["айгул", "Айгүл", "серик", "aigul serik", "4567"])
def test_a_person_is_found_by_name_in_any_spelling_or_by_the_last_digits(door: Door, asked: str) -> None:
    assert names(door.people(door.owner, f"?q={asked}")) == ["Айгүл Серікқызы"]


@pytest.mark.parametrize("asked", ["гүл", "456", "Болат"])
def test_who_fits_not_is_not_found(door: Door, asked: str) -> None:
    assert door.people(door.owner, f"?q={asked}") == []


def test_a_helper_finds_nobody_by_digits(door: Door) -> None:
    door.name()
    assert door.people(door.helper, "?q=4567") == []
    assert names(door.people(door.helper, "?q=айг")) == ["Айгүл Серікқызы"]


def test_a_minors_digits_are_shown_to_nobody(door: Door) -> None:
    assert door.minor.phone is not None
    assert door.people(door.owner, f"?q={door.minor.phone[-4:]}") == []
    shown = {one["display_name"]: one["digits"] for one in door.people(door.owner)}
    assert shown == {"Айгүл Серікқызы": "4567", "Дина Сейітова": None}


def test_who_is_there_and_who_is_not(door: Door) -> None:
    make_attendance(door.session, door.event, door.aigul)
    walk_in = make_volunteer(door.session, display_name="Болат Сейіт")
    make_attendance(door.session, door.event, walk_in, status="review", reasons=["accuracy"])
    assert names(door.people(door.owner, "?state=present")) == ["Айгүл Серікқызы", "Болат Сейіт"]
    assert names(door.people(door.owner, "?state=absent")) == ["Дина Сейітова"]
    assert door.call(door.owner, "GET", "/participants?state=gone").status_code == 422


def test_pages_of_what_was_found(door: Door) -> None:
    for number in range(5):
        make_signup(door.session, door.event, make_volunteer(door.session, display_name=f"Айша {number}"))
    found: list[str] = []
    query = "?q=ай&limit=2"
    while True:
        answer = door.call(door.owner, "GET", f"/participants{query}").json
        found += [one["display_name"] for one in answer["items"]]
        if answer["next"] is None:
            break
        query = f"?q=ай&limit=2&cursor={answer['next']}"
    assert len(found) == len(set(found)) == 6
