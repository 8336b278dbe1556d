"""Bodies that are larger than others: a view that takes one says so, and is heard before a byte is read."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.datastructures import FileStorage

View = TypeVar("View", bound=Callable[..., Any])

MEGABYTE = 1024 * 1024
PHOTO = 11 * MEGABYTE
"""A photograph of 10 MB with what stands round it in a form."""

PHOTOS = 64 * MEGABYTE
"""A page's form with four of them: one that is too large is then named, and the others are kept."""


def takes(most: int) -> Callable[[View], View]:
    """Let a view's requests have bodies of so many bytes; larger files go through the disk."""

    def decorate(view: View) -> View:
        view.takes_bytes = most  # type: ignore[attr-defined] # read by let_in
        return view

    return decorate


def let_in() -> None:
    """Before anything reads the body."""
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "takes_bytes", None)
    if most is not None:
        request.max_content_length = most


def beginning_of(file: FileStorage, most: int) -> bytes:
    """The first so many bytes of a file of a form, also when a request is tried once more and has read it."""
    file.stream.seek(0)
    return file.stream.read(most)
