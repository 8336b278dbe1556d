"""Guardians of minors (R22): who may agree, what a stranger learns, and what ends a consent."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, guardian_errors
from service.happenings import PersonErased
from service.models import EndedBy, Event, GuardianRelation, Guardianship, Outbox, Signup, Volunteer
from service.people import guardian_links, guardian_reminders, guardians
from service.people.guardian_terms import Child, Terms, is_doubtful, is_missing
from service.people.guardians import Word
from service.people.identities import Identity
from tests.conftest import NOW
from tests.makers import make_event, make_signup, make_volunteer

MOTHER = "+996700123456"
WORD = Word("Сәуле Айтқызы", GuardianRelation.MOTHER)
DAY = timedelta(days=1)
FIFTEEN, SEVENTEEN = date(NOW.year - 15, 1, 10), date(NOW.year - 17, 1, 10)
CONSENT_AGE = 16


def make_child(session: Session, **overrides: Any) -> Volunteer:
    values = {"birth_date": FIFTEEN, "guardian_name": "Сәуле", "guardian_phone": MOTHER}
    return make_volunteer(session, **values | overrides)


def somebody(phone: str = MOTHER, subject: str | None = None, at: Any = NOW) -> Identity:
    return Identity(subject or f"sms:{phone}", phone, at, at)


def agreed(session: Session, child: Volunteer, who: Identity | None = None, at: Any = NOW) -> Guardianship:
    link = guardian_links.make_link(session, child.id, at)
    return guardians.accept(session, who or somebody(), link.secret, WORD, at, child.id)


def make_going(session: Session, child: Volunteer) -> Event:
    """A coming event, for which the child has signed up."""
    event = make_event(session, starts_at=NOW + 3 * DAY, going=1)
    make_signup(session, event, child)
    return event


def come_of_age(session: Session, child: Volunteer) -> None:
    """Today."""
    child.birth_date = date(NOW.year - 18, NOW.month, NOW.day)
    session.flush()


def make_come_of_age(session: Session) -> tuple[Volunteer, Event]:
    """Somebody of 18 whose guardian has agreed before, and what they go to."""
    child = make_child(session)
    agreed(session, child)
    event = make_going(session, child)
    come_of_age(session, child)
    return child, event


def told(session: Session, kind: str) -> list[Any]:
    session.flush()
    return list(session.scalars(sa.select(Outbox.volunteer_id).where(Outbox.kind == kind)))


class TestWhoMayAgree:
    def test_the_link_and_the_number_together(self, session: Session) -> None:
        child = make_child(session)
        with pytest.raises(guardian_errors.GuardianConsentMissing):
            guardians.check(session, child, NOW, CONSENT_AGE)
        agreed(session, child)
        guardians.check(session, child, NOW, CONSENT_AGE)
        assert guardians.in_force(session, child.id, NOW)
        assert told(session, "guardian_accepted") == [child.id]

    def test_the_link_with_another_number_is_worth_nothing(self, session: Session) -> None:
        link = guardian_links.make_link(session, make_child(session).id, NOW)
        with pytest.raises(errors.NotFound):
            guardians.accept(session, somebody("+77015550199"), link.secret, WORD, NOW)

    def test_the_number_without_the_link_learns_that_a_child_has_named_it(self, session: Session) -> None:
        child = make_child(session)
        link = guardian_links.make_link(session, child.id, NOW)
        found = guardians.of_guardian(session, somebody(), NOW)
        assert (found.asked, found.children) == (True, [])
        wrong = ("A" if link.secret[0] != "A" else "B") + link.secret[1:]
        with pytest.raises(errors.NotFound):
            guardians.accept(session, somebody(), wrong, WORD, NOW, child.id)
        assert not guardians.of_guardian(session, somebody("+996700999999"), NOW).asked

    def test_a_child_cannot_agree_for_itself(self, session: Session) -> None:
        child = make_child(session)
        link = guardian_links.make_link(session, child.id, NOW)
        with pytest.raises(errors.NotFound):
            guardians.accept(session, somebody(subject=child.subject), link.secret, WORD, NOW)
        child.phone = MOTHER  # her second card became her own number since
        session.flush()
        with pytest.raises(errors.NotFound):
            guardians.accept(session, somebody(), link.secret, WORD, NOW)

    @pytest.mark.parametrize("known_by", ["number", "account"])
    def test_nobody_under_18_by_our_records(self, session: Session, known_by: str) -> None:
        child = make_child(session)
        sister = somebody(subject="local:sister")
        is_by_number = known_by == "number"
        make_volunteer(
            session,
            birth_date=SEVENTEEN,
            phone=MOTHER if is_by_number else "+77015550177",
            subject="local:other" if is_by_number else sister.subject,
        )
        with pytest.raises(guardian_errors.TooYoungToGuard):
            agreed(session, child, sister)

    def test_at_most_six_children(self, session: Session) -> None:
        for _ in range(6):
            agreed(session, make_child(session))
        with pytest.raises(guardian_errors.TooManyChildren):
            agreed(session, make_child(session))
        assert len(guardians.of_guardian(session, somebody(), NOW).children) == 6

    def test_a_link_is_used_once_and_repeating_it_changes_nothing(self, session: Session) -> None:
        child = make_child(session)
        link = guardian_links.make_link(session, child.id, NOW)
        first = guardians.accept(session, somebody(), link.secret, WORD, NOW)
        assert guardians.accept(session, somebody(), link.secret, WORD, NOW + DAY) is first
        guardians.withdraw(session, somebody(), child.id, NOW + DAY)
        with pytest.raises(errors.NotFound):
            guardians.accept(session, somebody(), link.secret, WORD, NOW + DAY)

    def test_a_link_lives_14_days_and_a_new_one_voids_it(self, session: Session) -> None:
        child = make_child(session)
        old = guardian_links.make_link(session, child.id, NOW)
        new = guardian_links.make_link(session, child.id, NOW)
        for secret, at in ((old.secret, NOW), (new.secret, NOW + 14 * DAY)):
            with pytest.raises(errors.NotFound):
                guardians.accept(session, somebody(), secret, WORD, at)
        guardians.accept(session, somebody(), new.secret, WORD, NOW + 14 * DAY - timedelta(seconds=1))

    def test_links_are_of_those_who_need_one(self, session: Session) -> None:
        with pytest.raises(guardian_errors.OfAge):
            guardian_links.make_link(session, make_volunteer(session).id, NOW)
        with pytest.raises(errors.GuardianRequired):
            guardian_links.make_link(session, make_child(session, guardian_phone=None).id, NOW)
        child = make_child(session)
        for _ in range(10):
            guardian_links.make_link(session, child.id, NOW)
        with pytest.raises(errors.TooManyRequests):
            guardian_links.make_link(session, child.id, NOW)

    def test_a_guardian_with_a_record_is_told_once_that_they_were_named(self, session: Session) -> None:
        mother = make_volunteer(session, phone=MOTHER)
        child = make_child(session)
        for _ in range(3):
            guardian_links.make_link(session, child.id, NOW)
        assert told(session, "guardian_asked") == [mother.id]


class TestWhatEndsIt:
    def test_the_guardian_at_any_time_and_again(self, session: Session) -> None:
        child = make_child(session)
        agreed(session, child)
        for _ in range(2):
            guardians.withdraw(session, somebody(), child.id, NOW + DAY)
        assert not guardians.in_force(session, child.id, NOW + DAY)
        assert told(session, "guardian_withdrew") == [child.id]
        with pytest.raises(errors.NotFound):
            guardians.withdraw(session, somebody("+996700999999"), child.id, NOW)

    def test_what_the_child_goes_to_is_withdrawn_and_the_line_moves(self, session: Session) -> None:
        child, waiting = make_child(session), make_volunteer(session)
        agreed(session, child)
        event = make_event(session, starts_at=NOW + 3 * DAY, capacity=1, going=1, waitlisted=1)
        past = make_event(session, starts_at=NOW - 3 * DAY, going=1)
        for one in (event, past):
            make_signup(session, one, child)
        make_signup(session, event, waiting, status="waitlisted", queue_number=1)
        guardians.withdraw(session, somebody(), child.id, NOW)
        assert statuses(session, event) == {child.id: "cancelled", waiting.id: "going"}
        assert statuses(session, past) == {child.id: "going"}
        (organizers,) = session.scalars(sa.select(Outbox).where(Outbox.kind == "minor_withdrawn"))
        assert (organizers.event_id, str(child.id) in str(organizers.facts)) == (event.id, False)

    def test_the_child_itself(self, session: Session) -> None:
        mother = make_volunteer(session, phone=MOTHER, subject=f"sms:{MOTHER}")
        child = make_child(session)
        agreed(session, child)
        event = make_going(session, child)
        guardians.end_by_child(session, child.id, NOW, CONSENT_AGE)
        assert statuses(session, event) == {child.id: "cancelled"}
        assert told(session, "guardian_ended") == [mother.id]

    def test_of_somebody_of_17_it_is_no_more_than_that(self, session: Session) -> None:
        child = make_child(session, birth_date=SEVENTEEN)
        agreed(session, child)
        event = make_going(session, child)
        guardians.end_by_child(session, child.id, NOW, CONSENT_AGE)
        assert statuses(session, event) == {child.id: "going"}

    def test_another_guardian(self, session: Session) -> None:
        child = make_child(session)
        agreed(session, child)
        link = guardian_links.make_link(session, child.id, NOW)
        guardians.end_by_change(session, child.id, NOW)
        assert not guardians.in_force(session, child.id, NOW)
        with pytest.raises(errors.NotFound):
            guardians.accept(session, somebody(), link.secret, WORD, NOW)

    def test_a_birthday_and_a_birth_date_that_was_wrong(self, session: Session) -> None:
        child = make_child(session)
        agreed(session, child)
        guardians.withdraw(session, somebody(), child.id, NOW)
        child.birth_date = date(NOW.year - 19, 1, 10)
        session.flush()
        guardians.check(session, child, NOW, CONSENT_AGE)
        assert not guardians.of_guardian(session, somebody(), NOW).asked
        child.birth_date = FIFTEEN
        session.flush()
        with pytest.raises(guardian_errors.GuardianConsentMissing):
            guardians.check(session, child, NOW, CONSENT_AGE)
        agreed(session, child)
        come_of_age(session, child)
        assert guardians.of_guardian(session, somebody(), NOW).children == []

    def test_of_age_nobody_takes_anything_back(self, session: Session) -> None:
        child, event = make_come_of_age(session)
        with pytest.raises(errors.NotFound):
            guardians.withdraw(session, somebody(), child.id, NOW)
        assert statuses(session, event) == {child.id: "going"}

    def test_nor_does_the_erasure_of_who_was_their_guardian(self, session: Session) -> None:
        mother = make_volunteer(session, phone=MOTHER, subject=f"sms:{MOTHER}")
        child, event = make_come_of_age(session)
        erased = PersonErased(at=NOW, volunteer_id=mother.id, tombstone_id=uuid4(), keep_certificates=False)
        guardians.withdraw_erased(session, erased)
        assert statuses(session, event) == {child.id: "going"}
        assert told(session, "guardian_withdrew") == []

    def test_who_gets_the_number_after_half_a_year_sees_nothing(self, session: Session) -> None:
        child = make_child(session)
        agreed(session, child)
        later = NOW + 181 * DAY
        found = guardians.of_guardian(session, somebody(at=later), later)
        assert (found.asked, found.children) == (True, [])
        kept = guardians.of_guardian(session, replace(somebody(at=later), signed_in_at=NOW), later)
        assert [one.id for one, _ in kept.children] == [child.id]
        assert (found.has_unseen, kept.has_unseen) == (True, False)
        assert guardians.of_guardian(session, somebody(at=later), later).children == kept.children

    def test_what_is_not_seen_any_more_can_be_taken_back_all_the_same(self, session: Session) -> None:
        """Of two children, both unseen: both consents end, and the children are told."""
        children = [make_child(session), make_child(session)]
        event = make_event(session, starts_at=NOW + 190 * DAY, going=2)
        for child in children:
            agreed(session, child)
            make_signup(session, event, child)
        later = NOW + 181 * DAY
        for guardian, unseen in ((somebody(at=later), True), (somebody(subject="sms:new", at=later), False)):
            assert guardians.of_guardian(session, guardian, later).has_unseen is unseen
        for _ in range(2):
            guardians.withdraw_unseen(session, somebody(at=later), later)
            assert set(statuses(session, event).values()) == {"cancelled"}
        assert not guardians.of_guardian(session, somebody(at=later), later).has_unseen
        assert sorted(told(session, "guardian_withdrew")) == sorted(child.id for child in children)

    def test_a_consent_that_is_seen_stays(self, session: Session) -> None:
        child = make_child(session)
        agreed(session, child)
        guardians.withdraw_unseen(session, somebody(), NOW)
        assert guardians.in_force(session, child.id, NOW)

    def test_another_account_with_the_number_sees_nothing_either(self, session: Session) -> None:
        child = make_child(session)
        agreed(session, child)
        found = guardians.of_guardian(session, somebody(subject="sms:new"), NOW)
        assert (found.asked, found.children) == (True, [])


def statuses(session: Session, event: Event) -> dict[Any, str]:
    session.flush()
    rows = session.execute(sa.select(Signup.volunteer_id, Signup.status).where(Signup.event_id == event.id))
    return dict(rows.all())


def terms(accepted: int, ended: int | None = None, by: EndedBy = EndedBy.GUARDIAN) -> Terms:
    """A consent by days from NOW."""
    return Terms(NOW + accepted * DAY, None if ended is None else NOW + ended * DAY, ended and by)


@pytest.mark.parametrize(
    ("birth_date", "consents", "missing", "doubtful"),
    [
        (FIFTEEN, [], True, True),
        (FIFTEEN, [terms(-1)], False, False),
        (FIFTEEN, [terms(1)], True, False),
        (FIFTEEN, [terms(1, 2)], True, False),
        (FIFTEEN, [terms(-2, -1)], True, True),
        (FIFTEEN, [terms(-3, -2), terms(-1)], False, False),
        (SEVENTEEN, [], False, False),
        (SEVENTEEN, [terms(-2, -1)], True, True),
        (SEVENTEEN, [terms(-2, -1, EndedBy.CHANGE)], False, False),
        (SEVENTEEN, [terms(-2, 1)], False, False),
        (date(NOW.year - 18, NOW.month, NOW.day), [terms(-2, -1)], False, False),
    ],
)
def test_when_a_consent_is_missing(
    birth_date: date, consents: list[Terms], *, missing: bool, doubtful: bool
) -> None:
    child = Child(birth_date, None)
    assert is_missing(child, consents, NOW, CONSENT_AGE) is missing
    assert is_doubtful(child, consents, NOW, CONSENT_AGE) is doubtful


def test_who_was_here_before_has_sixty_days() -> None:
    child = Child(FIFTEEN, NOW)
    assert not is_missing(child, [], NOW - timedelta(seconds=1), CONSENT_AGE)
    assert is_missing(child, [], NOW, CONSENT_AGE)
    assert is_missing(child, [terms(-3, -2)], NOW - DAY, CONSENT_AGE)  # a guardian has said no


@pytest.mark.parametrize("written", ["{}", " {} ", "https://x.kz/kk/guardian#{id}.{}", "{id}.{}"])
def test_a_link_is_read_as_it_is_pasted(written: str) -> None:
    secret = "23456789ABCDEFGHJKLMNPQRST"
    assert (
        guardian_links.read_secret(written.format(secret, id="0192f0c8-0000-7000-8000-000000000000"))
        == secret
    )
    groups = "-".join(secret[at : at + 5] for at in range(0, 26, 5)).lower()
    assert guardian_links.read_secret(written.format(groups, id="1")) == secret


@pytest.mark.parametrize("typed", ["", "#", "23456", "O" * 26, "я" * 26, "23456789ABCDEFGHJKLMNPQRSTU"])
def test_what_is_no_link(typed: str) -> None:
    assert guardian_links.read_secret(typed) is None


def test_who_was_here_before_is_told_thrice(session: Session) -> None:
    until = NOW + 60 * DAY
    waiting = make_child(session, guardian_grace_until=until)
    agreed(session, make_child(session, guardian_grace_until=until))
    make_child(session, guardian_grace_until=until, birth_date=SEVENTEEN)
    make_child(session)
    for day in (0, 1, 29, 30, 31, 54, 55, 59, 60, 61):
        guardian_reminders.tell_due(session, NOW + day * DAY, CONSENT_AGE)
    assert told(session, "guardian_needed") == [waiting.id] * 3


def test_a_worker_that_stood_still_tells_once(session: Session) -> None:
    waiting = make_child(session, guardian_grace_until=NOW + 3 * DAY)
    guardian_reminders.tell_due(session, NOW, CONSENT_AGE)
    assert told(session, "guardian_needed") == [waiting.id]
