"""Counting requests is no part of answering them: where it fails, everybody is served all the same."""

import errno
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from http_base import metrics


class Full:
    """Figures for which there is no room, or no folder any more: a new process makes its file at once."""

    def labels(self, *_labels: str) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_refuses_nobody(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_requests", Full())
    assert client.get("/healthz").status_code == 200
    assert client.get("/v1/regions").status_code == 200
    assert client.get("/v1/me").status_code == 401


def test_what_is_read_now_is_told_where_the_folder_was_swept_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As some systems do with what lies in /tmp for ten days."""
    monkeypatch.setenv(metrics.DIRECTORY, str(tmp_path / "gone"))
    figures = metrics.Figures()
    figures.add("pushes_due", "Pushes that could go now.", 3)
    assert b"tazalyq_pushes_due 3.0" in metrics.text(figures)
