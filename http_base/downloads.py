"""Answers that are files: chosen by Accept, made whole before the first byte goes out.

A body that breaks off is ended by the server as if it were complete: a file must never be cut in silence.
"""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, TypeVar

from flask import Response, request

from http_base.blueprints import Blueprint
from http_base.fields import Strict, one_of
from service.figures.report_columns import HEADINGS
from service.platform import files
from service.platform.sheets import Dialect

JSON = "application/json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
ENDINGS = {CSV: "csv", XLSX: "xlsx", PDF: "pdf"}
SMALL = 1024 * 1024
"""A file up to so many bytes is made in memory."""

View = TypeVar("View", bound=Callable[..., object])


class FileQuery(Strict):
    """What is asked of a file beside its rows; of JSON it changes nothing."""

    dialect = one_of(*Dialect, load_default=Dialect.PLAIN)
    headings = one_of(*HEADINGS, load_default="kk-ru")


def wanted(*kinds: str) -> str:
    """The media type that the caller likes best of JSON and these; JSON where nothing is said."""
    return request.accept_mimetypes.best_match([JSON, *kinds], default=JSON) or JSON


def also_as(blueprint: Blueprint, *kinds: str) -> Callable[[View], View]:
    """Say in the document that the operation answers files of these media types, too."""

    def decorate(view: View) -> View:
        for kind in kinds:
            schema = {"type": "string"} if kind == CSV else {"type": "string", "format": "binary"}
            view = blueprint.alt_response(200, schema=schema, content_type=kind, success=True)(view)
        return view

    return decorate


def send(write: Callable[[IO[bytes]], None], kind: str, name: str) -> Response:
    """Write a file, then send it as an attachment; it is gone when it was sent, or nobody reads on."""
    file = tempfile.SpooledTemporaryFile(max_size=SMALL)  # noqa: SIM115 - closed with the answer
    try:
        write(file)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return answer(file, size, kind, name)


def send_parts(parts: Iterator[bytes], kind: str, name: str) -> Response:
    """The same of a file that is made a piece at a time."""

    def write(file: IO[bytes]) -> None:
        for part in parts:
            file.write(part)

    return send(write, kind, name)


def of_file(file: IO[bytes], size: int, kind: str) -> Response:
    """An open file as an answer, which closes it."""
    found = Response(files.pieces(file), mimetype=kind)
    found.call_on_close(file.close)
    if request.method == "HEAD":
        # No body is sent then, and at its end nothing would be closed.
        file.close()
    found.content_length = size
    return found


def answer(file: IO[bytes], size: int, kind: str, name: str) -> Response:
    """An open file as an attachment; `name` is ours, of plain letters."""
    found = of_file(file, size, kind)
    found.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    found.vary.add("Accept")
    return found
