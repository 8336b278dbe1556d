"""`flask erasures …`."""

from typing import TextIO

import click
from flask.cli import AppGroup

from service import errors
from service.people import erased_numbers, erasure_list
from service.people.erasure_list import Erased
from service.platform import phones
from service.platform.database import db
from wiring import wired


@click.group("erasures", cls=AppGroup)
def erasures() -> None:
    """Who was erased: kept apart from the database, and erased again when one is put back from a copy."""


@erasures.command("list")
def list_erasures() -> None:
    """Print who was erased in the last two years, a line of JSON each: ids alone, which lead to nobody."""
    for erased in erasure_list.all_erased(db.session()):
        click.echo(erased.written())


@erasures.command("replay")
@click.argument("file", type=click.File(encoding="utf-8"))
def replay_erasures(file: TextIO) -> None:
    """Erase again whom FILE names, as `flask erasures list` has printed it; again, it changes nothing."""
    services, again, gone, busy = wired(), 0, 0, 0
    for erased in _read(file):
        try:
            found = erasure_list.replay(
                db.session(), erased, services.clock.now(), services.settings.secret_key
            )
        except errors.Busy:
            db.session.rollback()
            busy += 1
            continue
        db.session.commit()
        again, gone = again + found, gone + (not found)
    click.echo(f"{again} erased again; {gone} were not there.")
    if busy:
        raise click.ClickException(f"{busy} were doing something at that moment: do the same once more.")


@erasures.command("forget-number")
@click.argument("number")
def forget_number(number: str) -> None:
    """Forget what erasing has left of NUMBER: who had typed a wrong birth date registers anew at once."""
    try:
        phone = phones.parse(number, wired().settings.phone_regions)
    except errors.Invalid as error:
        raise click.BadParameter("this is no number of a country that is served.") from error
    gone = erased_numbers.forget(db.session(), phone)
    db.session.commit()
    click.echo(f"{gone} forgotten.")


def _read(file: TextIO) -> list[Erased]:
    """All lines, before anything is done by one."""
    found = []
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                found.append(Erased.read(line))
            except ValueError as error:
                raise click.BadParameter(f"line {number} is none of `flask erasures list`.") from error
    return found
