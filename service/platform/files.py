"""Files that people ask for: kept in one place that every process reaches, under names of our own."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import fsspec

_NAME = re.compile(r"[a-z0-9][a-z0-9/_.-]*")
PIECE = 64 * 1024


class Files:
    """A folder anywhere that fsspec can write to. Names are ours, never a caller's."""

    def __init__(self, url: str) -> None:
        options = {"auto_mkdir": True} if url.startswith("file:") else {}
        self._system, self._root = fsspec.core.url_to_fs(url, **options)

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write: there, whole, when the context ends; not at all when an error leaves it."""
        with tempfile.NamedTemporaryFile(prefix="tazalyq-") as local:
            yield local
            local.flush()
            self._system.put_file(local.name, self._path(name))

    def open(self, name: str) -> IO[bytes]:
        """A file to read. Raises FileNotFoundError."""
        found: Any = self._system.open(self._path(name), "rb")
        return found  # type: ignore[no-any-return]

    def size(self, name: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        return int(self._system.size(self._path(name)))

    def remove(self, name: str) -> None:
        """Let it be gone; one that is gone already is no error."""
        path = self._path(name)
        if self._system.exists(path):
            self._system.rm_file(path)

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder; none where there is no such folder yet."""
        path = self._path(folder)
        if not self._system.exists(path):
            return []
        found = self._system.ls(path, detail=False)
        return sorted(f"{folder}/{one.rstrip('/').rpartition('/')[2]}" for one in found)

    def _path(self, name: str) -> str:
        if _NAME.fullmatch(name) is None or ".." in name:
            raise ValueError(f"no name of a file: {name!r}")
        return f"{self._root}/{name}"


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The file a piece at a time, closed when it is read or nobody reads on."""
    with file:
        while piece := file.read(PIECE):
            yield piece
