"""Whoever may not go on with an organization reads in the inbox whom to ask, and on no lock screen."""

import pytest
from sqlalchemy.orm import Session

from notifications import fan_out, inbox
from notifications.push import deliveries
from notifications.words import LOCALES
from service.models import Contact, Outbox, Volunteer
from service.models.base import new_id
from tests import makers
from tests.conftest import NOW
from tests.makers import make_coordinator, make_device, make_organization, make_volunteer

QUESTIONS = {"kk": "Сұрағыңыз болса: ", "ru": "Вопросы: ", "en": "Questions: "}
DEAD_ENDS = ("rejected", "suspended")


def owner_told(session: Session, status: str, reason: str | None = None) -> Volunteer:
    owner = make_volunteer(session)
    make_device(session, owner)
    organization = make_organization(session, owner, region_code="KZ-15")
    facts = {"organization": organization.name, "status": status, "reason": reason}
    entry = Outbox(
        id=new_id(), kind="organization_decided", organization_id=organization.id, facts=facts, created_at=NOW
    )
    session.add(entry)
    session.flush()
    fan_out.expand(session, entry.id, NOW)
    return owner


def make_contact(session: Session, region: str = "KZ-15") -> Contact:
    coordinator = make_coordinator(session, region)
    link = "https://aqtobe.example"
    return makers.make_contact(session, coordinator, about_id=region, name="Гүлнар", link=link)


def body(session: Session, person: Volunteer, locale: str) -> str:
    (item,) = inbox.page(session, person.id, locale, None, 10)
    return item.body


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("status", DEAD_ENDS)
@pytest.mark.parametrize("reason", [None, "құжат жоқ"])
def test_the_inbox_says_whom_to_ask(session: Session, locale: str, status: str, reason: str | None) -> None:
    person, contact = owner_told(session, status, reason), make_contact(session)
    phone = session.get_one(Volunteer, contact.volunteer_id).phone
    said = body(session, person, locale)
    assert said.endswith(f"\n{QUESTIONS[locale]}Гүлнар, {phone}, https://aqtobe.example")
    assert (reason or "") in said


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("status", ["verified", "asked"])
def test_where_there_is_a_way_on_nobody_is_named(session: Session, locale: str, status: str) -> None:
    person = owner_told(session, status)
    make_contact(session)
    assert QUESTIONS[locale] not in body(session, person, locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_where_nobody_is_to_ask_nobody_is_named(session: Session, locale: str) -> None:
    person = owner_told(session, "rejected")
    make_contact(session, "KZ-75")
    assert QUESTIONS[locale] not in body(session, person, locale)


def test_whom_to_ask_is_what_stands_today(session: Session) -> None:
    person, contact = owner_told(session, "rejected"), make_contact(session)
    assert "Гүлнар" in body(session, person, "kk")
    session.delete(contact)
    session.flush()
    assert "Гүлнар" not in body(session, person, "kk")


@pytest.mark.parametrize("status", DEAD_ENDS)
def test_no_lock_screen_shows_it(session: Session, status: str) -> None:
    owner_told(session, status)
    make_contact(session)
    (claim,) = deliveries.claim(session, NOW, lease_s=60)
    assert claim.push is not None
    assert "Гүлнар" not in claim.push.body
    assert "\n" not in claim.push.body
