"""Where photographs lie, and how what no row stands for goes: at once by a job, and by a look each night."""

import time
from datetime import timedelta
from typing import IO
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from service import errors
from service.models import EventPhoto
from service.models.base import first_id_at, new_id
from service.platform import queue
from service.platform.files import Files
from service.platform.images import Made, Size

FOLDER = "photos"
REMOVE_TASK, SWEEP_TASK = "photos.remove", "photos.sweep"
TRIED = 10

STANDS_BY = timedelta(hours=1)
"""So long after a file was made its row has come, or never will."""


def name_of(stored_as: UUID, size: Size) -> str:
    return f"{FOLDER}/{stored_as.hex}-{size}.jpg"


def write(files: Files, made: Made) -> UUID:
    """Keep every size, under an id that is new."""
    stored_as = new_id()
    try:
        for size, data in made.sizes.items():
            with files.write(name_of(stored_as, size)) as file:
                file.write(data)
    except BaseException:
        remove(files, stored_as)
        raise
    return stored_as


def open_one(files: Files, stored_as: UUID, size: Size) -> tuple[IO[bytes], int]:
    """An open file, and its size in bytes. Raises NotFound."""
    name = name_of(stored_as, size)
    try:
        length = files.size(name)
        return files.open(name), length
    except FileNotFoundError as error:
        raise errors.NotFound(errors.Thing.PHOTO) from error


def remove(files: Files, stored_as: UUID) -> None:
    """Every size is gone."""
    for size in Size:
        files.remove(name_of(stored_as, size))


def sweep(sessions: sessionmaker[Session], files: Files) -> int:
    """Take away the files that no photograph stands for, but for those just made; how many."""
    young = first_id_at(time.time() - STANDS_BY.total_seconds()).hex
    # Listed first: what is stored afterwards has files that this look does not know.
    names = files.names(FOLDER)
    with sessions() as session:
        standing = {found.hex for found in session.scalars(sa.select(EventPhoto.stored_as))}
    gone = [name for name in names if _id_in(name) < young and _id_in(name) not in standing]
    for name in gone:
        files.remove(name)
    return len(gone)


def _id_in(name: str) -> str:
    return name.rpartition("/")[2].partition("-")[0]


@queue.app.task(
    name=REMOVE_TASK,
    pass_context=True,
    retry=procrastinate.RetryStrategy(max_attempts=TRIED, exponential_wait=2),
)
def remove_photo(context: procrastinate.JobContext, stored_as: str) -> None:
    """Remove the files of one photograph."""
    remove(queue.runtime(context).extras["files"], UUID(stored_as))


@queue.app.periodic(cron="40 21 * * *")
@queue.app.task(name=SWEEP_TASK, queueing_lock=SWEEP_TASK, pass_context=True)
def sweep_photos(context: procrastinate.JobContext, timestamp: int) -> None:
    """Remove what was left behind, at night."""
    runtime = queue.runtime(context)
    sweep(runtime.sessions, runtime.extras["files"])
