"""Migrations go down again and up, on an empty database: a release can be taken back."""

from pathlib import Path

from flask_migrate import check, downgrade, upgrade

from app import create_app
from service.platform.database import db
from tests.conftest import fresh_database, test_settings

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
OLDEST = "0008"
"""Before it presence was stored in another way; nobody goes back there."""


def test_down_and_up_again(postgres_url: str) -> None:
    for url in fresh_database(postgres_url):
        app = create_app(test_settings(DATABASE_URL=url))
        with app.app_context():
            downgrade(directory=MIGRATIONS, revision=OLDEST)
            upgrade(directory=MIGRATIONS)
            check(directory=MIGRATIONS)
            db.engine.dispose()
