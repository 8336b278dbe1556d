"""A guardian without a record: what is held of them is theirs to read and erase, and goes when it is over."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.models import GuardianErasure, Guardianship, PageGuest, Volunteer
from service.people import guardian_data, guardian_links, guardians, guests
from service.people.identities import Identity
from tests.conftest import NOW
from tests.makers import make_volunteer
from tests.service.people.everywhere import CANARY, traces
from tests.service.people.test_guardians import (
    DAY,
    MOTHER,
    WORD,
    agreed,
    make_child,
    make_going,
    somebody,
    statuses,
)

pytestmark = pytest.mark.usefixtures("app")

TYPED = f"{CANARY} typed"


def held(session: Session, guardian: Identity, now: Any = NOW) -> dict[str, Any]:
    pieces = guardian_data.pieces(session, guardian, now, str)
    return dict(json.loads(b"".join(pieces))["held"])


def make_agreed(session: Session, guardian: Identity | None = None) -> Volunteer:
    """A child whose guardian has agreed, with a canary in all that is about the guardian."""
    child = make_child(session, guardian_name=TYPED)
    agreed(session, child, guardian).name = f"{CANARY} own"
    session.flush()
    return child


def test_the_copy_has_all_that_names_them_and_no_child(session: Session) -> None:
    child = make_agreed(session)
    guests.begin(session, somebody())
    told = held(session, somebody())
    assert [row["name"] for row in told["guardianship"]["rows"]] == [f"{CANARY} own"]
    assert [row["phone"] for row in told["page_guest"]["rows"]] == [MOTHER]
    whole = json.dumps(told)
    assert "volunteer" not in told
    for stranger in (str(child.id), str(child.phone), child.display_name):
        assert stranger not in whole


def test_of_a_number_that_was_sold_again_it_tells_nothing_of_before(session: Session) -> None:
    make_agreed(session)
    later = somebody(at=NOW + 181 * DAY)
    assert held(session, later, NOW + 181 * DAY)["guardianship"]["rows"] == []
    assert guardian_data.consents_of(session, later) == []
    assert [one.name for one in guardian_data.consents_of(session, somebody())] == [f"{CANARY} own"]


def test_erased_nothing_of_them_is_left_and_the_child_stays(session: Session) -> None:
    child = make_agreed(session)
    event = make_going(session, child)
    guests.begin(session, somebody())
    make_child(session, guardian_name=TYPED)
    guardian_data.erase(session, somebody(), NOW)
    session.expire_all()
    assert traces(session, CANARY, MOTHER, f"sms:{MOTHER}") == []
    (consent,) = session.scalars(sa.select(Guardianship))
    assert (consent.child_id, consent.accepted_at, consent.ended_at) == (child.id, NOW, NOW)
    assert statuses(session, event) == {child.id: "cancelled"}
    assert not guardians.in_force(session, child.id, NOW)
    assert session.get(Volunteer, child.id) is not None


def test_what_belongs_to_others_stays(session: Session) -> None:
    make_agreed(session)
    other = somebody("+77015550199")
    guests.begin(session, other)
    nameless = make_volunteer(session, phone=None)
    guardian_data.erase(session, somebody(), NOW)
    session.expire_all()
    assert session.scalars(sa.select(PageGuest.phone)).all() == [other.phone]
    assert session.get(Volunteer, nameless.id) is not None


def test_a_number_that_another_account_has_proven_since_is_left_to_it(session: Session) -> None:
    guardian = somebody()
    holder = make_volunteer(session, phone=MOTHER, phone_seen_at=NOW + DAY)
    link = guardian_links.make_link(session, make_child(session).id, NOW)
    assert held(session, guardian)["guardian_link"]["rows"] == []
    guardian_data.erase(session, guardian, NOW)
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).where(Volunteer.guardian_phone == MOTHER)) == 1
    assert guardians.accept(session, somebody(subject=holder.subject), link.secret, WORD, NOW)


def test_who_has_a_record_is_erased_by_it(session: Session) -> None:
    make_volunteer(session, subject=f"sms:{MOTHER}")
    with pytest.raises(errors.Busy):
        guardian_data.erase(session, somebody(), NOW)
    with pytest.raises(errors.Busy):
        guardian_data.pieces(session, somebody(), NOW, str)


def test_of_age_or_taken_back_nobodys_name_is_kept(session: Session) -> None:
    """Of three children one is of age, for one it was taken back, for one it goes on."""
    grown, ended, going_on = (make_agreed(session) for _ in range(3))
    grown.birth_date = date(NOW.year - 18, NOW.month, NOW.day)
    guardians.withdraw(session, somebody(), ended.id, NOW)
    guardian_data.forget_over(session, NOW + timedelta(hours=8))
    session.expire_all()
    rows = session.execute(sa.select(Guardianship.child_id, Guardianship.name, Guardianship.subject))
    left = {child_id: (name, subject) for child_id, name, subject in rows}
    assert left == {
        grown.id: (None, None),
        ended.id: (None, None),
        going_on.id: (f"{CANARY} own", f"sms:{MOTHER}"),
    }
    assert (grown.guardian_name, grown.guardian_phone) == (None, None)
    assert ended.guardian_phone == going_on.guardian_phone == MOTHER
    assert guardians.in_force(session, going_on.id, NOW + DAY)


def test_the_list_of_erasures_has_each_consent_by_its_id(session: Session) -> None:
    for _ in range(2):
        make_agreed(session)
    ids = set(session.scalars(sa.select(Guardianship.id)))
    guardian_data.erase(session, somebody(), NOW)
    assert set(session.scalars(sa.select(GuardianErasure.guardianship_id))) == ids
