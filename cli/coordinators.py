"""`flask coordinators …`."""

import click
from flask.cli import AppGroup

from http_base.context import services
from service import errors
from service.people.coordinators import appoint
from service.platform import phones
from service.platform.database import db


@click.group("coordinators", cls=AppGroup)
def coordinators() -> None:
    """Who coordinates which region."""


@coordinators.command("add")
@click.argument("phone")
@click.argument("region", required=False)
def add_coordinator(phone: str, region: str | None) -> None:
    """Give the volunteer with PHONE a REGION (KZ-15), or the whole country."""
    number = phones.parse(phone, services().settings.phone_regions)
    try:
        appoint(db.session(), number, region, services().clock.now())
    except errors.NotFound as error:
        raise click.ClickException(
            f"Nobody has registered with {number}: do that in the app first."
        ) from error
    except errors.Invalid as error:
        raise click.ClickException(f"{region} is no region: give an ISO code such as KZ-15.") from error
    db.session.commit()
    click.echo(f"{number} coordinates {region or 'the whole country'}.")
