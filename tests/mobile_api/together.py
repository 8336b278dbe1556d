"""Several who act at the same moment: a real application that commits, each request in its thread."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import sqlalchemy as sa

from benchmarks.kit.service import wait_for
from http_base.application import Tazalyq
from service.models import Volunteer
from tests.conftest import Sessions
from tests.waiting import waiting

Act = Callable[[], Any]


class Together:
    """Who sends to an application: one by one, or several at once."""

    def __init__(self, app: Tazalyq, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions

    def send(self, method: str, path: str, body: Any, by: Volunteer) -> Any:
        token, _ = self.app.extensions["tazalyq"].verifier.issue(by.subject, by.phone)
        headers = {"Authorization": f"Bearer {token}"}
        return self.app.test_client().open(f"/v1/{path}", method=method, json=body, headers=headers)

    def sends(self, method: str, path: str, body: Any, by: Volunteer) -> Act:
        return lambda: self.send(method, path, body, by)

    def waiting(self) -> int:
        """How many wait for a lock of this database."""
        return waiting(self.sessions)

    def while_held(self, held: sa.Select[Any], *acts: Act, key_share: bool = False) -> list[Any]:
        """The answers of all of these, which have each begun before what is held is let go, in this order.

        `key_share`: held so that rows which name it come in.
        """
        with ThreadPoolExecutor(len(acts)) as pool, self.sessions.begin() as session:
            session.execute(held.with_for_update(key_share=key_share))
            answers = []
            for act in acts:
                answers.append(pool.submit(act))
                wait_for(lambda: self.waiting() == len(answers), "waiting", 20)
            session.commit()
            return [answer.result(30) for answer in answers]


def at_one_moment(acts: Sequence[Act]) -> list[Any]:
    """The answers of all of these, begun at the same moment."""
    ready = Barrier(len(acts))

    def begin(act: Act) -> Any:
        ready.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def codes(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)
