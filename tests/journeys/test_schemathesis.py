"""Schemathesis over the whole document, as a volunteer, an organizer and a national coordinator."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import (
    Attendance,
    Certificate,
    Event,
    EventReport,
    Headcount,
    Membership,
    Organization,
    Signup,
    Volunteer,
)
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "50")
CALLERS = {"volunteer": "+77000000101", "organizer": "+77000000003", "national": "+77000000001"}
# A clock that jumps makes every token late; the other two take the caller's account away.
KEPT_STILL = ("setClock", "resetClock", "movePhone", "eraseMe")
# What takes the caller's own rights away is searched after all else, or all else is 403.
AT_LAST = ("withdrawConsent", "dismissCoordinator", "removeMember")
# A batch is never refused for one of its records: each has its own outcome.
BATCHES = ("sendBatch", "sendList")
# No header is required anywhere. And what a schema allows may still be refused with 422 or 412: a cursor that
# no page gave, a region or telephone number that there is not, a text of control characters alone, an end
# before its start, a version that is not the newest, 24.0 where a whole number is asked for.
NOT_HELD = "positive_data_acceptance,missing_required_header"
# Below what was just made there is not all that may be there one day: an attendance of an event, say.
NOT_OF_CHAINS = f"{NOT_HELD},ensure_resource_availability"
# Four values in five are of the demo, and most of one organization's, so that the search gets beyond 404.
# The callers keep their accounts.
MINE = (
    sa.select(Membership.organization_id)
    .join(Volunteer, Volunteer.id == Membership.volunteer_id)
    .where(Volunteer.phone == CALLERS["organizer"])
)
EVENTS = sa.select(Event.id).where(Event.organization_id.in_(MINE))
OTHERS = Volunteer.phone.not_in(CALLERS.values())
COMING = sa.select(Signup.volunteer_id).where(Signup.event_id.in_(EVENTS))
KNOWN: dict[str, sa.Select[Any] | sa.CompoundSelect[Any]] = {
    "path.event_id": EVENTS,
    "path.organization_id": sa.select(Organization.id),
    "body.organization_id": MINE,
    "path.volunteer_id": sa.select(Volunteer.id).where(OTHERS, Volunteer.id.in_(COMING)),
    "path.attendance_id": sa.select(Attendance.id),
    "path.report_id": sa.select(EventReport.id),
    "path.certificate_id": sa.select(Certificate.id),
    "path.headcount_id": sa.select(Headcount.id),
    "path.code": sa.union(sa.select(Certificate.code), sa.select(Volunteer.region_code)),
    "body.phone": sa.select(Volunteer.phone).where(OTHERS),
    "body.region": sa.select(Volunteer.region_code).distinct(),
    "query.region": sa.select(Volunteer.region_code).distinct(),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Schemathesis runs, and reads its settings."""
    return tmp_path_factory.mktemp("schemathesis")


@pytest.fixture(scope="module")
def service(postgres_url: str, folder: Path) -> Iterator[Service]:
    def tell(session: Session) -> None:
        (folder / "schemathesis.toml").write_text(settings(session), encoding="utf-8")

    for url in fresh_demo(postgres_url, tell):
        with serving(url) as running:
            yield running


def test_no_finding_at_a_glance(service: Service, folder: Path) -> None:
    token = service.sign_in(CALLERS["volunteer"])
    apart = each("--exclude-operation-id", (*KEPT_STILL, *AT_LAST, *BATCHES))
    search(service, token, folder, NOT_HELD, "--phases", "examples,fuzzing", "--max-examples", "2", *apart)


@pytest.mark.full
@pytest.mark.parametrize("caller", CALLERS)
def test_no_finding(service: Service, caller: str, folder: Path) -> None:
    token = service.sign_in(CALLERS[caller])
    apart = each("--exclude-operation-id", (*KEPT_STILL, *AT_LAST, *BATCHES))
    wide = ("--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES)
    search(service, token, folder, NOT_HELD, *wide, *apart)
    chains = ("--phases", "stateful", "--max-examples", "5", "--max-time", "120")
    search(service, token, folder, NOT_OF_CHAINS, *chains, *apart)
    of_batch = f"{NOT_HELD},negative_data_rejection"
    search(service, token, folder, of_batch, *wide, *each("--include-operation-id", BATCHES))
    search(service, token, folder, NOT_HELD, *wide, *each("--include-operation-id", AT_LAST))


def each(option: str, values: Iterable[str]) -> list[str]:
    """The option, once for each value."""
    return [part for value in values for part in (option, value)]


def settings(session: Session) -> str:
    """Schemathesis' settings: which values there are for a parameter, and how often one of them is taken."""
    lines = []
    for name, ids in KNOWN.items():
        key, values = json.dumps(name), json.dumps([str(value) for value in session.scalars(ids)])
        lines += [f"[dictionaries.{key}]", f"values = {values}"]
    lines += ["[parameters]"]
    lines += [f'"{name}" = {{dictionary = "{name}", probability = 0.8}}' for name in KNOWN]
    return "\n".join(lines)


def search(service: Service, token: str, folder: Path, not_held: str, *options: str) -> None:
    """Run Schemathesis with these options; what it finds is the failure's text."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/v1/openapi.json"),
        *("--url", service.url, "--header", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--exclude-checks", not_held, "--continue-on-failure"),
        *("--seed", "1", "--no-color"),
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout[-12_000:]
