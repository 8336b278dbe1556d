"""`flask counts …`."""

import click
from flask.cli import AppGroup

from service.ledger import checks
from service.platform.database import db


@click.group("counts", cls=AppGroup)
def counts() -> None:
    """Whether the counts are what the rows say."""


@counts.command("verify")
def verify_counts() -> None:
    """Count everything anew from the rows and print every difference; exit code 1 when there is one."""
    found = checks.check(db.session())
    db.session.commit()
    for difference in found:
        click.echo(str(difference))
    if found:
        raise click.ClickException(f"{len(found)} counts are wrong: `flask counts rebuild` mends them.")
    click.echo("All counts are what the rows say.")


@counts.command("rebuild")
def rebuild_counts() -> None:
    """Make the counts what the rows say, while everybody goes on."""
    found = checks.mend(db.session())
    db.session.commit()
    for difference in found:
        click.echo(str(difference))
    click.echo(f"{len(found)} counts were wrong, and are right now.")
