"""The gateway to Firebase against the stand-in: every outcome, once."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from firebase_admin import messaging

from notifications.push.firebase import FirebaseGateway
from notifications.push.gateway import CredentialsError, Push, PushOutcome, PushResult
from tests.google.keys import Keys
from tests.google.standin import Fault, Google

SEND = "/v1/projects/demo-taza/messages:send"
PUSH = Push(
    notification_id="n1",
    kind="announcement",
    target_kind="fid",
    target="f1",
    platform="android",
    title="Сәлем",
    body="Қолғап алыңыз",
    data={"event_id": "e1"},
    collapse_key="announcement:e1",
    ttl_s=3600,
    urgent=False,
    channel="announcements",
)


def send(gateway: FirebaseGateway, pushes: Sequence[Push]) -> list[PushResult]:
    """Send, and wait for all the results."""
    results: dict[int, PushResult] = {}
    all_known = threading.Event()

    def report(position: int, result: PushResult) -> None:
        results[position] = result
        if len(results) == len(pushes):
            all_known.set()

    gateway.send(pushes, report)
    assert all_known.wait(20)
    return [results[position] for position in range(len(pushes))]


@pytest.fixture
def gateway(google: Google, keys: Keys) -> Iterator[FirebaseGateway]:
    made = FirebaseGateway(keys.service_account, threads=4, timeout_s=1)
    yield made
    made.close()


def test_a_push_arrives_as_it_was_meant(gateway: FirebaseGateway, google: Google) -> None:
    (result,) = send(gateway, [PUSH])
    assert result.outcome == PushOutcome.SENT
    (request,) = google.sent
    assert request["message"]["fid"] == "f1"
    assert request["message"]["notification"] == {"title": "Сәлем", "body": "Қолғап алыңыз"}
    assert request["message"]["android"]["notification"]["tag"] == "n1"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("UNREGISTERED", PushOutcome.GONE),
        ("SENDER_ID_MISMATCH", PushOutcome.GONE),
        ("INVALID_ARGUMENT", PushOutcome.QUARANTINED),
        ("QUOTA_EXCEEDED", PushOutcome.RETRY),
        ("UNAVAILABLE", PushOutcome.RETRY),
        ("INTERNAL", PushOutcome.RETRY),
        ("THIRD_PARTY_AUTH_ERROR", PushOutcome.PAUSED),
        ("silence", PushOutcome.RETRY),
    ],
)
def test_each_error_is_sent_once_and_named(
    gateway: FirebaseGateway, google: Google, code: str, outcome: PushOutcome
) -> None:
    google.faults["f1"] = Fault(code)
    (result,) = send(gateway, [PUSH])
    assert result.outcome == outcome
    # On a 401 google-auth asks twice for a new token of its own accord: such a push has not been sent.
    assert google.hits[SEND] == (3 if code == "THIRD_PARTY_AUTH_ERROR" else 1)


@pytest.mark.parametrize(
    ("code", "said", "wait"),
    [
        ("QUOTA_EXCEEDED", 120, 120),
        ("QUOTA_EXCEEDED", 1, 60),
        ("UNAVAILABLE", 30, 30),
        ("UNAVAILABLE", None, 10),
    ],
)
def test_retry_after_comes_back_at_once(
    gateway: FirebaseGateway, google: Google, code: str, said: int | None, wait: int
) -> None:
    google.faults["f1"] = Fault(code, retry_after=said)
    began = time.monotonic()
    (result,) = send(gateway, [PUSH])
    assert result.retry_after_s == wait
    assert google.hits[SEND] == 1
    assert time.monotonic() - began < wait


def test_one_bad_target_amid_many(gateway: FirebaseGateway, google: Google) -> None:
    google.faults["f7"] = Fault("UNREGISTERED")
    results = send(gateway, [replace(PUSH, target=f"f{n}") for n in range(20)])
    assert [n for n, result in enumerate(results) if result.outcome != PushOutcome.SENT] == [7]
    assert len(google.sent) == 19
    assert google.hits["/token"] == 1


def test_a_planted_bad_field_is_caught_and_is_not_the_devices_fault(
    gateway: FirebaseGateway, google: Google
) -> None:
    (result,) = send(gateway, [replace(PUSH, data={"google.secret": "x"})])
    assert result.outcome == PushOutcome.REJECTED
    assert google.rejected == ["message.data.google.secret: reserved"]


def test_oauth_down_loses_nothing(gateway: FirebaseGateway, google: Google) -> None:
    google.oauth_down = True
    assert {result.outcome for result in send(gateway, [PUSH, PUSH])} <= {
        PushOutcome.RETRY,
        PushOutcome.PAUSED,
    }
    google.oauth_down = False
    assert send(gateway, [PUSH])[0].outcome == PushOutcome.SENT


def test_broken_credentials_say_how_to_mend_them(tmp_path: Path) -> None:
    broken = tmp_path / "key.json"
    broken.write_text("{}")
    with pytest.raises(CredentialsError, match="download a new one"):
        FirebaseGateway(str(broken))


def test_the_sdks_retries_are_off(gateway: FirebaseGateway) -> None:
    """Pins the private attribute that the gateway uses."""
    service = messaging._get_messaging_service(gateway._app)
    assert service._client.session.get_adapter("https://fcm.googleapis.com/x").max_retries.total == 0
