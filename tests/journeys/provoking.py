"""A process of the service in which all goes wrong that can, each time with what is a person's in reach.

Run by test_logs.py with the settings in the environment; what it writes is what such a process would log.
"""

import asyncio
import logging
import os
import sys
import threading
import warnings
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn
from uuid import uuid4

import procrastinate
import psycopg
import requests
import sqlalchemy as sa
from firebase_admin import messaging
from flask import request
from sqlalchemy.orm import Session

from app import create_app
from http_base.application import Tazalyq
from http_base.local_tokens import LocalTokens
from http_base.published_keys import PublishedKeys
from notifications import broken, fan_out, reminders, tasks
from notifications import inbox as inboxes
from notifications.push import circuit, payloads
from notifications.push.firebase import FirebaseGateway
from notifications.push.gateway import Push, PushOutcome, PushResult
from notifications.push.sender import Sender, SendRate
from notifications.reminders import Hour
from service.models import Outbox
from service.people import accounts
from service.people.accounts import AccountsUnavailable
from service.platform import queue
from service.platform.clock import SystemClock
from service.platform.database import db
from service.platform.queue import Runtime
from service.platform.settings import DEVELOPMENT_SECRET
from tests.makers import make_volunteer
from wiring import Services

NAME, PHONE = "Кәмшат Қанарқызы", "+77019998877"
FCM_TOKEN = "canary-fcm:APA91b-canary-device-value"
ID_TOKEN = "eyJhbGciOiJSUzI1NiJ9.canary-id-token.signature"
CODE, PLACE = "864209", "43.238949,76.889709"
CANARIES = (NAME, "Қанарқызы", PHONE, PHONE[1:], FCM_TOKEN, "canary-fcm", ID_TOKEN, "canary-id", CODE, PLACE)
EVERYTHING = " ".join((NAME, PHONE, FCM_TOKEN, ID_TOKEN, CODE, PLACE))
UNIQUE = "uq_volunteer_phone"


@queue.app.task(name="canary.fail")
def fail() -> None:
    """A job that fails with all of it."""
    raise_it()


def raise_it(*_arguments: Any, **_options: Any) -> NoReturn:
    """An error like those of libraries: it says the values."""
    try:
        raise KeyError(PHONE)
    except KeyError as error:
        error.add_note(CODE)
        made = ExceptionGroup(f"many: {NAME}", [error, ValueError(EVERYTHING), LookupError(FCM_TOKEN)])
        raise RuntimeError(f"cannot do {EVERYTHING}") from made


def throw(error: Exception) -> NoReturn:
    """This error."""
    raise error


def twice(session: Session) -> None:
    """Two people with one number: PostgreSQL's DETAIL names it."""
    make_volunteer(session, phone=PHONE, display_name=NAME)
    make_volunteer(session, phone=PHONE, display_name=NAME)


def bad_uuid(session: Session) -> None:
    """PostgreSQL's own words repeat the value."""
    session.execute(sa.text("SELECT CAST(:value AS uuid)"), {"value": EVERYTHING})


def in_the_statement(session: Session) -> None:
    """A statement that holds the values itself, at a line that PostgreSQL shows."""
    session.execute(sa.text(f"SELECT '{NAME}', '{PHONE}' FROM nowhere"))  # noqa: S608 - what must not be logged


def plain_psycopg(session: Session) -> None:
    """The same without SQLAlchemy around it."""
    connection: Any = session.connection().connection.driver_connection
    connection.execute("SELECT %s::int", (PHONE + NAME,))


def by_http(_session: Session) -> None:
    """What an HTTP client says holds the whole address."""
    requests.get(f"http://127.0.0.1:9/?token={ID_TOKEN}&phone={PHONE}", timeout=1)


def of_the_body(_session: Session) -> None:
    """A defect of ours that says what it was given."""
    raise ValueError(f"cannot take {request.get_json()} and {dict(request.args)}")


VIEWS = (twice, bad_uuid, in_the_statement, plain_psycopg, by_http, of_the_body, raise_it)


def web(app: Tazalyq) -> None:
    """Requests that fail in views, in hooks, at the door and nowhere."""
    for view in VIEWS:
        # Commits nothing: each fails.
        app.add_url_rule(
            f"/canary/{view.__name__}/<what>",
            view.__name__,
            lambda what, view=view: view(db.session()),
            methods=["GET", "POST"],
        )

    @app.after_request
    def break_answers(response: Any) -> Any:
        return raise_it() if request.headers.get("X-Break") else response

    client = app.test_client()
    asked = {"name": NAME, "phone": PHONE, "code": CODE, "value": FCM_TOKEN, "place": PLACE}
    headers = {
        "Authorization": f"Bearer {ID_TOKEN}",
        "X-Request-Id": f"{PHONE} {NAME}".encode().decode("latin1"),
    }
    for view in VIEWS:
        path = f"/canary/{view.__name__}/{FCM_TOKEN}?phone={PHONE}&name={NAME}&token={ID_TOKEN}"
        answer = client.post(path, json=asked, headers=headers)
        assert answer.status_code == 500, (view.__name__, answer.status_code)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get(f"/v1/meta?phone={PHONE}", headers=headers | {"X-Break": "1"}).status_code == 500
    client.post("/v1/auth/codes", json={"phone": PHONE})
    client.post("/v1/auth/tokens", json={"phone": PHONE, "code": CODE})
    client.get(f"/v1/nothing/{FCM_TOKEN}/{PHONE}?name={NAME}", headers=headers)
    client.put(f"/v1/me/devices/{FCM_TOKEN}", json={"value": FCM_TOKEN}, headers=headers)
    client.get(f"/v1/events?near={PLACE}&name={NAME}", headers=headers)
    assert client.get("/v1/meta").status_code == 200


