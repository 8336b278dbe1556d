"""The parts put together: what reads the settings and chooses between the real and the local ones."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app
from flask_migrate import Migrate
from sqlalchemy.orm import sessionmaker

import notifications.listeners
import notifications.tasks
import service.attendance.closing
import service.attendance.late_doubts
import service.attendance.retention
import service.audit.verify
import service.events.passing_on
import service.events.words
import service.figures.exports
import service.figures.milestones
import service.listeners
import service.people.consent_news
import service.people.guardian_data
import service.people.guardian_reminders
import service.platform.retention
from http_base.address_limit import AddressLimit
from http_base.app_check import AppCheck
from http_base.firebase_accounts import TIMEOUT_S, FirebaseAccounts
from http_base.firebase_tokens import FirebaseVerifier
from http_base.identity import TokenVerifier
from http_base.local_tokens import LocalTokens
from notifications.push.firebase import FirebaseGateway
from notifications.push.gateway import Gateway
from notifications.push.local import LocalGateway
from notifications.push.sender import Sender, SendRate
from service import happenings
from service.audit import seal
from service.events import offers
from service.geography.geocoding import Geocoder
from service.geography.nominatim import Nominatim
from service.people.accounts import Accounts
from service.platform import embedded_postgres, installed, personal_data
from service.platform.clock import Clock, SharedClock, SystemClock, read_clock_offset
from service.platform.database import Connections, connections, db, engine_options, libpq_url, sqlalchemy_url
from service.platform.files import Files
from service.platform.queue import Runtime
from service.platform.settings import Settings

migrate = Migrate()

ASK_WITHIN_S = 3


@dataclass
class Services:
    """What requests and commands need of the composition: `app.extensions["tazalyq"]`."""

    settings: Settings
    database_url: str
    connections: Connections
    clock: Clock
    verifier: TokenVerifier
    app_check: AppCheck | None
    address_limit: AddressLimit
    files: Files

    def prepare(self) -> None:
        """Begin what the first requests of a process that serves would have to wait for."""
        self.verifier.prepare()
        if self.app_check is not None:
            self.app_check.prepare()

    def runtime(self, engine: sa.Engine) -> Runtime:
        """What the worker's tasks need; the gateway is made here, in the process that sends."""
        sessions = sessionmaker(engine, expire_on_commit=False)
        pace = SendRate(self.settings.push_lease_s, self.settings.push_per_second)
        sender = Sender(sessions, self.clock, self._gateway(sessions), pace)
        extras = {
            "sender": sender,
            "accounts": self._accounts(TIMEOUT_S),
            "files": self.files,
            "connections": connections(engine),
            seal.KEY: seal.key_of(self.settings.secret_key),
        }
        return Runtime(sessions, self.clock, self.settings.thresholds, extras)

    @cached_property
    def geocoder(self) -> Geocoder | None:
        """The Nominatim that is set, if any."""
        url = self.settings.geocoder_url
        return Nominatim(url, f"tazalyq ({self.settings.public_url})") if url else None

    @cached_property
    def accounts(self) -> Accounts | None:
        """Firebase's accounts for who waits for a page: asked once, and not for long."""
        return self._accounts(ASK_WITHIN_S)

    def _accounts(self, timeout_s: float) -> Accounts | None:
        """Firebase's accounts, when its project and credentials are set."""
        project_id, file = self.settings.firebase_project_id, self.settings.google_application_credentials
        return FirebaseAccounts(project_id, file, timeout_s) if project_id and file else None

    def _gateway(self, sessions: Any) -> Gateway:
        """Firebase when its credentials are set (broken ones raise), else the local one."""
        credentials_file = self.settings.google_application_credentials
        if credentials_file is not None:
            return FirebaseGateway(
                credentials_file,
                threads=self.settings.push_threads,
                web_app_url=self.settings.web_app_url,
            )
        return LocalGateway(sessions, self.clock, self.settings.web_app_url)


def wired() -> Services:
    """The parts of the present application."""
    return cast("Services", current_app.extensions["tazalyq"])


def install_services(
    app: Flask, settings: Settings, clock: Clock | None, verifier: TokenVerifier | None
) -> None:
    """Make the parts and keep them with the application; a test brings a `clock` or `verifier` of its own."""
    installed.install(settings.secret_key, settings.thresholds, settings.public_url)
    happenings.install(service.listeners.LISTENERS, notifications.listeners.LISTENERS)
    personal_data.install(*service.listeners.TABLES, *notifications.listeners.TABLES)
    offers.install(settings.offers_app_version)
    database_url = _connect_database(app, settings)
    with app.app_context():
        opened = connections(db.engine, db.engines.get("read"))
    clock = clock or _clock(app, settings)
    app.extensions["tazalyq"] = Services(
        settings,
        database_url,
        opened,
        clock,
        verifier or _verifier(settings, clock),
        _app_check(settings),
        AddressLimit(settings.ratelimit_storage_uri, settings.requests_per_minute),
        Files(settings.files_url),
    )


def _connect_database(app: Flask, settings: Settings) -> str:
    url = settings.database_url or embedded_postgres.start(settings.data_dir)
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.web_threads)
    if settings.database_read_url:
        read = {"url": sqlalchemy_url(settings.database_read_url), **engine_options(settings.web_threads)}
        app.config["SQLALCHEMY_BINDS"] = {"read": read}
    db.init_app(app)
    migrate.init_app(app, db, include_object=_is_ours)
    return libpq_url(url)


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 - alembic's signature
    """Leave the queue's own tables to the queue."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def _clock(app: Flask, settings: Settings) -> Clock:
    """The system's clock; in development one that can be set, read through a connection of its own."""
    if not settings.development:
        return SystemClock()
    with app.app_context():
        return SharedClock(partial(read_clock_offset, db.engine))


def _verifier(settings: Settings, clock: Clock) -> TokenVerifier:
    if settings.firebase_project_id is None:
        return LocalTokens(settings.secret_key, clock.now)
    # Settings refuse the emulator in production.
    return FirebaseVerifier(settings.firebase_project_id, unsigned=settings.auth_emulator is not None)


def _app_check(settings: Settings) -> AppCheck | None:
    """App Check is Firebase's: with local identity there is none."""
    if settings.firebase_project_id is None:
        return None
    return AppCheck(
        settings.firebase_project_id, settings.app_check_app_ids, required=settings.app_check_required
    )
