"""`flask serve`."""

import os

import click
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces

from cli.ports import PortTakenError, check_free
from http_base import metrics
from http_base.application import MAIN
from http_base.context import services
from service.platform import logs
from service.platform.settings import Settings

STOP_GRACE_S = 15
"""How long children may end what they do, in seconds: a child can miss that it was told to (granian installs
its handler, and does not look again before it waits), and platforms kill the whole service after 30 s."""


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Serve HTTP on PORT; in development on the loopback address only."""
    settings = services().settings
    address = "127.0.0.1" if settings.development else "0.0.0.0"  # noqa: S104 - a server's purpose
    try:
        check_free(address, settings.port)
    except PortTakenError as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from error
    serve_web(settings, "app:create_app", address)


def serve_web(settings: Settings, target: str, address: str) -> None:
    """Serve a WSGI factory as production does, until told to stop; a child that dies is replaced."""
    os.environ[MAIN] = str(os.getpid())
    with metrics.shared_by_children():
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
            log_dictconfig=logs.for_granian(development=settings.development),
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_GRACE_S,
        ).serve()
