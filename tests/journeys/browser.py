"""Chromium as people have it: a phone or a PC, light or dark, with scripts or without, and no host but ours.

A pytest plugin. Where there is no Chromium the tests that ask for one are not run, which is said at the end;
with CI=true they fail. `--shots FOLDER` keeps pictures of what they look at.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cli import assets

AXE = assets.FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE_MS = 10_000
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", metavar="FOLDER", help="keep pictures of the pages here")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what nobody can run here, but never in CI."""
    asking = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    if not asking or shutil.which("chromium") is not None or os.environ.get("CI") == "true":
        return
    config.stash[LEFT_OUT] = len(asking)
    config.hook.pytest_deselected(items=asking)
    items[:] = [item for item in items if item not in asking]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where the tests are shared out, each of those who run them tells the one who sums up."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All of them have looked at all tests: what one leaves out, everybody does."""
    told = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] = told.get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash.get(LEFT_OUT, 0)
    if left_out:
        terminalreporter.section("no Chromium", red=True)
        terminalreporter.line(
            f"{left_out} tests of pages were NOT run: install Debian's chromium (with CI=true they fail)"
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks with."""

    width: int = 360
    height: int = 740
    dark: bool = False
    scripts: bool = True

    @property
    def name(self) -> str:
        return "-".join(
            [str(self.width), "dark" if self.dark else "light", *([] if self.scripts else ["noscript"])]
        )


PHONE, PHONE_AT_NIGHT = Look(), Look(dark=True)
PC, PC_AT_NIGHT = Look(1366, 768), Look(1366, 768, dark=True)
LOOKS = (PHONE, PHONE_AT_NIGHT, PC, PC_AT_NIGHT)
PLAIN = Look(scripts=False)
SHORTLY = ((PHONE, "kk"), (PC_AT_NIGHT, "ru"))


def looks(*shortly: tuple[Look, str]) -> pytest.MarkDecorator:
    """Parametrizes `look` and `language`: with each change these, or else SHORTLY; all in `make full`."""
    chosen = shortly or SHORTLY
    return pytest.mark.parametrize(
        ("look", "language"),
        [
            pytest.param(look, language, marks=() if (look, language) in chosen else pytest.mark.full)
            for look in (*LOOKS, PLAIN)
            for language in ("kk", "ru")
        ],
        ids=lambda value: value.name if isinstance(value, Look) else value,
    )


def first(*all_looks: Look) -> pytest.MarkDecorator:
    """Parametrizes `look`: the first with each change, all in `make full`."""
    params = [pytest.param(look, marks=pytest.mark.full if n else ()) for n, look in enumerate(all_looks)]
    return pytest.mark.parametrize("look", params, ids=lambda look: look.name)


class Window:
    """One browser window: what goes wrong in it is kept, and is told by `check`; `asked`: all addresses."""

    def __init__(self, context: BrowserContext, url: str, look: Look, shots: Path | None) -> None:
        self.look, self._shots = look, shots
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("console", self._note_console)
        self._url = url

    def _note_request(self, request: Any) -> None:
        self.asked.append(request.url)
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.wrong.append(f"asked {request.url}")

    def _note_console(self, message: Any) -> None:
        # That a page was refused is said there, too.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def open(self, path: str) -> Page:
        self.page.goto(self._url + path)
        return self.page

    def shot(self, name: str) -> None:
        """Keep a picture of the whole page, when pictures are asked for."""
        if self._shots is not None:
            self.page.screenshot(path=self._shots / f"{name}-{self.look.name}.png", full_page=True)

    def print(self, path: Path, name: str) -> None:
        """Print the page as its own styles have it; a copy is kept where pictures are asked for."""
        self.page.pdf(path=path, prefer_css_page_size=True)
        if self._shots is not None:
            shutil.copy(path, self._shots / f"{name}.pdf")

    def check(self, name: str | None = None) -> None:
        """Nothing went wrong, the page fits its window, axe finds nothing; `name`: of the picture to keep."""
        # A click may have led to a page that has only begun to come: one without scripts tells nobody when.
        self.page.wait_for_load_state("load")
        if name is not None:
            self.shot(name)
        assert self.wrong == []
        wide = self.page.locator("body").evaluate("() => document.scrollingElement.scrollWidth")
        assert wide <= self.look.width, f"{self.page.url} is {wide} wide"
        if self.look.scripts:
            assert self.axe() == []

    def axe(self) -> list[str]:
        """What axe finds. It comes by the debugger's door: the page's own policy lets no script in."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]


Open = Callable[..., Window]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, for one file: while it is driven, no other event loop runs in this thread."""
    found = shutil.which("chromium")
    assert found is not None, "there is no chromium here"
    assert assets.build_once(), "neither the pages' scripts nor axe are here"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens windows on a service: `window(url, PHONE)`."""
    folder = request.config.getoption("--shots")
    shots = Path(folder) if folder else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    opened: list[BrowserContext] = []

    def open_one(url: str, look: Look = PHONE, **options: Any) -> Window:
        context = chromium.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme="dark" if look.dark else "light",
            java_script_enabled=look.scripts,
            timezone_id="Asia/Almaty",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return Window(context, url, look, shots)

    yield open_one
    for context in opened:
        context.close()


def plain(text: str) -> str:
    """Text as it is compared: every kind of space is one."""
    return re.sub(r"\s+", " ", text).strip()
