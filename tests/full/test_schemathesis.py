"""Schemathesis over the whole document, as a volunteer, an organizer and a national coordinator."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cli import demo_load
from service.platform.database import sqlalchemy_url
from tests.conftest import fresh_database
from tests.journeys.processes import Service

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "50")
CALLERS = {"volunteer": "+77000000101", "organizer": "+77000000003", "national": "+77000000001"}
# A clock that jumps makes every token late; a number that moves takes the caller's account away.
KEPT_STILL = ("setClock", "resetClock", "movePhone")
# What a schema allows, the state of things may refuse; no header is required anywhere.
# A batch is never refused for one of its records: each has its own outcome.
BATCH = "sendBatch"
NOT_HELD = "positive_data_acceptance,missing_required_header"

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def service(postgres_url: str) -> Iterator[Service]:
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url))
        with Session(engine) as session:
            demo_load.load(session, datetime.now(UTC))
            session.commit()
        engine.dispose()
        running = Service(url, WEB_WORKERS="1")
        running.start("serve")
        try:
            running.wait_until_up()
            yield running
        finally:
            running.stop()


@pytest.mark.parametrize("caller", CALLERS)
def test_no_finding(service: Service, caller: str, tmp_path: Path) -> None:
    token = service.sign_in(CALLERS[caller])
    others = [part for name in (*KEPT_STILL, BATCH) for part in ("--exclude-operation-id", name)]
    search(service, token, tmp_path, NOT_HELD, *others)
    search(service, token, tmp_path, f"{NOT_HELD},negative_data_rejection", "--include-operation-id", BATCH)


def search(service: Service, token: str, folder: Path, not_held: str, *operations: str) -> None:
    """Run Schemathesis over these operations; what it finds is the failure's text."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/v1/openapi.json"),
        *("--url", service.url, "--header", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--exclude-checks", not_held, "--continue-on-failure"),
        *("--max-examples", EXAMPLES, "--seed", "1", "--no-color", "--phases", "examples,coverage,fuzzing"),
        *operations,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout[-12_000:]
