"""A canary in every registered table: after its erasure it is found nowhere, before it the export has all."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.ledger import ledger
from service.people import erasure, own_export, privacy
from service.platform import personal_data, queue
from service.platform.settings import DEVELOPMENT_SECRET as KEY
from tests.conftest import NOW
from tests.service.events.test_waitlist import actor_of
from tests.service.people.everywhere import CANARY, PHONE, SUBJECT, Everywhere, fill, traces

pytestmark = pytest.mark.usefixtures("app")

LEADS_TO_NOBODY = {"audit_entry", "erasure", "guardian_erasure", "ban", "outbox"}
"""Where the id of a person who is gone stays."""


def erase(session: Session, everywhere: Everywhere) -> None:
    actor = actor_of(session, everywhere.person)
    session.execute(sa.text("DELETE FROM coordinator"))
    erasure.erase(session, actor, NOW, KEY, keep_certificates=False)
    ledger.fold(session, NOW)


def test_nothing_is_left_of_somebody_who_was_in_every_table(session: Session) -> None:
    everywhere = fill(session)
    person_id = str(everywhere.person.id)
    queue.defer(session, "canary.of_id", volunteer_id=person_id)
    queue.defer(session, "canary.of_phone", told=[{"phone": PHONE}])
    assert len({table for table, _ in traces(session, CANARY, PHONE)}) > 20
    erase(session, everywhere)
    left = traces(session, CANARY, PHONE, SUBJECT, "+77019998866")
    assert left == []
    assert {table for table, _ in traces(session, person_id)} <= LEADS_TO_NOBODY


def is_same(row: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """By what is told of its key: not the moments, nor who else is in it."""
    keys = {name: str(value) for name, value in row.items() if not isinstance(value, datetime)}
    told_of = {name: value for name, value in keys.items() if name in told}
    return bool(told_of) and all(str(told[name]) == value for name, value in told_of.items())


def test_the_export_has_a_row_for_every_registered_column(session: Session) -> None:
    everywhere = fill(session)
    whole = b"".join(own_export.pieces(session, everywhere.person.id, NOW, str)).decode()
    held = json.loads(whole)["held"]
    lacking = []
    for table in personal_data.registered():
        assert not any(person.exported for person in table.people.values()) or table.name in held
        for name, person in table.people.items():
            if not person.exported or table.name == "volunteer":
                continue
            row = everywhere.rows[f"{table.name}.{name}"]
            if not any(is_same(row, one) for one in held[table.name]["rows"]):
                lacking.append(f"{table.name}.{name}")
    assert lacking == []
    assert [one["phone"] for one in held["volunteer"]["rows"]] == [PHONE]
    for secret in ("code_secret", "token_hash", "content_hash", "mark"):
        assert f'"{secret}"' not in whole


def test_every_table_has_a_topic() -> None:
    assert [table.name for table in personal_data.registered() if table.name not in privacy._OF] == []
