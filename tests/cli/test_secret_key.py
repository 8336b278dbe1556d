"""`flask secret-key renew`: after a change of SECRET_KEY all come in as before, and nobody who was banned."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service import errors
from service.access import Actor
from service.models import SecondFactor, Volunteer
from service.models.base import new_id
from service.people import bans, second_factor
from tests.conftest import NOW
from tests.makers import make_ban, make_coordinator, make_organization, make_volunteer
from tests.service.events.test_waitlist import actor_of

FORMER = "the SECRET_KEY of before, which is as long as they are"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def key(app: Tazalyq) -> str:
    found: str = app.extensions["tazalyq"].settings.secret_key
    return found


@pytest.fixture
def run(app: Tazalyq, session: Session, tmp_path: Path) -> Run:
    """Run `flask secret-key renew` with these former keys: the exit code, and what was printed."""

    def run_command(*former: str) -> tuple[int, str]:
        path = tmp_path / "former"
        path.write_text("\n".join(["", *former]) + "\n", encoding="utf-8")
        session.commit()
        done = app.test_cli_runner().invoke(args=["secret-key", "renew", str(path)])
        session.expire_all()
        return done.exit_code, done.output

    return run_command


def enrol(session: Session, person: Volunteer, key: str) -> tuple[Actor, pyotp.TOTP]:
    actor = actor_of(session, person)
    word = second_factor.new_secret(session, person.id, NOW, key) if actor.regions else None
    made = second_factor.begin(session, actor, word, NOW, key, proven=False)
    app = pyotp.TOTP(made.secret)
    second_factor.confirm(session, actor, app.at(NOW), NOW, key)
    return actor, app


def test_factors_go_on_working(run: Run, session: Session, key: str) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner)
    people = [enrol(session, make_coordinator(session), FORMER), enrol(session, owner, FORMER)]
    present = enrol(session, make_coordinator(session, "KZ-75"), key)
    later = NOW + timedelta(minutes=5)
    with pytest.raises(errors.NotEnrolled):
        second_factor.prove(session, people[0][0], people[0][1].at(later), later, key)
    assert run("x" * 40, FORMER) == (0, "2 second factors sealed anew, 0 bans marked anew.\n")
    for actor, app in (*people, present):
        second_factor.prove(session, actor, app.at(later), later, key)
    assert run(FORMER) == (0, "0 second factors sealed anew, 0 bans marked anew.\n")


def test_what_was_begun_under_the_former_key_is_confirmed_under_this_one(
    run: Run, session: Session, key: str
) -> None:
    actor = actor_of(session, make_volunteer(session))
    app = pyotp.TOTP(second_factor.begin(session, actor, None, NOW, FORMER, proven=False).secret)
    assert run(FORMER)[0] == 0
    second_factor.confirm(session, actor, app.at(NOW), NOW, key)


def test_a_factor_of_no_known_key_is_told_and_the_others_are_mended(
    run: Run, session: Session, key: str
) -> None:
    actor, app = enrol(session, make_coordinator(session), FORMER)
    other, _ = enrol(session, make_coordinator(session, "KZ-75"), "y" * 40)
    row = session.get_one(SecondFactor, other.volunteer_id)
    before = row.secret
    code, said = run(FORMER)
    assert code == 1
    assert "1 second factors sealed anew" in said
    assert "1 second factors are of none of these keys" in said
    later = NOW + timedelta(minutes=5)
    second_factor.prove(session, actor, app.at(later), later, key)
    assert session.get_one(SecondFactor, other.volunteer_id).secret == before


def test_who_was_banned_is_known_again_by_number_and_account(run: Run, session: Session, key: str) -> None:
    person = make_volunteer(session, phone="+77015550011")
    for volunteer_id, known_by in ((person.id, (person.subject, person.phone)), (new_id(), ("gone", None))):
        make_ban(session, volunteer_id, marks=bans.marks(*known_by, FORMER))
    of_a_new_account = bans.marks("local:another", "+77015550011", key)
    bans.refuse_banned(session, of_a_new_account, NOW)
    code, said = run(FORMER)
    assert (code, said) == (
        0,
        "0 second factors sealed anew, 1 bans marked anew.\n"
        "1 bans of people who were erased know no number any more.\n",
    )
    with pytest.raises(errors.Banned):
        bans.refuse_banned(session, of_a_new_account, NOW)
    assert "0 bans marked anew" in run(FORMER)[1]
