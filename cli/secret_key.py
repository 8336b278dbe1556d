"""`flask secret-key …`."""

from typing import TextIO

import click
from flask.cli import AppGroup

from service.people import new_key
from service.platform.database import db
from wiring import wired


@click.group("secret-key", cls=AppGroup)
def secret_key() -> None:
    """What a change of SECRET_KEY takes."""


@secret_key.command("renew")
@click.argument("file", type=click.File(encoding="utf-8"))
def renew(file: TextIO) -> None:
    """After a change of SECRET_KEY: make anew what those in FILE, one a line, have sealed.

    Second factors go on working, and bans go on holding for new accounts; again, it changes nothing.
    """
    former = [line.strip() for line in file if line.strip()]
    done = new_key.renew(db.session(), wired().settings.secret_key, former)
    db.session.commit()
    click.echo(f"{done.sealed} second factors sealed anew, {done.marked} bans marked anew.")
    if done.gone:
        click.echo(f"{done.gone} bans of people who were erased know no number any more.")
    if done.unread:
        raise click.ClickException(
            f"{done.unread} second factors are of none of these keys: add the right one to the file, or take"
            " them away by flask coordinators reset-second-factor PHONE."
        )
