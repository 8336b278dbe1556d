"""Files that are sent: whole before the first byte, and gone when nobody reads on."""

from pathlib import Path
from typing import IO

import pytest
from flask import Response

from http_base import downloads
from http_base.application import Tazalyq

LARGE = b"x" * (3 * downloads.SMALL)


def kept_open() -> int:
    """How many files without a name this process holds open."""
    return sum(
        " (deleted)" in str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()
    )


def large() -> Response:
    def write(file: IO[bytes]) -> None:
        file.write(LARGE)

    return downloads.send(write, downloads.CSV, "participants.csv")


def test_a_reader_who_goes_away_leaves_no_file_behind(app: Tazalyq) -> None:
    before = kept_open()
    with app.test_request_context("/v1/counts"):
        answer = large()
        read = next(iter(answer.iter_encoded()))
        assert read == LARGE[: len(read)]
        assert kept_open() == before + 1
        answer.close()
    assert kept_open() == before


def test_who_reads_beside_somebody_who_goes_away_has_it_whole(app: Tazalyq) -> None:
    with app.test_request_context("/v1/counts"):
        left, stayed = large(), large()
        next(iter(left.iter_encoded()))
        left.close()
        assert stayed.content_length == len(LARGE)
        assert stayed.get_data() == LARGE


def test_a_file_that_cannot_be_made_is_not_sent_and_leaves_nothing(app: Tazalyq) -> None:
    before = kept_open()

    def fail(file: IO[bytes]) -> None:
        file.write(LARGE)
        raise RuntimeError("the database went away")

    with app.test_request_context("/v1/counts"), pytest.raises(RuntimeError):
        downloads.send(fail, downloads.CSV, "participants.csv")
    assert kept_open() == before
