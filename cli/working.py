"""`flask worker`."""

import asyncio

import click
from flask.cli import with_appcontext

from notifications.push.sender import Sender
from service.platform import queue
from service.platform.database import db
from wiring import wired


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run background jobs until told to stop."""
    services = wired()
    runtime = services.runtime(db.engine)
    sender: Sender = runtime.extras["sender"]
    sender.start()
    try:
        asyncio.run(queue.work(services.database_url, runtime, services.settings.worker_concurrency))
    finally:
        sender.stop()
