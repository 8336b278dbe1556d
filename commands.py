"""The `flask` commands: serve, worker, demo, coordinators, pushes, messages."""

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import click
from flask import Blueprint, current_app
from granian import Granian
from granian.constants import Interfaces

from notifications import circuit, local, operations, samples
from notifications.messages import KINDS
from notifications.sender import Sender
from service import demo, errors, phones, queue, volunteers
from service.database import db
from service.settings import Settings

if TYPE_CHECKING:
    from app import Parts

commands = Blueprint("commands", __name__, cli_group=None)


def _parts() -> "Parts":
    return cast("Parts", current_app.extensions["tazalyq"])


@commands.cli.command("serve")
def serve() -> None:
    """Serve HTTP on PORT; in development on the loopback address only."""
    settings = _parts().settings
    address = "127.0.0.1" if settings.development else "0.0.0.0"  # noqa: S104 - a server's purpose
    serve_web(settings, "app:create_app", address)


def serve_web(settings: Settings, target: str, address: str) -> None:
    """Serve a WSGI factory as production does, until told to stop."""
    Granian(
        target,
        factory=True,
        interface=Interfaces.WSGI,
        address=address,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        backlog=1024,
        log_access=False,
    ).serve()


@commands.cli.command("worker")
def worker() -> None:
    """Run background jobs until told to stop."""
    parts = _parts()
    runtime = parts.runtime(db.engine)
    sender: Sender = runtime.extras["sender"]
    sender.start()
    try:
        asyncio.run(queue.work(parts.database_url, runtime, parts.settings.worker_concurrency))
    finally:
        sender.stop()


@commands.cli.command("demo")
def load_demo() -> None:
    """Load the demo once, and print where to look and whom to sign in as."""
    parts = _parts()
    if not parts.settings.development:
        raise click.ClickException("The demo is for development: set TAZALYQ_ENV=development.")
    if demo.load(db.session(), parts.clock.now()):
        db.session.commit()
    click.echo(WELCOME.format(base=f"http://127.0.0.1:{parts.settings.port}"))


@commands.cli.group("coordinators")
def coordinators() -> None:
    """Who coordinates which region."""


@coordinators.command("add")
@click.argument("phone")
@click.argument("region", required=False)
def add_coordinator(phone: str, region: str | None) -> None:
    """Give the volunteer with PHONE a REGION (KZ-15), or the whole country."""
    number = phones.parse(phone, _parts().settings.phone_regions)
    try:
        volunteers.appoint_coordinator(db.session(), number, region, _parts().clock.now())
    except errors.NotFound as error:
        raise click.ClickException(
            f"Nobody has registered with {number}: do that in the app first."
        ) from error
    except errors.Invalid as error:
        raise click.ClickException(f"{region} is no region: give an ISO code such as KZ-15.") from error
    db.session.commit()
    click.echo(f"{number} coordinates {region or 'the whole country'}.")


@commands.cli.group("pushes")
def pushes() -> None:
    """What has become of pushes, and what the local gateway has taken."""


@pushes.command("retry")
@click.option(
    "--kind", "kinds", multiple=True, required=True, help="A kind of notification; can be repeated."
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(["rejected", "expired", "gone"]),
    default=["rejected", "expired", "gone"],
    show_default=True,
)
def retry_pushes(kinds: tuple[str, ...], statuses: tuple[str, ...]) -> None:
    """Make pushes that failed due again, if they are still worth sending."""
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise click.ClickException(f"No kinds: {', '.join(sorted(unknown))}. There are {', '.join(KINDS)}.")
    count = operations.retry(db.session(), kinds, statuses, _parts().clock.now())
    db.session.commit()
    click.echo(f"{count} pushes are due again.")


@pushes.command("stats")
@click.option("--days", default=7, show_default=True, help="Of notifications owed in so many days.")
def show_stats(days: int) -> None:
    """Print how many pushes there are by kind and status, how old the backlog is, and what is paused."""
    now = _parts().clock.now()
    for kind, status, count in operations.counts(db.session(), now - timedelta(days=days)):
        click.echo(f"{kind:24} {status:10} {count:9}")
    backlog = operations.backlog(db.session(), now)
    click.echo(f"due now: {backlog.due}, the oldest for {backlog.age_s:.0f} s; being sent: {backlog.sending}")
    for scope, line in circuit.describe(db.session()).items():
        click.echo(f"push to {scope} is {line}")


@pushes.command("show")
@click.option("--to", help="A device's value.")
@click.option("--limit", default=20, show_default=True)
def show_pushes(to: str | None, limit: int) -> None:
    """Print the newest messages."""
    for taken in local.recent(db.session(), to, limit):
        if taken.message is not None:
            click.echo(f"{taken.created_at:%Y-%m-%d %H:%M:%S}  {taken.recipient}")
            click.echo(json.dumps(taken.message, ensure_ascii=False, indent=2))


@commands.cli.group("messages")
def messages() -> None:
    """The texts of notifications."""


@messages.command("preview")
def preview_messages() -> None:
    """Print every kind in every language, from sample facts."""
    last = ("", "")
    for kind, locale, title, body in samples.all_words():
        if (kind, locale) != last:
            click.echo(f"\n{kind}  {locale}")
            last = (kind, locale)
        click.echo(f"  {title}\n    {body.replace(chr(10), chr(10) + '    ')}")


WELCOME = """
Tazalyq serves at {base}
  the API's pages   {base}/v1/docs
  pushes            {base}/dev/pushes
  ready?            {base}/readyz

Demo accounts:
  +77000000001                 national coordinator
  +77000000002                 coordinator of KZ-15
  +77000000003, +77000000004   owners of two organizations (KZ-15, KZ-75)
  +77000000101 … +77000000130  volunteers

To sign in: POST {base}/v1/auth/codes {{"phone": "+77000000101"}}, read the code at
{base}/dev/messages?to=%2B77000000101, and exchange it at {base}/v1/auth/tokens.
"""
