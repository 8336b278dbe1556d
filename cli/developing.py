"""`make run`: all of it on one machine, set up and served, or one line that says what is wrong.

The processes are those of the Procfile, run by honcho until Ctrl-C.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from flask_migrate import upgrade
from honcho.manager import Manager

from app import create_app
from cli import assets, demo
from cli.ports import PortTakenError, check_free
from service.platform import logs, settings
from service.platform.database import db
from service.platform.settings import Settings, SettingsError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
INTERRUPTED = {128 + 2, 128 + 15}
"""Exit statuses of honcho when it was told to stop: nothing went wrong."""


def main() -> int:
    """Check, set up, serve; returns the exit status."""
    try:
        configured = settings.read(os.environ)
        logs.begin(development=configured.development)
        check_free("127.0.0.1", configured.port)
        assets.build_once()
        _set_up(configured)
    except (SettingsError, PortTakenError) as error:
        return _failed(str(error))
    except sa.exc.OperationalError as error:
        return _failed(f"The database does not answer: {str(error.orig).strip().splitlines()[0]}")
    except (subprocess.SubprocessError, OSError) as error:
        return _failed(f"PostgreSQL could not be started (see {configured.data_dir}/postgres/log): {error}")
    return _serve()


def _failed(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


def _set_up(configured: Settings) -> None:
    """Bring the database to the newest schema, and load the demo once."""
    click.echo("Bringing the database to the newest schema" + _where(configured))
    app = create_app(configured)
    with app.app_context():
        try:
            upgrade(directory=str(MIGRATIONS))
            demo.load_once()
        finally:
            db.session.remove()
            db.engine.dispose()
    demo.welcome(configured.port)


def _where(configured: Settings) -> str:
    return "" if configured.database_url else f": PostgreSQL from pip, data in {configured.data_dir}/"


def _serve() -> int:
    manager = Manager()
    for name, command in (("web", "serve"), ("worker", "worker")):
        # Each line at once, in spite of the pipe.
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        # Without a shell in between, which could be killed and leave the process behind.
        started = f"exec {shlex.join([sys.executable, '-m', 'flask', command])}"
        manager.add_process(name, started, env=environment)
    manager.loop()
    return 0 if manager.returncode in INTERRUPTED else int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
