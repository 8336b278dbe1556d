"""Styles, letters and scripts, by the hash of what is in them, so that a browser keeps them for good."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

HERE = Path(__file__).parent
STYLES = HERE / "styles"
BUILT = HERE.parent / "frontend" / "dist"
FOREVER = "public, max-age=31536000, immutable"
SHEETS = {
    "site.css": ("tokens.css", "base.css"),
    "letters.css": ("fonts.css",),
    "print-landscape.css": ("print-landscape.css",),
    "door.css": ("door.css",),
    "volunteer.css": ("volunteer.css",),
}
"""What is served, and the sources that it is put together of."""

COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
AROUND_LINES = re.compile(r"\s*\n\s*")
"""For who keeps the sheets, not for who reads the pages: neither is served."""

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served. `address`: with the hash of its content."""

    address: str
    content: bytes
    kind: str


@cache
def _assets() -> dict[str, Asset]:
    """All there are, by name: letters first, whose addresses stand in the sheets."""
    made = {path.name: _asset(path.name, path.read_bytes()) for path in sorted(STYLES.glob("fonts/*.woff2"))}
    letters = {f"fonts/{name}": one.address for name, one in made.items()}
    for name, sources in SHEETS.items():
        text = "".join((STYLES / source).read_text("utf-8") for source in sources)
        text = AROUND_LINES.sub("\n", COMMENT.sub("", text))
        text = re.sub(r'url\("([^"]+)"\)', lambda found: f'url("{letters[found[1]]}")', text)
        made[name] = _asset(name, text.encode())
    for path in sorted(BUILT.glob("*.js")):
        made[path.name] = _asset(path.name, path.read_bytes())
    return made


@cache
def _by_address() -> dict[str, Asset]:
    return {one.address: one for one in _assets().values()}


def _asset(name: str, content: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    kind = "text/javascript" if ending == "js" else mimetypes.guess_type(name)[0] or "font/woff2"
    return Asset(f"/static/{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}", content, kind)


def asset(name: str) -> str | None:
    """The address of a style or script; None of a script that has not been built (pages do without)."""
    if name in _assets():
        return _assets()[name].address
    if name.endswith(".js"):
        return None
    raise KeyError(name)


@blueprint.get("/static/<name>")
def show(name: str) -> Response:
    """A file, under the one address of its content."""
    found = _by_address().get(f"/static/{name}")
    if found is None:
        raise NotFound
    return Response(found.content, mimetype=found.kind, headers={"Cache-Control": FOREVER})
