"""`flask pushes …`."""

import json
from datetime import timedelta

import click
from flask.cli import AppGroup

from http_base.context import services
from notifications import operations
from notifications.messages import KINDS
from notifications.push import circuit, local
from service.platform import health
from service.platform.database import db

ALL = 1_000_000_000


@click.group("pushes", cls=AppGroup)
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
    """Make pushes that failed due again, if they are still worth sending; also what was set aside."""
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise click.ClickException(f"No kinds: {', '.join(sorted(unknown))}. There are {', '.join(KINDS)}.")
    now = services().clock.now()
    count = operations.retry(db.session(), kinds, statuses, now)
    entries = operations.try_again(db.session(), kinds, now)
    db.session.commit()
    click.echo(f"{count} pushes are due again.")
    if entries:
        click.echo(f"{entries} notifications that were set aside are tried again.")


@pushes.command("stats")
@click.option("--days", default=7, show_default=True, help="Of notifications owed in so many days.")
def show_stats(days: int) -> None:
    """Print how many pushes there are by kind and status, how old the backlog is, and what is paused."""
    now = services().clock.now()
    for kind, status, count in operations.counts(db.session(), now - timedelta(days=days)):
        click.echo(f"{kind:24} {status:10} {count:9}")
    session = db.session()
    entries = operations.due_entries(session, now, ALL)
    click.echo(f"notifications to work out: {entries.count}, the oldest for {entries.oldest_s} s")
    due = operations.due_pushes(session, now, ALL)
    held = operations.sending(session)
    click.echo(f"pushes due now: {due.count}, the oldest for {due.oldest_s} s; being sent: {held}")
    ago = health.worker_seen_s_ago(session)
    click.echo("a worker was last seen: " + ("never" if ago is None else f"{ago} s ago"))
    aside = operations.set_aside(session)
    if aside:
        kinds = "".join(f" --kind {kind}" for kind in operations.kinds_set_aside(session))
        click.echo(f"set aside after many failures: {aside} notifications; mend what fails, then")
        click.echo(f"  flask pushes retry{kinds}")
    for scope, line in circuit.describe(session).items():
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
