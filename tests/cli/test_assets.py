"""The pages' scripts as they are built: by `make run` and four testers at once, in one folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli import assets

BUILDER = """
import sys, time
from pathlib import Path
from cli import assets

folder = Path(sys.argv[1])
assets.FRONTEND, assets.BUILT = folder, folder / "dist"
assets.MADE_FROM, assets.INSTALLED = folder / "dist" / "made-from", folder / "node_modules" / ".made-from"

def node(*arguments):
    said = "fetch" if "ci" in arguments else "build"
    with (folder / "told").open("a") as told:
        print("begins to", said, file=told, flush=True)
        time.sleep(0.5)
        (folder / ("node_modules" if said == "fetch" else "dist")).mkdir(exist_ok=True)
        print("ends to", said, file=told, flush=True)

assets._node = node
sys.exit(not assets.build_once())
"""
"""Builds into the folder that it is given, with a Node that only says when it begins and ends."""


def test_several_at_once_build_once(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    command = [sys.executable, "-c", BUILDER, str(tmp_path)]
    builders = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [builder.wait(60) for builder in builders] == [0, 0, 0]
    told = (tmp_path / "told").read_text().splitlines()
    assert told == ["begins to fetch", "ends to fetch", "begins to build", "ends to build"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("npm error code ENOTFOUND\nnpm error network request failed\n", "code ENOTFOUND"),
        (
            "node:x\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find package 'esbuild'\n  at x\n\nNode.js v24\n",
            "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'esbuild'",
        ),
    ],
)
def test_says_why_there_are_no_scripts(
    said: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_arguments: object) -> None:
        raise subprocess.CalledProcessError(1, "node", stderr=said)

    monkeypatch.setattr(assets, "MADE_FROM", tmp_path / "made-from")
    monkeypatch.setattr(assets, "_node", fails)
    monkeypatch.setattr(assets, "INSTALLED", tmp_path / "installed")
    assert assets.build_once() is False
    assert f"No scripts: {told}. The pages work without them" in capsys.readouterr().out
