"""Every example works in the demo as the page shows it, pasted into a shell with the token that it names."""

import html
import re
import shlex
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service
from tests.service.platform.pictures import photo

NAMES = Path(__file__).parent.parent / "http_base" / "operations.txt"
REFUSED = {
    "createToken": (401, "bad-code"),
    "confirmSecondFactor": (422, "invalid"),
    "elevate": (409, "second-factor-missing"),
    "getWebSignIn": (404, "not-found"),
    "confirmWebSignIn": (404, "not-found"),
    "getExportFile": (404, "not-found"),
    "getPhotoFile": (422, "invalid"),
    "putGuardianConsent": (404, "not-found"),
    "readCalendar": (404, "not-found"),
}
"""A code is another each time: the page says where to read it. No worker has made the file.
The addresses of photographs and calendars stand whole in answers, a guardian's secret in the child's link."""
FIRST = {"removeMember": ["changeEvent"]}
"""Who leaves takes the codes of coming events along: they get new ones, and with them a newer version."""
NOT_TWICE = {
    "acceptInvitation": 200,
    "answerCoordinator": 202,
    "cancelEvent": 200,
    "changeEvent": 412,
    "changeOrganization": 200,
    "checkIn": 200,
    "publishEvent": 409,
    "removeMember": 404,
}
"""What comes of examples that change something once, sent again: the same answer, or a documented refusal."""


@pytest.fixture(scope="module")
def service(postgres_url: str) -> Iterator[Service]:
    for url in fresh_demo(postgres_url):
        with serving(url) as running:
            yield running


@pytest.fixture(scope="module")
def operations(service: Service) -> dict[str, dict[str, Any]]:
    """The document's operations by name."""
    document = service.call("GET", "/v1/openapi.json").json()
    return {said["operationId"]: said for item in document["paths"].values() for said in item.values()}


@pytest.fixture(scope="module")
def commands(service: Service) -> dict[str, list[str]]:
    """The page's command lines by the operation's name, split as a shell splits them."""
    page = service.call("GET", "/v1/docs").text
    found = re.findall(r'<section id="(\w+)">.*?<pre>(.*?)</pre>', page, re.DOTALL)
    return {name: shlex.split(html.unescape(text).replace("\\\n", " ")) for name, text in found}


def send(command: list[str], token: str) -> requests.Response:
    """What curl would do with these arguments."""
    program, *rest = command
    assert program == "curl"
    method, headers, body, address = "GET", {}, None, ""
    form: dict[str, Any] = {}
    while rest:
        part = rest.pop(0)
        if part == "-X":
            method = rest.pop(0)
        elif part == "-H":
            name, _, value = rest.pop(0).partition(": ")
            headers[name] = value.replace("$TOKEN", token)
        elif part == "-d":
            body = rest.pop(0).encode()
        elif part == "-F":
            name, _, value = rest.pop(0).partition("=")
            form[name] = (value[1:], photo()) if value.startswith("@") else (None, value)
        else:
            address = part
    return requests.request(method, address, headers=headers, data=body, files=form or None, timeout=20)


def test_every_example_works_in_the_demo(
    service: Service, operations: dict[str, dict[str, Any]], commands: dict[str, list[str]]
) -> None:
    names = {line.split()[0] for line in NAMES.read_text(encoding="utf-8").splitlines()}
    assert set(operations) == set(commands) == names
    tokens = {
        phone: service.sign_in(phone)
        for phone in {said.get("x-example-by") for said in operations.values()} - {None}
    }

    def answer(name: str) -> requests.Response:
        return send(commands[name], tokens.get(operations[name].get("x-example-by"), ""))

    before = {
        name: {*said.get("x-example-after", ()), *FIRST.get(name, ())} for name, said in operations.items()
    }
    # A clock that jumps: all else comes before.
    before["setClock"] = names - {"setClock", "resetClock"}
    order = TopologicalSorter(before)
    wrong = []
    for name in order.static_order():
        got = answer(name)
        if name in REFUSED:
            status, code = REFUSED[name]
            assert (got.status_code, got.json()["code"]) == (status, code)
            assert code in operations[name]["x-refuses"][str(status)]
        elif str(got.status_code) not in operations[name]["responses"] or not got.ok:
            wrong.append(f"{name}: {got.status_code} {got.text}")
        elif name == "sendBatch":
            assert got.json()["results"][0]["outcome"] == "stored", got.text
        elif name == "checkIn":
            assert got.json()["status"] == "counted", got.text
    assert not wrong, "\n".join(wrong)
    assert {name: answer(name).status_code for name in NOT_TWICE} == NOT_TWICE