def key_server() -> None:
    """The key server's client fails with what it was asked with."""
    keys = PublishedKeys("https://keys.example", lambda body: {})
    keys._transport = raise_it
    keys._fetch()


class NobodyAnswers:
    """An identity provider whose refusal repeats what it was asked."""

    def locked_out(self, subjects: Any) -> frozenset[str]:
        raise AccountsUnavailable(EVERYTHING)


class RefusingGateway:
    """A gateway that refuses all, with all that it knows."""

    at_once = 10

    def send(self, pushes: Any, report: Any) -> None:
        for position, push in enumerate(pushes):
            report(position, PushResult(PushOutcome.PAUSED, "PermissionDeniedError", scope=push.platform))

    def close(self) -> None:
        """Nothing is open."""


def pushes(runtime: Runtime, credentials_file: str) -> None:
    """Pushes that cannot be made, cannot be sent, and a sender that fails."""
    row = SimpleNamespace(kind="announcement")
    payloads._make(row, raise_it, datetime.now(UTC))
    gateway = FirebaseGateway(credentials_file, threads=1)
    gateway._token.make_fresh = lambda: None  # type: ignore[method-assign] # as if Google had given one
    messaging.send = raise_it
    ids = {"event_id": str(uuid4())}
    push = Push(
        "1",
        "announcement",
        "token",
        FCM_TOKEN,
        "android",
        NAME,
        PHONE,
        ids,
        "1",
        60,
        urgent=False,
        channel="changes",
    )
    gateway._send_and_report(0, push, lambda position, result: None)
    gateway.close()
    sender = Sender(runtime.sessions, runtime.clock, RefusingGateway(), SendRate(15))
    away = sa.exc.OperationalError("SELECT", None, psycopg.OperationalError(f"Key (phone)=({PHONE}) {NAME}"))
    sender._stopping.set()
    for error in (away, RuntimeError(EVERYTHING)):
        sender.run = partial(throw, error)  # type: ignore[method-assign] # what a run may come to
        sender._keep_running()
    with runtime.sessions() as session:
        circuit.pause(session, "android", "PermissionDeniedError")
        session.rollback()


def notifications(runtime: Runtime) -> None:
    """Notifications that cannot be worked out, told or read."""
    expand, fan_out.expand = fan_out.expand, raise_it
    tasks._expand_chunk(runtime, uuid4())
    fan_out.expand = expand
    reminders._take(raise_it, runtime.sessions, Hour(runtime.clock.now(), runtime.thresholds))
    entry = Outbox(id=uuid4(), kind="announcement", attempts=0, facts={"starts_at": NAME, "zone": PHONE})
    item: Any = SimpleNamespace(id=uuid4(), facts={"text": NAME}, created_at=None, read_at=None)
    with runtime.sessions() as session:
        inboxes._item(session, item, entry, "kk")
    broken.note(entry, ValueError(EVERYTHING), runtime.clock.now())
    with runtime.sessions() as session:
        broken.each_alone(session, [NAME], lambda part: twice(session))
        session.rollback()
    accounts.check(runtime.sessions, NobodyAnswers(), runtime.clock.now())


async def jobs(runtime: Runtime, database_url: str) -> None:
    """The queue's own words of a job that fails, and of a task that nobody waits for."""
    with runtime.sessions.begin() as session:
        queue.defer(session, "canary.fail")
    connector = procrastinate.PsycopgConnector(conninfo=database_url)
    with queue.app.replace_connector(connector):
        async with queue.app.open_async():
            await queue.app.run_worker_async(
                wait=False, additional_context={"runtime": runtime}, install_signal_handlers=False
            )

    async def forgotten() -> None:
        raise_it()

    waited = asyncio.get_running_loop().create_task(forgotten())
    await asyncio.sleep(0.05)
    del waited


def libraries() -> None:
    """What libraries log, warn of and leave to threads."""
    logging.getLogger("urllib3.connectionpool").warning(
        "Retrying after '%r': %s", RuntimeError(PHONE), FCM_TOKEN
    )
    logging.getLogger("google.auth").error("refused: " + EVERYTHING.replace(" ", "\n"))  # noqa: G003 - as they do
    logging.getLogger("sqlalchemy.pool").error("Exception during reset", exc_info=ValueError(EVERYTHING))
    logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", ValueError(EVERYTHING))
    warnings.warn(EVERYTHING, stacklevel=1)
    thread = threading.Thread(target=raise_it)
    thread.start()
    thread.join()


def main() -> None:
    """All of it, then the end that nobody catches."""
    # As `flask` and the server make it; only who calls is our own word.
    app = create_app(verifier=LocalTokens(DEVELOPMENT_SECRET, SystemClock().now))
    services: Services = app.extensions["tazalyq"]
    with app.app_context():
        engine = db.engine
    web(app)
    runtime = services.runtime(engine)
    key_server()
    pushes(runtime, os.environ["CANARY_CREDENTIALS"])
    notifications(runtime)
    asyncio.run(jobs(runtime, services.database_url))
    libraries()
    sys.stdout.write("all has been provoked\n")
    sys.stdout.flush()
    raise_it()


if __name__ == "__main__":
    main()
