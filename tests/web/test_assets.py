"""Styles and scripts: for browsers of 2019, kept for good, and done without where they cannot be made."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cli import assets as building
from web import assets, templating

SHEETS = sorted(assets.STYLES.glob("*.css"))
FORBIDDEN = {
    ":is, :where, :has": r":(?:is|where|has)\(",
    "min(), max(), clamp()": r"(?<![\w-])(?:min|max|clamp)\(",
    "inset": r"(?<![\w-])inset(?:-[a-z]+)?\s*:",
    "logical sizes": r"(?<![\w-])(?:margin|padding|border)-(?:inline|block)|(?:inline|block)-size",
    "aspect-ratio": r"aspect-ratio",
    "a gap without its old name": r"(?<!grid-)(?<![\w-])(?:row-|column-)?gap\s*:",
    "nesting": r"[{;]\s*&",
    "layers and containers": r"@(?:layer|container|scope|property)\b",
    "newer colours": r"(?:oklch|oklab|lch|lab|color-mix|light-dark)\(",
    "what is outside": r"https?:|@import",
    "a pattern named in CSS": r"url\(#",
    "word-wrap, the old name, after what it undoes": r"overflow-wrap:[^;}]*;\s*word-wrap",
}
TOO_SMALL = re.compile(r"font-size:\s*(?:0\.[0-7]\d*rem|1[0-3]px|[0-9]px)")


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def test_from_one_day_to_the_next_may_stand_on_two_lines() -> None:
    """«пн, 28 сентября, 18:00 – вт, 29 сентября, 06:00» is wider than a phone: no `num` keeps it on one."""
    kept = re.compile(r'class="num"[^>]*>\{\{[^}]*\| span\(')
    pages = templating.TEMPLATES.rglob("*.html")
    assert [page.name for page in pages if kept.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_the_styles_have_nothing_that_browsers_of_2019_lack(sheet: Path) -> None:
    css = without_comments(sheet.read_text("utf-8"))
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, css)] == []


@pytest.mark.parametrize("name", assets.SHEETS)
def test_the_served_styles_have_it_neither(client: FlaskClient, name: str) -> None:
    css = without_comments(client.get(assets.asset(name)).text)
    assert len(css) > 40
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, css)] == []


@pytest.mark.parametrize(
    "css",
    [
        "a:is(b){}",
        "a:has(b){}",
        "a{width:min(1px,2px)}",
        "a{width:clamp(1px,2px,3px)}",
        "a{inset:0}",
        "a{margin-inline:0}",
        "a{display:flex;gap:1px}",
        "a{ &:hover{} }",
        "a{color:oklch(1 1 1)}",
        "a{background:url(https://x.kz/a.png)}",
        "a{fill:url(#hatch)}",
        "a{row-gap: 1px}",
    ],
)
def test_the_rule_finds_what_it_is_for(css: str) -> None:
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, css)]


@pytest.mark.parametrize(
    "css", ["a{grid-gap:1px}", "a{grid-template-columns:minmax(0,1fr)}", "a{min-width:0}"]
)
def test_and_nothing_else(css: str) -> None:
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, css)] == []


def test_nothing_on_a_screen_is_smaller_than_14() -> None:
    screen = "".join(
        without_comments(path.read_text("utf-8")).partition("@media print")[0] for path in SHEETS
    )
    assert [found[0] for found in TOO_SMALL.finditer(screen) if found[0] != "font-size: 13px"] == []


def test_a_phone_reads_one_sheet_and_no_letters(client: FlaskClient) -> None:
    assert len(client.get(assets.asset("site.css")).data) < 30_000
    page = client.get("/kk/").text
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"( media="[^"]+")?>', page)
    assert sheets == [
        (assets.asset("site.css"), ""),
        (assets.asset("letters.css"), ' media="(min-width: 48em)"'),
    ]


def test_files_are_kept_for_good_under_the_address_of_their_content(client: FlaskClient) -> None:
    address = assets.asset("site.css")
    assert re.fullmatch(r"/static/site-[0-9a-f]{12}\.css", address or "")
    answer = client.get(address)
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in answer.headers["Vary"]


def test_the_letters_are_ours_and_carry_kazakh(client: FlaskClient) -> None:
    css = client.get(assets.asset("letters.css")).text
    addresses = re.findall(r'url\("([^"]+)"\)', css)
    assert len(addresses) == 3
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "font/woff2")
        assert answer.data[:4] == b"wOF2"
    assert "U+04B0-04B1" in css
    assert "U+0492-04AF" in css
    assert (assets.STYLES / "fonts" / "OFL.txt").read_text("utf-8").count("SIL OPEN FONT LICENSE") >= 1


@pytest.mark.parametrize(
    "name", ["site.css", "site-000000000000.css", "../assets.py", "tokens.css", "made-from"]
)
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_an_unknown_style_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        assets.asset("site2.css")


# The scripts.


@pytest.fixture(scope="module")
def built() -> Path:
    """The scripts as they are served; made now if they are not."""
    made = building.build_once()
    if not made and not os.environ.get("CI"):
        pytest.fail("the scripts could not be built here: what browsers are served was NOT looked at")
    assert made
    return assets.BUILT


def test_every_script_is_of_2019(built: Path, tmp_path: Path) -> None:
    """For ES2018 esbuild says it as for the newest browser: nothing is in it that it would have to lower."""
    scripts = sorted(built.glob("*.js"))
    assert [path.name for path in scripts] == [
        "check-in.js", "door-worker.js", "door.js", "guarding.js", "htmx.js", "pages.js", "photos.js",
        "sign-in.js",
    ]  # fmt: skip
    modern = tmp_path / "modern.js"
    modern.write_text("let a = b?.c ?? 1; try { a() } catch {}", "utf-8")
    assert [path.name for path in (*scripts, modern) if is_newer(path)] == ["modern.js"]


def is_newer(path: Path) -> bool:
    binary = building.FRONTEND / "node_modules" / "esbuild" / "bin" / "esbuild"
    said = [
        subprocess.run(
            [building.NODE / "bin" / "node", binary, f"--target={target}", "--log-level=error"],
            input=path.read_text("utf-8"),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for target in ("es2018", "esnext")
    ]
    assert all(said)
    return said[0] != said[1]


def test_the_scripts_are_made_once(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (built / "pages.js").stat().st_mtime_ns
    assert building.build_once()
    assert capsys.readouterr().out == ""
    assert (built / "pages.js").stat().st_mtime_ns == before


def test_the_lock_file_names_no_host() -> None:
    text = (building.FRONTEND / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text
    assert "http" not in re.sub(r'"(?:url|funding)": .*', "", text)
    assert all("integrity" in one for path, one in json.loads(text)["packages"].items() if path)


def test_without_npm_it_is_said_in_one_line_and_pages_work(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frontend = tmp_path / "frontend"
    shutil.copytree(building.FRONTEND, frontend, ignore=shutil.ignore_patterns("node_modules", "dist"))
    for name, value in (
        ("FRONTEND", frontend),
        ("MADE_FROM", frontend / "dist" / "made-from"),
        ("INSTALLED", frontend / "node_modules" / ".made-from"),
    ):
        monkeypatch.setattr(building, name, value)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    assert not building.build_once()
    first, said = capsys.readouterr().out.splitlines()
    assert first == "Building the pages' scripts"
    assert said.startswith("No scripts: ")
    assert "The pages work without them" in said
    monkeypatch.setattr(assets, "BUILT", frontend / "dist")
    assets._assets.cache_clear()
    try:
        assert assets.asset("pages.js") is None
        assert "<script" not in client.get("/kk/").text
        assert client.get("/kk/").status_code == 200
    finally:
        assets._assets.cache_clear()
