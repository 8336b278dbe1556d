"""The composition root: reads the settings and puts the parts together. Nothing imports it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import flask_smorest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate
from flask_swagger_ui import get_swaggerui_blueprint
from sqlalchemy.orm import sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

import mobile_api
import notifications.tasks  # noqa: F401 - registers the worker's tasks
import service.retention  # noqa: F401 - registers its daily task
from mobile_api import dev, http, problems
from mobile_api.address_limit import AddressLimit
from mobile_api.identity import AppCheck, FirebaseVerifier, TokenVerifier
from mobile_api.local_tokens import LocalTokens
from notifications.firebase import FirebaseGateway
from notifications.gateway import Gateway
from notifications.local import LocalGateway
from notifications.sender import Pace, Sender
from service import embedded, settings
from service.clock import Clock, SharedClock, SystemClock, read_clock_offset
from service.database import (
    Connections,
    connections,
    db,
    engine_options,
    is_lost_connection,
    libpq_url,
    sqlalchemy_url,
)
from service.queue import Runtime
from service.settings import Settings

migrate = Migrate()


class Tazalyq(Flask):
    """Flask, with one retry of a request whose database connection had gone away unnoticed."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view and no hook is a coroutine: Flask would look at each of them nine times a request."""
        return func

    def preprocess_request(self) -> Any:
        """The checks before a view: they read the database, too."""
        return _tried_again(super().preprocess_request)

    def dispatch_request(self) -> Any:
        """The view."""
        return _tried_again(super().dispatch_request)


def _tried_again(act: Callable[[], Any]) -> Any:
    """Act; again, once, when the connection was lost, unless a commit may have been kept."""
    try:
        return act()
    except sa.exc.DBAPIError as error:
        session = db.session()
        if not is_lost_connection(error) or session.info.get("commit_sent"):
            raise
        session.rollback()
        return act()


@dataclass
class Parts:
    """What requests and commands need of the composition: `app.extensions["tazalyq"]`."""

    settings: Settings
    database_url: str
    connections: Connections
    clock: Clock
    verifier: TokenVerifier
    app_check: AppCheck | None
    address_limit: AddressLimit

    def runtime(self, engine: sa.Engine) -> Runtime:
        """What the worker's tasks need; the gateway is made here, in the process that sends."""
        sessions = sessionmaker(engine, expire_on_commit=False)
        pace = Pace(self.settings.push_lease_s, self.settings.push_per_second)
        sender = Sender(sessions, self.clock, self._gateway(sessions), pace)
        return Runtime(sessions, self.clock, self.settings.thresholds, {"sender": sender})

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


def create_app(
    configured: Settings | None = None, *, clock: Clock | None = None, verifier: TokenVerifier | None = None
) -> Tazalyq:
    """Make the application; `clock` and `verifier` are a test's own where given.

    Raises:
        SettingsError: naming each wrong setting and its cure.
    """
    configured = configured or settings.read(os.environ)
    app = Tazalyq("tazalyq")
    database_url = _connect_database(app, configured)
    with app.app_context():
        opened = connections(db.engine)
    clock = clock or _clock(app, configured)
    verifier = verifier or _verifier(configured, clock)
    address_limit = AddressLimit(configured.ratelimit_storage_uri, configured.requests_per_minute)
    app.extensions["tazalyq"] = Parts(
        configured, database_url, opened, clock, verifier, _app_check(configured), address_limit
    )
    _serve_api(app, configured)
    from commands import commands  # noqa: PLC0415 - commands need create_app's module at run time only

    app.register_blueprint(commands)
    return app


def _connect_database(app: Tazalyq, configured: Settings) -> str:
    url = configured.database_url or embedded.start(configured.data_dir)
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(configured.web_threads)
    if configured.database_read_url:
        app.config["SQLALCHEMY_BINDS"] = {"read": sqlalchemy_url(configured.database_read_url)}
    db.init_app(app)
    migrate.init_app(app, db, include_object=_is_ours)
    return libpq_url(url)


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 - alembic's signature
    """Leave the queue's own tables to the queue."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def _clock(app: Tazalyq, configured: Settings) -> Clock:
    """The system's clock; in development one that can be set, read through a connection of its own."""
    if not configured.development:
        return SystemClock()
    with app.app_context():
        return SharedClock(partial(read_clock_offset, db.engine))


def _verifier(configured: Settings, clock: Clock) -> TokenVerifier:
    if configured.firebase_project_id is None:
        return LocalTokens(configured.secret_key, clock.now)
    return FirebaseVerifier(configured.firebase_project_id, configured.google_application_credentials)


def _app_check(configured: Settings) -> AppCheck | None:
    """App Check is Firebase's: with local identity there is none."""
    if configured.firebase_project_id is None:
        return None
    return AppCheck(
        configured.firebase_project_id, configured.app_check_app_ids, required=configured.app_check_required
    )


def _serve_api(app: Tazalyq, configured: Settings) -> None:
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # the default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    app.config |= {
        "API_TITLE": "Tazalyq",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "OPENAPI_SWAGGER_UI_PATH": None,
        "API_SPEC_OPTIONS": {
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    }
    if configured.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=configured.trusted_proxies)  # type: ignore[method-assign] # WSGI's way
    http.install(app)
    api = flask_smorest.Api(app)
    # After flask-smorest, which would answer HTTP errors in a form of its own.
    problems.install(app)
    for blueprint in mobile_api.BLUEPRINTS:
        api.register_blueprint(blueprint)
    if configured.development:
        api.register_blueprint(dev.blueprint)
    # Without the validator's badge, which the page would fetch from the internet.
    page = get_swaggerui_blueprint("/v1/docs", "/v1/openapi.json", config={"validatorUrl": None})
    app.register_blueprint(page)
