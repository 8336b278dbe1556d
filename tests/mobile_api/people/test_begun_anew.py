"""One number erased and begun anew: nobody counts twice at an event by it, and no child is grown up by it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, CONSENTS, make_coordinator, make_event, make_organization

pytestmark = pytest.mark.usefixtures("_counts_equal_the_rows")

Login = Callable[[Volunteer], dict[str, str]]
PHONE, MINUTE, DAY = "+77017778899", timedelta(minutes=1), timedelta(days=1)
GUARDIAN = {"name": "Серік", "phone": "+77017770011"}


class Number:
    """Whoever has one number, and what they do with it."""

    def __init__(self, app: Tazalyq, client: FlaskClient, clock: FixedClock) -> None:
        self.app, self.client, self.clock = app, client, clock
        self.subject = f"local:{PHONE}"

    @property
    def headers(self) -> dict[str, str]:
        token, _ = self.app.extensions["tazalyq"].verifier.issue(self.subject, PHONE)
        return {"Authorization": f"Bearer {token}"}

    def register(self, born: str = "1990-01-01", **more: Any) -> Any:
        body = {
            "display_name": "Айгүл",
            "birth_date": born,
            "locale": "kk",
            "region": "KZ-15",
            "consents": CONSENTS,
        }
        if born > "2008-05-16":
            body["guardian"] = GUARDIAN
        return self.client.put("/v1/me", json=body | more, headers=self.headers)

    def begin(self, born: str = "1990-01-01") -> UUID:
        answer = self.register(born)
        assert answer.status_code == 201, answer.json
        return UUID(answer.json["id"])

    def erase(self) -> None:
        assert self.client.delete("/v1/me", headers=self.headers).status_code == 204
        self.clock.move(MINUTE)

    def sign_in_anew(self) -> None:
        """With another account of the same number: whoever has an account can delete it at Google."""
        self.subject = f"{self.subject}:anew"
        self.clock.move(MINUTE)

    def come(self, event: Event, at: datetime | None = None) -> tuple[str, list[str]]:
        """Check in, or have it sent that one did `at` a moment: the status and the doubts."""
        moment = (at or self.clock.now()).isoformat()
        place = {"latitude": AKTOBE[0], "longitude": AKTOBE[1], "accuracy_m": 8, "fixed_at": moment}
        record = {
            "type": "check_in",
            "id": str(uuid4()),
            "event_id": str(event.id),
            "captured_at": moment,
            "position": place,
        }
        body = {
            "sent_at": self.clock.now().isoformat(),
            "installation_id": str(uuid4()),
            "records": [record],
        }
        answer = self.client.post("/v1/attendance/batch", json=body, headers=self.headers)
        (result,) = answer.json["results"]
        assert result["outcome"] == "stored", result
        return result["attendance"]["status"], result["attendance"]["reasons"]


@pytest.fixture
def number(app: Tazalyq, client: FlaskClient, clock: FixedClock) -> Number:
    return Number(app, client, clock)


@pytest.fixture
def event(session: Session, owner: Volunteer) -> Event:
    made = make_event(session, make_organization(session, owner))
    session.commit()
    return made


def test_a_number_does_not_count_twice_at_an_event(number: Number, event: Event) -> None:
    number.begin()
    assert number.come(event) == ("counted", [])
    number.erase()
    number.begin()
    assert number.come(event) == ("review", ["begun-anew"])


def test_nor_on_a_later_day_by_what_was_kept(number: Number, event: Event, clock: FixedClock) -> None:
    number.begin()
    number.come(event)
    number.erase()
    clock.move(2 * DAY)
    number.begin()
    assert number.come(event, NOW + MINUTE) == ("review", ["begun-anew"])


def test_nor_by_the_organizers_word(
    number: Number, event: Event, owner: Volunteer, session: Session, client: FlaskClient, login: Login
) -> None:
    number.begin()
    number.come(event)
    number.erase()
    anew = number.begin()
    tick = {
        "id": str(uuid4()),
        "volunteer_id": str(anew),
        "present": True,
        "captured_at": number.clock.now().isoformat(),
    }
    sent = {"sent_at": number.clock.now().isoformat(), "records": [tick]}
    answer = client.post(f"/v1/events/{event.id}/attendance", json=sent, headers=login(owner))
    (result,) = answer.json["results"]
    assert result["attendance"]["status"] == "review"
    path, said = f"/v1/events/{event.id}/attendance/{anew}", {"present": True, "reason": "Көрдім"}
    assert client.put(path, json=said, headers=login(owner)).json["status"] == "review"
    # The coordinator knows what it is about, and decides.
    coordinator = make_coordinator(session)
    assert client.put(path, json=said, headers=login(coordinator)).json["status"] == "counted"


def test_nor_by_the_organizers_word_once_no_phone_is_heard_any_more(
    number: Number, event: Event, owner: Volunteer, client: FlaskClient, login: Login, clock: FixedClock
) -> None:
    """Organizers say who was there for 14 days, and nobody looks at it."""
    number.begin()
    number.come(event)
    clock.at = event.ends_at + timedelta(hours=73)
    number.erase()
    path = f"/v1/events/{event.id}/attendance/{number.begin()}"
    answer = client.put(path, json={"present": True, "reason": "Көрдім"}, headers=login(owner))
    assert answer.json["status"] == "review"


def test_nor_by_having_been_typed_before_they_began_anew(
    number: Number, event: Event, owner: Volunteer, client: FlaskClient, login: Login, session: Session
) -> None:
    number.begin()
    number.come(event)
    number.erase()
    tick = {
        "id": str(uuid4()),
        "phone": PHONE,
        "display_name": "Айгүл",
        "present": True,
        "captured_at": number.clock.now().isoformat(),
    }
    sent = {"sent_at": number.clock.now().isoformat(), "records": [tick]}
    path = f"/v1/events/{event.id}/attendance"
    assert client.post(path, json=sent, headers=login(owner)).json["results"][0]["outcome"] == "stored"
    anew = number.begin()
    found = sa.text("SELECT status FROM attendance WHERE volunteer_id = :anew")
    assert session.scalar(found, {"anew": anew}) == "review"


def test_nor_by_another_account_of_the_number(number: Number, event: Event) -> None:
    """Its record loses the number, and what it has counted stays."""
    number.begin()
    assert number.come(event) == ("counted", [])
    number.sign_in_anew()
    number.begin()
    assert number.come(event) == ("review", ["begun-anew"])


def test_nor_by_a_third_account_whose_second_was_nowhere(number: Number, event: Event) -> None:
    number.begin()
    number.come(event)
    for _ in range(2):
        number.sign_in_anew()
        number.clock.move(DAY)
        number.begin()
    assert number.come(event, NOW + MINUTE) == ("review", ["begun-anew"])


def test_another_account_of_who_was_nowhere_is_as_anybody(number: Number, event: Event) -> None:
    number.begin()
    number.sign_in_anew()
    number.begin()
    assert number.come(event) == ("counted", [])


def test_at_what_comes_after_they_are_as_anybody(
    number: Number, event: Event, session: Session, owner: Volunteer, clock: FixedClock
) -> None:
    number.begin()
    number.come(event)
    number.erase()
    number.begin()
    other = make_event(session, make_organization(session, owner), starts_at=NOW + timedelta(hours=5))
    session.commit()
    clock.at = NOW + timedelta(hours=5, minutes=10)
    assert number.come(other) == ("counted", [])


def test_who_was_nowhere_begins_anew_as_anybody(number: Number, event: Event) -> None:
    """By mistake, at the place of the event: nothing counted, and nothing is doubted."""
    number.begin()
    number.erase()
    number.begin()
    assert number.come(event) == ("counted", [])


def test_what_was_rejected_may_count_once(
    number: Number, event: Event, owner: Volunteer, client: FlaskClient, login: Login
) -> None:
    first = number.begin()
    number.come(event)
    said = {"present": False, "reason": "Басқа адам"}
    client.put(f"/v1/events/{event.id}/attendance/{first}", json=said, headers=login(owner))
    number.erase()
    number.begin()
    assert number.come(event) == ("counted", [])


def kept(session: Session) -> list[Any]:
    return list(session.execute(sa.text("SELECT * FROM erased_number")).all())


def test_nothing_is_kept_once_nothing_can_count_twice(
    number: Number, event: Event, session: Session, clock: FixedClock
) -> None:
    """14 days after the end no phone and no organizer is heard any more."""
    number.begin()
    number.come(event)
    clock.at = event.ends_at + 14 * DAY
    number.erase()
    assert kept(session) == []


def test_what_is_kept_holds_no_number(number: Number, event: Event, session: Session) -> None:
    number.begin()
    number.come(event)
    number.erase()
    (row,) = kept(session)
    assert PHONE[-6:] not in str(row)


# Minors


def is_refused(answer: Any) -> bool:
    return answer.status_code == 422 and list(answer.json["errors"]) == ["birth_date"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2009-01-01", "2008-01-01"),  # 17: adult
        ("2011-01-01", "2009-06-01"),  # 15: 16
        ("2011-01-01", "1990-01-01"),
    ],
)
def test_who_erases_themself_does_not_come_back_older(number: Number, before: str, after: str) -> None:
    number.begin(before)
    number.erase()
    assert is_refused(number.register(after))
    # What was said stays as it is: a child begins anew as the child that they are.
    assert number.register(before).status_code == 201


def test_who_is_17_may_have_been_a_year_off(number: Number) -> None:
    number.begin("2009-01-01")
    number.erase()
    assert number.register("2010-03-01").status_code == 201


def test_it_is_forgotten_after_30_days(number: Number, clock: FixedClock) -> None:
    number.begin("2009-01-01")
    number.erase()
    clock.at = NOW + 30 * DAY - MINUTE
    assert is_refused(number.register())
    clock.at = NOW + 30 * DAY
    assert number.register().status_code == 201


def test_a_birthday_is_waited_for_and_no_longer(number: Number, session: Session, clock: FixedClock) -> None:
    number.begin("2008-05-20")
    number.erase()
    clock.at = NOW + 3 * DAY
    assert is_refused(number.register("2008-05-19"))
    clock.at = NOW + 5 * DAY
    assert number.register("2008-05-20", guardian=None).status_code == 201


def test_a_child_that_was_at_an_event_is_known_for_both(number: Number, event: Event) -> None:
    number.begin("2009-01-01")
    number.come(event)
    number.erase()
    assert is_refused(number.register())
    number.begin("2009-01-01")
    assert "begun-anew" in number.come(event)[1]


def test_an_adult_may_become_a_child(number: Number) -> None:
    """A date that was mistyped, the other way."""
    number.begin()
    number.erase()
    assert number.register("2009-01-01").status_code == 201


def test_the_operator_mends_what_was_mistyped(number: Number, app: Tazalyq, session: Session) -> None:
    """An adult who had typed too late a year, and erased themself to begin anew."""
    number.begin("2011-01-01")
    number.erase()
    assert is_refused(number.register())
    session.commit()
    for said in ("1 forgotten.\n", "0 forgotten.\n"):
        done = app.test_cli_runner().invoke(args=["erasures", "forget-number", "8 701 777 88 99"])
        assert (done.exit_code, done.output) == (0, said)
    assert app.test_cli_runner().invoke(args=["erasures", "forget-number", "abc"]).exit_code == 2
    assert number.register().status_code == 201


def test_nor_does_another_account_of_a_childs_number_make_them_older(
    number: Number, clock: FixedClock
) -> None:
    number.begin("2011-01-01")
    number.sign_in_anew()
    assert is_refused(number.register("1990-01-01"))
    assert number.register("2011-01-01").status_code == 201
    # As after an erasure: a month after the child was here last, the number may be somebody else's.
    number.sign_in_anew()
    clock.move(30 * DAY)
    assert number.register("1990-01-01").status_code == 201
