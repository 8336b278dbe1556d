"""`flask worker`."""

import asyncio

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from notifications.push.gateway import CredentialsError
from notifications.push.sender import Sender
from service.platform import queue
from service.platform.database import engine_options, sqlalchemy_url
from wiring import wired


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run background jobs until told to stop."""
    services = wired()
    options = engine_options(services.settings.worker_pool, "tazalyq-worker")
    engine = sa.create_engine(sqlalchemy_url(services.database_url), **options)
    try:
        runtime = services.runtime(engine)
    except CredentialsError as error:
        raise click.ClickException(str(error)) from error
    sender: Sender = runtime.extras["sender"]
    sender.start()
    try:
        concurrency = services.settings.worker_concurrency
        asyncio.run(queue.work(services.database_url, runtime, concurrency, sender.leave))
    finally:
        sender.stop()
