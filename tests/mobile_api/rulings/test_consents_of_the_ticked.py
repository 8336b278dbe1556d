"""Who has withdrawn the consent to personal data is recorded by nobody, no more than by their own phone."""

from datetime import timedelta

import pytest

from service.models import TypedPerson, Volunteer
from tests.conftest import NOW
from tests.makers import CONSENTS, make_volunteer
from tests.mobile_api.rulings.listed import MINUTE, NAME, PHONE, List

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")


def withdraw(listed: List, name: str = "personal_data", by: Volunteer | None = None) -> None:
    headers = listed.login(by or listed.volunteer)
    assert listed.client.delete(f"/v1/me/consents/{name}", headers=headers).status_code == 204


def test_nobody_is_ticked_who_has_withdrawn_consent(listed: List) -> None:
    withdraw(listed)
    (refused,) = listed.results(listed.tick(NOW + MINUTE), late=True)
    assert (refused["outcome"], refused["problem"]["code"]) == ("refused", "person-consent-missing")
    assert (listed.stands(), listed.counts()) == (None, (0, 0, 0, 0))
    assert listed.notices("listed") == []


def test_nor_corrected_to_have_been_there_by_an_organizer_or_a_coordinator(listed: List) -> None:
    withdraw(listed)
    listed.clock.move(MINUTE)
    listed.event.starts_at = NOW + timedelta(seconds=30)
    listed.session.flush()
    for by in (listed.owner, listed.coordinator):
        answer = listed.correct({"present": True}, by=by)
        assert (answer.status_code, answer.json["code"]) == (409, "person-consent-missing")
    assert listed.stands() is None


def test_who_withdrew_after_they_were_seen_was_there(listed: List) -> None:
    """As a phone's record that was kept: what was captured under consent is taken."""
    withdraw(listed)
    (stored,) = listed.results(listed.tick(NOW - MINUTE), late=True)
    assert stored["outcome"] == "stored"
    assert listed.correct({"present": True, "minutes": 60}).status_code == 200
    assert listed.counts() == (1, 60, 0, 0)


def test_that_somebody_was_not_there_is_said_of_anybody(listed: List) -> None:
    listed.results(listed.tick(NOW - MINUTE))
    withdraw(listed)
    (stored,) = listed.results(listed.tick(NOW + MINUTE, present=False), late=True)
    assert stored["outcome"] == "stored"
    assert listed.counts() == (0, 0, 0, 0)


def test_a_consent_given_again_opens_the_list(listed: List) -> None:
    withdraw(listed)
    tick = listed.tick(NOW + MINUTE)
    assert listed.results(tick, late=True)[0]["outcome"] == "refused"
    headers = listed.login(listed.volunteer)
    assert listed.client.patch("/v1/me", json={"consents": CONSENTS}, headers=headers).status_code == 200
    assert listed.results(tick)[0]["outcome"] == "stored"


def test_without_the_transfer_abroad_alone_people_are_ticked(listed: List) -> None:
    """Presence asks for the consent to personal data; the other one is of pushes."""
    withdraw(listed, "cross_border")
    assert listed.results(listed.tick(NOW + MINUTE), late=True)[0]["outcome"] == "stored"


def test_whose_number_is_typed_without_consent_waits_as_a_number_that_nobody_has(listed: List) -> None:
    """The answer tells nothing; they count as declared, and as themself once they register anew."""
    person = make_volunteer(listed.session, phone=PHONE, display_name=NAME)
    withdraw(listed, by=person)
    (stored,) = listed.results(listed.typed(NOW + MINUTE), late=True)
    assert set(stored) == {"id", "outcome"}
    assert (listed.counts(), listed.declared(), listed.notices("listed")) == ((0, 0, 0, 0), 1, [])
    assert listed.register()[1].status_code == 200
    assert (listed.counts(), listed.declared()) == ((1, 180, 0, 0), 0)
    assert listed.notices("listed") == [person.id]


def test_a_later_word_of_somebody_typed_does_not_record_them_either(listed: List) -> None:
    person = make_volunteer(listed.session, phone=PHONE, display_name=NAME)
    listed.results(listed.typed(NOW - MINUTE, present=False))
    withdraw(listed, by=person)
    typed_id = str(listed.session.query(TypedPerson.id).scalar())
    row = listed.tick(NOW + MINUTE, typed_id=typed_id)
    del row["volunteer_id"]
    assert listed.results(row, late=True)[0]["outcome"] == "stored"
    assert (listed.counts(), listed.notices("listed")) == ((0, 0, 0, 0), [])


def test_minutes_of_what_was_recorded_stay_to_be_mended(listed: List) -> None:
    """Of who agreed at the place, came by their own phone, and took it back before the end."""
    withdraw(listed)
    listed.event.starts_at = NOW + timedelta(seconds=30)
    listed.session.flush()
    listed.clock.move(MINUTE)
    headers = listed.login(listed.volunteer)
    assert listed.client.patch("/v1/me", json={"consents": CONSENTS}, headers=headers).status_code == 200
    listed.clock.move(MINUTE)
    assert listed.send("check-ins").status_code == 201
    listed.clock.move(MINUTE)
    withdraw(listed)
    listed.clock.move(MINUTE)
    assert listed.correct({"present": True, "minutes": 60}).status_code == 200
    assert listed.counts() == (1, 60, 0, 0)
    # Once they were not there, nobody says again that they were.
    assert listed.correct({"present": False}).status_code == 200
    assert listed.correct({"present": True}).json["code"] == "person-consent-missing"
