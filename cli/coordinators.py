"""`flask coordinators …`."""

import click
from flask.cli import AppGroup

from http_base.context import services
from service import errors
from service.audit import audit
from service.models.audit import AuditAction
from service.people import second_factor
from service.people.coordinators import appoint, get_by_phone, regions_of
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
    number = _number(phone)
    try:
        appointed = appoint(db.session(), number, region, services().clock.now())
    except errors.NotFound as error:
        raise click.ClickException(
            f"Nobody has registered with {number}: do that in the app first."
        ) from error
    except errors.Invalid as error:
        raise click.ClickException(f"{region} is no region: give an ISO code such as KZ-15.") from error
    secret = second_factor.new_secret(
        db.session(), appointed.id, services().clock.now(), services().settings.secret_key
    )
    db.session.commit()
    click.echo(f"{number} coordinates {region or 'the whole country'}.")
    if secret is not None:
        click.echo(f"To set up the second factor, once and within 7 days: {secret}")


@coordinators.command("reset-second-factor")
@click.argument("phone")
def reset_second_factor(phone: str) -> None:
    """Take the second factor of the volunteer with PHONE away; a coordinator gets a new one-time secret."""
    number = _number(phone)
    now = services().clock.now()
    try:
        volunteer = get_by_phone(db.session(), number)
        second_factor.reset(db.session(), volunteer.id, now)
    except errors.NotFound as error:
        raise click.ClickException(f"Nobody with {number} has a second factor.") from error
    audit.record(db.session(), None, AuditAction.SECOND_FACTOR_RESET, subject_id=volunteer.id, now=now)
    secret = None
    if regions_of(db.session(), volunteer.id):
        secret = second_factor.new_secret(db.session(), volunteer.id, now, services().settings.secret_key)
    db.session.commit()
    click.echo(f"The second factor of {number} is gone, and their sessions are ended.")
    if secret is not None:
        click.echo(f"To set it up anew, once and within 7 days: {secret}")


def _number(typed: str) -> str:
    """In E.164."""
    try:
        return phones.parse(typed, services().settings.phone_regions)
    except errors.Invalid as error:
        raise click.ClickException(
            f"{typed} is no phone number that is served here: give it as +77011234567."
        ) from error
