"""A region whose staff has files made: what tests of exports share."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from http_base.application import Tazalyq
from service.figures import exports
from service.models import Volunteer
from service.platform.database import within
from service.platform.files import Files
from tests.clock import FixedClock
from tests.mobile_api.figures.region import Login, Region


class Office(Region):
    """A region whose staff has files made; the worker is called by hand."""

    def __init__(
        self, session: Session, client: FlaskClient, login: Login, connection: sa.Connection, files: Files
    ) -> None:
        super().__init__(session, client, login)
        self.client, self.login, self.files = client, login, files
        self._connection = connection
        self.owner = session.get_one(Volunteer, self.organization.created_by)

    def ask(self, who: Volunteer, what: str = "counts", **more: Any) -> Any:
        body = {"id": str(uuid4()), "what": what, "format": "csv", **more}
        return self.client.post("/v1/exports", json=body, headers=self.login(who))

    def see(self, who: Volunteer, export_id: str) -> Any:
        return self.client.get(f"/v1/exports/{export_id}", headers=self.login(who))

    def fetch(self, who: Volunteer, export_id: str) -> Any:
        return self.client.get(f"/v1/exports/{export_id}/file", headers=self.login(who))

    def sessions(self) -> sessionmaker[Session]:
        return sessionmaker(
            self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )

    def work(self, export_id: str, clock: FixedClock) -> None:
        opened = within(self._connection)
        exports.make(self.sessions(), opened, self.files, UUID(export_id), clock.now())

    def made(self, who: Volunteer, clock: FixedClock, **asked: Any) -> Any:
        """The file's answer."""
        answer = self.ask(who, **asked)
        assert answer.status_code == 202, answer.json
        assert answer.json["status"] == "waiting"
        self.work(answer.json["id"], clock)
        seen = self.see(who, answer.json["id"]).json
        assert seen["status"] == "ready", seen
        assert seen["url"].endswith(f"/v1/exports/{seen['id']}/file")
        return self.fetch(who, answer.json["id"])


@pytest.fixture
def office(
    session: Session,
    client: FlaskClient,
    login: Login,
    connection: sa.Connection,
    app: Tazalyq,
    tmp_path: Path,
) -> Office:
    files = Files(tmp_path.as_uri())
    app.extensions["tazalyq"].files = files
    return Office(session, client, login, connection, files)
