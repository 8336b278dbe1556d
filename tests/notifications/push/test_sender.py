"""The sender: nothing lost, nothing sent by two, nothing burned while the configuration is refused."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from http_base.application import Tazalyq
from notifications import fan_out
from notifications.models import Delivery, PushPause
from notifications.push import deliveries, quota
from notifications.push.gateway import OnResult, Push, PushOutcome, PushResult
from notifications.push.sender import Sender, SendRate
from service.models import Device, Event, Outbox, Signup, Volunteer
from service.people import devices
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer
from tests.notifications.push.test_deliveries import owe, statuses

Answer = Callable[[Push], PushResult]


class Gateway:
    """Answers each push as it is told to, and remembers it."""

    at_once = 100

    def __init__(self, answer: Answer = lambda _push: PushResult(PushOutcome.SENT)) -> None:
        self.answer = answer
        self.sent: list[Push] = []

    def send(self, pushes: Sequence[Push], report: OnResult) -> None:
        self.sent += pushes
        for position, push in enumerate(pushes):
            report(position, self.answer(push))

    def close(self) -> None:
        """Nothing to let go of."""


class Database:
    """Sessions on the test's connection; the next `failures` transactions fail."""

    def __init__(self, connection: sa.Connection) -> None:
        self._sessions = sessionmaker(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        self.failures: list[str | None] = []

    def begin(self) -> AbstractContextManager[Session]:
        if self.failures:
            state = self.failures.pop(0)
            raise OperationalError("", {}, SimpleNamespace(sqlstate=state))
        return self._sessions.begin()


@pytest.fixture
def database(connection: sa.Connection) -> Database:
    return Database(connection)


def make_sender(database: Database, gateway: Gateway, clock: FixedClock, lease_s: float = 60) -> Sender:
    return Sender(database, clock, gateway, SendRate(lease_s))


def make_crowd(session: Session, count: int, **device: str) -> Event:
    """So many people going to an event tomorrow, each with a phone and a push that is due."""
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    for _ in range(count):
        person = make_volunteer(session)
        make_signup(session, event, person)
        make_device(session, person, **device)
    fan_out.expand(session, owe(session, event), NOW)
    session.commit()
    return event


def results(session: Session) -> list[str | None]:
    return list(session.scalars(sa.select(Delivery.last_result)))


def test_one_bad_token_amid_five_hundred(session: Session, database: Database, clock: FixedClock) -> None:
    make_crowd(session, 500)
    bad = session.scalars(sa.select(Device.value).limit(1).offset(250)).one()
    gateway = Gateway(lambda push: PushResult(PushOutcome.GONE if push.target == bad else PushOutcome.SENT))
    make_sender(database, gateway, clock).run()
    assert len(gateway.sent) == 500
    assert statuses(session).count("sent") == 499
    assert statuses(session).count("gone") == 1
    assert session.scalars(sa.select(Device.value).where(Device.off_since.is_not(None))).all() == [bad]


def test_a_crash_between_sending_and_saving_repeats_the_same_push(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 1)
    (lost,) = deliveries.claim(session, NOW, lease_s=60, owner="crashed")
    session.execute(sa.update(Delivery).values(lease_until=sa.func.clock_timestamp() - timedelta(seconds=1)))
    session.commit()
    gateway = Gateway()
    make_sender(database, gateway, clock).run()
    assert gateway.sent == [lost.push]
    assert statuses(session) == ["sent"]


def test_a_lost_lease_does_not_overwrite_what_the_new_owner_says(session: Session) -> None:
    make_crowd(session, 1)
    (slow,) = deliveries.claim(session, NOW, lease_s=-1, owner="slow")
    deliveries.retract(session)
    (quick,) = deliveries.claim(session, NOW, lease_s=60, owner="quick")
    deliveries.settle(session, [slow], [PushResult(PushOutcome.GONE, "late")], NOW)
    assert statuses(session) == ["sending"]
    assert session.scalar(sa.select(Device.off_since)) is None
    deliveries.settle(session, [quick], [PushResult(PushOutcome.SENT)], NOW)
    deliveries.settle(session, [slow], [PushResult(PushOutcome.RETRY, "late")], NOW)
    assert statuses(session) == ["sent"]


def test_a_renewed_lease_is_not_taken_back(session: Session) -> None:
    make_crowd(session, 1)
    (claim,) = deliveries.claim(session, NOW, lease_s=-1, owner="slow")
    deliveries.renew(session, "slow", [claim.delivery_id], lease_s=60)
    assert deliveries.retract(session) == 0


def test_a_phone_that_changed_hands_gets_nothing_of_its_previous_owner(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 1)
    device = session.scalars(sa.select(Device)).one()
    moved = Device(
        volunteer_id=make_volunteer(session).id,
        installation_id=device.installation_id,
        platform=device.platform,
        kind=device.kind,
        value=device.value,
        app_version="1.0.0",
        seen_at=NOW,
    )
    devices.put(session, moved)
    session.commit()
    gateway = Gateway()
    make_sender(database, gateway, clock).run()
    assert gateway.sent == []
    assert (statuses(session), results(session)) == (["gone"], ["device left"])


def test_a_phone_reinstalled_while_its_old_value_was_tried_stays_on(session: Session) -> None:
    make_crowd(session, 1)
    (claim,) = deliveries.claim(session, NOW, lease_s=60)
    session.execute(sa.update(Device).values(value="new value"))
    deliveries.settle(session, [claim], [PushResult(PushOutcome.GONE)], NOW)
    assert session.scalar(sa.select(Device.off_since)) is None


def test_who_cancels_before_it_is_sent_is_left_out(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 1)
    session.execute(sa.update(Signup).values(status="cancelled"))
    session.commit()
    gateway = Gateway()
    make_sender(database, gateway, clock).run()
    assert gateway.sent == []
    assert statuses(session) == ["expired"]
    assert results(session) == ["not in the audience any more"]


def test_a_refused_configuration_pauses_and_burns_nothing(
    session: Session, database: Database, clock: FixedClock, client: FlaskClient
) -> None:
    make_crowd(session, 130)
    gateway = Gateway(lambda _push: PushResult(PushOutcome.PAUSED, "PermissionDeniedError"))
    sender = make_sender(database, gateway, clock)
    sender.run()
    tried = len(gateway.sent)
    assert 0 < tried <= gateway.at_once
    assert set(statuses(session)) == {"due"}
    assert set(session.scalars(sa.select(Delivery.attempts))) == {0}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "PermissionDeniedError" in ready.json["details"]["push"]["*"]
    clock.move(timedelta(minutes=2))
    sender.run()
    assert len(gateway.sent) == tried
    let_probe(session)
    sender.run()
    assert len(gateway.sent) == tried + 1
    gateway.answer = lambda _push: PushResult(PushOutcome.SENT)
    let_probe(session)
    clock.move(timedelta(minutes=2))
    sender.run()
    assert set(statuses(session)) == {"sent"}
    assert client.get("/readyz").json["details"]["push"] == {}


def let_probe(session: Session) -> None:
    """Let the minute until the next probe be over."""
    session.execute(sa.update(PushPause).values(probe_at=sa.func.clock_timestamp()))
    session.commit()


def test_a_refused_key_for_one_platform_does_not_hold_up_the_others(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 3, platform="ios")
    make_crowd(session, 3, platform="android")

    def answer(push: Push) -> PushResult:
        if push.platform == "ios":
            return PushResult(PushOutcome.PAUSED, "ThirdPartyAuthError", scope="ios")
        return PushResult(PushOutcome.SENT)

    gateway = Gateway(answer)
    sender = make_sender(database, gateway, clock)
    sender.run()
    clock.move(timedelta(minutes=2))
    make_crowd(session, 2, platform="android")
    sender.run()
    assert sorted(statuses(session)) == ["due"] * 3 + ["sent"] * 5
    assert [push.platform for push in gateway.sent].count("ios") == 3
    gateway.answer = lambda _push: PushResult(PushOutcome.SENT)
    let_probe(session)
    clock.move(timedelta(minutes=2))
    sender.run()
    clock.move(timedelta(minutes=2))
    sender.run()
    assert set(statuses(session)) == {"sent"}


def test_results_survive_a_database_that_goes_away(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 3)

    def answer(_push: Push) -> PushResult:
        database.failures = [None]
        return PushResult(PushOutcome.SENT)

    gateway = Gateway(answer)
    sender = make_sender(database, gateway, clock)
    with pytest.raises(OperationalError):
        sender.run()
    assert set(statuses(session)) == {"sending"}
    sender.run()
    assert set(statuses(session)) == {"sent"}
    assert len(gateway.sent) == 3


def test_a_deadlock_is_tried_again(session: Session, database: Database, clock: FixedClock) -> None:
    make_crowd(session, 1)
    database.failures = ["40P01", "40001"]
    make_sender(database, Gateway(), clock).run()
    assert statuses(session) == ["sent"]


def test_all_senders_together_keep_to_the_quota(session: Session) -> None:
    per_second, began, granted = 100, time.monotonic(), 0
    while time.monotonic() - began < 0.5:
        granted += quota.take(session, per_second, wanted=50)
    assert granted <= per_second * (time.monotonic() - began) + 2 * per_second / quota.SLICES_PER_SECOND
    assert granted >= 20
    assert quota.take(session, per_second, wanted=3) in (0, 3)


@pytest.mark.parametrize(
    ("attempts", "said_s", "life", "least_s", "most_s"),
    [
        (1, None, timedelta(days=1), 10, 15),
        (4, None, timedelta(days=1), 80, 120),
        (20, None, timedelta(days=1), 900, 900),
        (20, 3_600, timedelta(days=1), 3_600, 3_600),
        # Little is left of its life: tried once more within it, yet never before the server allows.
        (9, None, timedelta(seconds=100), 50, 50),
        (9, 80, timedelta(seconds=100), 80, 80),
    ],
)
def test_how_long_a_retry_waits(
    attempts: int, said_s: int | None, life: timedelta, least_s: float, most_s: float
) -> None:
    for _ in range(20):
        assert least_s <= deliveries.retry_wait(attempts, said_s, life).total_seconds() <= most_s


def test_an_operator_has_failed_pushes_sent_again(
    session: Session, database: Database, clock: FixedClock, app: Tazalyq
) -> None:
    make_crowd(session, 2)
    answers = [PushOutcome.GONE, PushOutcome.REJECTED]
    make_sender(database, Gateway(lambda _push: PushResult(answers.pop())), clock).run()
    assert statuses(session) == ["gone", "rejected"]
    shown = app.test_cli_runner().invoke(args=["pushes", "stats"])
    assert [line.split() for line in shown.output.splitlines()[:2]] == [
        ["announcement", "gone", "1"],
        ["announcement", "rejected", "1"],
    ]
    wrong = app.test_cli_runner().invoke(args=["pushes", "retry", "--kind", "spam"])
    assert "No kinds: spam" in wrong.output
    again = app.test_cli_runner().invoke(args=["pushes", "retry", "--kind", "announcement"])
    assert again.output == "2 pushes are due again.\n"
    make_sender(database, Gateway(), clock).run()
    assert statuses(session) == ["sent", "sent"]


def test_what_is_too_late_is_not_tried_again(session: Session, app: Tazalyq, clock: FixedClock) -> None:
    make_crowd(session, 1)
    session.execute(sa.update(Delivery).values(status="rejected", finished_at=NOW))
    session.commit()
    clock.move(timedelta(days=2))
    again = app.test_cli_runner().invoke(args=["pushes", "retry", "--kind", "announcement"])
    assert again.output == "0 pushes are due again.\n"


def test_two_senders_share_without_sending_twice(
    session: Session, database: Database, clock: FixedClock
) -> None:
    """What one has claimed the other does not see, whichever comes first."""
    make_crowd(session, 30)
    first = deliveries.claim(session, NOW, lease_s=60, limit=10, owner="first")
    session.commit()
    gateway = Gateway()
    make_sender(database, gateway, clock).run()
    ours = {push.notification_id for push in gateway.sent}
    theirs = {claim.push.notification_id for claim in first if claim.push is not None}
    assert (len(ours), len(theirs), ours & theirs) == (20, 10, set())


def test_a_person_of_each_language_reads_their_own(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 3)
    for person, locale in zip(
        session.scalars(sa.select(Volunteer).join(Signup)), ["kk", "ru", "en"], strict=True
    ):
        person.locale = locale
    session.commit()
    gateway = Gateway()
    make_sender(database, gateway, clock).run()
    assert sorted(push.title for push in gateway.sent) == [
        "Ilek bank clean-up",
        "Елек жағалауын тазалау",
        "Уборка берега Илека",
    ]


def test_a_push_that_cannot_be_made_holds_up_no_other(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 2)
    bad, newer = make_crowd(session, 1), make_crowd(session, 1)
    entry = sa.update(Outbox).execution_options(synchronize_session=False)
    facts = {"starts_at": bad.starts_at.isoformat(), "zone": "Mars/Olympus", "title": {}}
    session.execute(entry.where(Outbox.event_id == bad.id).values(kind="event_changed", facts=facts))
    session.execute(entry.where(Outbox.event_id == newer.id).values(kind="of the next release"))
    session.commit()
    gateway = Gateway()
    make_sender(database, gateway, clock).run()
    assert statuses(session) == ["due", "rejected", "sent", "sent"]


def test_a_sender_told_to_stop_finishes_what_it_has_begun_and_gives_the_rest_back(
    session: Session, database: Database, clock: FixedClock
) -> None:
    make_crowd(session, 130)
    gateway = Gateway()
    sender = make_sender(database, gateway, clock)

    def answer(_push: Push) -> PushResult:
        sender.stop()
        return PushResult(PushOutcome.SENT)

    gateway.answer = answer
    sender.run()
    assert set(statuses(session)) == {"sent", "due"}
    assert statuses(session).count("sent") == len(gateway.sent) <= gateway.at_once
